package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/domain/limiter"
	"parley/store/batch"
)

// Take implements limiter.Store. The attempts of one key pass one by one; the
// lock is on a hash, so that two keys may rarely wait for each other.
func (s *Store) Take(ctx context.Context, attempt limiter.Attempt) (wait time.Duration, err error) {
	now := batch.Timestamp(attempt.At)
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		newest, err := lockAttempts(ctx, tx, attempt, now)
		if err != nil {
			return err
		}
		if len(newest) >= attempt.Limit {
			wait = newest[len(newest)-1].Add(attempt.Window).Sub(now)
			return nil
		}
		_, err = tx.Exec(ctx, `INSERT INTO attempts (rule, key, subject, at) VALUES ($1, $2, $3, $4)`,
			attempt.Rule, attempt.Key, attempt.Subject, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count an attempt: %w", err)
	}
	return wait, nil
}

// lockAttempts gives the times of the key's last attempts in the window, newest
// first, and no more of them than the limit. Nobody else counts one for that
// key before the transaction ends.
func lockAttempts(ctx context.Context, tx pgx.Tx, attempt limiter.Attempt, now time.Time) (newest []time.Time, err error) {
	b := &pgx.Batch{}
	b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended($1 || chr(31) || $2, 0))`, attempt.Rule, attempt.Key)
	b.Queue(`UPDATE attempts SET at = $3 WHERE rule = $1 AND key = $2 AND at > $3`, attempt.Rule, attempt.Key, now)
	b.Queue(`SELECT at FROM attempts WHERE rule = $1 AND key = $2 AND at > $3 ORDER BY at DESC LIMIT $4`,
		attempt.Rule, attempt.Key, now.Add(-attempt.Window), max(attempt.Limit, 0)).
		Query(func(rows pgx.Rows) error {
			newest, err = pgx.CollectRows(rows, pgx.RowTo[time.Time])
			return err
		})
	return newest, tx.SendBatch(ctx, b).Close()
}

// Forgive implements limiter.Store.
func (s *Store) Forgive(ctx context.Context, rule, subject string) error {
	err := s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM attempts WHERE rule = $1 AND subject = $2 AND $2 <> ''`, rule, subject)
		return err
	})
	if err != nil {
		return fmt.Errorf("forgive attempts: %w", err)
	}
	return nil
}

// Expire implements limiter.Store.
func (s *Store) Expire(ctx context.Context, before time.Time) error {
	err := s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM attempts WHERE at < $1`, before)
		return err
	})
	if err != nil {
		return fmt.Errorf("expire attempts: %w", err)
	}
	return nil
}
