package broadcast

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/domain"
	"parley/domain/wire"
)

const (
	// replySize is how many answers may wait for a client that asks and does
	// not read. Beyond it the connection ends.
	replySize = 1024
	// retryAfter is how long a reader that is behind waits for a store that
	// does not answer.
	retryAfter = time.Second
)

// Bye is the reason for which a subscription ended, and the error of Next
// after that.
type Bye struct {
	Code      string // stable: "server.shutdown"
	Message   string
	Reconnect bool // whether connecting again can help
}

func (b *Bye) Error() string { return b.Code + ": " + b.Message }

// ErrLeft ends a subscription whose owner closed it.
var ErrLeft = Bye{Code: "connection.closed", Message: "the connection was closed"}

// ErrShutdown ends every subscription when the service stops.
var ErrShutdown = Bye{Code: "server.shutdown", Message: "the server is shutting down", Reconnect: true}

// ErrNotReading ends a subscription that asks for answers and takes none.
var ErrNotReading = Bye{Code: "connection.not_reading", Message: "answers were not read in time", Reconnect: true}

// Options say what a subscription wants besides the history of its rooms.
type Options struct {
	Presence bool // who comes and goes
}

// Subscription is one connection's view of the rooms it follows. Next belongs
// to one goroutine; the other methods may be called from any.
type Subscription struct {
	hub      *Hub
	user     domain.Author
	person   *person
	presence bool
	active   atomic.Int64  // when its person last did something, by the hub's clock
	wake     chan struct{} // holds one token when there may be news

	mu      sync.Mutex // guards what follows
	rooms   map[domain.RoomID]*member
	late    []*member // those that lagged or are behind, or were, in the order of their turns
	replies []*wire.Line
	queue   []queued
	closed  *Bye

	// Owned by Next.
	batch  []*wire.Line
	spare  []queued
	retry  time.Time       // when a store that did not answer is asked again
	heeded context.Context // its end nudges
	unheed func() bool     // undoes that
}

// Subscribe makes a subscription that follows no room yet. The owner must
// Close it.
func (h *Hub) Subscribe(user domain.Author, options Options) *Subscription {
	s := &Subscription{
		hub: h, user: user, presence: options.Presence,
		wake:  make(chan struct{}, 1),
		rooms: map[domain.RoomID]*member{},
	}
	h.connect(s)
	return s
}

// Reply queues an answer to this connection alone. Answers keep their order
// among themselves and go before events.
func (s *Subscription) Reply(line *wire.Line) {
	s.mu.Lock()
	s.replyLocked(line)
	s.mu.Unlock()
	s.nudge()
}

func (s *Subscription) replyLocked(line *wire.Line) {
	if len(s.replies) < replySize {
		s.replies = append(s.replies, line)
	} else if s.closed == nil {
		s.closed = &ErrNotReading
	}
}

// Close ends the subscription. Next gives what is already queued and then the
// reason. The first reason stays.
func (s *Subscription) Close(why Bye) {
	s.mu.Lock()
	if s.closed == nil {
		s.closed = &why
	}
	members := slices.Collect(maps.Values(s.rooms))
	s.mu.Unlock()
	for _, m := range members {
		s.detach(m)
	}
	s.hub.disconnect(s)
	s.nudge()
}

// Next waits for news and gives all of it: answers, then events in order. The
// slice is valid until the following call. Its error is the reason for which
// the subscription ended, or ctx's.
func (s *Subscription) Next(ctx context.Context) ([]*wire.Line, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch, behind, err := s.take()
		if len(batch) > 0 || err != nil {
			return batch, err
		}
		wait := time.Duration(0)
		if behind != nil {
			if wait = time.Until(s.retry); wait <= 0 {
				if batch := s.catchUp(ctx, behind); len(batch) > 0 {
					return batch, nil
				}
				continue
			}
		}
		s.sleep(ctx, wait)
	}
}

// sleep waits to be nudged, or, if wait is not 0, that long, or for ctx's end.
func (s *Subscription) sleep(ctx context.Context, wait time.Duration) {
	s.heed(ctx)
	if wait > 0 {
		defer time.AfterFunc(wait, s.nudge).Stop()
	}
	<-s.wake
}

