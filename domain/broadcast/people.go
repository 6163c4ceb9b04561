package broadcast

import (
	"slices"
	"sync/atomic"
	"time"

	"parley/domain"
)

const (
	// idleAfter is how long somebody who chose to be online does nothing
	// before they count as away.
	idleAfter = 10 * time.Minute
	// idleCheck is how often that is looked at.
	idleCheck = 10 * time.Second
	// rememberFor is how long what somebody chose is kept without a
	// connection: they may be connecting, or connecting again.
	rememberFor = time.Minute
)

// person is somebody with connections here. Its fields are guarded by Hub.mu,
// but for the last two, which are written under it and read without.
type person struct {
	user   domain.Author
	subs   []*Subscription
	chosen domain.State
	status string
	gone   time.Duration // by the hub's clock, when the last connection ended

	idle atomic.Bool
	now  atomic.Pointer[domain.Presence] // as others see them
}

// clock counts from when the hub was made.
func (h *Hub) clock() time.Duration { return time.Since(h.started) }

// SetPresence says how present somebody has chosen to be, and their status. It
// may come before their first connection; a minute after their last one it is
// forgotten.
func (h *Hub) SetPresence(p domain.Presence) {
	h.mu.Lock()
	defer h.mu.Unlock()
	who := h.person(p.User)
	who.chosen, who.status = p.State, p.Status
	h.refresh(who)
}

// PresenceOf gives how present somebody is, and whether they have a connection
// here; without one, the state is Offline.
func (h *Hub) PresenceOf(user domain.UserID) (domain.Presence, bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	p := h.people[user]
	if p == nil {
		return domain.Presence{User: domain.Author{ID: user}, State: domain.Offline}, false
	}
	return *p.now.Load(), len(p.subs) > 0
}

// Active notes that the person at this connection does something. It costs
// next to nothing, whenever it is called.
func (s *Subscription) Active() {
	s.active.Store(int64(s.hub.clock()))
	if s.person.idle.Load() {
		s.hub.mu.Lock()
		defer s.hub.mu.Unlock()
		s.hub.refresh(s.person)
	}
}

// connect counts a subscription to its person's; it is closed at once if the
// hub is.
func (h *Hub) connect(s *Subscription) {
	s.active.Store(int64(h.clock()))
	h.mu.Lock()
	defer h.mu.Unlock()
	s.person = h.person(s.user)
	if s.closed = h.closed; s.closed == nil {
		s.person.subs = append(s.person.subs, s)
		h.refresh(s.person)
	}
}

// disconnect undoes connect. It may be called again.
func (h *Hub) disconnect(s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := s.person
	if i := slices.Index(p.subs, s); i >= 0 {
		p.subs = slices.Delete(p.subs, i, i+1)
		p.gone = h.clock()
		h.refresh(p)
	}
}

// person finds or makes somebody's entry. The caller holds h.mu.
func (h *Hub) person(user domain.Author) *person {
	p := h.people[user.ID]
	if p == nil {
		p = &person{user: user, chosen: domain.Online, gone: h.clock()}
		p.now.Store(&domain.Presence{User: user, State: domain.Offline})
		h.people[user.ID] = p
	}
	return p
}

// refresh works out how present somebody is and, if that is news, has it told
// in their rooms. The caller holds h.mu.
func (h *Hub) refresh(p *person) {
	idle := p.doesNothing(h.clock())
	p.idle.Store(idle)
	now := domain.Presence{User: p.user, State: p.chosen, Status: p.status}
	switch {
	case len(p.subs) == 0:
		now.State, now.Status = domain.Offline, ""
	case p.chosen == domain.Online && idle:
		now.State = domain.Away
	}
	if now != *p.now.Load() {
		p.now.Store(&now)
		h.news.addPerson(p)
	}
}

// doesNothing reports whether nobody did anything at any of a person's
// connections for long. The caller holds the hub's mu, at least to read.
func (p *person) doesNothing(now time.Duration) bool {
	for _, s := range p.subs {
		if now-time.Duration(s.active.Load()) < idleAfter {
			return false
		}
	}
	return len(p.subs) > 0
}

// checkIdle finds out who has become idle, and forgets who is gone.
func (h *Hub) checkIdle() {
	now := h.clock()
	var found []*person
	h.mu.RLock()
	for _, p := range h.people {
		if p.isGone(now) || p.idle.Load() != p.doesNothing(now) {
			found = append(found, p)
		}
	}
	h.mu.RUnlock()
	if len(found) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range found {
		if p.isGone(now) {
			delete(h.people, p.user.ID)
		} else {
			h.refresh(p)
		}
	}
}

func (p *person) isGone(now time.Duration) bool {
	return len(p.subs) == 0 && now-p.gone >= rememberFor
}
