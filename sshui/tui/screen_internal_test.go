package tui

import (
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store/storetest"
)

// anyKey draws a key that does something, or writes something.
func anyKey() *rapid.Generator[tea.KeyPressMsg] {
	press := func(code rune, mod tea.KeyMod, text string) tea.KeyPressMsg {
		return tea.KeyPressMsg{Code: code, Mod: mod, Text: text}
	}
	keys := []tea.KeyPressMsg{
		press(tea.KeyUp, 0, ""), press(tea.KeyUp, tea.ModAlt, ""), press(tea.KeyDown, 0, ""), press(tea.KeyEnter, 0, ""),
		press(tea.KeyEscape, 0, ""), press(tea.KeyTab, 0, ""), press(tea.KeyTab, tea.ModShift, ""), press(tea.KeyPgUp, 0, ""),
		press(tea.KeyPgDown, 0, ""), press(tea.KeyEnd, 0, ""), press(tea.KeyHome, tea.ModCtrl, ""), press(tea.KeyF1, 0, ""),
		press(tea.KeyBackspace, 0, ""), press('a', tea.ModAlt, ""), press('1', tea.ModAlt, ""), press('2', tea.ModAlt, ""),
		press('9', tea.ModAlt, ""),
	}
	for _, r := range "gnporuwykaebd" {
		keys = append(keys, press(r, tea.ModCtrl, ""))
	}
	for _, r := range "redycopxu+@#:/ 日👍" {
		keys = append(keys, press(r, 0, string(r)))
	}
	return rapid.SampledFrom(keys)
}

// anyEvent draws something that can happen in one of three rooms, in whatever
// order and however little sense it makes.
func anyEvent(seq domain.Seq) *rapid.Generator[domain.Event] {
	types := []domain.EventType{
		domain.EventMessage, domain.EventMessage, domain.EventMessage, domain.EventEdited, domain.EventDeleted, domain.EventReaction,
		domain.EventPin, domain.EventMember, domain.EventRoom, domain.EventRead, domain.EventDraft, domain.EventTyping,
		domain.EventPresence, "", "unheard of",
	}
	changes := []domain.Change{
		domain.Joined, domain.Left, domain.Removed, domain.Invited, domain.RoleSet, domain.TopicSet, domain.Renamed,
		domain.Archived, domain.Ended, domain.Added, domain.Configured, "",
	}
	people := []domain.Author{{ID: 1, Name: "carol"}, {ID: 77, Name: "mallory"}, {ID: 78, Name: "\x1b[31m\u202eevil\n"}}
	return rapid.Custom(func(t *rapid.T) domain.Event {
		person := rapid.SampledFrom(people).Draw(t, "who")
		text := anyMarkdown().Draw(t, "text")
		target := domain.Seq(rapid.IntRange(0, int(seq)).Draw(t, "target"))
		e := domain.Event{
			Type: rapid.SampledFrom(types).Draw(t, "type"), RoomID: domain.RoomID(rapid.IntRange(1, 3).Draw(t, "room")),
			Seq: seq, At: noon, Target: target, User: person, By: person, Content: text, Topic: text, Emoji: "👍",
			Change: rapid.SampledFrom(changes).Draw(t, "change"), Added: rapid.Bool().Draw(t, "added"), Room: "renamed",
			Message: domain.Message{Seq: seq, Author: person, Content: text, ReplyTo: target, CreatedAt: noon, Mentions: []string{"carol"}},
			People:  []domain.Presence{{User: person, State: domain.Away, Status: text}},
		}
		if target%2 == 1 {
			e.Message.Quote = &domain.Quote{Author: person.Name, Text: text}
		}
		if e.Type == domain.EventEdited {
			e.Message.Seq = target
		}
		if e.Type == domain.EventRoom && rapid.Bool().Draw(t, "of the moment") {
			e.Seq = 0
		}
		return e
	})
}

// Whatever is typed and whatever happens, the screen stands, fills the terminal
// and is not wider than it.
func TestTheScreenStandsWhateverHappens(t *testing.T) {
	core := storetest.NewCore(t)
	reader := core.User(t, "carol")
	config := Config{Chat: core.Chat, Actor: reader, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: time.Now}
	for _, name := range []string{"dev", "zoo"} {
		if _, err := core.Chat.Create(t.Context(), reader, chat.Creation{Name: name, Kind: domain.RoomPublic}); err != nil {
			t.Fatal(err)
		}
	}
	live := core.Chat.Connect(reader, broadcast.Options{Presence: true})
	defer live.Close(broadcast.ErrLeft)
	terminal := Terminal{In: io.NopCloser(strings.NewReader("")), Size: Size{80, 24}}
	started := newScreen(t.Context(), terminal, config, live).start()()
	rapid.Check(t, func(r *rapid.T) {
		s := newScreen(t.Context(), terminal, config, live)
		s.Update(started)
		if !s.started {
			r.Fatal("the screen does not start")
		}
		for _, lr := range s.roomList.rooms {
			s.show(lr)
			s.fill(pageMsg{room: lr.ID, need: opening})
		}
		seq := domain.Seq(0)
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			var msg tea.Msg
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0:
				msg = tea.WindowSizeMsg{Width: rapid.IntRange(1, 130).Draw(r, "width"), Height: rapid.IntRange(1, 45).Draw(r, "height")}
			case 1, 2:
				seq++
				msg = feedMsg{[]domain.Event{anyEvent(seq).Draw(r, "event")}}
			case 3:
				msg = tea.PasteMsg{Content: rapid.SampledFrom([]string{
					"/help", "/theme contrast", "/pin", "/reader on", "/reader off", "/react :+1:", "/topic", "/me waves", "a\nb\nc\nd",
				}).Draw(r, "pasted")}
			default:
				msg = anyKey().Draw(r, "key")
			}
			s.Update(msg)
			s.finishing = false // whoever left stays, so that more can happen
			checkScreen(r, s)
		}
	})
}

