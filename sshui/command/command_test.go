package command

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/broadcast"
)

func TestEveryKindHasItsStatus(t *testing.T) {
	later := map[domain.Kind]bool{domain.RateLimited: true, domain.Unavailable: true}
	for _, kind := range domain.Kinds() {
		if _, ok := statuses[kind]; !ok {
			t.Errorf("kind %d is not in the table", kind)
		}
		text, status := Explain(fmt.Errorf("context: %w", &domain.Error{
			Kind: kind, Code: "some.code", Message: "in \x1bwords", Err: errors.New("inside"),
		}))
		want := Failed
		if later[kind] {
			want = TryLater
		}
		if status != want || text != "parley: in \ufffdwords (some.code)" {
			t.Errorf("kind %d: %q, %d", kind, text, status)
		}
	}
	if text, status := Explain(errors.New("inside")); status != Failed || strings.Contains(text, "inside") {
		t.Errorf("an unexpected fault: %q, %d", text, status)
	}
	for reconnect, want := range map[bool]int{true: TryLater, false: Failed} {
		_, status := Explain(&broadcast.Bye{Code: "some.code", Message: "bye", Reconnect: reconnect})
		if status != want {
			t.Errorf("goodbye, reconnect %v: %d", reconnect, status)
		}
	}
}

func TestTheTableIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range table() {
		if seen[c.name] || c.does == "" || len(c.examples) == 0 || c.run == nil {
			t.Errorf("%s is incomplete or there twice", c.name)
		}
		for _, example := range c.examples {
			if !regexp.MustCompile(`^` + c.name + `( |$)`).MatchString(example) {
				t.Errorf("%s: the example %q is of another command", c.name, example)
			}
		}
		seen[c.name] = true
	}
}

// Of any command line, the text is a tail of what was typed, and words hold no
// blanks: nothing is unquoted, joined or lost.
func TestATextComesOutAsItWasTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune(" \t\n-'\"\\=n$#ab")), rapid.Rune())).Draw(t, "raw")
		var on bool
		n := 0
		a := arguments{most: 1, hasText: true, flags: []flag{{name: "--json", on: &on}, number(&n, "-n", 1, 9)}}
		err := a.parse(raw)
		var used *misuse
		if err != nil && !errors.As(err, &used) && !errors.Is(err, errHelp) {
			t.Fatalf("%q: %v", raw, err)
		}
		if err == nil && !strings.HasSuffix(raw, a.text) {
			t.Fatalf("%q became the text %q", raw, a.text)
		}
		for _, word := range a.words {
			if !strings.Contains(raw, word) || strings.ContainsAny(word, blanks) {
				t.Fatalf("%q became the word %q", raw, word)
			}
		}
		if err != nil {
			if text, _ := Explain(err); strings.ContainsFunc(text, domain.IsControl) || len(text) > 400 {
				t.Fatalf("%q is answered with %q", raw, text)
			}
		}
	})
}
