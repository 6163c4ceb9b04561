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
		"": "", "xyzzy": "", strings.Repeat("help", 10_000): "",
	} {
		if got := suggest.Nearest(typed, known); got != want {
			t.Errorf("%.20q: suggested %q, want %q", typed, got, want)
		}
	}
}
