package chat_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// Numbers that no message has: a change's, one that is to come, and nonsense.
func TestWhatIsNoMessageCannotBeChangedOrAnswered(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice := core.User(t, "alice")
		send(t, core, alice, "hello") // 1
		if err := core.Chat.React(t.Context(), alice, lobby, 1, "👍", true); err != nil {
			t.Fatal(err) // 2
		}
		for _, seq := range []domain.Seq{2, 3, 0, -1, 1<<63 - 1, -1 << 63} {
			for what, err := range map[string]error{
				"edit":     second(core.Chat.Edit(t.Context(), alice, lobby, seq, "x")),
				"delete":   core.Chat.Delete(t.Context(), alice, lobby, seq),
				"react":    core.Chat.React(t.Context(), alice, lobby, seq, "👍", true),
				"unreact":  core.Chat.React(t.Context(), alice, lobby, seq, "👍", false),
				"message":  second(core.Chat.Message(t.Context(), alice, lobby, seq)),
				"versions": second(core.Chat.Versions(t.Context(), alice, lobby, seq)),
			} {
				if domain.KindOf(err) != domain.NotFound || !domain.HasCode(err, "message.not_found") {
					t.Errorf("%s %d: got %v", what, seq, err)
				}
			}
			if seq == 0 {
				continue // answers nothing
			}
			_, err := core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: "x", ReplyTo: seq})
			storetest.WantError(t, err, domain.NotFound, "message.not_found")
		}
		if view, err := core.Chat.Room(t.Context(), alice, lobby); err != nil || view.Head != 2 {
			t.Errorf("the room went on to %d, %v", view.Head, err)
		}
	})
}

func TestAnAnswerIsToAMessageOfTheSameRoom(t *testing.T) {
	t.Parallel()
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	room := makeRoom(t, core, domain.RoomPrivate, alice)
	if _, err := core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: "a secret"}); err != nil {
		t.Fatal(err)
	}
	_, err := core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: "look", ReplyTo: 1})
	storetest.WantError(t, err, domain.NotFound, "message.not_found")
}

// A message that was stored is the same when it is sent again, though what it
// answers was deleted meanwhile.
func TestAnAnswerSentAgainIsTheSameThoughWhatItAnswersIsGone(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice := core.User(t, "alice")
		send(t, core, alice, "hello")
		draft := chat.Draft{Content: "indeed", Nonce: "n", ReplyTo: 1}
		first, err := core.Chat.Send(t.Context(), alice, lobby, draft)
		if err != nil {
			t.Fatal(err)
		}
		if err := core.Chat.Delete(t.Context(), alice, lobby, 1); err != nil {
			t.Fatal(err)
		}
		again, err := core.Chat.Send(t.Context(), alice, lobby, draft)
		first.Message.Quote = nil // of what is gone nothing is recalled
		if diff := cmp.Diff(first, again); err != nil || diff != "" {
			t.Errorf("%v (-first +again):\n%s", err, diff)
		}
		for _, other := range []chat.Draft{{Content: "indeed", Nonce: "m", ReplyTo: 1}, {Content: "indeed!", Nonce: "n", ReplyTo: 1}} {
			_, err := core.Chat.Send(t.Context(), alice, lobby, other)
			storetest.WantError(t, err, domain.NotFound, "message.not_found")
		}
	})
}

func TestAReactionIsOneEmoji(t *testing.T) {
	t.Parallel()
	core, clock := newCore(t)
	alice := core.User(t, "alice")
	send(t, core, alice, "hello")
	for _, emoji := range []string{"", "a", "1", "👍👍", "👍 ", ":+1:", "👍a", "\u200d", "👍\u200d", "\ufe0f", "<b>", "🇩", "日"} {
		err := core.Chat.React(t.Context(), alice, lobby, 1, emoji, true)
		storetest.WantError(t, err, domain.Invalid, "reaction.emoji")
	}
	// Two spellings of one emoji are one reaction.
	for i, emoji := range []string{"❤", "❤\ufe0f", "❤\ufe0e"} {
		if err := core.Chat.React(t.Context(), alice, lobby, 1, emoji, true); err != nil {
			t.Error(err)
		}
		if m, err := core.Chat.Message(t.Context(), alice, lobby, 1); err != nil || len(m.Reactions) != 1 || len(m.Reactions[0].Users) != 1 {
			t.Errorf("after %d: %+v, %v", i, m.Reactions, err)
		}
	}
	clock.pass(time.Minute)
	if err := core.Chat.React(t.Context(), alice, lobby, 1, "❤", false); err != nil {
		t.Error(err)
	}
	if m, err := core.Chat.Message(t.Context(), alice, lobby, 1); err != nil || len(m.Reactions) != 0 {
		t.Errorf("%+v, %v", m.Reactions, err)
	}
}