func checkScreen(r *rapid.T, s *screen) {
	view := s.View()
	if s.ended != nil {
		r.Fatalf("it ended: %v", s.ended)
	}
	rows := strings.Split(view.Content, "\n")
	if arrange(s.size, 1).tooSmall || s.reader.on {
		return
	}
	if len(rows) != s.size.Height {
		r.Fatalf("%v is filled with %d rows:\n%s", s.size, len(rows), view.Content)
	}
	for i, row := range rows {
		if width := s.look.method.StringWidth(row); width > s.size.Width {
			r.Fatalf("row %d of %v is %d wide: %q", i, s.size, width, row)
		}
	}
	if c := view.Cursor; c != nil && (c.X < 0 || c.X >= s.size.Width || c.Y < 0 || c.Y >= s.size.Height) {
		r.Fatalf("the cursor of %v is at %v", s.size, c.Position)
	}
}

// A jump that was asked for in a room acts there or not at all.
func TestAJumpIsForgottenWhenTheRoomWasLeft(t *testing.T) {
	core := storetest.NewCore(t)
	reader := core.User(t, "carol")
	if _, err := core.Chat.Create(t.Context(), reader, chat.Creation{Name: "dev", Kind: domain.RoomPublic}); err != nil {
		t.Fatal(err)
	}
	live := core.Chat.Connect(reader, broadcast.Options{})
	defer live.Close(broadcast.ErrLeft)
	config := Config{Chat: core.Chat, Actor: reader, Log: slog.New(slog.DiscardHandler), Now: time.Now}
	s := newScreen(t.Context(), Terminal{Size: Size{80, 24}}, config, live)
	s.Update(s.start()())
	left := s.room
	s.enter(s.roomList.at(2))
	s.Update(pageMsg{room: left.id, need: around, edge: 7, page: chat.Page{
		Messages: []domain.Message{{Seq: 7, Author: bob, Content: "old"}}, HasAfter: true, Extent: domain.Extent{Head: 9},
	}})
	if left.timeline.chosen != nil || len(left.timeline.items) > 0 {
		t.Errorf("the room that was left shows %+v", left.timeline.items)
	}
	if s.choosing.on || s.status.text != "" {
		t.Errorf("the room in view is told of it: %+v, %q", s.choosing, s.status.text)
	}
}

// A store that was slow may answer twice, as it was asked again meanwhile.
func TestARoomIsOpenedOnce(t *testing.T) {
	core := storetest.NewCore(t)
	live := core.Chat.Connect(core.User(t, "carol"), broadcast.Options{})
	defer live.Close(broadcast.ErrLeft)
	config := Config{Chat: core.Chat, Actor: core.User(t, "dave"), Log: slog.New(slog.DiscardHandler), Now: time.Now}
	s := newScreen(t.Context(), Terminal{Size: Size{80, 24}}, config, live)
	s.Update(s.start()())
	message := domain.Message{Seq: 7, Author: bob, Content: "new"}
	s.Update(feedMsg{[]domain.Event{{Type: domain.EventMessage, RoomID: s.room.id, Seq: 7, Message: message}}})
	s.Update(pageMsg{room: s.room.id, need: opening, page: chat.Page{}})
	if s.room.timeline.find(7) == nil {
		t.Error("what came meanwhile is gone")
	}
}

func TestAViewThatWasReadBeforeAnEventDoesNotUndoIt(t *testing.T) {
	var rl roomList
	view := chat.View{Room: domain.Room{ID: 7, Name: "garden"}, Role: domain.RoleOwner}
	view.Head = 1
	known := rl.put(view)
	known.Head, known.Topic = 2, "roses and tulips"
	if rl.put(view).Topic != "roses and tulips" {
		t.Error("the topic is gone")
	}
	if view.Head, view.Topic = 3, "lilies"; rl.put(view).Topic != "lilies" {
		t.Error("what is newer was not taken")
	}
}
