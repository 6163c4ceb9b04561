package broadcast

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"parley/domain"
	"parley/domain/wire"
)

const (
	// queueSize is how many events, beside those of one commit, may wait for a
	// reader before it is told that it lagged and reads them from the store.
	queueSize = 256
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
	presence bool
	wake     chan struct{} // holds one token when there may be news

	mu      sync.Mutex // guards what follows
	rooms   map[domain.RoomID]*member
	replies []*wire.Line
	queue   []queued
	closed  *Bye

	// Owned by Next.
	batch []*wire.Line
	spare []queued
	retry time.Time // when a store that did not answer is asked again
}

// queued is an event that waits, and the place it waits for.
type queued struct {
	member *member
	seq    domain.Seq // 0 for an event of the moment
	line   *wire.Line
}

// Subscribe makes a subscription that follows no room yet. The owner must
// Close it.
func (h *Hub) Subscribe(user domain.Author, options Options) *Subscription {
	s := &Subscription{
		hub: h, user: user, presence: options.Presence,
		wake:  make(chan struct{}, 1),
		rooms: map[domain.RoomID]*member{},
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.closed = h.closed; s.closed == nil {
		h.subs[s] = struct{}{}
	}
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
	s.hub.mu.Lock()
	delete(s.hub.subs, s)
	s.hub.mu.Unlock()
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
		if err := s.sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// sleep waits to be nudged, or, if wait is not 0, that long.
func (s *Subscription) sleep(ctx context.Context, wait time.Duration) error {
	var over <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-s.wake:
	case <-over:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
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
	for _, m := range s.rooms {
		if m.lagged {
			m.lagged = false
			batch = append(batch, wire.NewReply(wire.Lagged{Type: "lagged", RoomID: m.room.id, Room: m.name, After: m.last}))
		}
		if m.behind {
			behind = m
		}
	}
	waiting := s.queue
	s.queue, s.spare = s.spare[:0], waiting
	for _, q := range waiting {
		if q.seq > 0 {
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

	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.left {
		return nil
	}
	if len(events) == 0 {
		m.last = max(m.last, head) // removed from the history meanwhile
	}
	batch := s.batch[:0]
	for _, event := range events {
		batch = append(batch, wire.NewLine(event))
		m.last = event.Seq
	}
	m.offered = m.last
	m.behind = m.last < m.room.head
	s.batch = batch
	return batch
}

// offer queues events that were committed together, by the one rule, and wakes
// the reader once. However many they are, a reader that kept up does not lag by
// them. It never waits; the caller holds the room's mu.
func (s *Subscription) offer(m *member, lines []*wire.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	news, full := false, len(s.queue) >= queueSize
	for _, line := range lines {
		seq := line.Event.Seq
		switch {
		case m.left || m.behind || seq <= m.offered:
			continue
		case seq > m.offered+1:
			m.behind = true // the history has what is missing
		case !full:
			s.queue = append(s.queue, queued{m, seq, line})
			m.offered = seq
		default:
			m.fallBehind()
			s.overflow()
		}
		news = true
	}
	if news {
		s.nudge()
	}
}

// overflow drops the queue: every room with something in it is read again from
// the history. The caller holds mu.
func (s *Subscription) overflow() {
	for _, q := range s.queue {
		q.member.fallBehind()
	}
	clear(s.queue)
	s.queue = s.queue[:0]
}

func (m *member) fallBehind() {
	m.behind, m.lagged = true, true
	m.offered = m.last
}

// offerMoment queues an event of the moment if there is room for it. The
// caller holds the room's mu.
func (s *Subscription) offerMoment(m *member, line *wire.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.left || len(s.queue) >= queueSize {
		return
	}
	s.queue = append(s.queue, queued{m, 0, line})
	s.nudge()
}

// nudge wakes Next. It never waits.
func (s *Subscription) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
