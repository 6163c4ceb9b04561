package chat_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// makeRoom makes a room of an owner's that others have joined.
func makeRoom(
	t testing.TB, core *storetest.Core, kind domain.RoomKind, owner auth.Actor, members ...auth.Actor,
) domain.Address {
	t.Helper()
	view, err := core.Chat.Create(t.Context(), owner, chat.Creation{Name: "dev", Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	room := domain.Address{ID: view.ID}
	for _, member := range members {
		if err := core.Chat.Invite(t.Context(), owner, room, member.Name()); err != nil {
			t.Fatal(err)
		}
		if _, err := core.Chat.Join(t.Context(), member, room); err != nil {
			t.Fatal(err)
		}
	}
	return room
}

// withoutTime leaves out when a change was made, which the live event and the
// stored one may round differently.
var withoutTime = cmpopts.IgnoreFields(domain.Event{}, "Nonce")

// Whoever was away and reads the log again is told the same as those who
// watched.
func TestEveryChangeArrivesLiveAndOnCatchUp(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob, carol := core.User(t, "alice"), core.User(t, "bob"), core.User(t, "carol")
		room := makeRoom(t, core, domain.RoomPrivate, alice, bob)
		live := follow(t, core, bob, room, 0)
		watched := events(t, live, 2) // what was before, so that the rest is live
		for i, step := range []func() error{
			func() error {
				_, err := core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: "hello @bob and @nobody"})
				return err
			},
			func() error { return core.Chat.React(t.Context(), bob, room, 3, "👍", true) },
			func() error { return core.Chat.React(t.Context(), bob, room, 3, "👍", true) }, // again: nothing
			func() error { return core.Chat.Pin(t.Context(), alice, room, 3, true) },
			func() error { _, err := core.Chat.Edit(t.Context(), alice, room, 3, "hello *all*"); return err },
			func() error {
				topic := "what we build"
				_, err := core.Chat.ChangeRoom(t.Context(), alice, room, chat.RoomChange{Topic: &topic})
				return err
			},
			func() error { return core.Chat.SetRole(t.Context(), alice, room, "bob", domain.RoleModerator) },
			func() error { return core.Chat.Invite(t.Context(), bob, room, "carol") },
			func() error { _, err := core.Chat.Join(t.Context(), carol, room); return err },
			func() error { return core.Chat.Leave(t.Context(), carol, room) },
		} {
			if err := step(); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
		}
		watched = append(watched, events(t, live, 9)...)
		again := events(t, follow(t, core, bob, room, 0), 11)
		// A stored message is told as it is now: edited, with what others put
		// to it.
		ignoreMessage := cmpopts.IgnoreFields(domain.Event{}, "Message")
		if diff := cmp.Diff(watched, again, withoutTime, ignoreMessage); diff != "" {
			t.Errorf("live and again differ (-live +again):\n%s", diff)
		}
		types := make([]domain.EventType, len(watched))
		for i, e := range watched {
			types[i] = e.Type
			if e.Seq != domain.Seq(i+1) {
				t.Errorf("event %d has seq %d", i, e.Seq)
			}
		}
		want := []domain.EventType{
			"member", "member", "message", "reaction", "pin", "edited", "room", "member", "member", "member", "member",
		}
		if !slices.Equal(types, want) {
			t.Errorf("told %v, want %v", types, want)
		}
		if m := watched[2].Message; !slices.Equal(m.Mentions, []string{"bob"}) {
			t.Errorf("it mentions %v", m.Mentions)
		}
		m := again[2].Message
		if m.Content != "hello *all*" || !m.Pinned || len(m.Mentions) > 0 || m.EditedAt.IsZero() ||
			len(m.Reactions) != 1 || m.Reactions[0].Users[0] != bob.Author() {
			t.Errorf("the stored message is %+v", m)
		}
	})
}

func TestADeletedMessageLeavesNothingButItsPlace(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		send(t, core, alice, "a secret @bob")
		for _, err := range []error{
			core.Chat.React(t.Context(), bob, lobby, 1, "👀", true),
			second(core.Chat.Edit(t.Context(), alice, lobby, 1, "another secret @bob")),
			second(core.Chat.Send(t.Context(), bob, lobby, chat.Draft{Content: "what?", ReplyTo: 1})),
			core.Chat.Delete(t.Context(), alice, lobby, 1),
			core.Chat.Delete(t.Context(), alice, lobby, 1), // again: nothing
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		page, err := core.Chat.Messages(t.Context(), bob, lobby, chat.Span{})
		if err != nil || len(page.Messages) != 2 {
			t.Fatalf("%d messages, %v", len(page.Messages), err)
		}
		gone, answer := page.Messages[0], page.Messages[1]
		if !gone.Deleted || gone.Content != "" || len(gone.Reactions)+len(gone.Mentions) > 0 || !gone.EditedAt.IsZero() && gone.Content != "" {
			t.Errorf("what is left is %+v", gone)
		}
		if answer.Quote == nil || !answer.Quote.Deleted || answer.Quote.Text != "" {
			t.Errorf("the answer recalls %+v", answer.Quote)
		}
		db := storetest.DB(t, config)
		for _, table := range []string{"message_versions", "reactions", "mentions"} {
			if n := storetest.Scalar[int](t, db, `SELECT count(*) FROM `+table); n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
		if token := storetest.Scalar[string](t, db, `SELECT token || key_id FROM messages WHERE seq = 1`); token != "" {
			t.Errorf("the store keeps %q", token)
		}
		for _, err := range []error{
			core.Chat.React(t.Context(), bob, lobby, 1, "👍", true),
			second(core.Chat.Edit(t.Context(), alice, lobby, 1, "back")),
		} {
			storetest.WantError(t, err, domain.Conflict, "message.deleted")
		}
		_, err = core.Chat.Send(t.Context(), bob, lobby, chat.Draft{Content: "and?", ReplyTo: 1})
		storetest.WantError(t, err, domain.NotFound, "message.not_found")
		for _, event := range events(t, follow(t, core, bob, lobby, 0), 5) {
			if event.Type == domain.EventEdited || event.Message.Seq == 1 && event.Message.Content != "" {
				t.Errorf("a reader who was away is told %+v", event)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestBeingRemovedStopsARoomsEventsAtOnce(t *testing.T) {
	core, _ := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	room := makeRoom(t, core, domain.RoomPrivate, alice, bob)
	live := follow(t, core, bob, room, broadcast.Live)
	for _, err := range []error{
		core.Chat.Remove(t.Context(), alice, room, "bob"),
		second(core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: "he is gone"})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	send(t, core, alice, "in the lobby")
	if _, err := live.Follow(t.Context(), lobby, 0, nil); err != nil {
		t.Fatal(err)
	}
	got := events(t, live, 2)
	if got[0].Type != domain.EventMember || got[0].Change != domain.Removed || got[0].By != alice.Author() ||
		got[1].Message.Content != "in the lobby" {
		t.Errorf("bob was told %+v", got)
	}
	_, err := core.Chat.Messages(t.Context(), bob, room, chat.Span{})
	storetest.WantError(t, err, domain.NotFound, "room.not_found")
}
