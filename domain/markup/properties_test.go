package markup_test

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/markup"
)

// anyText draws texts of marks, words and characters of every kind.
func anyText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		piece := rapid.OneOf(
			rapid.SampledFrom([]string{
				"*", "**", "***", "_", "__", "~~", "`", "``", "```", "\n```\n", "a```\n", "[", "]", "[a](http://x.y/z)", "](https://x)", "](javascript:x)", "(", ")",
				"\n> ", "> ", "\n- ", "- ", "\n  - ", "\n1. ", "\n2. ", "\n", "\n\n", " ", "  ", "\t", "\\", "\\\\", "C:\\Users\\.ssh", "@bob", "@bob_", "/@al1", "@here", "@", "#lobby", "#fff", "#",
				"https://x.y", "⁄a.b/c", "∕", "http://", "://", "mailto:a@b.c", "word", "snake_case", ".", ",", "「", "日本", "é", "👍🏽", "\u200b", "\u202e", "\x00", "\xff",
			}),
			rapid.StringN(0, 5, -1),
		)
		return strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(t, "pieces"), "")
	})
}

func TestATreeKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if err := checkTree(anyText().Draw(t, "text")); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"plain", "*a* _b_ **c** ~~d~~ `e`", "***a** b*", "[a](https://x.y) https://x.y/(z).", "[a](javascript:x)", "[https://a](https://b)",
		"> a\n> > b\n> - c", "- a\n  - b\n\n    c\n1. d\n3. e", "```go\nx\n```", "```\nx", "```x```", "\\*a\\* \\`", "@bob, @here #lobby a@b.c",
		"[@bob](mailto:a@b)", "* * * * *", "`` a`b ``", "[[a](http://x)](http://y)", "<b>&amp;</b>", "\u202e*a*\u200b", "*0\xc5*\xae0", "\t- a\r\n*b*",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := checkTree(text); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// checkTree holds the tree of a text against all that the package promises.
func checkTree(text string) error {
	nodes := markup.Parse(text)
	if !reflect.DeepEqual(nodes, markup.Parse(text)) {
		return fmt.Errorf("two readings differ")
	}
	if nodes == nil {
		return nil
	}
	if err := checkBlocks(nodes); err != nil {
		return err
	}
	plain := markup.Plain(nodes)
	if err := checkNothingLost(text, plain, besides(nodes)); err != nil {
		return err
	}
	if err := checkBackslashes(text, plain); err != nil {
		return err
	}
	return checkNames(nodes, plain)
}

