package chat_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/store"
	"parley/store/storetest"
)

func TestADirectConversationIsOneForThePeopleWhoeverOpensIt(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "Bob")
		carol := core.User(t, "carol")
		open := func(who auth.Actor, names ...string) chat.View {
			t.Helper()
			given := slices.Clone(names)
			view, _, err := core.Chat.Open(t.Context(), who, names)
			if err != nil {
				t.Fatalf("%s with %v: %v", who.Name(), names, err)
			}
			if !slices.Equal(names, given) {
				t.Errorf("the caller's names became %v", names)
			}
			return view
		}
		first := open(alice, "bob")
		for _, again := range []chat.View{
			open(alice, "BOB"), open(alice, "@Bob", "bob"), open(alice, "bob", "alice"), open(bob, "Alice"), open(bob, " @ALICE "),
		} {
			if again.ID != first.ID {
				t.Errorf("%d is another conversation than %d", again.ID, first.ID)
			}
		}
		three, alone := open(carol, "alice", "bob"), open(alice, "alice")
		if again := open(alice, "carol", "BOB"); again.ID != three.ID || three.ID == first.ID || alone.ID == first.ID {
			t.Errorf("of three: %d and %d, of two %d, alone %d", three.ID, again.ID, first.ID, alone.ID)
		}
		for view, title := range map[*chat.View]string{&first: "@Bob", &three: "@Bob, carol", &alone: "@alice"} {
			if got := view.Title(alice.ID()); got != title || view.Name != "" || view.Kind != domain.RoomDirect || view.Role != domain.RoleMember {
				t.Errorf("%q is %+v", got, view)
			}
		}
	})
}

func TestWithWhomNoDirectConversationIsOpened(t *testing.T) {
	t.Parallel()
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	names := []string{"user1", "user2", "user3", "user4", "user5", "user6", "user7", "user8", "user9"}
	for _, name := range append(names, "gone") {
		core.User(t, name)
	}
	if err := core.Auth.SetDisabled(t.Context(), "gone", true); err != nil {
		t.Fatal(err)
	}
	if view, made, err := core.Chat.Open(t.Context(), alice, names[:8]); err != nil || !made || len(view.People) != 9 {
		t.Errorf("with 8 others: %+v, %v", view.People, err)
	}
	for _, c := range []struct {
		names []string
		kind  domain.Kind
		code  string
	}{
		{nil, domain.Invalid, "room.members"},
		{names, domain.Invalid, "room.members"},
		{[]string{""}, domain.Invalid, "user.name_length"},
		{[]string{"bob\x00"}, domain.Invalid, "user.name_characters"},
		{[]string{"bob,carol"}, domain.Invalid, "user.name_characters"},
		{[]string{"bоb"}, domain.Invalid, "user.name_characters"},
		{[]string{"nobody"}, domain.NotFound, "user.not_found"},
		{[]string{"user1", "nobody"}, domain.NotFound, "user.not_found"},
		{[]string{"gone"}, domain.NotFound, "user.not_found"},
	} {
		_, made, err := core.Chat.Open(t.Context(), alice, c.names)
		storetest.WantError(t, err, c.kind, c.code)
		if made {
			t.Errorf("one with %v was made", c.names)
		}
	}
	// Nor does asking for one make it.
	_, err := core.Chat.Messages(t.Context(), alice, domain.Address{Direct: "user9"}, chat.Span{})
	storetest.WantError(t, err, domain.NotFound, "room.not_found")
	if views, err := core.Chat.Rooms(t.Context(), alice); err != nil || len(views) != 2 {
		t.Errorf("alice has %d rooms, %v", len(views), err)
	}
}

// Who was disabled is still one of the conversation's people.
func TestAConversationKeepsItsTitleWhenOneOfItsPeopleIsDisabled(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice := core.User(t, "alice")
		core.User(t, "bob")
		view, _, err := core.Chat.Open(t.Context(), alice, []string{"bob"})
		if err != nil {
			t.Fatal(err)
		}
		if err := core.Auth.SetDisabled(t.Context(), "bob", true); err != nil {
			t.Fatal(err)
		}
		room, err := core.Chat.Room(t.Context(), alice, domain.Address{ID: view.ID})
		if err != nil || room.Title(alice.ID()) != "@bob" {
			t.Errorf("it is %q, %v", room.Title(alice.ID()), err)
		}
		views, err := core.Chat.Rooms(t.Context(), alice)
		if err != nil || len(views) != 2 || views[1].Title(alice.ID()) != "@bob" {
			t.Errorf("listed are %+v, %v", views, err)
		}
	})
}

// Nobody hears of a conversation before something is said in it; then all of
// its people do, even if the one who said it does not wait for the answer.
func TestTheFirstMessageTellsOfTheConversation(t *testing.T) {
	t.Parallel()
	core, _ := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	his := connect(t, core, bob)
	told := func() (list []domain.Event) {
		t.Helper()
		his.Reply(wire.NewReply("mark"))
		batch, err := his.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range batch[1:] {
			list = append(list, line.Event)
		}
		return list
	}
	view, made, err := core.Chat.Open(t.Context(), alice, []string{"bob"})
	if err != nil || !made {
		t.Fatal(err)
	}
	if views, err := core.Chat.Rooms(t.Context(), bob); err != nil || len(views) != 1 || len(told()) > 0 {
		t.Errorf("before a word was said bob has %d rooms, %v", len(views), err)
	}
	if views, err := core.Chat.Rooms(t.Context(), alice); err != nil || len(views) != 2 {
		t.Errorf("alice has %d rooms, %v", len(views), err)
	}
	wait, err := core.Chat.Submit(t.Context(), alice, domain.Address{Direct: "bob"}, chat.Draft{Content: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = wait(gone)
	event := events(t, his, 1)[0]
	if event.Type != domain.EventRoom || event.Change != domain.Added || event.RoomID != view.ID || event.By != alice.Author() || event.Kind != domain.RoomDirect {
		t.Errorf("bob was told %+v", event)
	}
	if got := events(t, follow(t, core, bob, domain.Address{ID: view.ID}, 0), 1); got[0].Message.Content != "hello" {
		t.Errorf("he reads %+v", got)
	}
	if _, err := core.Chat.Send(t.Context(), alice, domain.Address{Direct: "bob"}, chat.Draft{Content: "again"}); err != nil || len(told()) > 0 {
		t.Errorf("he was told twice, %v", err)
	}
}

func TestARoomIsNotNamedLikeSomethingElse(t *testing.T) {
	t.Parallel()
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	send(t, core, alice, "hello")
	for _, name := range []string{"", "17", "1st", "-a", "_a", "#dev", "@bob", "Dev", "a b", "a/b", "дев", strings.Repeat("a", 33)} {
		_, err := core.Chat.Create(t.Context(), alice, chat.Creation{Name: name, Kind: domain.RoomPublic})
		storetest.WantError(t, err, domain.Invalid, "room.name")
	}
	for _, kind := range []domain.RoomKind{"", "direct", "PUBLIC", "secret"} {
		_, err := core.Chat.Create(t.Context(), alice, chat.Creation{Name: "dev", Kind: kind})
		storetest.WantError(t, err, domain.Invalid, "room.kind")
	}
	_, err := core.Chat.Create(t.Context(), alice, chat.Creation{Name: "lobby", Kind: domain.RoomPublic})
	storetest.WantError(t, err, domain.Conflict, "room.name_taken")
	if got, err := follow(t, core, alice, lobby, broadcast.Live).Follow(t.Context(), domain.Address{Name: "17"}, 0, nil); err == nil {
		t.Errorf("a name of digits finds %+v", got)
	}
}
