package chat_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// lookedFor is how long a test waits for what another process did: the hub
// looks every 2 s, and a busy machine takes its time.
const lookedFor = 10 * time.Second

// untilTheEnd reads a room until the event that ends it for a user, and fails
// if anything of the room comes after that.
func untilTheEnd(t *testing.T, live *chat.Live, room domain.RoomID, user domain.UserID, within time.Duration) domain.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	var end *domain.Event
	for {
		batch, err := live.Next(ctx)
		if err != nil {
			t.Fatalf("within %s: %v", within, err)
		}
		for _, line := range batch {
			switch {
			case end != nil && line.Event.RoomID == room:
				t.Errorf("after the end came %+v", line.Event)
			case line.Event.RoomID == room && line.Event.Ends(user):
				end = &line.Event
			}
		}
		if end != nil {
			return *end
		}
	}
}

// Whatever ends a room for somebody is the last that any of their screens is
// told of it, in this process at once and in another within a few seconds.
func TestTheEndOfARoomIsTheLastOfIt(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		other := core.Beside(t)
		alice := core.User(t, "alice")
		ends := []struct {
			name string
			kind domain.RoomKind
			end  func(bob auth.Actor, room domain.Address) error
		}{
			{"removed", domain.RoomPrivate, func(bob auth.Actor, room domain.Address) error {
				return core.Chat.Remove(t.Context(), alice, room, bob.Name())
			}},
			{"removed", domain.RoomPublic, func(bob auth.Actor, room domain.Address) error {
				return core.Chat.Remove(t.Context(), alice, room, bob.Name())
			}},
			{"left", domain.RoomPrivate, func(bob auth.Actor, room domain.Address) error { return core.Chat.Leave(t.Context(), bob, room) }},
			{"deleted", domain.RoomPrivate, func(_ auth.Actor, room domain.Address) error {
				return core.Chat.DeleteRoom(t.Context(), alice, room)
			}},
		}
		rooms, people, screens := make([]domain.Address, len(ends)), make([]auth.Actor, len(ends)), make([][]*chat.Live, len(ends))
		for i, c := range ends {
			people[i] = core.User(t, fmt.Sprint("bob", i))
			rooms[i] = namedRoom(t, core, fmt.Sprint("room", i), c.kind, alice, people[i])
			screens[i] = []*chat.Live{
				follow(t, core, people[i], rooms[i], broadcast.Live), follow(t, core, people[i], rooms[i], 0),
				follow(t, other, people[i], rooms[i], broadcast.Live),
			}
		}
		for i, c := range ends {
			if err := c.end(people[i], rooms[i]); err != nil {
				t.Fatal(err)
			}
		}
		for i, c := range ends {
			for n, screen := range screens[i] {
				if end := untilTheEnd(t, screen, rooms[i].ID, people[i].ID(), lookedFor); string(end.Change) != c.name {
					t.Errorf("%s: screen %d was told %+v", c.name, n, end)
				}
				if screen.Follows(rooms[i].ID) {
					t.Errorf("%s: screen %d still follows", c.name, n)
				}
			}
			if c.name == "deleted" {
				continue
			}
			if _, err := core.Chat.Send(t.Context(), alice, rooms[i], chat.Draft{Content: "they are gone"}); err != nil {
				t.Fatal(err)
			}
			if got := waiting(t, screens[i][0]); len(got) > 0 {
				t.Errorf("%s: told %+v", c.name, got)
			}
		}
	})
}