func checkBlocks(nodes []markup.Node) error {
	for _, n := range nodes {
		var err error
		switch n.Kind {
		case markup.Paragraph:
			err = checkInline(n.Nodes, false)
		case markup.Quote, markup.Item:
			err = checkBlocks(n.Nodes)
		case markup.List:
			for _, item := range n.Nodes {
				if item.Kind != markup.Item {
					return fmt.Errorf("a %s in a list", item.Kind)
				}
			}
			if n.Ordered != (n.Start > 0) {
				return fmt.Errorf("a list, ordered %t, starts at %d", n.Ordered, n.Start)
			}
			err = checkBlocks(n.Nodes)
		case markup.CodeBlock:
			if n.Info != "" && !regexp.MustCompile(`^[A-Za-z0-9+#._-]{1,32}$`).MatchString(n.Info) {
				err = fmt.Errorf("code of %q", n.Info)
			}
		default:
			err = fmt.Errorf("a %s among blocks", n.Kind)
		}
		if err == nil && n.Kind != markup.CodeBlock && len(n.Nodes) == 0 {
			err = fmt.Errorf("an empty %s", n.Kind)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var (
	userName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{2,49}$`)
	roomName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
	colour   = regexp.MustCompile(`^([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$`)
	// oddInHost is what looks like another character in a host.
	oddInHost = regexp.MustCompile(`[^\x00-\x7f\pL\pM\p{Nd}]`)
)

func checkInline(nodes []markup.Node, inLink bool) error {
	for i, n := range nodes {
		ok := n.Text != "" || n.Kind == markup.Break
		switch n.Kind {
		case markup.Text:
			ok = ok && !strings.Contains(n.Text, "\n") && (i == 0 || nodes[i-1].Kind != markup.Text)
		case markup.Code:
			ok = ok && !strings.Contains(n.Text, "\n")
		case markup.Break:
		case markup.Mention:
			ok = !inLink && userName.MatchString(n.Text)
		case markup.RoomLink:
			ok = !inLink && roomName.MatchString(n.Text) && !colour.MatchString(n.Text)
		case markup.Emphasis, markup.Strong, markup.Strike, markup.Link:
			ok = len(n.Nodes) > 0 && (n.Kind != markup.Link || !inLink && isSafe(n.Href))
			if err := checkInline(n.Nodes, inLink || n.Kind == markup.Link); err != nil {
				return err
			}
		default:
			ok = false
		}
		if !ok {
			return fmt.Errorf("node %d must not be %+v", i, n)
		}
	}
	return nil
}

// isSafe says by a judge of its own whether an address may be linked.
func isSafe(href string) bool {
	u, err := url.Parse(href)
	if err != nil || domain.VisibleLine(href) != href || strings.ContainsAny(href, " <>\"`\\") || !utf8.ValidString(href) {
		return false
	}
	if oddInHost.MatchString(u.Host) {
		return false
	}
	web := strings.HasPrefix(href, "http://") || strings.HasPrefix(href, "https://")
	return web && u.Host != "" && u.User == nil || strings.HasPrefix(href, "mailto:") && strings.Contains(u.Opaque, "@")
}

// besides gives what a tree holds that Plain leaves out.
func besides(nodes []markup.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		b.WriteString(n.Href + n.Info + besides(n.Nodes))
	}
	return b.String()
}

// checkNothingLost says whether what a reader would want of a text is all
// there, in its order, and nothing else.
func checkNothingLost(text, plain, besides string) error {
	kept := func(s string) []rune {
		return []rune(strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || strings.ContainsRune("*_~`[]()>-\\", r) {
				return -1
			}
			return unicode.ToLower(r) // of the scheme of a link
		}, s))
	}
	wanted, got := kept(text), kept(plain)
	missing := map[rune]int{}
	for _, r := range wanted {
		if len(got) > 0 && got[0] == r {
			got = got[1:]
			continue
		}
		missing[r]++
	}
	if len(got) > 0 {
		return fmt.Errorf("%q is not in the text, or not in this order", string(got))
	}
	for _, r := range kept(besides) {
		missing[r]--
	}
	for r, n := range missing {
		if n > 0 {
			return fmt.Errorf("%q is lost", r)
		}
	}
	return nil
}

var backslashes = regexp.MustCompile(`(\\+)([^\\]?)`)

// checkBackslashes says whether all are there that no mark follows: as many
// before each character as in the text, or more where marks between were taken
// out. None is there that was not.
func checkBackslashes(text, plain string) error {
	if strings.Count(plain, `\`) > strings.Count(text, `\`) {
		return fmt.Errorf("a backslash is added")
	}
	got := map[string]int{}
	for _, m := range backslashes.FindAllStringSubmatch(plain, -1) {
		got[m[2]] += len(m[1])
	}
	wanted := map[string]int{}
	for line := range strings.Lines(text) {
		for _, m := range backslashes.FindAllStringSubmatchIndex(line, -1) {
			next := line[m[4]:m[5]]
			inline := strings.ContainsAny(next, "*_~`[]@#")
			block := strings.ContainsAny(next, ">-.") && strings.Trim(line[:m[0]], "\t >-*.0123456789") == ""
			if !inline && !block && strings.TrimSpace(next) != "" {
				wanted[next] += m[3] - m[2]
			}
		}
	}
	for next, n := range wanted {
		if got[next] < n {
			return fmt.Errorf("a backslash before %q is lost", next)
		}
	}
	return nil
}

