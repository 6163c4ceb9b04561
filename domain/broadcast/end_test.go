package broadcast_test

import (
	"testing"
	"testing/synctest"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/wire"
)

// takes fails unless exactly the lobby's events with these seqs wait.
func takes(t *testing.T, s *broadcast.Subscription, seqs ...domain.Seq) {
	t.Helper()
	var got []*wire.Line
	for len(got) < len(seqs) {
		got = append(got, next(t, s)...)
	}
	for i, line := range got {
		if i >= len(seqs) || line.Event.Seq != seqs[i] {
			t.Fatalf("line %d is %s, want of all %v", i, line.JSON, seqs)
		}
	}
	idle(t, s)
}

func TestNothingFollowsAnEventThatEndsTheRoom(t *testing.T) {
	for _, what := range []domain.Change{domain.Left, domain.Removed} {
		ledger := newLedger()
		hub := newHub(ledger)
		hers, his, also := subscribe(t, hub, 1), subscribe(t, hub, 2), subscribe(t, hub, 2)
		for _, s := range []*broadcast.Subscription{hers, his, also} {
			join(t, s, broadcast.Live)
		}
		hub.Publish(ledger.commit(lobby), ledger.change(what, 2), ledger.commit(lobby))
		hub.Publish(ledger.commit(lobby))
		takes(t, his, 1, 2)
		takes(t, also, 1, 2)
		takes(t, hers, 1, 2, 3, 4)
		if his.Follows(lobby) || also.Follows(lobby) || !hers.Follows(lobby) {
			t.Errorf("%s: the wrong ones follow", what)
		}
		if here := hub.HereIDs(lobby); len(here) != 1 || here[0] != 1 {
			t.Errorf("%s: %v are here", what, here)
		}
	}
}

func TestADeletedRoomEndsForEverybody(t *testing.T) {
	ledger := newLedger()
	ledger.events[2] = nil
	hub := newHub(ledger)
	hers, his := subscribe(t, hub, 1), subscribe(t, hub, 2)
	join(t, hers, broadcast.Live)
	join(t, his, broadcast.Live)
	if _, err := hers.JoinAll(t.Context(), []broadcast.Joining{{ID: 2}}); err != nil {
		t.Fatal(err)
	}
	hub.Publish(ledger.add(domain.Event{Type: domain.EventRoom, RoomID: lobby, Change: domain.Ended}))
	hub.Publish(ledger.commit(lobby))
	takes(t, hers, 1)
	takes(t, his, 1)
	hub.Publish(ledger.commit(2))
	takes(t, hers, 1)
	if hers.Follows(lobby) || his.Follows(lobby) || !hers.Follows(2) {
		t.Error("the wrong ones follow")
	}
}

func TestOtherChangesEndNothing(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s := subscribe(t, hub, 2)
	join(t, s, broadcast.Live)
	hub.Publish(ledger.change(domain.Removed, 1), ledger.change(domain.RoleSet, 2), ledger.change(domain.Invited, 2))
	hub.Publish(ledger.add(domain.Event{Type: domain.EventRoom, RoomID: lobby, Change: domain.Archived}))
	hub.Publish(ledger.commit(lobby))
	takes(t, s, 1, 2, 3, 4, 5)
}

func TestAReaderThatIsBehindIsPutOutAtOnce(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s := subscribe(t, hub, 2)
	join(t, s, broadcast.Live)
	for range 1000 {
		hub.Publish(ledger.commit(lobby))
	}
	hub.Publish(ledger.change(domain.Removed, 2))
	hub.Publish(ledger.commit(lobby))
	takes(t, s, 1001) // not even that it lagged
	if ledger.reads != 0 {
		t.Errorf("the history was read %d times", ledger.reads)
	}
}

func TestAReaderThatKeptUpSeesAllBeforeTheEndHoweverFullItsQueue(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s := subscribe(t, hub, 2)
	join(t, s, broadcast.Live)
	want := make([]domain.Seq, 256)
	for i := range want {
		want[i] = domain.Seq(i + 1)
		hub.Publish(ledger.commit(lobby))
	}
	hub.Tell(2, domain.Event{Type: domain.EventRead, RoomID: lobby, Seq: 7}, nil) // no room for it
	events := []domain.Event{ledger.change(domain.Left, 2), ledger.commit(lobby)}
	ledger.events[2] = nil
	if _, err := s.JoinAll(t.Context(), []broadcast.Joining{{ID: 2, Name: "two"}}); err != nil {
		t.Fatal(err)
	}
	hub.Publish(ledger.commit(2)) // too much: both rooms lag
	hub.Publish(events...)
	batch := next(t, s)
	if len(batch) != 2 || batch[0].Event.Type != "" || batch[1].Event.Seq != 257 || batch[1].Event.RoomID != lobby {
		t.Fatalf("got %d lines: %s", len(batch), batch[0].JSON)
	}
	takes(t, s, 1)
}

