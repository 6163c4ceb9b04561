package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
)

func rung(cmd tea.Cmd) string {
	if cmd == nil {
		return ""
	}
	text, _ := cmd().(tea.RawMsg).Msg.(string)
	return text
}

func TestTheTerminalIsToldOnceOfAllThatCame(t *testing.T) {
	var a alert
	a.note(&domain.Message{Author: bob, Content: "are you *there*, @carol?"}, "#dev")
	a.note(&domain.Message{Author: bob, Content: "hello?"}, "#dev")
	if got, want := rung(a.ring(bellMention)), "\a\x1b]9;Parley: bob in #dev: are you there, @carol? (and 1 more)\a"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := rung(a.ring(bellMention)); got != "" {
		t.Errorf("it is told again: %q", got)
	}
	a.note(&domain.Message{Author: bob, Content: "hi"}, "@bob")
	if got := rung(a.ring(bellOff)); got != "" {
		t.Errorf("although the bell is off: %q", got)
	}
}

func TestNothingInAMessageEndsANotice(t *testing.T) {
	var a alert
	a.note(&domain.Message{Author: bob, Content: "x\a\x1b\\\x1b]0;y\x9c" + strings.Repeat("z\n", 500)}, "#d\x1bev")
	got := rung(a.ring(bellAll))
	inside := strings.TrimSuffix(strings.TrimPrefix(got, "\a\x1b]9;"), "\a")
	if strings.ContainsAny(inside, "\x1b\a\u009c\n") || len([]rune(inside)) > maxAlerted+len("Parley: ")+1 {
		t.Errorf("the notice is %q", got)
	}
}