// With a backslash before each mark, a text is drawn as it was written.
func TestEscapedMarksDrawNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{
			`\*`, `\_`, `\~`, "\\`", `\[`, `\]`, `\@`, `\#`, `\\`, "\n\\> ", "\n\\- ", "\n1\\. ", "(http://x)", "bob", "a", "1", "é", "日", " ", "\n", "a.b-",
		})
		text := strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces"), "")
		nodes := markup.Parse(text)
		if nodes == nil {
			return
		}
		for _, block := range nodes {
			for _, n := range block.Nodes {
				bare := n.Kind == markup.Link && sketch(n.Nodes) == n.Href
				if n.Kind != markup.Text && n.Kind != markup.Break && !bare {
					t.Fatalf("%q became %s", text, sketch(nodes))
				}
			}
		}
		unescaped := func(s string) string {
			return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\\' || unicode.IsSpace(r) }), "")
		}
		if got := unescaped(markup.Plain(nodes)); got != unescaped(text) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func checkNames(nodes []markup.Node, plain string) error {
	names := markup.Names(nodes)
	seen := map[string]bool{}
	for _, name := range names {
		fold := domain.FoldUserName(name)
		if seen[fold] || !strings.Contains(plain, "@"+name) {
			return fmt.Errorf("%q is named twice or not at all", name)
		}
		seen[fold] = true
	}
	if len(names) > markup.MaxNames {
		return fmt.Errorf("%d names", len(names))
	}
	return nil
}

// What people write as words is never changed by what stands around it.
func TestWordsBetweenMarksStayWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,8}`), 1, 20).Draw(t, "words")
		var text strings.Builder
		for _, word := range words {
			wrap := rapid.SampledFrom([][2]string{{"", ""}, {"*", "*"}, {"**", "**"}, {"_", "_"}, {"~~", "~~"}, {"`", "`"}, {"[", "](https://x)"}, {"*", ""}}).Draw(t, "wrap")
			text.WriteString(wrap[0] + word + wrap[1] + " ")
		}
		nodes := markup.Parse(text.String())
		if nodes == nil {
			return
		}
		got := strings.FieldsFunc(markup.Plain(nodes), func(r rune) bool { return r == ' ' || r == '*' })
		if !slices.Equal(got, words) {
			t.Fatalf("%q became %q", text.String(), got)
		}
	})
}

func TestNamesAreGivenOnceInOrder(t *testing.T) {
	got := markup.Names(markup.Parse("@Bob *@alice* > `@code`\n- @bob @here\n> @ROOM\n```\n@block\n```\n[@link](https://x)"))
	if want := []string{"Bob", "alice", "here", "ROOM"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	var many strings.Builder
	for i := range 80 {
		fmt.Fprintf(&many, "@user%d ", i)
	}
	if names := markup.Names(markup.Parse(many.String())); len(names) != markup.MaxNames || names[49] != "user49" {
		t.Errorf("%d names: %q", len(names), names)
	}
	if markup.Names(nil) != nil {
		t.Error("nobody is named in plain text")
	}
}

func TestPlainLeavesOutTheMarks(t *testing.T) {
	for text, want := range map[string]string{
		"*a* [b](https://x) `c` @bob #room":                       "a b c @bob #room",
		"a\n*b*\n\n> c\n- d\n  - e\n3. f\n4. g\n```go\nh\ni\n```": "a\nb\nc\nd\ne\n3. f\n4. g\nh\ni",
	} {
		if got := markup.Plain(markup.Parse(text)); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	if got := markup.Plain(nil); got != "" {
		t.Errorf("nothing became %q", got)
	}
}

func TestPlainTextCostsNothing(t *testing.T) {
	text := "I think we should meet at ten; the room upstairs is free, isn't it?\n日本語: 5 - 3 > 1"
	if got := testing.AllocsPerRun(100, func() { markup.Parse(text) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
