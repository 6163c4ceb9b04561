package auth

import (
	"fmt"
	"sync"
	"time"

	"parley/domain"
	"parley/domain/limiter"
)

// The limits on open connections, over both doors.
const (
	MaxUserConnections    = 20
	MaxAddressConnections = 100
)

// connectionRetry is when a client that has too many connections open is told
// to come back.
const connectionRetry = 30 * time.Second

// attachment is an open connection that ends with its actor's access.
type attachment struct {
	actor Actor
	end   func(error)
	seen  int64 // the revision at which the access was last found good
}

// attachments are the open connections of both doors.
type attachments struct {
	mu        sync.Mutex // guards all
	open      map[*attachment]struct{}
	users     map[domain.UserID]int
	addresses map[string]int // by limiter.Key
}

func newAttachments() *attachments {
	return &attachments{
		open: map[*attachment]struct{}{}, users: map[domain.UserID]int{}, addresses: map[string]int{},
	}
}

// Attach hangs an open connection on its actor's access: if that is taken away,
// in this process or another, end is called once, within 5 s. End must not
// block. The connection calls detach when it is over. The error is RateLimited,
// limit.connections, if the user or the address has too many open.
func (s *Service) Attach(actor Actor, end func(error)) (detach func(), err error) {
	a := &attachment{actor: actor, end: end, seen: -1}
	if err := s.attached.add(a); err != nil {
		s.note(actor, "connection refused", "outcome", domain.AsError(err).Code)
		return nil, err
	}
	return func() { s.attached.drop(a) }, nil
}

func (t *attachments) add(a *attachment) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	user, address := a.actor.ID(), limiter.Key(a.actor.origin.Addr)
	if t.users[user] >= MaxUserConnections {
		return errConnections("you have %d connections open, which is the limit for a user; close one first", MaxUserConnections)
	}
	if t.addresses[address] >= MaxAddressConnections {
		return errConnections("there are %d connections from your address, which is the limit; close one first", MaxAddressConnections)
	}
	t.open[a] = struct{}{}
	t.users[user]++
	t.addresses[address]++
	return nil
}

// drop forgets a connection; a second time does nothing.
func (t *attachments) drop(a *attachment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.open[a]; !ok {
		return
	}
	delete(t.open, a)
	less(t.users, a.actor.ID())
	less(t.addresses, limiter.Key(a.actor.origin.Addr))
}

// less counts one down and keeps no zero.
func less[K comparable](counts map[K]int, key K) {
	if counts[key]--; counts[key] <= 0 {
		delete(counts, key)
	}
}

// unseen lists the attachments that were not checked at this revision.
func (t *attachments) unseen(revision int64) []*attachment {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []*attachment
	for a := range t.open {
		if a.seen != revision {
			list = append(list, a)
		}
	}
	return list
}

func (t *attachments) markSeen(a *attachment, revision int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a.seen = revision
}

// sessions lists the sessions that the open connections belong to.
func (t *attachments) sessions() []SessionID {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]SessionID, 0, len(t.open))
	for a := range t.open {
		list = append(list, a.actor.session.ID)
	}
	return list
}

func errConnections(format string, limit int) error {
	return &domain.Error{
		Kind: domain.RateLimited, Code: "limit.connections", RetryAfter: connectionRetry,
		Message: fmt.Sprintf(format, limit),
	}
}
