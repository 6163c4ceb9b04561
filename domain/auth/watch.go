package auth

import (
	"context"
	"errors"
	"slices"
	"time"
)

const (
	// revisionCheck is how often the store is asked whether anything changed,
	// by this process or another.
	revisionCheck = 2 * time.Second
	// checkTimeout bounds the questions of one check.
	checkTimeout = 2 * time.Second
	// useInterval is how often it is written which sessions were used.
	useInterval = time.Minute
	// sweepInterval is how often what is too old is removed.
	sweepInterval = 10 * time.Minute
	// accessPage is how many sessions are asked for at once.
	accessPage = 500
)

// Run watches for changes and keeps the store tidy until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	check := time.NewTicker(revisionCheck)
	defer check.Stop()
	use := time.NewTicker(useInterval)
	defer use.Stop()
	sweep := time.NewTicker(sweepInterval)
	defer sweep.Stop()
	defer s.settle(context.WithoutCancel(ctx))
	last := int64(-1)
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-check.C:
			last, err = s.check(ctx, last)
			err = errors.Join(err, s.writeUses(ctx, false))
		case <-use.C:
			err = s.writeUses(ctx, true)
		case <-sweep.C:
			err = s.sweep(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("cannot ask the store about accounts; will try again", "err", err)
		}
	}
}

// settle writes what waits to be written when the service stops.
func (s *Service) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	if err := s.writeUses(ctx, true); err != nil {
		s.log.Warn("cannot write when sessions were last used", "err", err)
	}
}

// sweep removes what is too old. What is in use is told first, so that it is
// not taken for left over.
func (s *Service) sweep(ctx context.Context) error {
	if err := s.writeUses(ctx, true); err != nil {
		return err
	}
	now := timestamp(s.now())
	return errors.Join(s.windows.Expire(ctx), s.store.ExpireSessions(ctx, Expiry{
		Created: now.Add(-sessionLife), Used: now.Add(-sessionIdle),
		SSH: now.Add(-crashedAfter), Address: now.Add(-addressLife),
	}))
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
	for page := range slices.Chunk(s.attached.unseen(revision), accessPage) {
		if err := s.checkPage(ctx, page, revision); err != nil {
			return revision, err
		}
	}
	return revision, nil
}

func (s *Service) checkPage(ctx context.Context, page []*attachment, revision int64) error {
	ids := make([]SessionID, len(page))
	for i, a := range page {
		ids[i] = a.actor.session.ID
	}
	found, err := s.store.Access(ctx, ids)
	if err != nil {
		return err
	}
	good := make(map[SessionID]bool, len(found))
	for _, access := range found {
		access.Session.UsedAt = s.now() // by these connections
		good[access.Session.ID] = s.standing(access) == nil
	}
	for _, a := range page {
		if good[a.actor.session.ID] {
			s.attached.markSeen(a, revision)
			continue
		}
		s.attached.drop(a)
		s.note(a.actor, "access ended")
		a.end(ErrAccessEnded())
	}
	return nil
}
