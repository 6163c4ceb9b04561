package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/markup"
)

// lookOf is a look for tests, of a width.
func lookOf(width int) look {
	return look{
		version: 1, theme: newTheme(themeAuto, colorprofile.ANSI256, unknownGround), width: width, zone: time.UTC, me: "carol",
	}
}

// plainRows draws a text without its styles.
func plainRows(text string, width, indent int) string {
	rows := lookOf(width).drawMarkup(markup.Parse(text), width, indent, nil)
	return ansi.Strip(strings.Join(rows, "\n"))
}

func TestMarkdownIsReadableWithoutColours(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a *b* **c** ~~d~~ `e`", "a b c ~d~ `e`"},
		{"- one\n- two\n  lines", "• one\n• two\n  lines"},
		{"3. three\n4. four", "3. three\n4. four"},
		{"> said before\n\nand now", "│ said before\nand now"},
		{"```go\nfunc main() {\n\tprintln()\n}\n```", "  func main() {\n      println()\n  }"},
		{"see [the docs](https://example.org/a)", "see the docs\n(https://example.org/a)"},
		{"https://example.org/a", "https://example.org/a"},
		{"@carol and @dave in #dev", "@carol and @dave in #dev"},
		{"> - a quoted list that is too long for one row", "│ • a quoted list that is too\n│   long for one row"},
		{"one *two three four five six seven*", "one two three four five six\nseven"},
	} {
		if got := plainRows(c.text, 30, 0); got != c.want {
			t.Errorf("%q is drawn as\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

func TestAStyleGoesOnInTheNextRow(t *testing.T) {
	rows := lookOf(20).drawMarkup(markup.Parse("start **bold that goes on and on**"), 20, 0, nil)
	for i, row := range rows {
		if !strings.Contains(row, "\x1b[1m") || !strings.HasSuffix(row, "m") {
			t.Errorf("row %d is %q", i, row)
		}
	}
}

func TestALinkLeadsWhereItsVisibleAddressSays(t *testing.T) {
	rows := strings.Join(lookOf(80).drawMarkup(markup.Parse("[a](https://example.org/x)"), 80, 0, nil), "\n")
	if strings.Count(rows, "\x1b]8;;https://example.org/x\a") != 2 || !strings.Contains(ansi.Strip(rows), "a (https://example.org/x)") {
		t.Errorf("the link is drawn as %q", rows)
	}
}

func TestTheReadersOwnMentionStandsOut(t *testing.T) {
	l := lookOf(80)
	for name, mine := range map[string]bool{"carol": true, "Carol": true, "here": true, "room": true, "dave": false} {
		rows := l.drawMarkup(markup.Parse("hi @"+name), 80, 0, nil)
		if got := strings.Contains(rows[0], l.theme.calls.Render("@"+name)); got != mine {
			t.Errorf("@%s stands out: %v, in %q", name, got, rows[0])
		}
	}
}

func TestTheFirstRowLeavesRoomForTheName(t *testing.T) {
	if got, want := plainRows("one *two* three", 12, 8), "one\ntwo three"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := plainRows("- one", 12, 8), "\n• one"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// anyMarkdown draws text full of marks.
func anyMarkdown() *rapid.Generator[string] {
	pieces := []string{
		"a", "word ", " ", "\n", "\n\n", "\t", "日本", "e\u0301", "👨‍👩‍👧", "🇩🇪", "שלום", "\u0301\u0301\u0301\u0301", "*", "**", "_", "~~", "`",
		"```\n", "> ", "- ", "1. ", "[x](https://a.example/b)", "https://example.org/long/path ", "@carol ", "#dev ", "\u200d", "\u202e",
		"\u00a0", strings.Repeat("long", 12),
	}
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 40).Draw(t, "pieces"), "")
	})
}

func TestNoRowIsWiderThanItsRoomOrHoldsWhatATerminalObeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := lookOf(rapid.IntRange(20, 120).Draw(t, "width"))
		l.method = rapid.SampledFrom([]ansi.Method{ansi.WcWidth, ansi.GraphemeWidth}).Draw(t, "method")
		text := anyMarkdown().Draw(t, "text")
		e := newEntry(domain.Message{Seq: 1, Author: domain.Author{ID: 2, Name: "bob"}, Content: text}, domain.Author{ID: 1, Name: "carol"})
		e.unfolded = true
		for _, r := range e.draw(l) {
			drawn := r.margin + r.text
			if width := l.method.StringWidth(drawn); width > l.width && width > stampWidth+l.nameWidth()+1+3*2+leastText {
				t.Fatalf("%q is drawn %d cells wide in %d: %q", text, width, l.width, drawn)
			}
			if bare := ansi.Strip(drawn); strings.ContainsAny(bare, "\x1b\a\n\r\u202e") || domain.Visible(bare) != bare {
				t.Fatalf("%q is drawn with %q", text, bare)
			}
		}
	})
}

func TestNoLetterOfAMessageGoesMissing(t *testing.T) {
	keep := func(r rune) rune {
		if strings.ContainsRune(" \n\t\u00a0", r) {
			return -1
		}
		return r
	}
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(20, 100).Draw(t, "width")
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab c\n@#-日👍"))).Draw(t, "text")
		style := lookOf(width).theme.plain
		half := len(text) / 2
		for half < len(text) && text[half]&0xc0 == 0x80 {
			half++
		}
		rows := lookOf(width).flow([]span{{text: text[:half], style: style.Bold(true)}, {text: text[half:], style: style}}, width, 0)
		if got, want := strings.Map(keep, ansi.Strip(strings.Join(rows, ""))), strings.Map(keep, text); got != want {
			t.Fatalf("%q is drawn as %q", text, got)
		}
	})
}
