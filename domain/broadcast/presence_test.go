package broadcast_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/wire"
)

// watched runs a test in a bubble of time with a running hub and somebody in
// the lobby who asked for presence.
func watched(t *testing.T, test func(t *testing.T, ledger *ledger, hub *broadcast.Hub, watcher *broadcast.Subscription)) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newLedger()
		hub := newHub(ledger)
		run(t, hub)
		watcher := hub.Subscribe(author(1), broadcast.Options{Presence: true})
		t.Cleanup(func() { watcher.Close(broadcast.ErrLeft) })
		join(t, watcher, broadcast.Live)
		settle()
		idle(t, watcher)
		test(t, ledger, hub, watcher)
	})
}

// settle waits until what changed was told.
func settle() {
	time.Sleep(1100 * time.Millisecond)
	synctest.Wait()
}

// told fails unless exactly these events of presence wait, written as
// "user2 away (lunch), user3 offline".
func told(t *testing.T, s *broadcast.Subscription, want ...string) {
	t.Helper()
	s.Reply(wire.NewReply("mark"))
	var got []string
	for _, line := range next(t, s)[1:] {
		got = append(got, shown(line.Event.People))
	}
	if !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// shown writes presences in the order of their users.
func shown(people []domain.Presence) string {
	var texts []string
	for _, p := range people {
		text := fmt.Sprint(p.User.Name, " ", p.State)
		if p.Status != "" {
			text += " (" + p.Status + ")"
		}
		texts = append(texts, text)
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}

func choose(hub *broadcast.Hub, user domain.UserID, state domain.State, status string) {
	hub.SetPresence(domain.Presence{User: author(user), State: state, Status: status})
}

func TestComingAndGoingIsToldOnceForAllOfASecond(t *testing.T) {
	watched(t, func(t *testing.T, _ *ledger, hub *broadcast.Hub, watcher *broadcast.Subscription) {
		plain := subscribe(t, hub, 4)
		join(t, plain, broadcast.Live)
		settle()
		told(t, watcher, "user4 online")

		one, two, other := subscribe(t, hub, 2), subscribe(t, hub, 2), subscribe(t, hub, 3)
		for _, s := range []*broadcast.Subscription{one, two, other} {
			join(t, s, broadcast.Live)
		}
		if got, want := shown(hub.Here(lobby)), "user1 online, user2 online, user3 online, user4 online"; got != want {
			t.Errorf("here are %s", got)
		}
		start := time.Now()
		batch := next(t, watcher)
		if got := shown(batch[0].Event.People); got != "user2 online, user3 online" || len(batch) != 1 || time.Since(start) > time.Second {
			t.Errorf("told %s after %s", got, time.Since(start))
		}
		one.Close(broadcast.ErrLeft)
		settle()
		told(t, watcher)
		two.Close(broadcast.ErrLeft)
		other.Leave(lobby)
		settle()
		told(t, watcher, "user2 offline, user3 offline")
		idle(t, plain)
	})
}

func TestWhoComesBackWithinASecondIsNotNews(t *testing.T) {
	watched(t, func(t *testing.T, _ *ledger, hub *broadcast.Hub, watcher *broadcast.Subscription) {
		choose(hub, 2, domain.DoNotDisturb, "deep in thought")
		s := subscribe(t, hub, 2)
		join(t, s, broadcast.Live)
		settle()
		told(t, watcher, "user2 dnd (deep in thought)")
		s.Close(broadcast.ErrLeft)
		time.Sleep(500 * time.Millisecond)
		join(t, subscribe(t, hub, 2), broadcast.Live)
		settle()
		told(t, watcher)

		brief := subscribe(t, hub, 3)
		join(t, brief, broadcast.Live)
		brief.Close(broadcast.ErrLeft)
		choose(hub, 2, domain.Online, "")
		choose(hub, 2, domain.DoNotDisturb, "deep in thought")
		settle()
		told(t, watcher)
	})
}

// Somebody who asks in between knows what nobody was told.
func TestWhoAskedIsToldThatItChangedBack(t *testing.T) {
	watched(t, func(t *testing.T, _ *ledger, hub *broadcast.Hub, watcher *broadcast.Subscription) {
		join(t, subscribe(t, hub, 2), broadcast.Live)
		settle()
		told(t, watcher, "user2 online")
		choose(hub, 2, domain.Away, "")
		if got := shown(hub.Here(lobby)); got != "user1 online, user2 away" {
			t.Errorf("here are %s", got)
		}
		choose(hub, 2, domain.Online, "")
		settle()
		told(t, watcher, "user2 online")
	})
}

func TestComingIsToldApartFromChanging(t *testing.T) {
	watched(t, func(t *testing.T, _ *ledger, hub *broadcast.Hub, watcher *broadcast.Subscription) {
		s := subscribe(t, hub, 2)
		for _, step := range []struct {
			change func()
			came   bool
		}{
			{func() { join(t, s, broadcast.Live) }, true},
			{func() { choose(hub, 2, domain.Away, "") }, false},
			{func() { s.Close(broadcast.ErrLeft) }, false},
			{func() { join(t, subscribe(t, hub, 2), broadcast.Live) }, true},
		} {
			step.change()
			if p := next(t, watcher)[0].Event.People[0]; p.Came != step.came {
				t.Errorf("%s: came is %t", p.State, p.Came)
			}
		}
	})
}

func TestWhatSomebodyChoseIsToldInTheirRooms(t *testing.T) {
	watched(t, func(t *testing.T, ledger *ledger, hub *broadcast.Hub, watcher *broadcast.Subscription) {
		ledger.events[2] = nil
		if _, err := watcher.JoinAll(t.Context(), []broadcast.Joining{{ID: 2, Name: "two"}}); err != nil {
			t.Fatal(err)
		}
		s := subscribe(t, hub, 2)
		join(t, s, broadcast.Live)
		settle()
		told(t, watcher, "user2 online")
		choose(hub, 2, domain.Away, "lunch")
		choose(hub, 1, domain.DoNotDisturb, "") // my own other screens want to know
		choose(hub, 9, domain.Online, "not connected")
		settle()
		idle(t, s)
		var rooms []string
		for _, line := range next(t, watcher) {
			rooms = append(rooms, line.Event.Room+": "+shown(line.Event.People))
		}
		slices.Sort(rooms)
		if want := []string{"lobby: user1 dnd, user2 away (lunch)", "two: user1 dnd"}; !slices.Equal(rooms, want) {
			t.Errorf("got %q", rooms)
		}
		if p, ok := hub.PresenceOf(2); !ok || shown([]domain.Presence{p}) != "user2 away (lunch)" {
			t.Errorf("user2 is %+v, %t", p, ok)
		}
		if p, ok := hub.PresenceOf(9); ok || p.State != domain.Offline {
			t.Errorf("user9 is %+v, %t", p, ok)
		}
		s.Close(broadcast.ErrLeft)
		if p, ok := hub.PresenceOf(2); ok || p.State != domain.Offline || p.Status != "" {
			t.Errorf("then user2 is %+v, %t", p, ok)
		}
	})
}

func TestWhoDoesNothingForTenMinutesIsAway(t *testing.T) {
	watched(t, func(t *testing.T, _ *ledger, hub *broadcast.Hub, watcher *broadcast.Subscription) {
		one, two, busy := subscribe(t, hub, 2), subscribe(t, hub, 2), subscribe(t, hub, 3)
		join(t, one, broadcast.Live)
		join(t, busy, broadcast.Live)
		choose(hub, 3, domain.DoNotDisturb, "")
		settle()
		told(t, watcher, "user2 online, user3 dnd")
		time.Sleep(5 * time.Minute)
		watcher.Active()
		two.Active() // by any of their connections
		time.Sleep(9 * time.Minute)
		watcher.Active()
		synctest.Wait()
		told(t, watcher)
		time.Sleep(70 * time.Second)
		synctest.Wait()
		told(t, watcher, "user2 away")
		choose(hub, 2, domain.Online, "thinking") // somewhere else: not here
		settle()
		told(t, watcher, "user2 away (thinking)")
		one.Active()
		busy.Active()
		if p, _ := hub.PresenceOf(2); p.State != domain.Online {
			t.Errorf("still %s", p.State)
		}
		settle()
		told(t, watcher, "user2 online (thinking)")
	})
}

func TestWhoIsPutOutIsNoLongerHere(t *testing.T) {
	watched(t, func(t *testing.T, ledger *ledger, hub *broadcast.Hub, watcher *broadcast.Subscription) {
		s := subscribe(t, hub, 2)
		join(t, s, broadcast.Live)
		settle()
		told(t, watcher, "user2 online")
		hub.Publish(ledger.change(domain.Removed, 2))
		takes(t, watcher, 1)
		settle()
		told(t, watcher, "user2 offline")
		if p, ok := hub.PresenceOf(2); !ok || p.State != domain.Online {
			t.Errorf("user2 is %+v, %t", p, ok)
		}
	})
}

func TestNobodyIsToldOfTheirOwnComingAlone(t *testing.T) {
	watched(t, func(t *testing.T, _ *ledger, hub *broadcast.Hub, watcher *broadcast.Subscription) {
		own := hub.Subscribe(author(2), broadcast.Options{Presence: true})
		defer own.Close(broadcast.ErrLeft)
		join(t, own, broadcast.Live)
		settle()
		told(t, watcher, "user2 online")
		idle(t, own)
	})
}

func TestAChoiceIsKeptForAMinuteWithoutAConnection(t *testing.T) {
	watched(t, func(t *testing.T, _ *ledger, hub *broadcast.Hub, _ *broadcast.Subscription) {
		for wait, want := range map[time.Duration]domain.State{50 * time.Second: domain.Away, 80 * time.Second: domain.Online} {
			choose(hub, 2, domain.Away, "")
			subscribe(t, hub, 2).Close(broadcast.ErrLeft)
			time.Sleep(wait)
			s := subscribe(t, hub, 2)
			if p, ok := hub.PresenceOf(2); !ok || p.State != want {
				t.Errorf("after %s: %+v, %t", wait, p, ok)
			}
			s.Close(broadcast.ErrLeft)
		}
	})
}

func TestACrowdThatConnectsIsOneLineForEachRoom(t *testing.T) {
	watched(t, func(t *testing.T, ledger *ledger, hub *broadcast.Hub, watcher *broadcast.Subscription) {
		rooms := []broadcast.Joining{{ID: lobby, Name: "lobby"}}
		for id := domain.RoomID(2); id <= 30; id++ {
			ledger.events[id] = nil
			rooms = append(rooms, broadcast.Joining{ID: id})
		}
		if _, err := watcher.JoinAll(t.Context(), rooms); err != nil {
			t.Fatal(err)
		}
		settle()
		for user := domain.UserID(2); user <= 100; user++ {
			s := subscribe(t, hub, user)
			if _, err := s.JoinAll(t.Context(), rooms); err != nil {
				t.Fatal(err)
			}
		}
		settle()
		batch := next(t, watcher)
		if len(batch) != len(rooms) || len(batch[0].Event.People) != 99 {
			t.Errorf("%d lines, the first of %d people", len(batch), len(batch[0].Event.People))
		}
	})
}
