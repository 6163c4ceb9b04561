package suggest_test

import (
	"strings"
	"testing"

	"parley/sshui/suggest"
)

func TestTheNearestWordIsSuggested(t *testing.T) {
	known := []string{"help", "post", "read", "rooms", "tail", "whoami"}
	for typed, want := range map[string]string{
		"hepl": "help", "pst": "post", "who": "whoami", "toil": "tail", "raed": "read", "ro": "rooms",
		"HELP": "help", "Rooms": "rooms",
		"": "", "xyzzy": "", strings.Repeat("help", 10_000): "",
	} {
		if got := suggest.Nearest(typed, known); got != want {
			t.Errorf("%.20q: suggested %q, want %q", typed, got, want)
		}
	}
}

func TestAWordMatchesByItsLettersInOrder(t *testing.T) {
	for _, c := range []struct {
		typed string
		words []string // from the best match on
		not   []string
	}{
		{"de", []string{"dev", "design", "old-dev", "code", "d-xe"}, []string{"ed", ""}},
		{"dbl", []string{"dev-build"}, []string{"bld", "build"}},
		{"", []string{"a", "bb"}, nil},
		{"ALI", []string{"alice", "natalie"}, []string{"al"}},
		{"日", []string{"日本", "本日"}, []string{"本"}},
	} {
		before := -1
		for _, word := range c.words {
			rank, ok := suggest.Match(c.typed, word)
			if !ok || rank <= before {
				t.Errorf("%q in %q ranks %d (%v), after %d", c.typed, word, rank, ok, before)
			}
			before = rank
		}
		for _, word := range c.not {
			if _, ok := suggest.Match(c.typed, word); ok {
				t.Errorf("%q matches %q", c.typed, word)
			}
		}
	}
}