// heed lets the end of ctx nudge, since waiting for one channel costs less than
// for several. Callers mostly come with the same ctx each time.
func (s *Subscription) heed(ctx context.Context) {
	if s.heeded == ctx {
		return
	}
	if s.unheed != nil {
		s.unheed()
	}
	s.heeded, s.unheed = ctx, context.AfterFunc(ctx, s.nudge)
}

// take gives everything that waits in memory; failing that, a room that must
// be read from the history.
func (s *Subscription) take() (batch []*wire.Line, behind *member, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.batch)
	batch = append(s.batch[:0], s.replies...)
	clear(s.replies)
	s.replies = s.replies[:0]
	batch, behind = s.takeLate(batch)
	waiting := s.queue
	s.queue, s.spare = s.spare[:0], waiting
	for _, q := range waiting {
		if q.member != nil && q.seq > 0 {
			q.member.last = q.seq
		}
		batch = append(batch, q.line)
	}
	clear(waiting)
	s.batch = batch
	if len(batch) == 0 && s.closed != nil {
		return nil, nil, s.closed
	}
	return batch, behind, nil
}

// takeLate adds what readers that lagged are to be told, and gives the member
// whose turn it is to be read from the history, if any is behind. The caller
// holds mu.
func (s *Subscription) takeLate(batch []*wire.Line) ([]*wire.Line, *member) {
	if len(s.late) == 0 {
		return batch, nil
	}
	late := s.late[:0]
	for _, m := range s.late {
		if m.lagged {
			m.lagged = false
			batch = append(batch, wire.NewReply(wire.Lagged{
				Type: "lagged", RoomID: m.room.id, Room: *m.room.name.Load(), After: m.last,
			}))
		}
		if m.late = m.behind; m.late {
			late = append(late, m)
		}
	}
	clear(s.late[len(late):])
	s.late = late
	if len(late) == 0 {
		return batch, nil
	}
	turn := late[0]
	late[copy(late, late[1:])] = turn
	return batch, turn
}

// catchUp reads one page of what a room's reader has not seen. It gives an
// empty batch if there is nothing or the history does not answer.
func (s *Subscription) catchUp(ctx context.Context, m *member) []*wire.Line {
	m.room.mu.Lock()
	head := m.room.head
	m.room.mu.Unlock()
	s.mu.Lock()
	after := m.last
	s.mu.Unlock()

	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	events, err := s.hub.history.After(ctx, m.room.id, after, pageSize)
	if err != nil {
		s.hub.log.Warn("cannot read history for a reader that is behind; will try again", "room_id", m.room.id, "err", err)
		s.retry = time.Now().Add(retryAfter)
		return nil
	}
	ended := slices.IndexFunc(events, func(e domain.Event) bool { return e.Seq > m.since && e.Ends(s.user.ID) })
	if ended >= 0 {
		events = events[:ended+1]
	}
	batch := s.batch[:0]
	for _, event := range events {
		batch = append(batch, wire.NewLine(event))
	}
	s.batch = batch
	if !s.caughtUp(m, max(head, after), ended >= 0) {
		return nil
	}
	return batch
}

// caughtUp notes what the batch was read from the history for: a page of a
// room, or nothing up to head, if that was removed meanwhile. After an event
// that ended the room there is no more of it. It reports false if the room was
// left meanwhile.
func (s *Subscription) caughtUp(m *member, head domain.Seq, ended bool) bool {
	r := m.room
	r.mu.Lock()
	s.mu.Lock()
	inside := !m.left
	if inside {
		m.last = head
		if len(s.batch) > 0 {
			m.last = s.batch[len(s.batch)-1].Event.Seq
		}
		m.offered = m.last
		m.behind = m.last < r.head
	}
	ended = ended && inside
	if ended {
		s.forget(r.id)
		s.drop(m)
	}
	s.mu.Unlock()
	if ended {
		r.remove(m)
	}
	r.mu.Unlock()
	if ended {
		s.hub.unpin(r, 1)
	}
	return inside
}

// nudge wakes Next. It never waits.
func (s *Subscription) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
