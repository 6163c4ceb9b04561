package broadcast

import (
	"context"
	"slices"

	"parley/domain"
	"parley/domain/wire"
)

// member is a subscription's place in one room. Its fields are guarded by the
// subscription's mu.
type member struct {
	sub     *Subscription
	room    *room
	name    string
	last    domain.Seq // the newest seq that Next gave out
	offered domain.Seq // the newest seq that is queued, or last
	behind  bool       // what follows last is read from the history
	lagged  bool       // and the reader has not been told yet
	left    bool
}

// Live asks Join for nothing of what came before.
const Live domain.Seq = -1

// Join follows a room: Next gives every event after a seq, or, with Live, only
// what comes from now on. Announce, if not nil, makes the answer that Next
// gives before the room's first event. A room that is followed already starts
// anew from after.
func (s *Subscription) Join(
	ctx context.Context, id domain.RoomID, name string, after domain.Seq,
	announce func(domain.Extent) *wire.Line,
) (domain.Extent, error) {
	r := s.hub.pin(id)
	extents, err := s.hub.history.Extents(ctx, []domain.RoomID{id})
	if err != nil {
		s.hub.unpin(r)
		return domain.Extent{}, err
	}
	extent, ok := extents[id]
	if !ok {
		s.hub.unpin(r)
		return domain.Extent{}, domain.ErrRoomNotFound()
	}
	s.Leave(id)
	extent, joined, err := s.enter(r, name, extent, after, announce)
	if !joined {
		s.hub.unpin(r)
	}
	s.nudge()
	return extent, err
}

// enter takes the subscription's place in a room whose extent was read. It
// reports false if the subscription ended or the room was joined meanwhile.
func (s *Subscription) enter(
	r *room, name string, extent domain.Extent, after domain.Seq,
	announce func(domain.Extent) *wire.Line,
) (domain.Extent, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.head == unknown {
		r.head = extent.Head
		if r.wanted > r.head {
			s.hub.Check()
		}
	}
	extent.Head = max(extent.Head, r.head)
	if after == Live || after > extent.Head {
		after = extent.Head
	}
	m := &member{sub: s, room: r, name: name, last: after, offered: after, behind: after < extent.Head}
	joined, err := s.place(m, extent, announce)
	if joined {
		r.members = append(r.members, m)
		r.enter(m)
	}
	return extent, joined, err
}

func (s *Subscription) place(m *member, extent domain.Extent, announce func(domain.Extent) *wire.Line) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed != nil {
		return false, s.closed
	}
	if s.rooms[m.room.id] != nil {
		return false, nil
	}
	s.rooms[m.room.id] = m
	if announce != nil {
		s.replyLocked(announce(extent))
	}
	return true, nil
}

// Leave stops following a room. Once it returns, Next gives no event of it.
func (s *Subscription) Leave(id domain.RoomID) {
	s.mu.Lock()
	m := s.rooms[id]
	if m != nil {
		s.queue = slices.DeleteFunc(s.queue, func(q queued) bool { return q.member == m })
	}
	s.mu.Unlock()
	if m != nil {
		s.detach(m)
	}
}

// detach gives up a place in a room; what is queued stays.
func (s *Subscription) detach(m *member) {
	s.mu.Lock()
	again := m.left
	m.left = true
	if !again {
		delete(s.rooms, m.room.id)
	}
	s.mu.Unlock()
	if !again {
		m.room.remove(m)
		s.hub.unpin(m.room)
	}
}

// Follows reports whether the subscription is in a room.
func (s *Subscription) Follows(id domain.RoomID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rooms[id] != nil
}

func (r *room) remove(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.Index(r.members, m)
	if i < 0 {
		return
	}
	last := len(r.members) - 1
	r.members[i], r.members[last] = r.members[last], nil
	r.members = r.members[:last]
	r.exit(m)
}
