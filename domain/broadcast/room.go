package broadcast

import (
	"slices"
	"sync"
	"sync/atomic"

	"parley/domain"
	"parley/domain/wire"
)

// room is a room that somebody here is subscribed to.
type room struct {
	hub  *Hub
	id   domain.RoomID
	name atomic.Pointer[string] // the newest that is known
	pins int                    // members and joins under way; guarded by Hub.mu

	mu      sync.Mutex // guards what follows
	head    domain.Seq // the newest seq delivered here; unknown until the first join
	wanted  domain.Seq // the newest seq known to be committed; above head it is a gap
	members []*member
	here    map[domain.UserID]*attendance
	changed []*attendance // those whom the next news of presence is about
}

// unknown is the head of a room whose history has not been asked yet.
const unknown domain.Seq = -1

func (h *Hub) find(id domain.RoomID) *room {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.rooms[id]
}

// pin finds or makes rooms and keeps each until unpin.
func (h *Hub) pin(rooms []Joining) []*room {
	pinned := make([]*room, len(rooms))
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range rooms {
		r := h.rooms[rooms[i].ID]
		if r == nil {
			r = &room{hub: h, id: rooms[i].ID, head: unknown, here: map[domain.UserID]*attendance{}}
			h.rooms[r.id] = r
		}
		if name := rooms[i].Name; r.name.Load() == nil || *r.name.Load() != name {
			r.name.Store(&name)
		}
		r.pins++
		pinned[i] = r
	}
	return pinned
}

// unpin undoes pin a number of times. The caller holds no lock.
func (h *Hub) unpin(r *room, times int) {
	if times == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.pins -= times; r.pins == 0 {
		delete(h.rooms, r.id)
	}
}

// deliver hands the room's next events to every member. It reports whether
// none is missing before one of them, and how many members are out of the room
// by one of them; as many times it is to be unpinned. The caller holds r.mu
// and gives lines away.
func (r *room) deliver(lines []*wire.Line) (complete bool, ended int) {
	fresh, complete := lines[:0], true
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
	offered := 0
	for i, line := range fresh {
		switch line.Event.Type {
		case domain.EventMember, domain.EventRoom: // these may end it for some
			r.offer(fresh[offered:i])
			ended += r.turn(fresh[i : i+1])
			offered = i + 1
		}
	}
	r.offer(fresh[offered:])
	return complete, ended
}

// offer queues the next events for every member. The caller holds r.mu.
func (r *room) offer(lines []*wire.Line) {
	if len(lines) == 0 {
		return
	}
	for _, m := range r.members {
		m.sub.offer(m, lines)
	}
}

// turn offers one event, puts out of the room whomever it ends it for, and
// gives how many members that were. The caller holds r.mu.
func (r *room) turn(line []*wire.Line) (ended int) {
	event := &line[0].Event
	if event.Type == domain.EventRoom && event.Change == domain.Renamed {
		r.name.Store(&event.Room)
	}
	for i := len(r.members) - 1; i >= 0; i-- {
		m := r.members[i]
		if event.Seq <= m.since || !event.Ends(m.sub.user.ID) {
			m.sub.offer(m, line)
		} else if m.sub.end(m, line[0]) {
			r.removeAt(i)
			ended++
		}
	}
	return ended
}

// remove takes a member from the list. The caller holds r.mu.
func (r *room) remove(m *member) {
	if i := slices.Index(r.members, m); i >= 0 {
		r.removeAt(i)
	}
}

func (r *room) removeAt(i int) {
	m, last := r.members[i], len(r.members)-1
	r.members[i], r.members[last] = r.members[last], nil
	r.members = r.members[:last]
	r.exit(m)
}
