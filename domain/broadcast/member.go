package broadcast

import (
	"context"
	"slices"

	"parley/domain"
	"parley/domain/wire"
)

// member is a subscription's place in one room. Its fields are guarded by the
// subscription's mu; sub, room and since do not change.
type member struct {
	sub     *Subscription
	room    *room
	since   domain.Seq // what ended the room for its user by then is over
	last    domain.Seq // the newest seq that Next gave out
	offered domain.Seq // the newest seq that is queued, or last
	behind  bool       // what follows last is read from the history
	lagged  bool       // and the reader has not been told yet
	late    bool       // it is in the subscription's list of those
	left    bool
}

// Live asks Join for nothing of what came before.
const Live domain.Seq = -1

// Joining is a room that a subscription is to follow.
type Joining struct {
	ID   domain.RoomID
	Name string // empty for a direct conversation
	// Head is the room's newest seq at the moment at which its user was found
	// to be allowed in; 0 stands for the moment of joining. What comes after
	// it may end that, and whoever joins live is given everything after it.
	Head domain.Seq
}

// Join follows a room: Next gives every event after a seq, or, with Live, only
// what comes from now on. Announce, if not nil, makes the answer that Next
// gives before the room's first event; its extent, which Join gives too, ends
// where the user was allowed in. A room that is followed already starts anew
// from after. NotFound room.not_found.
func (s *Subscription) Join(
	ctx context.Context, room Joining, after domain.Seq, announce func(domain.Extent) *wire.Line,
) (domain.Extent, error) {
	extents, err := s.join(ctx, []Joining{room}, after, announce)
	if err != nil {
		return domain.Extent{}, err
	}
	extent, ok := extents[room.ID]
	if !ok {
		return domain.Extent{}, domain.ErrRoomNotFound()
	}
	return extent, nil
}

// JoinAll follows rooms live, with one query however many they are. It gives
// the extent of each; rooms that are no more are left out.
func (s *Subscription) JoinAll(ctx context.Context, rooms []Joining) (map[domain.RoomID]domain.Extent, error) {
	return s.join(ctx, rooms, Live, nil)
}

// join pins the rooms before it reads how far they go, so that whatever is
// committed after that is delivered to them.
func (s *Subscription) join(
	ctx context.Context, rooms []Joining, after domain.Seq, announce func(domain.Extent) *wire.Line,
) (map[domain.RoomID]domain.Extent, error) {
	if len(rooms) == 0 {
		return nil, nil
	}
	ids := make([]domain.RoomID, len(rooms))
	for i, room := range rooms {
		ids[i] = room.ID
	}
	pinned := s.hub.pin(rooms)
	extents, err := s.hub.history.Extents(ctx, ids)
	joined := make(map[domain.RoomID]domain.Extent, len(rooms))
	for i, r := range pinned {
		extent, exists := extents[r.id]
		entered := false
		if exists && err == nil {
			s.Leave(r.id)
			joined[r.id], entered, err = s.enter(r, rooms[i].Head, extent, after, announce)
		}
		if !entered {
			s.hub.unpin(r, 1)
		}
	}
	s.nudge()
	if err != nil {
		return nil, err
	}
	return joined, nil
}

// enter takes the subscription's place in a room whose extent was read. It
// reports false if the subscription ended or the room was joined meanwhile.
func (s *Subscription) enter(
	r *room, since domain.Seq, extent domain.Extent, after domain.Seq,
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
	head := max(extent.Head, r.head)
	if since <= 0 || since > head {
		since = head
	}
	if after == Live || after > since {
		after = since // nobody skips what may end it for them
	}
	extent.Head = since
	m := &member{sub: s, room: r, since: since, last: after, offered: after, behind: after < head}
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
	if m.behind {
		s.list(m)
	}
	if announce != nil {
		s.replyLocked(announce(extent))
	}
	return true, nil
}

// Leave stops following a room. Once it returns, Next gives no event of it.
func (s *Subscription) Leave(id domain.RoomID) {
	s.mu.Lock()
	m := s.rooms[id]
	s.forget(id)
	s.mu.Unlock()
	if m != nil {
		s.detach(m)
	}
}

// detach gives up a place in a room; what is queued stays. The caller holds no
// lock.
func (s *Subscription) detach(m *member) {
	m.room.mu.Lock()
	s.mu.Lock()
	inside := !m.left
	s.drop(m)
	s.mu.Unlock()
	if inside {
		m.room.remove(m)
	}
	m.room.mu.Unlock()
	if inside {
		s.hub.unpin(m.room, 1)
	}
}

// drop takes a member out of what the subscription knows. The caller holds mu.
func (s *Subscription) drop(m *member) {
	if m.left {
		return
	}
	m.left = true
	delete(s.rooms, m.room.id)
	if m.late {
		s.late = slices.DeleteFunc(s.late, func(other *member) bool { return other == m })
	}
}

// Follows reports whether the subscription is in a room.
func (s *Subscription) Follows(id domain.RoomID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rooms[id] != nil
}