func TestTheEndOfARoomIsToldToAReaderThatLagsInOthers(t *testing.T) {
	ledger := newLedger()
	ledger.events[2] = nil
	hub := newHub(ledger)
	s := subscribe(t, hub, 2)
	if _, err := s.JoinAll(t.Context(), []broadcast.Joining{inLobby, {ID: 2, Name: "two"}}); err != nil {
		t.Fatal(err)
	}
	hub.Publish(ledger.commit(lobby), ledger.change(domain.Removed, 2))
	for range 300 {
		hub.Publish(ledger.commit(2))
	}
	batch := next(t, s)
	if len(batch) < 2 || batch[0].Event.Type != "" || batch[1].Event.Seq != 2 || batch[1].Event.RoomID != lobby {
		t.Fatalf("got %d lines: %s", len(batch), batch[0].JSON)
	}
}

func TestNothingOfTheMomentFollowsTheEnd(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	watcher, s := subscribe(t, hub, 1), subscribe(t, hub, 2)
	join(t, watcher, broadcast.Live)
	hub.Publish(ledger.commit(lobby))
	allowed := ledger.joining()
	hub.Publish(ledger.change(domain.Removed, 2))
	if _, err := s.Join(t.Context(), allowed, broadcast.Live, nil); err != nil {
		t.Fatal(err)
	}
	ledger.during(func() {
		hub.Signal(domain.Event{Type: domain.EventTyping, RoomID: lobby}, broadcast.Audience{})
	})
	takes(t, s, 2)
}

func TestTheEndIsFoundInWhatWasLostOnTheWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newLedger()
		hub := newHub(ledger)
		run(t, hub)
		hers, his := subscribe(t, hub, 1), subscribe(t, hub, 2)
		join(t, hers, broadcast.Live)
		join(t, his, broadcast.Live)
		ledger.commit(lobby)
		ledger.change(domain.Removed, 2)
		ledger.commit(lobby)
		hub.Check()
		takes(t, hers, 1, 2, 3)
		takes(t, his, 1, 2)
	})
}

// Between being found to be allowed in and joining, somebody can be removed.
func TestNobodyJoinsPastTheEventThatPutThemOut(t *testing.T) {
	for name, after := range map[string]domain.Seq{"live": broadcast.Live, "from before": 1, "from beyond": 3, "from far beyond": 99} {
		t.Run(name, func(t *testing.T) {
			ledger := newLedger()
			hub := newHub(ledger)
			watcher, s := subscribe(t, hub, 1), subscribe(t, hub, 2)
			join(t, watcher, broadcast.Live)
			hub.Publish(ledger.commit(lobby), ledger.commit(lobby))
			allowed := ledger.joining()
			hub.Publish(ledger.change(domain.Removed, 2))
			hub.Publish(ledger.commit(lobby))
			extent, err := s.Join(t.Context(), allowed, after, nil)
			if err != nil || extent.Head != 2 {
				t.Fatalf("joined at %d, %v", extent.Head, err)
			}
			hub.Publish(ledger.commit(lobby))
			if after == 1 {
				takes(t, s, 2, 3)
			} else {
				takes(t, s, 3)
			}
			if s.Follows(lobby) {
				t.Error("it still follows")
			}
		})
	}
}

func TestWhatEndedARoomBeforeDoesNotEndItAgain(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s := subscribe(t, hub, 2)
	join(t, s, broadcast.Live)
	hub.Publish(ledger.change(domain.Left, 2), ledger.change(domain.Joined, 2))
	takes(t, s, 1)
	if _, err := s.Join(t.Context(), ledger.joining(), 0, nil); err != nil {
		t.Fatal(err)
	}
	hub.Publish(ledger.commit(lobby))
	takes(t, s, 1, 2, 3)
	if !s.Follows(lobby) {
		t.Error("it was put out")
	}
}

// The end of a former stay can arrive after the next one has begun.
func TestAnEndThatComesLateDoesNotEndTheNextStay(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	watcher, s := subscribe(t, hub, 1), subscribe(t, hub, 2)
	join(t, watcher, broadcast.Live)
	late := []domain.Event{ledger.change(domain.Left, 2), ledger.change(domain.Joined, 2)}
	if _, err := s.Join(t.Context(), ledger.joining(), broadcast.Live, nil); err != nil {
		t.Fatal(err)
	}
	hub.Publish(late...)
	hub.Publish(ledger.commit(lobby))
	takes(t, s, 3)
	takes(t, watcher, 1, 2, 3)
}

func TestARoomThatEndedIsLeftWithoutHarm(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s := subscribe(t, hub, 2)
	join(t, s, broadcast.Live)
	hub.Publish(ledger.commit(lobby), ledger.change(domain.Left, 2))
	s.Leave(lobby)
	idle(t, s)
	s.Leave(lobby)
	s.Close(broadcast.ErrLeft)
}

func TestALineNamesARoomAsItIsCalledNow(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s := subscribe(t, hub, 2)
	join(t, s, broadcast.Live)
	hub.Publish(ledger.add(domain.Event{Type: domain.EventRoom, RoomID: lobby, Change: domain.Renamed, Room: "foyer"}))
	for range 1000 {
		hub.Publish(ledger.commit(lobby))
	}
	if batch := next(t, s); string(batch[0].JSON) != `{"type":"lagged","room_id":1,"room":"foyer","after":0}` {
		t.Errorf("got %s", batch[0].JSON)
	}
}
