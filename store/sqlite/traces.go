package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"parley/domain"
	"parley/domain/auth"
)

// TouchSessions implements auth.TraceStore.
func (s *Store) TouchSessions(ctx context.Context, used map[auth.SessionID]time.Time, left []auth.SessionID) error {
	err := s.write(ctx, func(t *transaction) error {
		for id, at := range used {
			if _, err := t.exec(`UPDATE sessions SET used_at = ?2 WHERE id = ?1 AND used_at < ?2`, id, micros(at)); err != nil {
				return err
			}
		}
		for _, id := range left {
			if _, err := t.exec(`DELETE FROM sessions WHERE id = ?`, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("touch sessions: %w", err)
	}
	return nil
}

// ExpireSessions implements auth.TraceStore.
func (s *Store) ExpireSessions(ctx context.Context, before auth.Expiry) error {
	err := s.write(ctx, func(t *transaction) error {
		if _, err := t.exec(`DELETE FROM login_addresses WHERE used_at < ?`, micros(before.Address)); err != nil {
			return err
		}
		result, err := t.exec(`
			DELETE FROM sessions
			WHERE created_at < ?1 OR used_at < ?2 OR ended_at < ?2 OR used_at < ?3 AND door = 'ssh'`,
			micros(before.Created), micros(before.Used), micros(before.SSH))
		if err != nil {
			return err
		}
		return raiseIfAny(t, result)
	})
	if err != nil {
		return fmt.Errorf("expire sessions: %w", err)
	}
	return nil
}

// KnowsAddress implements auth.TraceStore.
func (s *Store) KnowsAddress(ctx context.Context, user domain.UserID, address string) (known bool, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		_, err := first(ctx, s.reader, scalar[int],
			`SELECT 1 FROM login_addresses WHERE user_id = ? AND address = ?`, user, address)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		known = err == nil
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for an address: %w", err)
	}
	return known, nil
}
