package broadcast_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/wire"
)

func TestEveryReaderSeesEveryEventOnceAndInOrder(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	early, late := subscribe(t, hub, 1), subscribe(t, hub, 2)
	join(t, early, broadcast.Live)
	for range 10 {
		hub.Publish(ledger.commit(lobby))
	}
	join(t, late, 3)
	for range 10 {
		hub.Publish(ledger.commit(lobby))
	}
	receive(t, early, 0, 20)
	receive(t, late, 3, 20)
}

func TestAJoinAnswersBeforeTheRoomsFirstEvent(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	hub.Publish(ledger.commit(lobby))
	s := subscribe(t, hub, 1)
	_, err := s.Join(t.Context(), inLobby, 0, func(extent domain.Extent) *wire.Line {
		return wire.NewReply(extent)
	})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := s.Next(t.Context())
	if err != nil || len(batch) != 1 || string(batch[0].JSON) != `{"First":1,"Head":1}` {
		t.Fatalf("got %d lines, %v", len(batch), err)
	}
	receive(t, s, 0, 1)
}

func TestAReaderThatLagsIsToldAndCatchesUpFromTheHistory(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s, other := subscribe(t, hub, 1), subscribe(t, hub, 2)
	join(t, s, broadcast.Live)
	join(t, other, broadcast.Live)
	const many = 2000
	for i := range domain.Seq(many) {
		hub.Publish(ledger.commit(lobby))
		receive(t, other, i, i+1) // never slowed
	}
	others := receive(t, s, 0, many)
	if len(others) != 1 || !strings.Contains(string(others[0].JSON), `"type":"lagged","room_id":1,"room":"lobby","after":0`) {
		t.Errorf("told %d things: %s", len(others), others[0].JSON)
	}
	hub.Publish(ledger.commit(lobby))
	receive(t, s, many, many+1)
}

func TestRoomsThatAreBehindAreReadInTurns(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s := subscribe(t, hub, 1)
	for id := domain.RoomID(1); id <= 3; id++ {
		ledger.events[id] = nil
		for range 400 {
			ledger.commit(id)
		}
		if _, err := s.Join(t.Context(), broadcast.Joining{ID: id}, 0, nil); err != nil {
			t.Fatal(err)
		}
	}
	for page, want := range []domain.RoomID{1, 2, 3, 1, 2, 3} {
		batch := next(t, s)
		if got, first := batch[0].Event, domain.Seq(page/3*200+1); got.RoomID != want || got.Seq != first || len(batch) != 200 {
			t.Errorf("page %d: %d events from %d of room %d", page, len(batch), got.Seq, got.RoomID)
		}
	}
}

func TestOneLargeCommitMakesNobodyLagWhoKeptUp(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s := subscribe(t, hub, 1)
	join(t, s, broadcast.Live)
	const many = 512 // as many as one commit takes
	events := make([]domain.Event, many)
	for i := range events {
		events[i] = ledger.commit(lobby)
	}
	hub.Publish(events...)
	if others := receive(t, s, 0, many); len(others) != 0 {
		t.Errorf("told besides: %s", others[0].JSON)
	}
}

func TestAnEventThatWasLostOnTheWayIsReadFromTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newLedger()
		hub := newHub(ledger)
		run(t, hub)
		s := subscribe(t, hub, 1)
		join(t, s, broadcast.Live)
		ledger.commit(lobby) // 1 is lost, 2 comes
		hub.Publish(ledger.commit(lobby))
		receive(t, s, 0, 2)

		ledger.commit(lobby) // 3 is lost and nothing follows
		start := time.Now()
		receive(t, s, 2, 3)
		if waited := time.Since(start); waited > 2*time.Second {
			t.Errorf("noticed after %s", waited)
		}
	})
}

func TestWhatRetentionRemovedIsNoGap(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	for range 10 {
		ledger.commit(lobby)
	}
	ledger.first = 8
	s := subscribe(t, hub, 1)
	join(t, s, 2)
	receive(t, s, 7, 10)
}

func TestReadersOutliveAHistoryThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := newLedger()
		hub := newHub(ledger)
		run(t, hub)
		live, behind := subscribe(t, hub, 1), subscribe(t, hub, 2)
		join(t, live, broadcast.Live)
		hub.Publish(ledger.commit(lobby))
		join(t, behind, 0)
		ledger.setAway(true)
		time.AfterFunc(20*time.Second, func() { ledger.setAway(false) })
		receive(t, live, 0, 1)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		batch, err := behind.Next(ctx)
		if err != nil || len(batch) != 1 {
			t.Fatalf("got %d, %v", len(batch), err)
		}
		if waited := time.Since(start); waited < 20*time.Second || waited > 22*time.Second {
			t.Errorf("came back after %s", waited)
		}
	})
}

func TestLeavingStopsARoomsEventsAtOnce(t *testing.T) {
	ledger := newLedger()
	ledger.events[2] = nil
	hub := newHub(ledger)
	s := subscribe(t, hub, 1)
	join(t, s, broadcast.Live)
	if _, err := s.Join(t.Context(), broadcast.Joining{ID: 2, Name: "other"}, broadcast.Live, nil); err != nil {
		t.Fatal(err)
	}
	hub.Publish(ledger.commit(lobby))
	hub.Publish(ledger.commit(2))
	s.Leave(lobby)
	hub.Publish(ledger.commit(lobby))
	batch, err := s.Next(t.Context())
	if err != nil || len(batch) != 1 || batch[0].Event.RoomID != 2 {
		t.Fatalf("got %d, %v", len(batch), err)
	}
}

func TestARoomThatDoesNotExistCannotBeJoined(t *testing.T) {
	hub := newHub(newLedger())
	s := subscribe(t, hub, 1)
	if _, err := s.Join(t.Context(), broadcast.Joining{ID: 99}, broadcast.Live, nil); !domain.HasCode(err, "room.not_found") {
		t.Errorf("got %v", err)
	}
}

func TestAClosedHubSaysGoodbyeToAll(t *testing.T) {
	ledger := newLedger()
	hub := newHub(ledger)
	s := subscribe(t, hub, 1)
	join(t, s, broadcast.Live)
	hub.Publish(ledger.commit(lobby))
	bye := broadcast.Bye{Code: "server.shutdown", Reconnect: true}
	hub.Close(bye)
	receive(t, s, 0, 1) // what was queued still comes
	var got *broadcast.Bye
	if _, err := s.Next(t.Context()); !errors.As(err, &got) || *got != bye {
		t.Errorf("got %v", err)
	}
	late := hub.Subscribe(domain.Author{ID: 2}, broadcast.Options{})
	if _, err := late.Join(t.Context(), inLobby, broadcast.Live, nil); !errors.As(err, &got) {
		t.Errorf("a late comer got %v", err)
	}
}

func TestAClientThatAsksWithoutReadingIsCut(t *testing.T) {
	s := subscribe(t, newHub(newLedger()), 1)
	for range 2000 {
		s.Reply(wire.NewReply("answer"))
	}
	var bye *broadcast.Bye
	for range 3 {
		if _, err := s.Next(t.Context()); errors.As(err, &bye) {
			break
		}
	}
	if bye == nil || bye.Code != "connection.not_reading" {
		t.Errorf("got %v", bye)
	}
}
