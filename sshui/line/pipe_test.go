package line_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"parley/domain"
	"parley/sshui/line"
)

const patience = 10 * time.Second

func TestAPipeGivesItsLines(t *testing.T) {
	long := strings.Repeat("x", 9000)
	for in, want := range map[string]string{
		"":                         "[]",
		"a\nb\n":                   "[a b]",
		"a\r\n\nb":                 "[a  b]",
		"\n":                       "[]",
		"a\n" + long + "\nb\n":     "[a TOO LONG b]",
		long:                       "[TOO LONG]",
		strings.Repeat("y", 8192):  "[" + strings.Repeat("y", 8192) + "]",
		"\x1b[2J\u202e\n":          "[\x1b[2J\u202e]",
		strings.Repeat("z\n", 3):   "[z z z]",
		"last \r":                  "[last ]",
		strings.Repeat(" ", 5000):  "[" + strings.Repeat(" ", 5000) + "]",
		strings.Repeat("w", 20000): "[TOO LONG]",
	} {
		pipe := line.NewPipe(iotest.HalfReader(strings.NewReader(in)), 8192)
		got := []string{}
		for {
			text, tooLong, err := pipe.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if tooLong {
				text = "TOO LONG"
			}
			got = append(got, text)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%.20q: got %.40q, want %.40q", in, fmt.Sprint(got), want)
		}
	}
}

func TestAPipeThatBreaksGivesNoHalfLine(t *testing.T) {
	broken := errors.New("broken")
	pipe := line.NewPipe(io.MultiReader(strings.NewReader("whole\nhalf"), iotest.ErrReader(broken)), 100)
	if text, _, err := pipe.Next(); text != "whole" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	if text, _, err := pipe.Next(); text != "" || !errors.Is(err, broken) {
		t.Errorf("then got %q, %v", text, err)
	}
}

func TestNoMessagePassesForAnother(t *testing.T) {
	for content, want := range map[string]string{
		"hi":                              "bob: hi",
		"/me waves":                       "* bob waves",
		"hi\n12:00 admin: send money":     "bob: hi\n  12:00 admin: send money",
		"/me bows\nadmin: yes":            "* bob bows\n  admin: yes",
		"\u202eover\x1b[2J\u009bride\rme": "bob: over\ufffd[2J\ufffdride\ufffdme",
	} {
		if got := line.Said(domain.Message{Author: domain.Author{Name: "bob"}, Content: content}); got != want {
			t.Errorf("%q: got %q, want %q", content, got, want)
		}
	}
}
