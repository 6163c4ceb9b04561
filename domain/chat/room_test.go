package chat_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

func TestARoomIsFoundByItsAddresses(t *testing.T) {
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	send(t, core, alice, "hello")
	view, err := core.Chat.Room(t.Context(), alice, lobby)
	want := chat.View{
		Room: domain.Room{
			ID: view.ID, Name: "lobby", Kind: domain.RoomPublic, CreatedAt: view.CreatedAt, Extent: domain.Extent{First: 1, Head: 1},
		},
		Role: domain.RoleMember, Members: 1, Notify: domain.NotifyMentions,
	}
	if err != nil || !cmp.Equal(view, want) {
		t.Errorf("got %+v, %v", view, err)
	}
	if byID, err := core.Chat.Room(t.Context(), alice, domain.Address{ID: view.ID}); err != nil || !cmp.Equal(byID, want) {
		t.Errorf("by id: %+v, %v", byID, err)
	}
	if rooms, err := core.Chat.Rooms(t.Context(), alice); err != nil || !cmp.Equal(rooms, []chat.View{want}) {
		t.Errorf("in the list: %+v, %v", rooms, err)
	}
	if rooms, err := core.Chat.Rooms(t.Context(), auth.Actor{}); err != nil || len(rooms) > 0 {
		t.Errorf("nobody is in %+v, %v", rooms, err)
	}
}

func TestOneAnswerForWhatIsNotThereAndWhatMayNotBeSeen(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice := core.User(t, "alice")
		db := storetest.DB(t, config)
		private := storetest.InsertRoom(t, db, config, "secret", domain.RoomPrivate)
		direct := storetest.InsertRoom(t, db, config, "", domain.RoomDirect)
		live := connect(t, core, alice)
		for _, address := range []domain.Address{
			{Name: "nowhere"}, {ID: 4711}, {Name: "secret"}, {ID: private}, {ID: direct}, {},
		} {
			for what, call := range map[string]func() error{
				"send": func() error {
					_, err := core.Chat.Send(t.Context(), alice, address, chat.Draft{Content: "x"})
					return err
				},
				"history": func() error { _, err := core.Chat.Messages(t.Context(), alice, address, chat.Span{}); return err },
				"room":    func() error { _, err := core.Chat.Room(t.Context(), alice, address); return err },
				"follow":  func() error { _, err := live.Follow(t.Context(), address, 0, nil); return err },
				"leave":   func() error { _, err := live.Unfollow(t.Context(), address); return err },
				"read":    func() error { return core.Chat.MarkRead(t.Context(), alice, address, 0, nil) },
				"typing":  func() error { return core.Chat.Typing(t.Context(), alice, address) },
				"online":  func() error { _, err := core.Chat.Here(t.Context(), alice, address); return err },
			} {
				err := call()
				want := domain.ErrRoomNotFound()
				got := domain.AsError(err)
				if got == nil || got.Kind != want.Kind || got.Code != want.Code || got.Message != want.Message {
					t.Errorf("%s %s: got %v", what, address, err)
				}
			}
		}
	})
}

func TestAReadMarkerMovesForwardAndTellsMyOtherScreensAlone(t *testing.T) {
	t.Parallel() // it waits for the clock
	core, _ := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	for range 5 {
		send(t, core, bob, "hello")
	}
	this, other := follow(t, core, alice, lobby, broadcast.Live), follow(t, core, alice, lobby, broadcast.Live)
	his := follow(t, core, bob, lobby, broadcast.Live)
	for _, step := range []struct{ to, at domain.Seq }{{3, 3}, {2, 3}, {3, 3}, {0, 3}, {5, 5}} {
		if err := core.Chat.MarkRead(t.Context(), alice, lobby, step.to, this.Subscription); err != nil {
			t.Fatal(err)
		}
		if view, err := core.Chat.Room(t.Context(), alice, lobby); err != nil || view.Read != step.at {
			t.Errorf("to %d: at %d, %v", step.to, view.Read, err)
		}
	}
	for _, seq := range []domain.Seq{-1, 6, 1 << 62} {
		err := core.Chat.MarkRead(t.Context(), alice, lobby, seq, nil)
		storetest.WantError(t, err, domain.Invalid, "read.seq")
	}
	send(t, core, bob, "the last")
	var told []domain.Seq
	for _, event := range events(t, other, 3) {
		if event.Type == domain.EventRead {
			told = append(told, event.Seq)
		}
	}
	if !slices.Equal(told, []domain.Seq{3, 5}) {
		t.Errorf("the other screen was told %v", told)
	}
	for who, live := range map[string]*chat.Live{"this screen": this, "bob": his} {
		if event := events(t, live, 1)[0]; event.Type != domain.EventMessage {
			t.Errorf("%s was told %+v", who, event)
		}
	}
	if view, err := core.Chat.Room(t.Context(), bob, lobby); err != nil || view.Read != 0 {
		t.Errorf("bob's marker is at %d, %v", view.Read, err)
	}
}

