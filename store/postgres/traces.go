package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/domain"
	"parley/domain/auth"
)

// TouchSessions implements auth.TraceStore. The rows are taken by id: see
// endSessions.
func (s *Store) TouchSessions(ctx context.Context, used map[auth.SessionID]time.Time, left []auth.SessionID) error {
	err := s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		touched := slices.AppendSeq(slices.Clone(left), maps.Keys(used))
		slices.Sort(touched)
		gone := make(map[auth.SessionID]bool, len(left))
		for _, id := range left {
			gone[id] = true
		}
		b := &pgx.Batch{}
		for _, id := range slices.Compact(touched) {
			if gone[id] {
				b.Queue(`DELETE FROM sessions WHERE id = $1`, id)
			} else {
				b.Queue(`UPDATE sessions SET used_at = $2 WHERE id = $1 AND used_at < $2`, id, used[id])
			}
		}
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return fmt.Errorf("touch sessions: %w", err)
	}
	return nil
}

// ExpireSessions implements auth.TraceStore.
func (s *Store) ExpireSessions(ctx context.Context, before auth.Expiry) error {
	err := s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM login_addresses WHERE used_at < $1`, before.Address); err != nil {
			return err
		}
		result, err := tx.Exec(ctx, `
			DELETE FROM sessions WHERE id IN (
				SELECT id FROM sessions
				WHERE created_at < $1 OR used_at < $2 OR ended_at < $2 OR used_at < $3 AND door = 'ssh'
				ORDER BY id FOR UPDATE)`,
			before.Created, before.Used, before.SSH)
		if err != nil || result.RowsAffected() == 0 {
			return err
		}
		return raiseRevision(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("expire sessions: %w", err)
	}
	return nil
}

// KnowsAddress implements auth.TraceStore.
func (s *Store) KnowsAddress(ctx context.Context, user domain.UserID, address string) (known bool, err error) {
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		known, err = first(ctx, conn, pgx.RowTo[bool],
			`SELECT EXISTS (SELECT FROM login_addresses WHERE user_id = $1 AND address = $2)`, user, address)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for an address: %w", err)
	}
	return known, nil
}
