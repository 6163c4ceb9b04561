package auth

import (
	"context"
	"sync"
	"time"

	"parley/domain"
)

const (
	// revisionCheck is how often the store is asked whether any account was
	// changed, by this process or another.
	revisionCheck = 2 * time.Second
	// checkTimeout bounds the questions of one check.
	checkTimeout = 2 * time.Second
	// sweepInterval is how often attempts that no longer count are removed.
	sweepInterval = 10 * time.Minute
	// maxKnown bounds the accounts held in memory.
	maxKnown = 10_000
)

// knownAccounts remembers accounts between two changes of the revision, so
// that a request with a token costs no query.
type knownAccounts struct {
	store Store

	mu    sync.Mutex // guards what follows; never held over I/O
	era   int64      // counts the times that everything was forgotten
	known map[domain.UserID]Account
}

func newKnownAccounts(store Store) *knownAccounts {
	return &knownAccounts{store: store, known: map[domain.UserID]Account{}}
}

func (k *knownAccounts) find(ctx context.Context, id domain.UserID) (Account, error) {
	k.mu.Lock()
	account, ok := k.known[id]
	era := k.era
	k.mu.Unlock()
	if ok {
		return account, nil
	}
	account, err := k.store.AccountByID(ctx, id)
	if err != nil {
		return Account{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if era == k.era { // what was read before a change is not kept after it
		if len(k.known) >= maxKnown {
			clear(k.known)
		}
		k.known[id] = account
	}
	return account, nil
}

func (k *knownAccounts) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.era++
	clear(k.known)
}

// attachment is an open connection that ends with its actor's access.
type attachment struct {
	actor Actor
	end   func(error)
	seen  int64 // the revision at which the access was last found good
}

type attachments struct {
	mu   sync.Mutex // guards all
	open map[*attachment]struct{}
}

func newAttachments() *attachments {
	return &attachments{open: map[*attachment]struct{}{}}
}

// Attach hangs an open connection on its actor's access: if that is taken away,
// in this process or another, end is called once, within 5 s. End must not
// block. The connection calls detach when it is over.
func (s *Service) Attach(actor Actor, end func(error)) (detach func()) {
	a := &attachment{actor: actor, end: end, seen: -1}
	s.attached.mu.Lock()
	defer s.attached.mu.Unlock()
	s.attached.open[a] = struct{}{}
	return func() {
		s.attached.mu.Lock()
		defer s.attached.mu.Unlock()
		delete(s.attached.open, a)
	}
}

// Run watches for changes of accounts until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	check := time.NewTicker(revisionCheck)
	defer check.Stop()
	sweep := time.NewTicker(sweepInterval)
	defer sweep.Stop()
	last := int64(-1)
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-check.C:
			last, err = s.check(ctx, last)
		case <-sweep.C:
			err = s.windows.Expire(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("cannot ask the store about accounts; will try again", "err", err)
		}
	}
}

// check compares the revision with the last one seen and ends every connection
// whose access is void.
func (s *Service) check(ctx context.Context, last int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	revision, err := s.store.Revision(ctx)
	if err != nil {
		return last, err
	}
	if revision != last {
		s.known.forget()
		s.windows.Reload()
	}
	for _, a := range s.attached.unseen(revision) {
		account, err := s.known.find(ctx, a.actor.ID())
		if err != nil && domain.KindOf(err) != domain.NotFound {
			return revision, err
		}
		if err == nil && !account.Disabled && account.Generation == a.actor.generation {
			s.attached.markSeen(a, revision)
			continue
		}
		s.attached.drop(a)
		s.log.Info("access ended", "user_id", a.actor.ID(), "door", a.actor.origin.Door, "ip", a.actor.origin.Addr.String())
		a.end(errAccessEnded())
	}
	return revision, nil
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

func (t *attachments) drop(a *attachment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, a)
}
