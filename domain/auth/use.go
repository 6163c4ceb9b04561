package auth

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// maxUses bounds the uses that wait to be written.
const maxUses = 100_000

// uses gathers which sessions were used, and which ended with their
// connection, until they are written together.
type uses struct {
	mu   sync.Mutex // guards what follows
	used map[SessionID]time.Time
	left map[SessionID]struct{}
}

func newUses() *uses {
	return &uses{used: map[SessionID]time.Time{}, left: map[SessionID]struct{}{}}
}

func (u *uses) use(at time.Time, ids ...SessionID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, id := range ids {
		if len(u.used) < maxUses {
			u.used[id] = at
		}
	}
}

func (u *uses) leave(id SessionID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.left[id] = struct{}{}
}

// current brings a list of sessions up to what waits to be written.
func (u *uses) current(sessions []Session) []Session {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i := range sessions {
		if at, ok := u.used[sessions[i].ID]; ok && at.After(sessions[i].UsedAt) {
			sessions[i].UsedAt = at
		}
	}
	sessions = slices.DeleteFunc(sessions, func(session Session) bool {
		_, left := u.left[session.ID]
		return left
	})
	slices.SortStableFunc(sessions, func(a, b Session) int { return b.UsedAt.Compare(a.UsedAt) })
	return sessions
}

// writeUses tells the store which sessions ended with their connections and,
// if all is set, which were used since the last time. What it does not take is
// tried again.
func (s *Service) writeUses(ctx context.Context, all bool) error {
	used := map[SessionID]time.Time{}
	if all {
		s.uses.use(timestamp(s.now()), s.attached.sessions()...)
	}
	s.uses.mu.Lock()
	left := slices.Collect(maps.Keys(s.uses.left))
	if all {
		used, s.uses.used = s.uses.used, used
	}
	s.uses.mu.Unlock()
	if len(used) == 0 && len(left) == 0 {
		return nil
	}
	err := s.store.TouchSessions(ctx, used, left)
	s.uses.mu.Lock()
	defer s.uses.mu.Unlock()
	if err != nil {
		maps.Copy(used, s.uses.used) // the newer ones
		s.uses.used = used
		return err
	}
	for _, id := range left {
		delete(s.uses.left, id)
	}
	return nil
}
