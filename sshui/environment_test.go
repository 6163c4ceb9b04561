package sshui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"parley/sshui/tui"
)

func TestOnlyWhatTheScreenNeedsIsKeptOfTheEnvironment(t *testing.T) {
	var e environment
	for name, value := range map[string]string{
		"COLORTERM": "truecolor", "LC_ALL": "de_DE.UTF-8", "TZ": "Europe/Berlin", "NO_COLOR": "1", "LANG": "C",
	} {
		if !e.set(name, value) {
			t.Errorf("%s was refused", name)
		}
	}
	for name, value := range map[string]string{
		"LD_PRELOAD": "x", "PATH": "/", "TERM": "dumb", "LC_a=b": "x", "TZ\x00": "x", "": "x",
		"COLORTERM": "a\x1b]0;title\x07", "LANG": "a\nb", "LC_TIME": "\u202ex",
	} {
		if e.set(name, value) {
			t.Errorf("%q=%q was kept", name, value)
		}
	}
	e.set("LANG", "fr_FR.UTF-8")
	list := e.list("xterm")
	slices.Sort(list)
	want := []string{"COLORTERM=truecolor", "LANG=fr_FR.UTF-8", "LC_ALL=de_DE.UTF-8", "NO_COLOR=1", "TERM=xterm", "TZ=Europe/Berlin"}
	if !slices.Equal(list, want) {
		t.Errorf("got %q, want %q", list, want)
	}
}

func TestTheEnvironmentIsBounded(t *testing.T) {
	var e environment
	for i := range 100_000 {
		name := fmt.Sprintf("LC_%s", strings.Repeat("A", 1+i%30)+string(rune('A'+i%26)))
		e.set(name, strings.Repeat("x", i%3000))
	}
	total := 0
	for _, v := range e.variables {
		total += len(v.name) + len(v.value)
	}
	if len(e.variables) > maxVariables || total > maxEnvironment || total != e.bytes {
		t.Errorf("%d variables of %d bytes are kept, counted as %d", len(e.variables), total, e.bytes)
	}
}

func TestATerminalIsClamped(t *testing.T) {
	for _, test := range []struct {
		asked dimensions
		want  tui.Size
	}{
		{dimensions{3000, 3000, 0, 0}, tui.Size{Width: 500, Height: 200}},
		{dimensions{4294967295, 1, 0, 0}, tui.Size{Width: 500, Height: 1}},
		{dimensions{0, 0, 640, 480}, tui.Size{Width: 80, Height: 24}},
		{dimensions{0, 50, 0, 0}, tui.Size{Width: 80, Height: 50}},
		{dimensions{1, 1, 0, 0}, tui.Size{Width: 1, Height: 1}},
		{dimensions{120, 40, 0, 0}, tui.Size{Width: 120, Height: 40}},
	} {
		s := newSession(nil, nil)
		payload := gossh.Marshal(struct {
			Term                                     string
			Columns, Rows, WidthPixels, HeightPixels uint32
			Modes                                    string
		}{"xterm", test.asked.Columns, test.asked.Rows, test.asked.WidthPixels, test.asked.HeightPixels, ""})
		if !s.setTerminal(payload) || s.size != test.want {
			t.Errorf("at the request %v became %v", test.asked, s.size)
		}
		s.size = tui.Size{}
		if !s.resize(gossh.Marshal(test.asked)) || s.size != test.want {
			t.Errorf("at a change before the start %v became %v", test.asked, s.size)
		}
		s.output = newOutput(nil, 0, defaultLimits(), nil)
		for range 3 { // the latest alone is kept
			s.resize(gossh.Marshal(dimensions{7, 7, 0, 0}))
		}
		s.resize(gossh.Marshal(test.asked))
		if got := <-s.resizes; got != test.want {
			t.Errorf("at a change %v became %v", test.asked, got)
		}
	}
}

func TestAMalformedRequestIsRefused(t *testing.T) {
	for name, answer := range answers {
		s := newSession(nil, nil)
		s.terminal = name == "window-change"
		for _, payload := range [][]byte{nil, {0xff, 0xff, 0xff, 0xff}, []byte("\x00\x00\x00\x05abc")} {
			if granted := answer(s, payload); granted && name != "shell" {
				t.Errorf("%s was granted for %q", name, payload)
			}
		}
	}
}
