package accounts

import (
	"context"
	"maps"
	"slices"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/engine"
)

const (
	lockSessions    = `SELECT id FROM sessions WHERE id {any ?1} ORDER BY id {claim}`
	touchSession    = `UPDATE sessions SET used_at = ?2 WHERE id = ?1 AND used_at < ?2`
	dropLeft        = `DELETE FROM sessions WHERE id {any ?1}`
	expireAddresses = `DELETE FROM login_addresses WHERE used_at < ?1`
	expireSessions  = `DELETE FROM sessions WHERE id IN (
		SELECT id FROM sessions WHERE created_at < ?1 OR used_at < ?2 OR ended_at < ?2 OR used_at < ?3 AND door = 'ssh'
		ORDER BY id {claim})`
	knownAddress = `SELECT 1 FROM login_addresses WHERE user_id = ?1 AND address = ?2`
)

var traceQueries = []string{
	lockSessions, touchSession, dropLeft, expireAddresses, expireSessions, knownAddress,
}

// TouchSessions implements auth.TraceStore. The rows are taken by id before any
// is changed: see dropSessions.
func (s *Store) TouchSessions(ctx context.Context, used map[auth.SessionID]time.Time, left []auth.SessionID) error {
	return s.queries.Write(ctx, "touch sessions", func(ctx context.Context, t engine.Tx) error {
		touched := slices.AppendSeq(slices.Clone(left), maps.Keys(used))
		if _, err := t.Exec(ctx, lockSessions, engine.Numbers(t, touched)); err != nil {
			return err
		}
		uses := make([][]any, 0, len(used))
		for id, at := range used {
			uses = append(uses, []any{id, t.Time(at)})
		}
		if _, err := t.ExecEach(ctx, touchSession, uses); err != nil {
			return err
		}
		_, err := t.Exec(ctx, dropLeft, engine.Numbers(t, left))
		return err
	})
}

// ExpireSessions implements auth.TraceStore.
func (s *Store) ExpireSessions(ctx context.Context, before auth.Expiry) error {
	return s.queries.Write(ctx, "expire sessions", func(ctx context.Context, t engine.Tx) error {
		if _, err := t.Exec(ctx, expireAddresses, t.Time(before.Address)); err != nil {
			return err
		}
		expired, err := t.Exec(ctx, expireSessions, t.Time(before.Created), t.Time(before.Used), t.Time(before.SSH))
		if err != nil || expired == 0 {
			return err
		}
		return raiseRevision(ctx, t)
	})
}

// KnowsAddress implements auth.TraceStore.
func (s *Store) KnowsAddress(ctx context.Context, user domain.UserID, address string) (known bool, err error) {
	err = s.queries.Read(ctx, "look for an address", func(ctx context.Context, t engine.Tx) error {
		_, known, err = engine.First(ctx, t, engine.Scalar[int], knownAddress, user, address)
		return err
	})
	return known, err
}
