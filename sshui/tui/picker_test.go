package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func choicesOf(words ...string) (list []choice) {
	for _, w := range words {
		list = append(list, choice{words: w, label: w})
	}
	return list
}

func (p *picker) typed(text string) {
	p.line.insert(text)
	p.edited()
}

func TestAPickerFindsByAFewLetters(t *testing.T) {
	var p picker
	p.ask("go to: ", choicesOf("lobby", "dev", "design", "old-dev"))
	if p.current().words != "lobby" {
		t.Errorf("without letters the first is %q", p.current().words)
	}
	p.typed("de")
	if got := ansi.Strip(strings.Join(p.lines(lookOf(40), 5), "\n")); got != "› dev\n  design\n  old-dev" {
		t.Errorf("the matches are\n%s", got)
	}
	p.move(-1)
	if p.current().words != "old-dev" {
		t.Errorf("before the first comes %q", p.current().words)
	}
	p.typed("zz")
	if p.current() != nil || !strings.Contains(p.lines(lookOf(40), 5)[0], "nothing matches") {
		t.Error("something matches dezz")
	}
}

func TestAPickerKeepsItsPlaceWhenMoreIsOffered(t *testing.T) {
	var p picker
	p.ask("go to: ", choicesOf("dev", "design"))
	p.typed("d")
	p.move(1)
	p.offer(choicesOf("dab", "dev", "design"))
	if p.current().words != "design" || p.line.value() != "d" {
		t.Errorf("%q is chosen after %q", p.current().words, p.line.value())
	}
}

func TestAPickerScrollsToWhatEnterTakes(t *testing.T) {
	var p picker
	p.ask("", choicesOf("a", "b", "c", "d", "e"))
	for _, want := range []string{"› a", "› b", "› c", "› d", "› e", "› a"} {
		if rows := ansi.Strip(strings.Join(p.lines(lookOf(40), 2), "\n")); !strings.Contains(rows, want) {
			t.Errorf("%q is not among\n%s", want, rows)
		}
		p.move(1)
	}
}

func TestAnEmojiIsPickedWithItsColonsToo(t *testing.T) {
	var p picker
	p.ask("react with: ", choicesOf("smile", "tada"))
	p.typed(":tada:")
	if c := p.current(); c == nil || c.words != "tada" {
		t.Errorf("picked is %+v", c)
	}
}