func TestAMessageTakesFiftyKindsOfReactions(t *testing.T) {
	t.Parallel()
	core, clock := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	send(t, core, alice, "hello")
	kind := func(i int) string { return string(rune(0x1f600 + i)) }
	for i := range domain.MaxReactionKinds {
		clock.pass(time.Second)
		if err := core.Chat.React(t.Context(), alice, lobby, 1, kind(i), true); err != nil {
			t.Fatal(err)
		}
	}
	err := core.Chat.React(t.Context(), alice, lobby, 1, kind(domain.MaxReactionKinds), true)
	storetest.WantError(t, err, domain.Conflict, "message.reactions_full")
	for _, err := range []error{
		core.Chat.React(t.Context(), bob, lobby, 1, kind(7), true), // of a kind that is there
		core.Chat.React(t.Context(), alice, lobby, 1, kind(0), false),
		core.Chat.React(t.Context(), alice, lobby, 1, kind(domain.MaxReactionKinds), true),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestARoomPinsAHundredMessages(t *testing.T) {
	t.Parallel()
	core, clock := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	view, _, err := core.Chat.Open(t.Context(), alice, []string{"bob"})
	if err != nil {
		t.Fatal(err)
	}
	room := domain.Address{ID: view.ID}
	for i := range domain.MaxPins + 1 {
		clock.pass(time.Second)
		if _, err := core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for seq := range domain.Seq(domain.MaxPins) {
		clock.pass(time.Second)
		if err := core.Chat.Pin(t.Context(), bob, room, seq+1, true); err != nil {
			t.Fatal(err)
		}
	}
	err = core.Chat.Pin(t.Context(), alice, room, domain.MaxPins+1, true)
	storetest.WantError(t, err, domain.Conflict, "room.pins_full")
	if pinned, err := core.Chat.Pinned(t.Context(), alice, room); err != nil || len(pinned) != domain.MaxPins || pinned[0].Seq != 1 {
		t.Errorf("%d are pinned, %v", len(pinned), err)
	}
	// A deleted message is pinned no more.
	if err := core.Chat.Delete(t.Context(), alice, room, 1); err != nil {
		t.Fatal(err)
	}
	if err := core.Chat.Pin(t.Context(), alice, room, domain.MaxPins+1, true); err != nil {
		t.Error(err)
	}
	err = core.Chat.Pin(t.Context(), alice, room, 1, true)
	storetest.WantError(t, err, domain.Conflict, "message.deleted")
}

func TestAnEditIsOfOnesOwnMessageAndInTime(t *testing.T) {
	t.Parallel()
	clock := &clock{at: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	core := storetest.NewCoreWith(t, storetest.SQLite(t), func(s *storetest.Settings) {
		s.Now, s.EditWindow = clock.now, time.Hour
	})
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	send(t, core, alice, "hello")
	clock.pass(time.Hour)
	live := follow(t, core, bob, lobby, 0)
	edited, err := core.Chat.Edit(t.Context(), alice, lobby, 1, " hello there\r\n")
	if err != nil || edited.Content != "hello there" || !edited.EditedAt.Equal(clock.now()) {
		t.Errorf("got %+v, %v", edited, err)
	}
	if event := events(t, live, 2)[1]; !cmp.Equal(event.Message, edited) {
		t.Errorf("told %+v", event)
	}
	if m, err := core.Chat.Message(t.Context(), alice, lobby, 1); err != nil || !cmp.Equal(m, edited) {
		t.Errorf("stored %+v, %v", m, err)
	}
	if again, err := core.Chat.Edit(t.Context(), alice, lobby, 1, "hello there"); err != nil || !cmp.Equal(again, edited) {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	_, err = core.Chat.Edit(t.Context(), bob, lobby, 1, "mine")
	storetest.WantError(t, err, domain.Forbidden, "message.not_yours")
	for content, code := range map[string]string{"": "message.empty", "\x1b": "message.control", "\xff": "message.encoding"} {
		_, err = core.Chat.Edit(t.Context(), alice, lobby, 1, content)
		storetest.WantError(t, err, domain.Invalid, code)
	}
	clock.pass(time.Microsecond)
	_, err = core.Chat.Edit(t.Context(), alice, lobby, 1, "too late")
	storetest.WantError(t, err, domain.Forbidden, "message.edit_window")
	versions, err := core.Chat.Versions(t.Context(), alice, lobby, 1)
	if err != nil || len(versions) != 1 || versions[0].Content != "hello" {
		t.Errorf("before it said %+v, %v", versions, err)
	}
}

// The clock of the store's stamp and of what is told are one, whenever it is
// looked at.
func TestAnEditIsToldWithTheTimeItIsStoredWith(t *testing.T) {
	t.Parallel()
	clock := &clock{at: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	core := storetest.NewCoreWith(t, storetest.SQLite(t), func(s *storetest.Settings) {
		s.Now = func() time.Time { clock.pass(time.Millisecond); return clock.now() }
	})
	alice := core.User(t, "alice")
	send(t, core, alice, "hello")
	edited, err := core.Chat.Edit(t.Context(), alice, lobby, 1, "hello there")
	if err != nil {
		t.Fatal(err)
	}
	if m, err := core.Chat.Message(t.Context(), alice, lobby, 1); err != nil || !cmp.Equal(m, edited) {
		t.Errorf("stored %+v, told %+v, %v", m, edited, err)
	}
}

func TestEachKindOfCallHasALimitOfItsOwn(t *testing.T) {
	t.Parallel()
	core, clock := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	send(t, core, alice, "hello")
	on := false
	for _, c := range []struct {
		code  string
		burst int
		pause time.Duration
		call  func(who auth.Actor, i int) error
	}{
		{"limit.changes", 60, 100 * time.Millisecond, func(who auth.Actor, _ int) error {
			on = !on
			return core.Chat.React(t.Context(), who, lobby, 1, "👍", on)
		}},
		{"limit.rooms", 20, 30 * time.Second, func(who auth.Actor, i int) error {
			return second(core.Chat.Create(t.Context(), who, chat.Creation{Name: fmt.Sprint(who.Name(), i), Kind: domain.RoomPrivate}))
		}},
		{"limit.drafts", 30, 200 * time.Millisecond, func(who auth.Actor, i int) error {
			return core.Chat.SetDraft(t.Context(), who, lobby, fmt.Sprint(i), nil)
		}},
	} {
		for i := range c.burst {
			if err := c.call(alice, i); err != nil {
				t.Fatalf("%s: the %dth: %v", c.code, i, err)
			}
		}
		err := c.call(alice, c.burst)
		storetest.WantError(t, err, domain.RateLimited, c.code)
		if got := domain.AsError(err).RetryAfter; got != c.pause {
			t.Errorf("%s: told to wait %s", c.code, got)
		}
		if err := c.call(bob, 0); err != nil {
			t.Errorf("%s: bob: %v", c.code, err)
		}
		clock.pass(c.pause)
		if err := c.call(alice, c.burst); err != nil {
			t.Errorf("%s: after the wait: %v", c.code, err)
		}
		storetest.WantError(t, c.call(alice, c.burst+1), domain.RateLimited, c.code)
	}
	// A direct conversation is a room too, whatever asks for it.
	_, err := core.Chat.Send(t.Context(), alice, domain.Address{Direct: "bob"}, chat.Draft{Content: "x"})
	storetest.WantError(t, err, domain.RateLimited, "limit.rooms")
	status := "busy"
	_, err = core.Chat.SetPresence(t.Context(), alice, nil, &status)
	if err != nil && !domain.HasCode(err, "limit.drafts") {
		t.Errorf("got %v", err)
	}
}
