package tui

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"parley/domain"
)

func TestEditingKeys(t *testing.T) {
	for _, test := range []struct {
		name, text string // with | where the cursor is
		do         func(*composer)
		want       string
	}{
		{"left over a flag", "🇩🇪|", (*composer).left, "|🇩🇪"},
		{"right over a family", "|👨‍👩‍👧x", (*composer).right, "👨‍👩‍👧|x"},
		{"delete an accented letter", "e\u0301|", (*composer).deleteLeft, "|"},
		{"delete under the cursor", "|ab", (*composer).deleteRight, "|b"},
		{"nothing before the start", "|ab", (*composer).deleteLeft, "|ab"},
		{"nothing behind the end", "ab|", (*composer).deleteRight, "ab|"},
		{"kill to the end of the line", "a|b\ncd", (*composer).killToEnd, "a|\ncd"},
		{"kill the end of the line", "ab|\ncd", (*composer).killToEnd, "ab|cd"},
		{"kill to the start", "ab\ncd|", (*composer).killToStart, "ab\n|"},
		{"kill a word and the blanks behind it", "one two  |", (*composer).killWord, "one |"},
		{"kill a path as one word", "cd /a/b|", (*composer).killWord, "cd |"},
		{"kill and yank", "one two|", func(c *composer) { c.killWord(); c.cursor = 0; c.insert(c.killed) }, "two|one "},
		{"clear and yank", "o|ne", func(c *composer) { c.clear(); c.insert(c.killed) }, "one|"},
		{"a word to the left", "say, (hello)|", func(c *composer) { c.moveTo(c.wordLeft()) }, "say, (|hello)"},
		{"a word to the right", "say|, hello you", func(c *composer) { c.moveTo(c.wordRight()) }, "say, hello| you"},
		{"a combining mark joins its letter", "e|", func(c *composer) { c.insert("\u0301") }, "e\u0301|"},
		{"a row up", "abcdefgh|", func(c *composer) { c.vertical(-1, 5, ansi.WcWidth) }, "abc|defgh"},
		{"a row down into a shorter line", "abc|\nx", func(c *composer) { c.vertical(1, 5, ansi.WcWidth) }, "abc\nx|"},
	} {
		t.Run(test.name, func(t *testing.T) {
			at := strings.IndexByte(test.text, '|')
			c := composer{text: test.text[:at] + test.text[at+1:], cursor: at}
			test.do(&c)
			if got := c.text[:c.cursor] + "|" + c.text[c.cursor:]; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestRecallingWalksThroughWhatWasSentAndBack(t *testing.T) {
	var c composer
	c.sent("one")
	c.sent("two")
	for i, step := range []struct {
		do   func()
		want string
	}{
		{c.older, "two"},
		{c.older, "one"},
		{c.older, "one"},
		{c.newer, "two"},
		{c.newer, ""},
		{func() { c.insert("new"); c.older() }, "new"}, // what is being written is not thrown away
	} {
		if step.do(); c.value() != step.want {
			t.Errorf("step %d shows %q, want %q", i+1, c.value(), step.want)
		}
	}
}

func TestTheRingOfSentMessagesIsBounded(t *testing.T) {
	var c composer
	for i := range 10 * maxRecalled {
		c.sent(strings.Repeat("x", i+1))
	}
	if len(c.recalled) != maxRecalled || cap(c.recalled) > 3*maxRecalled {
		t.Errorf("%d messages are kept in %d places", len(c.recalled), cap(c.recalled))
	}
}

// anyText draws text with what makes drawing hard.
func anyText() *rapid.Generator[string] {
	pieces := []string{
		"a", "word ", " ", "\n", "\t", "日本", "é", "e\u0301", "👍🏽", "👨‍👩‍👧", "🇩🇪", "क्षि", "שלום", "\u200d", "\u0301", "ﷺ",
		strings.Repeat("long", 20),
	}
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30).Draw(t, "pieces"), "")
	})
}

func TestAComposerNeverSplitsACharacterOrLeavesItsWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		method := rapid.SampledFrom([]ansi.Method{ansi.WcWidth, ansi.GraphemeWidth}).Draw(t, "method")
		width := rapid.IntRange(2, 90).Draw(t, "width")
		var c composer
		edits := []func(){
			c.left, c.right, c.deleteLeft, c.deleteRight, c.killToEnd, c.killToStart, c.killWord,
			func() { c.insert(c.killed) }, func() { c.moveTo(c.wordLeft()) }, func() { c.moveTo(c.wordRight()) },
			func() { c.vertical(-1, width, method) }, func() { c.vertical(1, width, method) },
			func() { c.moveTo(c.lineStart()) }, func() { c.moveTo(c.lineEnd()) },
		}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "types") {
				c.insert(anyText().Draw(t, "text"))
			} else {
				edits[rapid.IntRange(0, len(edits)-1).Draw(t, "edit")]()
			}
			checkComposer(t, &c, width, method)
		}
	})
}

func checkComposer(t *rapid.T, c *composer, width int, method ansi.Method) {
	if !utf8.ValidString(c.text) {
		t.Fatalf("the text is broken: %q", c.text)
	}
	boundary := c.cursor == 0
	for at, rest := 0, c.text; rest != ""; {
		cluster, tail, _, _ := uniseg.FirstGraphemeClusterInString(rest, -1)
		at, rest = at+len(cluster), tail
		boundary = boundary || at == c.cursor
	}
	if !boundary {
		t.Fatalf("the cursor at %d splits a character of %q", c.cursor, c.text)
	}
	drawn := c.layout(width, method)
	for _, row := range drawn.rows {
		if method.StringWidth(row) > width {
			t.Fatalf("the row %q is wider than %d", row, width)
		}
	}
	if drawn.cursor.y >= len(drawn.rows) || drawn.cursor.x > width {
		t.Fatalf("the cursor %v is outside of %d rows of %d cells", drawn.cursor, len(drawn.rows), width)
	}
}

func TestTypedTextHoldsNothingThatCannotBeSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := cleanTyped(rapid.String().Draw(t, "text"))
		if strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > domain.MaxContent {
			return
		}
		if _, err := domain.CleanContent(text); err != nil {
			t.Fatalf("%q is refused: %v", text, err)
		}
	})
}

func TestADraftIsBounded(t *testing.T) {
	var c composer
	if c.insert(strings.Repeat("x", maxDraft)); c.insert("y") || len(c.text) != maxDraft {
		t.Errorf("the draft grew to %d characters", len(c.text))
	}
}
