package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"parley/domain"
)

var (
	carol = domain.Author{ID: 1, Name: "carol"}
	bob   = domain.Author{ID: 2, Name: "bob"}
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
)

// shown draws a message for carol, without styles.
func shown(width int, m domain.Message, change func(*entry)) string {
	m.Seq, m.Author, m.CreatedAt = 5, bob, noon
	e := newEntry(m, carol)
	if change != nil {
		change(e)
	}
	var rows []string
	for _, r := range e.draw(lookOf(width)) {
		rows = append(rows, strings.TrimRight(ansi.Strip(r.margin+r.text), " "))
	}
	return strings.Join(rows, "\n")
}

func TestAMessageShowsWhatBecameOfIt(t *testing.T) {
	for name, c := range map[string]struct {
		message domain.Message
		change  func(*entry)
		wide    string
		narrow  string
	}{
		"plain": {domain.Message{Content: "hi"}, nil, "12:00 bob          hi", "12:00 bob: hi"},
		"edited and pinned": {
			domain.Message{Content: "hi", EditedAt: noon, Pinned: true},
			nil,
			"12:00 bob          hi (edited) (pinned)", "12:00 bob: hi (edited) (pinned)",
		},
		"deleted":   {domain.Message{Deleted: true}, nil, "12:00 bob          (deleted)", "12:00 bob: (deleted)"},
		"an action": {domain.Message{Content: "/me waves *hard*"}, nil, "12:00 *            bob waves hard", "12:00 * bob waves hard"},
		"an action of a list": {
			domain.Message{Content: "/me - waves"},
			nil,
			"12:00 *            bob\n                   • waves", "12:00 * bob\n  • waves",
		},
		"a mention":  {domain.Message{Content: "hi @Carol", Mentions: []string{"Carol"}}, nil, "12:00!bob          hi @Carol", "12:00!bob: hi @Carol"},
		"the chosen": {domain.Message{Content: "hi"}, func(e *entry) { e.chosen = true }, "12:00›bob          hi", "12:00›bob: hi"},
		"an answer": {
			domain.Message{Content: "yes", ReplyTo: 2, Quote: &domain.Quote{Author: "dave", Text: "is it?"}},
			nil,
			"12:00 bob          ↳ dave: is it?\n                   yes", "12:00 bob: ↳ dave: is it?\n  yes",
		},
		"an answer to nothing": {
			domain.Message{Content: "yes", ReplyTo: 2, Quote: &domain.Quote{Author: "dave", Deleted: true}},
			nil,
			"12:00 bob          ↳ dave: (deleted)\n                   yes", "12:00 bob: ↳ dave: (deleted)\n  yes",
		},
		"reactions": {
			domain.Message{Content: "hi", Reactions: []domain.Reaction{
				{Emoji: "👍", Users: []domain.Author{bob, carol}}, {Emoji: "🎉", Users: []domain.Author{bob}},
			}},
			nil,
			"12:00 bob          hi\n                   [👍 2]  🎉 1", "12:00 bob: hi\n  [👍 2]  🎉 1",
		},
	} {
		bare := func(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
		if got := bare(shown(80, c.message, c.change)); got != c.wide {
			t.Errorf("%s, wide:\n%s\nwant\n%s", name, got, c.wide)
		}
		if got := bare(shown(40, c.message, c.change)); got != c.narrow {
			t.Errorf("%s, narrow:\n%s\nwant\n%s", name, got, c.narrow)
		}
	}
}

func TestALongMessageFoldsToItsFirstLines(t *testing.T) {
	text := "first" + strings.Repeat("\nline", 19)
	folded := shown(80, domain.Message{Content: text}, nil)
	if rows := strings.Split(folded, "\n"); len(rows) != foldTo+1 || !strings.HasSuffix(folded, "… 8 more lines") {
		t.Errorf("it is drawn as\n%s", folded)
	}
	whole := shown(80, domain.Message{Content: text}, func(e *entry) { e.unfolded = true })
	if rows := strings.Split(whole, "\n"); len(rows) != 20 {
		t.Errorf("unfolded it has %d rows", len(rows))
	}
	if short := shown(80, domain.Message{Content: "first" + strings.Repeat("\nline", 14)}, nil); strings.Contains(short, "more") {
		t.Errorf("fifteen lines are folded:\n%s", short)
	}
}

func TestNothingInAnyFieldReachesTheTerminalAsACommand(t *testing.T) {
	const weapon = "a\x1b[2J\x1b]0;x\a\u009b31m\u202eb\u2066c\u200b\u202c\r\n\td\x7f"
	drawn := shown(80, domain.Message{
		Content: "see " + weapon, ReplyTo: 1, Quote: &domain.Quote{Author: weapon, Text: weapon},
		Reactions: []domain.Reaction{{Emoji: weapon, Users: []domain.Author{{ID: 3, Name: weapon}}}},
	}, func(e *entry) { e.author.Name = domain.VisibleLine(weapon) })
	event := domain.Event{Type: domain.EventRoom, Change: domain.TopicSet, By: domain.Author{Name: weapon}, Topic: weapon, At: noon, Seq: 6}
	for _, r := range newNotice(&event).draw(lookOf(80)) {
		drawn += "\n" + ansi.Strip(r.margin+r.text)
	}
	if strings.ContainsAny(drawn, "\x1b\a\r\t\u009b\u202e\u2066\u200b\x7f") {
		t.Errorf("it is drawn as %q", drawn)
	}
}

func TestWhoComesAndGoesIsFoldedTogether(t *testing.T) {
	line := timeline{look: lookOf(80), height: 10, me: carol, follow: true, attached: true}
	seq := domain.Seq(0)
	event := func(e domain.Event) {
		seq++
		e.Seq, e.At = seq, noon
		e.Message.Seq = seq
		line.take(&e)
	}
	person := func(name string) domain.Author { return domain.Author{ID: domain.UserID(len(name) + 10), Name: name} }
	for _, name := range []string{"alice", "bobby"} {
		event(domain.Event{Type: domain.EventMember, Change: domain.Joined, User: person(name)})
	}
	event(domain.Event{Type: domain.EventMember, Change: domain.Left, User: person("dave")})
	event(domain.Event{Type: domain.EventRoom, Change: domain.TopicSet, By: person("alice"), Topic: "tea"})
	event(domain.Event{Type: domain.EventMessage, Message: domain.Message{Author: bob, Content: "hi", CreatedAt: noon}})
	event(domain.Event{Type: domain.EventMember, Change: domain.Left, User: person("alice")})
	drawn := ansi.Strip(strings.Join(line.draw(), "\n"))
	for _, want := range []string{"-- alice, bobby joined · dave left · alice set the topic: tea\n", "hi\n", "-- alice left"} {
		if !strings.Contains(drawn, want) {
			t.Errorf("%q is missing in\n%s", want, drawn)
		}
	}
	if below := line.settle(false); below != 1 {
		t.Errorf("%d messages count as new", below)
	}
}

func TestACrowdIsCounted(t *testing.T) {
	var list []notice
	for i := range 30 {
		list = append(list, notice{who: "user" + decimal(i), how: domain.Joined})
	}
	list = append(list, notice{who: "user0", how: domain.Left})
	if got, want := folded(list), "-- user1, user2, user3, user4, user5 and 24 others joined · user0 left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
