package broadcast_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/wire"
)

const lobby domain.RoomID = 1

// inLobby is joining it without a word on how far it went.
var inLobby = broadcast.Joining{ID: lobby, Name: "lobby"}

// ledger is a committed history in memory.
type ledger struct {
	mu     sync.Mutex
	events map[domain.RoomID][]domain.Event
	first  domain.Seq // what is below was removed
	away   bool       // it does not answer
	reads  int        // of After
	asked  int        // of Extents

	meanwhile func()
}

func newLedger() *ledger {
	return &ledger{events: map[domain.RoomID][]domain.Event{lobby: nil}, first: 1}
}

// commit adds a message to a room and gives its event.
func (l *ledger) commit(room domain.RoomID) domain.Event {
	return l.add(domain.Event{Type: domain.EventMessage, RoomID: room})
}

// change adds what became of a member of the lobby.
func (l *ledger) change(what domain.Change, user domain.UserID) domain.Event {
	return l.add(domain.Event{Type: domain.EventMember, RoomID: lobby, Change: what, User: domain.Author{ID: user}})
}

func (l *ledger) add(event domain.Event) domain.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	event.Seq = domain.Seq(len(l.events[event.RoomID]) + 1)
	l.events[event.RoomID] = append(l.events[event.RoomID], event)
	return event
}

// joining is what one gets who asks now whether they may join the lobby.
func (l *ledger) joining() broadcast.Joining {
	l.mu.Lock()
	defer l.mu.Unlock()
	return broadcast.Joining{ID: lobby, Name: "lobby", Head: domain.Seq(len(l.events[lobby]))}
}

func (l *ledger) setAway(away bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = away
}

// during has something done while the history is read next.
func (l *ledger) during(read func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.meanwhile = read
}

func (l *ledger) After(_ context.Context, room domain.RoomID, after domain.Seq, limit int) ([]domain.Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return nil, domain.Unreachable(errors.New("away"))
	}
	if meanwhile := l.meanwhile; meanwhile != nil {
		l.meanwhile = nil
		l.mu.Unlock()
		meanwhile()
		l.mu.Lock()
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
	l.asked++
	extents := map[domain.RoomID]domain.Extent{}
	for _, room := range rooms {
		if events, ok := l.events[room]; ok {
			extents[room] = domain.Extent{First: l.first, Head: domain.Seq(len(events))}
		}
	}
	return extents, nil
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newHub(l *ledger) *broadcast.Hub {
	return broadcast.New(l, slog.New(slog.DiscardHandler))
}

func author(user domain.UserID) domain.Author {
	return domain.Author{ID: user, Name: fmt.Sprintf("user%d", user)}
}

func subscribe(t *testing.T, hub *broadcast.Hub, user domain.UserID) *broadcast.Subscription {
	t.Helper()
	s := hub.Subscribe(author(user), broadcast.Options{})
	t.Cleanup(func() { s.Close(broadcast.ErrLeft) })
	return s
}

func join(t *testing.T, s *broadcast.Subscription, after domain.Seq) {
	t.Helper()
	if _, err := s.Join(t.Context(), inLobby, after, nil); err != nil {
		t.Fatal(err)
	}
}

// next gives what waits, after it was made sure that something does.
func next(t *testing.T, s *broadcast.Subscription) []*wire.Line {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	batch, err := s.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

// idle fails if anything waits.
func idle(t *testing.T, s *broadcast.Subscription) {
	t.Helper()
	s.Reply(wire.NewReply("mark"))
	if batch := next(t, s); len(batch) != 1 {
		t.Errorf("got besides: %s", batch[1].JSON)
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
