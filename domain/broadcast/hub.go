package broadcast

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"parley/domain"
	"parley/domain/wire"
)

const (
	// headCheck is how often the heads of all rooms are compared with the
	// store: a lost last event has no successor to reveal it.
	headCheck = 2 * time.Second
	// readTimeout bounds one read of the history on the hub's own account.
	readTimeout = 3 * time.Second
	// pageSize is how many events one read of the history gives.
	pageSize = 200
)

// Hub brings committed events to the subscriptions of this process.
//
// Locks are taken in this order: Hub.mu, room.mu, Subscription.mu. None is
// held while the history is read.
type Hub struct {
	history History
	log     *slog.Logger

	mu     sync.RWMutex // guards rooms, subs and closed
	rooms  map[domain.RoomID]*room
	subs   map[*Subscription]struct{}
	closed *Bye

	kick chan struct{} // wakes Run when a gap is seen
}

// room is a room that somebody here is subscribed to.
type room struct {
	id   domain.RoomID
	pins int // members and joins under way; guarded by Hub.mu

	mu      sync.Mutex // guards what follows
	head    domain.Seq // the newest seq delivered here; unknown until the first join
	wanted  domain.Seq // the newest seq known to be committed; above head it is a gap
	members []*member
	online  map[domain.UserID]*attendance
}

// unknown is the head of a room whose history has not been asked yet.
const unknown domain.Seq = -1

// attendance counts the subscriptions by which one person is in a room.
type attendance struct {
	user  domain.Author
	count int
}

// New makes a hub that reads missed events from history.
func New(history History, log *slog.Logger) *Hub {
	return &Hub{
		history: history, log: log,
		rooms: map[domain.RoomID]*room{},
		subs:  map[*Subscription]struct{}{},
		kick:  make(chan struct{}, 1),
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
	lines := make([]*wire.Line, len(events))
	for i, event := range events {
		lines[i] = wire.NewLine(event)
	}
	r.mu.Lock()
	gap := !r.deliver(lines...)
	r.mu.Unlock()
	if gap {
		h.Check()
	}
}

// Check asks for the heads of all rooms to be compared with the store soon:
// after a commit whose outcome is unknown, or on a hint that there is news.
func (h *Hub) Check() {
	select {
	case h.kick <- struct{}{}:
	default:
	}
}

// Audience narrows down who is told of an event of the moment. Zero fields do
// not narrow.
type Audience struct {
	Only       domain.UserID // this user's subscriptions alone
	Except     domain.UserID // everybody but this user
	ExceptThis *Subscription // every subscription but this one
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
		user := m.sub.user.ID
		if to.Only != 0 && user != to.Only || to.Except != 0 && user == to.Except || m.sub == to.ExceptThis {
			continue
		}
		m.sub.offerMoment(m, line)
	}
}

// Online lists who is subscribed to a room through this process, in no order.
func (h *Hub) Online(id domain.RoomID) []domain.Author {
	r := h.find(id)
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	users := make([]domain.Author, 0, len(r.online))
	for _, a := range r.online {
		users = append(users, a.user)
	}
	return users
}

// Run watches for gaps until ctx ends.
func (h *Hub) Run(ctx context.Context) error {
	ticker := time.NewTicker(headCheck)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-h.kick:
		}
		if err := h.fillGaps(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("cannot compare rooms with the store; will try again", "err", err)
		}
	}
}

// Close ends every subscription, now and to come, with a reason.
func (h *Hub) Close(why Bye) {
	h.mu.Lock()
	h.closed = &why
	subs := make([]*Subscription, 0, len(h.subs))
	for s := range h.subs {
		subs = append(subs, s)
	}
	h.mu.Unlock()
	for _, s := range subs {
		s.Close(why)
	}
}

// fillGaps reads, with one query, the heads of all rooms and then whatever is
// committed but was not delivered.
func (h *Hub) fillGaps(ctx context.Context) error {
	h.mu.RLock()
	rooms := make(map[domain.RoomID]*room, len(h.rooms))
	ids := make([]domain.RoomID, 0, len(h.rooms))
	for id, r := range h.rooms {
		rooms[id] = r
		ids = append(ids, id)
	}
	h.mu.RUnlock()
	if len(ids) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	extents, err := h.history.Extents(ctx, ids)
	if err != nil {
		return err
	}
	for id, extent := range extents {
		if err := h.fill(ctx, rooms[id], extent); err != nil {
			return err
		}
	}
	return nil
}

// fill delivers a room's events up to its committed head.
func (h *Hub) fill(ctx context.Context, r *room, extent domain.Extent) error {
	for {
		r.mu.Lock()
		at := r.head
		r.mu.Unlock()
		if at == unknown || at >= extent.Head {
			return nil
		}
		events, err := h.history.After(ctx, r.id, at, pageSize)
		if err != nil {
			return err
		}
		r.mu.Lock()
		for _, event := range events {
			if r.head < event.Seq {
				r.head = event.Seq - 1 // what retention removed is no gap
			}
			r.deliver(wire.NewLine(event))
		}
		if len(events) == 0 {
			r.head = max(r.head, extent.Head)
		}
		r.mu.Unlock()
	}
}

func (h *Hub) find(id domain.RoomID) *room {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.rooms[id]
}

// pin finds or makes a room and keeps it until unpin.
func (h *Hub) pin(id domain.RoomID) *room {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[id]
	if r == nil {
		r = &room{id: id, head: unknown, online: map[domain.UserID]*attendance{}}
		h.rooms[id] = r
	}
	r.pins++
	return r
}

func (h *Hub) unpin(r *room) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.pins--; r.pins == 0 {
		delete(h.rooms, r.id)
	}
}

// deliver hands the room's next events to every member. It reports false if
// events before one of them are missing. The caller holds r.mu.
func (r *room) deliver(lines ...*wire.Line) bool {
	fresh, complete := lines[:0:0], true
	for _, line := range lines {
		switch seq := line.Event.Seq; {
		case r.head == unknown: // the join under way will see to it
			r.wanted = max(r.wanted, seq)
		case seq > r.head+1:
			r.wanted, complete = max(r.wanted, seq), false
		case seq == r.head+1:
			r.head = seq
			fresh = append(fresh, line)
		}
	}
	if len(fresh) > 0 {
		for _, m := range r.members {
			m.sub.offer(m, fresh)
		}
	}
	return complete
}

// enter counts one more subscription of a user and tells those who asked when
// it is the first. The caller holds r.mu and no subscription's mu.
func (r *room) enter(m *member) {
	user := m.sub.user
	a := r.online[user.ID]
	if a == nil {
		a = &attendance{user: user}
		r.online[user.ID] = a
		r.announce(m, true)
	}
	a.count++
}

// exit undoes enter. The caller holds r.mu and no subscription's mu.
func (r *room) exit(m *member) {
	user := m.sub.user
	a := r.online[user.ID]
	if a.count--; a.count == 0 {
		delete(r.online, user.ID)
		r.announce(m, false)
	}
}

func (r *room) announce(of *member, online bool) {
	line := wire.NewLine(domain.Event{
		Type: domain.EventPresence, RoomID: r.id, Room: of.name, User: of.sub.user, Online: online,
	})
	for _, m := range r.members {
		if m.sub.presence && m.sub != of.sub {
			m.sub.offerMoment(m, line)
		}
	}
}
