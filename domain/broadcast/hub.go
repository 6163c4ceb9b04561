package broadcast

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"parley/domain"
	"parley/domain/wire"
)

// Hub brings committed events to the subscriptions of this process.
//
// Locks are taken in this order: Hub.mu, room.mu, Subscription.mu; news.mu is
// taken last. None is held while the history is read.
type Hub struct {
	history History
	log     *slog.Logger
	started time.Time

	mu     sync.RWMutex // guards what follows, and what is in a person
	rooms  map[domain.RoomID]*room
	people map[domain.UserID]*person
	closed *Bye

	news news
	kick chan struct{} // wakes Run when a gap is seen
}

// New makes a hub that reads missed events from history.
func New(history History, log *slog.Logger) *Hub {
	return &Hub{
		history: history, log: log, started: time.Now(),
		rooms:  map[domain.RoomID]*room{},
		people: map[domain.UserID]*person{},
		news:   news{wake: make(chan struct{}, 1)},
		kick:   make(chan struct{}, 1),
	}
}

// Publish brings committed events to everyone subscribed to their rooms: those
// that were committed together in one call, so that a reader is woken once.
// Events of one room are published in the order of their seqs; one that comes
// early is read again from the history, one that comes twice is dropped. It
// never waits for a reader.
func (h *Hub) Publish(events ...domain.Event) {
	for len(events) > 0 {
		n := 1
		for n < len(events) && events[n].RoomID == events[0].RoomID {
			n++
		}
		h.publish(events[:n])
		events = events[n:]
	}
}

// publish is Publish for events of one room.
func (h *Hub) publish(events []domain.Event) {
	r := h.find(events[0].RoomID)
	if r == nil {
		return
	}
	lines := newLines(events)
	r.mu.Lock()
	complete, ended := r.deliver(lines)
	r.mu.Unlock()
	h.unpin(r, ended)
	if !complete {
		h.Check()
	}
}

func newLines(events []domain.Event) []*wire.Line {
	lines := make([]*wire.Line, len(events))
	for i, event := range events {
		lines[i] = wire.NewLine(event)
	}
	return lines
}

// Audience narrows down who is told of an event of the moment.
type Audience struct {
	Except domain.UserID // everybody but this user; 0 for none
}

// Signal tells those in the event's room of something that is of the moment
// and kept nowhere. A reader whose queue is full misses it.
func (h *Hub) Signal(event domain.Event, to Audience) {
	r := h.find(event.RoomID)
	if r == nil {
		return
	}
	line := wire.NewLine(event)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		if m.sub.user.ID != to.Except {
			m.sub.offerMoment(m, line)
		}
	}
}

// Tell brings an event of the moment to all of one user's subscriptions but
// except, whatever they follow. One whose queue is full misses it.
func (h *Hub) Tell(user domain.UserID, event domain.Event, except *Subscription) {
	h.mu.RLock()
	var subs []*Subscription
	if p := h.people[user]; p != nil {
		subs = slices.Clone(p.subs)
	}
	h.mu.RUnlock()
	var line *wire.Line
	for _, s := range subs {
		if s == except {
			continue
		}
		if line == nil {
			line = wire.NewLine(event)
		}
		s.offerMoment(nil, line)
	}
}

// Run watches for gaps, and tells who came and went, until ctx ends.
func (h *Hub) Run(ctx context.Context) error {
	var presence sync.WaitGroup
	presence.Go(func() { h.watchPresence(ctx) })
	defer presence.Wait()
	h.watchGaps(ctx)
	return nil
}

// Close ends every subscription, now and to come, with a reason.
func (h *Hub) Close(why Bye) {
	h.mu.Lock()
	h.closed = &why
	var subs []*Subscription
	for _, p := range h.people {
		subs = append(subs, p.subs...)
	}
	h.mu.Unlock()
	for _, s := range subs {
		s.Close(why)
	}
}