func TestTypingIsToldToTheOthersAndNotTooOften(t *testing.T) {
	core, _ := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	hers, his := follow(t, core, alice, lobby, broadcast.Live), follow(t, core, bob, lobby, broadcast.Live)
	for range 20 {
		if err := core.Chat.Typing(t.Context(), alice, lobby); err != nil {
			t.Fatal(err)
		}
	}
	send(t, core, bob, "what?")
	got := events(t, his, 4)
	for i, event := range got {
		if typing := event.Type == domain.EventTyping && event.User == alice.Author(); typing != (i < 3) {
			t.Errorf("bob's event %d is %+v", i, event)
		}
	}
	if event := events(t, hers, 1)[0]; event.Type != domain.EventMessage {
		t.Errorf("alice was told %+v", event)
	}
}

func TestWhoFollowsARoomIsOnlineThere(t *testing.T) {
	core, _ := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	hers := follow(t, core, alice, lobby, broadcast.Live)
	again := follow(t, core, alice, lobby, broadcast.Live)
	online := func(want ...domain.Author) {
		t.Helper()
		here, err := core.Chat.Here(t.Context(), bob, lobby)
		var got []domain.Author
		for _, p := range here {
			got = append(got, p.User)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("online are %v, %v, want %v", got, err, want)
		}
	}
	online(alice.Author())
	hers.Close(broadcast.ErrLeft)
	online(alice.Author())
	if room, err := again.Unfollow(t.Context(), lobby); err != nil || room.Name != "lobby" {
		t.Errorf("left %+v, %v", room, err)
	}
	online()
}

func TestFollowingRefusesANegativeSeq(t *testing.T) {
	core, _ := newCore(t)
	live := connect(t, core, core.User(t, "alice"))
	_, err := live.Follow(t.Context(), lobby, -2, nil)
	storetest.WantError(t, err, domain.Invalid, "history.span")
}

// Whoever comes and goes is told to everyone who is in the room: a client that
// does nothing else shall not drown out what people say.
func TestFollowingIsLimited(t *testing.T) {
	core, clock := newCore(t)
	alice := core.User(t, "alice")
	live := connect(t, core, alice)
	for range 200 {
		if _, err := live.Follow(t.Context(), lobby, broadcast.Live, nil); err != nil {
			t.Fatal(err)
		}
	}
	_, err := live.Follow(t.Context(), lobby, broadcast.Live, nil)
	storetest.WantError(t, err, domain.RateLimited, "limit.subscriptions")
	_, err = connect(t, core, alice).Follow(t.Context(), lobby, broadcast.Live, nil)
	storetest.WantError(t, err, domain.RateLimited, "limit.subscriptions")
	follow(t, core, core.User(t, "bob"), lobby, broadcast.Live)
	clock.pass(domain.AsError(err).RetryAfter)
	follow(t, core, alice, lobby, broadcast.Live)
}

func TestNobodyIsNobodyEverywhere(t *testing.T) {
	core, _ := newCore(t)
	_, err := core.Chat.Messages(t.Context(), auth.Actor{}, lobby, chat.Span{})
	storetest.WantError(t, err, domain.NotFound, "room.not_found")
	_, err = connect(t, core, auth.Actor{}).Follow(t.Context(), lobby, 0, nil)
	storetest.WantError(t, err, domain.NotFound, "room.not_found")
}
