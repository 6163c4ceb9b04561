package markup

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// hostile are texts that make a careless reader of Markdown slow, each to be
// made as long as one likes.
var hostile = map[string]func(n int) string{
	"stars":              many("*"),
	"stars and letters":  many("*a "),
	"closers":            many("a* "),
	"open and close":     many("a*_"),
	"both ways":          many("「*「"),
	"mixed runs":         many("*a _b **c __d ~~e "),
	"opened, other ends": halves("*a ", "b_ "),
	"rule of three":      halves("a「**「", "「*「"),
	"nested":             halves("*a **b ", "b** a* "),
	"nested strikes":     halves("~~a ", "a~~ "),
	"dotted openers":     many("**.a"),
	"dotted words":       many("**/a "),
	"one dotted word":    func(n int) string { return "**/" + many("a")(n) },
	"dotted escapes":     many("\\*\\*/a"),
	"long runs":          halves("*", "a*"),
	"brackets":           many("["),
	"closed brackets":    halves("[", "]"),
	"empty links":        many("[]("),
	"open targets":       many("[a](http://x"),
	"open targets only":  many("](http://x"),
	"nested targets":     halves("[a](http://x(", ")"),
	"nested labels":      halves("[", "](http://x)"),
	"blank labels":       halves("[", " ](http://x)"),
	"dishonest labels":   func(n int) string { return many("[")(n/2) + "a://" + many("](http://x)")(n/2) },
	"high labels":        halves("[*a ", "a*](http://x)"),
	"bare addresses":     many("http://"),
	"unseen in address":  func(n int) string { return many("http://x")(n) + "\u202e" },
	"users in addresses": func(n int) string { return many("http://")(n) + "@" },
	"brackets in one":    func(n int) string { return "http://x" + halves("(", ")")(n) },
	"backticks":          many("`"),
	"growing backticks":  growing,
	"short backticks":    func(n int) string { return many("`` ```` ")(n) + "`" },
	"escaped backticks":  many("\\``"),
	"open fences":        many("```a b\n"),
	"fences and text":    many("```\na\n```\n"),
	"hasty fences":       many("```a b\nc```\n"),
	"fences that shrink": shrinking,
	"hasty, and quoted":  many("> > > > ```a b\n> > > > c```\n"),
	"hasty, then closed": func(n int) string { return many("````a b\nc````\n")(n/2) + many("```\n")(n/2) },
	"blank fences":       func(n int) string { return "```" + many("\n ")(n) },
	"quotes":             many("> "),
	"quote marks":        many(">"),
	"quoted lines":       many("> > > > > > > a\n"),
	"empty quotes":       many("> \n"),
	"markers":            many("- "),
	"deeper and deeper":  deeper,
	"items and blanks":   many("- a\n\n\n\n"),
	"one item, blanks":   func(n int) string { return "- a\n  - b\n    - c" + many("\n ")(n) + "\nx" },
	"new lists":          many("1. a\n"),
	"backslashes":        many("\\"),
	"escapes":            many("\\*"),
	"escaped openers":    many("\\*a "),
	"escaped, both ways": halves("\\*a ", "a\\* "),
	"pairs of them":      many("\\\\*a "),
	"pairs that count":   many("\\\\*a* "),
	"escaped ticks":      many("\\`a"),
	"escaped brackets":   many("\\["),
	"escaped labels":     many("\\[a\\](http://x"),
	"ends, no targets":   many("\\[]("),
	"escaped names":      many("\\@bob\\#a"),
	"escaped blocks":     many("\\> "),
	"escaped items":      many("1\\. a\n"),
	"escapes in labels":  halves("[\\*a ", "a\\*](http://x)"),
	"at signs":           many("@"),
	"underscores":        many("_@bob"),
	"closing names":      many("_@bob_ "),
	"unclosed names":     func(n int) string { return many("_a ")(n/2) + many("@bob_ ")(n/2) },
	"names for ever":     func(n int) string { return many("_a ")(n/2) + "@bob" + many("_")(n/2) },
	"names side by side": many("@bob/"),
	"one long name":      many("@a-"),
	"rooms":              many("#a "),
	"colours":            many("#fff"),
	"lines":              many("a\n"),
	"colons":             many("://"),
}

func many(part string) func(int) string {
	return func(n int) string { return strings.Repeat(part, n/len(part)) }
}

func halves(first, second string) func(int) string {
	return func(n int) string {
		times := n / (len(first) + len(second))
		return strings.Repeat(first, times) + "x" + strings.Repeat(second, times)
	}
}

func growing(n int) string {
	var b strings.Builder
	for i := 1; b.Len()+i < n; i++ {
		b.WriteString(strings.Repeat("`", i) + " ")
	}
	return b.String()
}

// shrinking gives fences that are closed in haste, each of less backticks.
func shrinking(n int) string {
	var b strings.Builder
	i := minFence
	for size := 0; size < n; i++ {
		size += 3*i + 6
	}
	for i--; i > minFence; i-- {
		marks := strings.Repeat("`", i)
		b.WriteString(marks + "\na" + marks + "\n" + marks[1:] + "\n")
	}
	return b.String()
}

