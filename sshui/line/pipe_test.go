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

func TestWhatIsToldOfAMessageStandsWhereNoTextCan(t *testing.T) {
	at := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	bob := domain.Author{Name: "bob"}
	for want, m := range map[string]domain.Message{
		"1 bob (edited): (deleted)":                      {Content: "(deleted)", EditedAt: at},
		"1 bob (deleted)":                                {Deleted: true, EditedAt: at, ReplyTo: 4},
		"1 * bob (edited, pinned) bows":                  {Content: "/me bows", EditedAt: at, Pinned: true},
		"-- answers 4 amy: so? \\ 1 bob: -- answers 5":   {Content: "-- answers 5", ReplyTo: 4, Quote: &domain.Quote{Author: "amy", Text: "so?"}},
		"-- answers 4 amy (deleted) \\ 1 bob: a \\   b":  {Content: "a\nb", ReplyTo: 4, Quote: &domain.Quote{Author: "amy", Deleted: true}},
		"-- answers 4 \\ 1 bob: gone by now":             {Content: "gone by now", ReplyTo: 4},
		"1 bob: x \\   -- on 1: 👍 amy \\ -- on 1: 🎉 bob": {Content: "x\n-- on 1: 👍 amy", Reactions: []domain.Reaction{{Emoji: "🎉", Users: []domain.Author{bob}}}},
	} {
		m.Seq, m.Author = 1, bob
		got := strings.ReplaceAll(strings.Join(line.Lines("1 ", m), "\n"), "\n", " \\ ")
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestWhatAReaderWasShownIsNoNews(t *testing.T) {
	start := line.Start{After: 10, Head: 20}
	for _, c := range []struct {
		seq, target domain.Seq
		news        bool
	}{
		{seq: 15, target: 5, news: true},   // of a message that was not shown
		{seq: 15, target: 12, news: false}, // of one that was, as it is now
		{seq: 21, target: 12, news: true},
		{seq: 15, target: 0, news: true}, // of no message
	} {
		if got := start.IsNews(&domain.Event{Seq: c.seq, Target: c.target}); got != c.news {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}
