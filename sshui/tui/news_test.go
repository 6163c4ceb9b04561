package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"parley/domain"
)

// aTalk is three messages of bob's, the last of which answers the first.
func aTalk() *timeline {
	line := &timeline{look: lookOf(80), height: 10, me: carol, follow: true, attached: true, from: 1}
	for seq, text := range []string{"", "first", "second", "third"} {
		m := domain.Message{Seq: domain.Seq(seq), Author: bob, Content: text, CreatedAt: noon}
		if seq == 3 {
			m.ReplyTo, m.Quote = 1, &domain.Quote{Author: "bob", Text: "first"}
		}
		if seq > 0 {
			line.take(&domain.Event{Type: domain.EventMessage, Seq: m.Seq, Message: m})
		}
	}
	return line
}

func (t *timeline) shows() string { return ansi.Strip(strings.Join(t.draw(), "\n")) }

func TestALaterEventChangesTheMessage(t *testing.T) {
	for name, c := range map[string]struct {
		event  domain.Event
		has    []string
		hasNot string
	}{
		"edited": {
			domain.Event{Type: domain.EventEdited, Target: 1, Message: domain.Message{Seq: 1, Author: bob, Content: "better", CreatedAt: noon, EditedAt: noon}},
			[]string{"better (edited)", "↳ bob: better"},
			"first",
		},
		"deleted":  {domain.Event{Type: domain.EventDeleted, Target: 1}, []string{"bob          (deleted)", "↳ bob: (deleted)"}, "first"},
		"reaction": {domain.Event{Type: domain.EventReaction, Target: 2, Emoji: "👍", User: carol, Added: true}, []string{"[👍\u00a01]"}, "new"},
		"pinned":   {domain.Event{Type: domain.EventPin, Target: 2, User: bob, Added: true}, []string{"second (pinned)", "-- bob pinned a message"}, "new"},
		"not here": {domain.Event{Type: domain.EventDeleted, Target: 99}, []string{"first", "second", "third"}, "(deleted)"},
	} {
		line := aTalk()
		c.event.Seq, c.event.At = 4, noon
		line.take(&c.event)
		drawn := line.shows()
		for _, want := range c.has {
			if !strings.Contains(drawn, want) {
				t.Errorf("%s: %q is missing in\n%s", name, want, drawn)
			}
		}
		if strings.Contains(drawn, c.hasNot) {
			t.Errorf("%s: %q is in\n%s", name, c.hasNot, drawn)
		}
		if line.take(&c.event) {
			t.Errorf("%s: it is taken twice", name)
		}
	}
}

func TestAReactionIsTakenAwayAgain(t *testing.T) {
	line := aTalk()
	seq := domain.Seq(3)
	for _, step := range []struct {
		user domain.Author
		on   bool
		want string
	}{{bob, true, "👍\u00a01"}, {carol, true, "[👍\u00a02]"}, {carol, true, "[👍\u00a02]"}, {bob, false, "[👍\u00a01]"}, {carol, false, ""}, {carol, false, ""}} {
		seq++
		line.take(&domain.Event{Type: domain.EventReaction, Seq: seq, Target: 1, Emoji: "👍", User: step.user, Added: step.on})
		if drawn := line.shows(); step.want != "" && !strings.Contains(drawn, step.want) || step.want == "" && strings.Contains(drawn, "👍") {
			t.Errorf("after %v the screen is\n%s", step, drawn)
		}
	}
}

func TestTheKeyboardChoosesMessagesAndShowsThem(t *testing.T) {
	line := aTalk()
	line.height = 2
	line.take(&domain.Event{Type: domain.EventMember, Change: domain.Joined, User: bob, Seq: 4, At: noon})
	for _, step := range []struct {
		by   int
		want string
	}{{-1, "third"}, {-1, "second"}, {-1, "first"}, {-1, "first"}, {5, "third"}, {1, "third"}} {
		line.chooseNext(step.by)
		if line.chosen == nil || line.chosen.text != step.want || !strings.Contains(line.shows(), "12:00›bob") {
			t.Fatalf("%q is chosen, want %q, on\n%s", line.chosen.text, step.want, line.shows())
		}
	}
	line.unchoose()
	if drawn := line.shows(); strings.Contains(drawn, "›") {
		t.Errorf("something is chosen still:\n%s", drawn)
	}
}