func deeper(n int) string {
	var b strings.Builder
	for i := 0; b.Len()+2*i+4 < n; i++ {
		b.WriteString(strings.Repeat(" ", 2*i) + "- a\n")
	}
	return b.String()
}

// maxWork is how many steps a byte may cost.
const maxWork = 8

func TestHostileTextCostsNoMoreThanItsLength(t *testing.T) {
	for name, text := range hostile {
		for _, n := range []int{1000, 4000, 64_000} {
			s := text(n)
			var p parser
			p.parse(s)
			if p.work > maxWork*(len(s)+1) {
				t.Errorf("%s, %d bytes: %d steps", name, len(s), p.work)
			}
		}
	}
}

func TestHostileTextAllocatesNoMoreThanItsLength(t *testing.T) {
	for name, text := range hostile {
		s := text(4000)
		if got := testing.AllocsPerRun(1, func() { Parse(s) }); got > float64(2*len(s)) {
			t.Errorf("%s: %.0f allocations for %d bytes", name, got, len(s))
		}
	}
}

// marksText draws texts that consist of marks for the most part.
func marksText(t *rapid.T, label string) string {
	parts := rapid.SampledFrom([]string{
		"*", "**", "_", "~~", "`", "``", "```", "[", "](", "](http://x)", ")", "(", "]", "> ", ">", "- ", "1. ", "2. ", "\n", "\n\n",
		" ", "  ", "    ", "\t", "\\", "\\\\", "@bob", "@", "@bob_", "&", "#r", "#fff", "http://", "https://x", "mailto:a@b", "a", "b c", "é", "日", "「", "\u200b", "<", "/", "**.a", "\xff",
	})
	return strings.Join(rapid.SliceOfN(parts, 0, 100).Draw(t, label), "")
}

func TestAnyTextCostsNoMoreThanItsLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Repeat(marksText(t, "text"), 20)
		var p parser
		p.parse(s)
		if p.work > maxWork*(len(s)+1) {
			t.Fatalf("%d bytes: %d steps", len(s), p.work)
		}
	})
}

func TestRepeatedMarksCostNoMoreThanTheirLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, second := marksText(t, "first"), marksText(t, "second")
		first, second = first[:min(len(first), 12)], second[:min(len(second), 12)]
		times := rapid.IntRange(1, 300).Draw(t, "times")
		s := strings.Repeat(first, times) + strings.Repeat(second, times)
		var p parser
		p.parse(s)
		if p.work > maxWork*(len(s)+1) {
			t.Fatalf("%d bytes: %d steps", len(s), p.work)
		}
	})
}

func TestTreesOfHostileTextAreSmall(t *testing.T) {
	for name, text := range hostile {
		for n := 50; n <= 4000; n += 150 {
			if err := checkSize(text(n)); err != nil {
				t.Errorf("%s, %d bytes: %v", name, n, err)
			}
		}
	}
}

func TestTreesOfAnyTextAreSmall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if err := checkSize(marksText(t, "text")); err != nil {
			t.Fatal(err)
		}
	})
}

// maxJSON is how many bytes of JSON a tree of a text may have: a text's own
// characters as JSON writes them, and what its nodes cost.
func maxJSON(text string) int {
	own, _ := json.Marshal(text)
	return len(own) + 40*min(len(text), MaxNodes) + 64
}

func checkSize(text string) error {
	nodes := Parse(text)
	total, _ := count(nodes)
	if total > MaxNodes || total > 2*len(text)+1 {
		return fmt.Errorf("%d nodes of %d bytes", total, len(text))
	}
	if depth := depthOf(nodes); depth > MaxDepth {
		return fmt.Errorf("%d deep", depth)
	}
	written, err := json.Marshal(nodes)
	if err == nil && len(written) > maxJSON(text) {
		err = fmt.Errorf("%d bytes of JSON of %d", len(written), len(text))
	}
	return err
}

func depthOf(nodes []Node) int {
	deepest := 0
	for _, n := range nodes {
		deepest = max(deepest, 1+depthOf(n.Nodes))
	}
	return deepest
}

func TestATreeOfTooManyNodesIsReadAsPlain(t *testing.T) {
	within, beyond := strings.Repeat("@bob ", MaxNodes/2-1), strings.Repeat("@bob ", MaxNodes/2+1)
	if Parse(within) == nil || Parse(beyond) != nil {
		t.Error("the limit does not stand at MaxNodes")
	}
}

func TestThreeListsWithEmphasisReachTheDepth(t *testing.T) {
	for text, want := range map[string]int{
		"- a\n  - b\n    - ~~***c***~~":          MaxDepth,
		"- a\n  - b\n    - [***c***](https://x)": MaxDepth,
		"- a\n  - b\n    - c":                    MaxDepth - 2,
	} {
		if got := depthOf(Parse(text)); got != want {
			t.Errorf("%q is %d deep, want %d", text, got, want)
		}
	}
}
