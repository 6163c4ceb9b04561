package broadcast_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/wire"
)

const lobby domain.RoomID = 1

// ledger is a committed history in memory.
type ledger struct {
	mu     sync.Mutex
	events map[domain.RoomID][]domain.Event
	first  domain.Seq // what is below was removed
	away   bool       // it does not answer
	reads  int
}

func newLedger() *ledger {
	return &ledger{events: map[domain.RoomID][]domain.Event{lobby: nil}, first: 1}
}

// commit adds a message to a room and gives its event.
func (l *ledger) commit(room domain.RoomID) domain.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	seq := domain.Seq(len(l.events[room]) + 1)
	event := domain.Event{
		Type: domain.EventMessage, RoomID: room, Seq: seq,
		Message: domain.Message{RoomID: room, Seq: seq, Content: fmt.Sprint(seq)},
	}
	l.events[room] = append(l.events[room], event)
	return event
}

func (l *ledger) setAway(away bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = away
}

func (l *ledger) After(_ context.Context, room domain.RoomID, after domain.Seq, limit int) ([]domain.Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return nil, domain.Unreachable(errors.New("away"))
	}
	l.reads++
	after = max(after, l.first-1)
	events := l.events[room]
	events = events[min(int(after), len(events)):]
	return append([]domain.Event(nil), events[:min(limit, len(events))]...), nil
}

func (l *ledger) Extents(_ context.Context, rooms []domain.RoomID) (map[domain.RoomID]domain.Extent, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return nil, domain.Unreachable(errors.New("away"))
	}
	extents := map[domain.RoomID]domain.Extent{}
	for _, room := range rooms {
		if events, ok := l.events[room]; ok {
			extents[room] = domain.Extent{First: l.first, Head: domain.Seq(len(events))}
		}
	}
	return extents, nil
}

func newHub(l *ledger) *broadcast.Hub {
	return broadcast.New(l, slog.New(slog.DiscardHandler))
}

func subscribe(t *testing.T, hub *broadcast.Hub, user domain.UserID) *broadcast.Subscription {
	t.Helper()
	s := hub.Subscribe(domain.Author{ID: user, Name: fmt.Sprintf("user%d", user)}, broadcast.Options{})
	t.Cleanup(func() { s.Close(broadcast.ErrLeft) })
	return s
}

func join(t *testing.T, s *broadcast.Subscription, after domain.Seq) {
	t.Helper()
	if _, err := s.Join(t.Context(), lobby, "lobby", after, nil); err != nil {
		t.Fatal(err)
	}
}