// namedRoom is makeRoom with a name.
func namedRoom(
	t testing.TB, core *storetest.Core, name string, kind domain.RoomKind, owner auth.Actor, members ...auth.Actor,
) domain.Address {
	t.Helper()
	view, err := core.Chat.Create(t.Context(), owner, chat.Creation{Name: name, Kind: kind})
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

func TestArchivingEndsWritingAndNotReading(t *testing.T) {
	t.Parallel()
	core, _ := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	room := makeRoom(t, core, domain.RoomPrivate, alice, bob)
	live := follow(t, core, bob, room, broadcast.Live)
	for _, archived := range []bool{true, true, false} { // the second changes nothing
		if view, err := core.Chat.ChangeRoom(t.Context(), alice, room, chat.RoomChange{Archived: &archived}); err != nil || view.Archived != archived {
			t.Fatalf("%+v, %v", view, err)
		}
		_, err := core.Chat.Send(t.Context(), bob, room, chat.Draft{Content: "hello"})
		if archived {
			storetest.WantError(t, err, domain.Conflict, "room.archived")
		} else if err != nil {
			t.Error(err)
		}
	}
	got := events(t, live, 3)
	if got[0].Change != domain.Archived || got[1].Change != domain.Unarchived || got[2].Message.Content != "hello" {
		t.Errorf("bob was told %+v", got)
	}
}

// Somebody follows a room again and again while they are removed from it and
// let in again, and while others talk. What is said while they are out never
// reaches them.
func TestNobodyIsToldOfARoomThatTheyAreOutOf(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		clock := &clock{at: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
		core := storetest.NewCoreWith(t, config, func(s *storetest.Settings) {
			s.Now = func() time.Time { clock.pass(time.Second); return clock.now() }
		})
		alice, bob, carol := core.User(t, "alice"), core.User(t, "bob"), core.User(t, "carol")
		room := makeRoom(t, core, domain.RoomPrivate, alice, carol)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var busy sync.WaitGroup
		for range 2 {
			live := connect(t, core, bob)
			busy.Go(func() { followAgainAndAgain(ctx, t, live, room) })
			busy.Go(func() { readAll(ctx, t, live, "bob is out") })
		}
		say := func(content string) {
			t.Helper()
			if _, err := core.Chat.Send(t.Context(), carol, room, chat.Draft{Content: content}); err != nil {
				t.Fatal(err)
			}
		}
		for range 8 {
			say("bob is out")
			for _, err := range []error{
				core.Chat.Invite(t.Context(), alice, room, "bob"),
				second(core.Chat.Send(t.Context(), carol, room, chat.Draft{Content: "bob is out"})),
				second(core.Chat.Join(t.Context(), bob, room)),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			say("bob is in")
			if err := core.Chat.Remove(t.Context(), alice, room, "bob"); err != nil {
				t.Fatal(err)
			}
			say("bob is out")
		}
		cancel()
		busy.Wait()
	})
}

// followAgainAndAgain follows a room whenever it can, until ctx ends.
func followAgainAndAgain(ctx context.Context, t *testing.T, live *chat.Live, room domain.Address) {
	for ctx.Err() == nil {
		_, err := live.Follow(ctx, room, broadcast.Live, nil)
		if err != nil && domain.KindOf(err) != domain.NotFound && !domain.HasCode(err, "room.not_member") && ctx.Err() == nil {
			t.Errorf("follow: %v", err)
		}
	}
}

// readAll reads all that is told until ctx ends, among which a message must not
// be.
func readAll(ctx context.Context, t *testing.T, live *chat.Live, secret string) {
	for {
		batch, err := live.Next(ctx)
		if err != nil {
			return
		}
		for _, line := range batch {
			if line.Event.Message.Content == secret {
				t.Errorf("told %d", line.Event.Seq)
			}
		}
	}
}

func TestJoiningAgainWorks(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		room := makeRoom(t, core, domain.RoomPublic, alice, bob)
		live := follow(t, core, bob, room, broadcast.Live)
		if err := core.Chat.Leave(t.Context(), bob, room); err != nil {
			t.Fatal(err)
		}
		untilTheEnd(t, live, room.ID, bob.ID(), lookedFor)
		if _, err := core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: "meanwhile"}); err != nil {
			t.Fatal(err)
		}
		view, err := core.Chat.Join(t.Context(), bob, room)
		if err != nil || view.Role != domain.RoleMember || view.Members != 2 {
			t.Fatalf("%+v, %v", view, err)
		}
		// From the beginning on, the old end in the history ends nothing.
		if _, err := live.Follow(t.Context(), room, 0, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := core.Chat.Send(t.Context(), bob, room, chat.Draft{Content: "back again"}); err != nil {
			t.Fatal(err)
		}
		got := events(t, live, int(view.Head)+1)
		if last := got[len(got)-1]; last.Message.Content != "back again" && last.Seq != 0 {
			t.Errorf("bob was told %+v", last)
		}
		if !live.Follows(room.ID) {
			t.Error("the room is not followed any more")
		}
	})
}

// What is followed is asked for when it is followed: an invitation is not
// enough, nor is having been a member.
func TestFollowAllFollowsTheRoomsThatOneIsIn(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		in := namedRoom(t, core, "in", domain.RoomPrivate, alice, bob)
		was := namedRoom(t, core, "was", domain.RoomPublic, alice, bob)
		invited := namedRoom(t, core, "invited", domain.RoomPrivate, alice)
		public := namedRoom(t, core, "public", domain.RoomPublic, alice)
		if err := core.Chat.Leave(t.Context(), bob, was); err != nil {
			t.Fatal(err)
		}
		if err := core.Chat.Invite(t.Context(), alice, invited, "bob"); err != nil {
			t.Fatal(err)
		}
		live := connect(t, core, bob)
		views, err := live.FollowAll(t.Context())
		if err != nil || len(views) != 3 {
			t.Fatalf("%+v, %v", views, err)
		}
		listed, err := core.Chat.Rooms(t.Context(), bob)
		if err != nil || len(listed) != 3 {
			t.Fatalf("%+v, %v", listed, err)
		}
		for i := range views {
			if views[i].ID != listed[i].ID || views[i].Extent != listed[i].Extent || views[i].Role != listed[i].Role {
				t.Errorf("%d: %+v and %+v", i, views[i], listed[i])
			}
		}
		for room, want := range map[domain.RoomID]bool{in.ID: true, was.ID: false, invited.ID: false, public.ID: false, 1: true} {
			if live.Follows(room) != want {
				t.Errorf("room %d is followed: %v", room, !want)
			}
		}
		if views[1].Name != "in" || views[2].Name != "invited" || views[2].Head != 0 || views[2].Role != domain.RoleInvited {
			t.Errorf("listed are %+v", views)
		}
	})
}
