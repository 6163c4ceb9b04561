package broadcast_test

import (
	"errors"
	"fmt"
	"testing"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/wire"
)

// markers gives the markers of the read events in a batch.
func markers(batch []*wire.Line) (got string) {
	for _, line := range batch {
		got += fmt.Sprint(line.Event.Seq)
	}
	return got
}

func TestASignalReachesThoseInTheRoom(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	mine, alsoMine, yours, elsewhere := subscribe(t, hub, 1), subscribe(t, hub, 1), subscribe(t, hub, 2), subscribe(t, hub, 2)
	for _, s := range []*broadcast.Subscription{mine, alsoMine, yours} {
		join(t, s, broadcast.Live)
	}
	for n, to := range []broadcast.Audience{{}, {Except: 1}, {Except: 3}} {
		hub.Signal(domain.Event{Type: domain.EventTyping, RoomID: lobby, Seq: domain.Seq(n)}, to)
	}
	hub.Signal(domain.Event{Type: domain.EventTyping, RoomID: 2}, broadcast.Audience{})
	for i, want := range []string{"02", "02", "012"} {
		if got := markers(next(t, []*broadcast.Subscription{mine, alsoMine, yours}[i])); got != want {
			t.Errorf("subscription %d got %s, want %s", i, got, want)
		}
	}
	idle(t, elsewhere)
}

func TestAUserIsToldOnAllTheirScreensWhateverTheyFollow(t *testing.T) {
	hub := newHub(newLedger())
	following, not, closed, yours := subscribe(t, hub, 1), subscribe(t, hub, 1), subscribe(t, hub, 1), subscribe(t, hub, 2)
	join(t, following, broadcast.Live)
	join(t, yours, broadcast.Live)
	closed.Close(broadcast.ErrLeft)
	tell := func(n domain.Seq, except *broadcast.Subscription) {
		hub.Tell(1, domain.Event{Type: domain.EventRead, RoomID: 99, Seq: n}, except)
	}
	tell(1, nil)
	tell(2, following)
	tell(3, not)
	hub.Tell(77, domain.Event{Type: domain.EventRead}, nil) // nobody
	if got := markers(next(t, following)); got != "13" {
		t.Errorf("the one that follows got %s", got)
	}
	if got := markers(next(t, not)); got != "12" {
		t.Errorf("the other got %s", got)
	}
	idle(t, yours)
	var bye *broadcast.Bye
	if _, err := closed.Next(t.Context()); !errors.As(err, &bye) {
		t.Errorf("the closed one got %v", err)
	}
}

func TestWhatIsOfTheMomentIsDroppedRatherThanKeptWithoutBound(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s := subscribe(t, hub, 1)
	join(t, s, broadcast.Live)
	for range 2000 {
		hub.Tell(1, domain.Event{Type: domain.EventRead, RoomID: 99}, nil)
		hub.Signal(domain.Event{Type: domain.EventTyping, RoomID: lobby}, broadcast.Audience{})
	}
	if n := len(next(t, s)); n != 256 {
		t.Errorf("%d waited", n)
	}
	idle(t, s)
}

func TestARoomDoesNotLagByWhatIsOfTheMoment(t *testing.T) {
	ledger := newLedger()
	ledger.events[2] = nil
	hub := newHub(ledger)
	s := subscribe(t, hub, 1)
	join(t, s, broadcast.Live)
	if _, err := s.JoinAll(t.Context(), []broadcast.Joining{{ID: 2, Name: "two"}}); err != nil {
		t.Fatal(err)
	}
	for range 300 {
		hub.Signal(domain.Event{Type: domain.EventTyping, RoomID: lobby}, broadcast.Audience{})
	}
	hub.Publish(ledger.commit(2))
	batch := next(t, s)
	if len(batch) != 1 || string(batch[0].JSON) != `{"type":"lagged","room_id":2,"room":"two","after":0}` {
		t.Errorf("got %d lines, first %s", len(batch), batch[0].JSON)
	}
	takes(t, s, 1)
}

func TestManyRoomsAreJoinedWithOneQuery(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	var rooms []broadcast.Joining
	for id := range domain.RoomID(30) {
		ledger.events[id+10] = nil
		for range id {
			ledger.commit(id + 10)
		}
		rooms = append(rooms, broadcast.Joining{ID: id + 10, Name: fmt.Sprint("room", id), Head: domain.Seq(id)})
	}
	s := subscribe(t, hub, 1)
	extents, err := s.JoinAll(t.Context(), append(rooms, broadcast.Joining{ID: 99, Name: "gone"}))
	if err != nil || len(extents) != len(rooms) || ledger.asked != 1 {
		t.Fatalf("joined %d rooms with %d queries, %v", len(extents), ledger.asked, err)
	}
	for i, room := range rooms {
		if want := (domain.Extent{First: 1, Head: domain.Seq(i)}); extents[room.ID] != want || !s.Follows(room.ID) {
			t.Errorf("%s: %+v", room.Name, extents[room.ID])
		}
		hub.Publish(ledger.commit(room.ID))
	}
	if s.Follows(99) {
		t.Error("it follows a room that is not there")
	}
	for i, line := range next(t, s) {
		if line.Event.RoomID != rooms[i].ID || line.Event.Seq != rooms[i].Head+1 {
			t.Errorf("got %s", line.JSON)
		}
	}
	if ledger.reads != 0 {
		t.Errorf("the history was read %d times", ledger.reads)
	}
}

func TestWhoJoinsLiveMissesNothingSinceTheyWereLetIn(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	ledger.commit(lobby)
	allowed := ledger.joining()
	ledger.commit(lobby)
	s := subscribe(t, hub, 1)
	extents, err := s.JoinAll(t.Context(), []broadcast.Joining{allowed})
	if err != nil || extents[lobby].Head != 1 {
		t.Fatalf("got %v, %v", extents, err)
	}
	hub.Publish(ledger.commit(lobby))
	takes(t, s, 2, 3)
}

func TestNoRoomIsJoinedWhileTheHistoryIsAway(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s := subscribe(t, hub, 1)
	ledger.setAway(true)
	if _, err := s.JoinAll(t.Context(), []broadcast.Joining{inLobby}); err == nil || s.Follows(lobby) {
		t.Errorf("got %v", err)
	}
	ledger.setAway(false)
	join(t, s, broadcast.Live)
}