// receive reads batches until the room's event with that seq came, checking
// that every event from after+1 on comes once and in order. It gives the lines
// that are no events of the history.
func receive(t *testing.T, s *broadcast.Subscription, after, last domain.Seq) (others []*wire.Line) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for after < last {
		batch, err := s.Next(ctx)
		if err != nil {
			t.Fatalf("after %d: %v", after, err)
		}
		for _, line := range batch {
			if line.Event.Type != domain.EventMessage {
				others = append(others, line)
				continue
			}
			if line.Event.Seq != after+1 {
				t.Fatalf("got %d after %d", line.Event.Seq, after)
			}
			after++
		}
	}
	return others
}

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
	_, err := s.Join(t.Context(), lobby, "lobby", 0, func(extent domain.Extent) *wire.Line {
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
	if _, err := s.Join(t.Context(), 2, "other", broadcast.Live, nil); err != nil {
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
	if _, err := s.Join(t.Context(), 99, "", broadcast.Live, nil); !domain.HasCode(err, "room.not_found") {
		t.Errorf("got %v", err)
	}
}

func TestSignalsReachWhomTheyAreFor(t *testing.T) {
	hub := newHub(newLedger())
	mine, alsoMine, yours := subscribe(t, hub, 1), subscribe(t, hub, 1), subscribe(t, hub, 2)
	subs := []*broadcast.Subscription{mine, alsoMine, yours}
	for _, s := range subs {
		join(t, s, broadcast.Live)
	}
	signal := func(n domain.Seq, to broadcast.Audience) {
		hub.Signal(domain.Event{Type: domain.EventRead, RoomID: lobby, Seq: n}, to)
	}
	signal(1, broadcast.Audience{})
	signal(2, broadcast.Audience{Only: 1, ExceptThis: mine})
	signal(3, broadcast.Audience{Except: 1})
	for i, want := range []string{"1", "12", "13"} {
		batch, err := subs[i].Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, line := range batch {
			got += fmt.Sprint(line.Event.Seq)
		}
		if got != want {
			t.Errorf("subscription %d got %s, want %s", i, got, want)
		}
	}
}

func TestPresenceFollowsTheFirstAndTheLastSubscription(t *testing.T) {
	hub := newHub(newLedger())
	watcher := hub.Subscribe(domain.Author{ID: 1, Name: "watcher"}, broadcast.Options{Presence: true})
	defer watcher.Close(broadcast.ErrLeft)
	join(t, watcher, broadcast.Live)
	one, two := subscribe(t, hub, 2), subscribe(t, hub, 2)
	join(t, one, broadcast.Live)
	join(t, two, broadcast.Live)
	if n := len(hub.Online(lobby)); n != 2 {
		t.Errorf("%d are here, want 2", n)
	}
	one.Close(broadcast.ErrLeft)
	two.Close(broadcast.ErrLeft)
	batch, err := watcher.Next(t.Context())
	if err != nil || len(batch) != 2 || !batch[0].Event.Online || batch[1].Event.Online || batch[0].Event.User.Name != "user2" {
		t.Fatalf("got %d events, %v", len(batch), err)
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
	if _, err := late.Join(t.Context(), lobby, "lobby", broadcast.Live, nil); !errors.As(err, &got) {
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

// follow reads everything from start up to total, checking order.
func follow(ctx context.Context, hub *broadcast.Hub, user domain.UserID, start, total domain.Seq) error {
	s := hub.Subscribe(domain.Author{ID: user}, broadcast.Options{})
	defer s.Close(broadcast.ErrLeft)
	extent, err := s.Join(ctx, lobby, "lobby", start, nil)
	if err != nil {
		return err
	}
	at := min(start, extent.Head)
	for at < total {
		batch, err := s.Next(ctx)
		if err != nil {
			return fmt.Errorf("at %d of %d: %w", at, total, err)
		}
		for _, line := range batch {
			if line.Event.Type != domain.EventMessage {
				continue
			}
			if at++; line.Event.Seq != at {
				return fmt.Errorf("got %d, want %d", line.Event.Seq, at)
			}
		}
	}
	return nil
}

// Readers join anywhere and lag while messages are published from one
// goroutine, as the appender does, some of them lost on the way.
func TestOrderHoldsWhateverIsLostAndWhoeverJoins(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ledger := newLedger()
		hub := newHub(ledger)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var watch sync.WaitGroup
		watch.Go(func() { _ = hub.Run(ctx) })
		defer watch.Wait()
		defer cancel()

		total := rapid.IntRange(1, 800).Draw(rt, "messages")
		lost := rapid.SliceOfN(rapid.IntRange(0, total-1), 0, 20).Draw(rt, "lost")
		starts := rapid.SliceOfN(rapid.IntRange(0, total), 1, 8).Draw(rt, "starts")
		readers := make(chan error, len(starts))
		for i, start := range starts {
			go func() { readers <- follow(ctx, hub, domain.UserID(i+1), domain.Seq(start), domain.Seq(total)) }()
		}
		for n := range total {
			if event := ledger.commit(lobby); !slices.Contains(lost, n) {
				hub.Publish(event)
			}
		}
		hub.Check() // what finds a lost last message, without its 2 s
		for range starts {
			if err := <-readers; err != nil {
				rt.Error(err)
			}
		}
	})
}

// run runs the hub until the test ends.
func run(t *testing.T, hub *broadcast.Hub) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = hub.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}
