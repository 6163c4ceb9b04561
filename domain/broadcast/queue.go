package broadcast

import (
	"slices"

	"parley/domain"
	"parley/domain/wire"
)

// queueSize is how many events, beside those of one commit, may wait for a
// reader before it is told that it lagged and reads them from the store.
const queueSize = 256

// queued is an event that waits, and the place it waits for.
type queued struct {
	member *member    // nil for what is told whatever is followed
	seq    domain.Seq // 0 for an event of the moment
	line   *wire.Line
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
			s.list(m)
		case !full:
			s.queue = append(s.queue, queued{m, seq, line})
			m.offered = seq
		default:
			s.fallBehind(m)
			s.overflow()
		}
		news = true
	}
	if news {
		s.nudge()
	}
}

// end queues an event, however full the queue is, as the last that is given of
// a room: what a reader that is behind has not read stays unread. It reports
// false if the room was left. The caller holds the room's mu.
func (s *Subscription) end(m *member, line *wire.Line) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.left {
		return false
	}
	if m.offered < line.Event.Seq {
		s.queue = append(s.queue, queued{m, line.Event.Seq, line})
	}
	s.drop(m)
	s.nudge()
	return true
}

// forget drops what is queued of a room. The caller holds mu.
func (s *Subscription) forget(id domain.RoomID) {
	s.queue = slices.DeleteFunc(s.queue, func(q queued) bool { return q.member != nil && q.member.room.id == id })
}

// overflow drops the queue: every room with something in it is read again from
// the history. What can not be read again stays: the end of a room. The caller
// holds mu.
func (s *Subscription) overflow() {
	s.queue = slices.DeleteFunc(s.queue, func(q queued) bool {
		if q.seq > 0 && !q.member.left {
			s.fallBehind(q.member)
		}
		return q.seq == 0 || !q.member.left || !q.line.Event.Ends(s.user.ID)
	})
}

// fallBehind has what follows the last event that was given out read from the
// history. The caller holds mu.
func (s *Subscription) fallBehind(m *member) {
	m.behind, m.lagged = true, true
	m.offered = m.last
	s.list(m)
}

// list notes a member that lagged or is behind. The caller holds mu.
func (s *Subscription) list(m *member) {
	if !m.late {
		m.late = true
		s.late = append(s.late, m)
	}
}

// offerMoment queues an event of the moment if there is room for it. The
// caller holds the mu of the member's room; a nil member is of no room.
func (s *Subscription) offerMoment(m *member, line *wire.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed != nil || m != nil && m.left || len(s.queue) >= queueSize {
		return
	}
	s.queue = append(s.queue, queued{m, 0, line})
	s.nudge()
}
