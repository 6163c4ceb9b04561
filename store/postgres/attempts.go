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
	attempt.At = batch.Timestamp(attempt.At)
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		newest, err := lockAttempts(ctx, tx, attempt)
		if err != nil {
			return err
		}
		if wait = attempt.Wait(newest); wait > 0 {
			return nil
		}
		_, err = tx.Exec(ctx, `INSERT INTO attempts (rule, key, subject, at) VALUES ($1, $2, $3, $4)`,
			attempt.Rule, attempt.Key, attempt.Subject, attempt.At)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count an attempt: %w", err)
	}
	return wait, nil
}

// lockAttempts gives the times of the key's last attempts in the window, newest
// first, and no more of them than it takes to judge the next. Nobody else counts
// one for that key before the transaction ends.
func lockAttempts(ctx context.Context, tx pgx.Tx, attempt limiter.Attempt) (newest []time.Time, err error) {
	b := &pgx.Batch{}
	b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended($1 || chr(31) || $2, 0))`, attempt.Rule, attempt.Key)
	b.Queue(`UPDATE attempts SET at = $3 WHERE rule = $1 AND key = $2 AND at > $3`, attempt.Rule, attempt.Key, attempt.At)
	b.Queue(`SELECT at FROM attempts WHERE rule = $1 AND key = $2 AND at > $3 ORDER BY at DESC LIMIT $4`,
		attempt.Rule, attempt.Key, attempt.At.Add(-attempt.Window), attempt.Reads()).
		Query(func(rows pgx.Rows) error {
			newest, err = pgx.CollectRows(rows, pgx.RowTo[time.Time])
			return err
		})
	return newest, tx.SendBatch(ctx, b).Close()
}

// Return implements limiter.Store.
func (s *Store) Return(ctx context.Context, attempt limiter.Attempt) error {
	err := s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			DELETE FROM attempts WHERE ctid IN (
				SELECT ctid FROM attempts WHERE rule = $1 AND key = $2 AND at = $3 AND subject = $4 LIMIT 1)`,
			attempt.Rule, attempt.Key, batch.Timestamp(attempt.At), attempt.Subject)
		return err
	})
	if err != nil {
		return fmt.Errorf("return an attempt: %w", err)
	}
	return nil
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
func (s *Store) Expire(ctx context.Context, rule string, before time.Time) error {
	err := s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM attempts WHERE rule = $1 AND at < $2`, rule, before)
		return err
	})
	if err != nil {
		return fmt.Errorf("expire attempts: %w", err)
	}
	return nil
}
