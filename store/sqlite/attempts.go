package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"parley/domain/limiter"
	"parley/store/batch"
)

// errMustWrite says that an attempt cannot be refused by reading alone.
var errMustWrite = errors.New("the attempt must be counted")

// Take implements limiter.Store. A flood is refused by the readers: only an
// attempt that counts, or one that finds the clock set back, takes the writer.
func (s *Store) Take(ctx context.Context, attempt limiter.Attempt) (wait time.Duration, err error) {
	attempt.At = batch.Timestamp(attempt.At)
	err = s.read(ctx, func(ctx context.Context) error {
		newest, err := newestAttempts(ctx, s.reader, attempt)
		if err != nil {
			return err
		}
		if wait = attempt.Wait(newest); wait <= 0 || len(newest) > 0 && newest[0].After(attempt.At) {
			return errMustWrite
		}
		return nil
	})
	if errors.Is(err, errMustWrite) {
		err = s.write(ctx, func(t *transaction) error {
			wait, err = take(ctx, t, attempt)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("count an attempt: %w", err)
	}
	return wait, nil
}

func take(ctx context.Context, t *transaction, attempt limiter.Attempt) (time.Duration, error) {
	now := micros(attempt.At)
	if _, err := t.exec(`UPDATE attempts SET at = ?3 WHERE rule = ?1 AND key = ?2 AND at > ?3`,
		attempt.Rule, attempt.Key, now); err != nil {
		return 0, err
	}
	newest, err := newestAttempts(ctx, t, attempt)
	if err != nil {
		return 0, err
	}
	if wait := attempt.Wait(newest); wait > 0 {
		return wait, nil
	}
	_, err = t.exec(`INSERT INTO attempts (rule, key, subject, at) VALUES (?, ?, ?, ?)`,
		attempt.Rule, attempt.Key, attempt.Subject, now)
	return 0, err
}

// newestAttempts gives the times of the last attempts in the window, newest
// first, and no more of them than it takes to judge the next.
func newestAttempts(ctx context.Context, q queryer, attempt limiter.Attempt) ([]time.Time, error) {
	return all(ctx, q, scanTime, `
		SELECT at FROM attempts WHERE rule = ? AND key = ? AND at > ? ORDER BY at DESC LIMIT ?`,
		attempt.Rule, attempt.Key, micros(attempt.At.Add(-attempt.Window)), attempt.Reads())
}

func scanTime(rows *sql.Rows) (time.Time, error) {
	n, err := scalar[int64](rows)
	return fromMicros(n), err
}

// Return implements limiter.Store.
func (s *Store) Return(ctx context.Context, attempt limiter.Attempt) error {
	err := s.write(ctx, func(t *transaction) error {
		_, err := t.exec(`
			DELETE FROM attempts WHERE rowid IN (
				SELECT rowid FROM attempts WHERE rule = ? AND key = ? AND at = ? AND subject = ? LIMIT 1)`,
			attempt.Rule, attempt.Key, micros(attempt.At), attempt.Subject)
		return err
	})
	if err != nil {
		return fmt.Errorf("return an attempt: %w", err)
	}
	return nil
}

// Forgive implements limiter.Store.
func (s *Store) Forgive(ctx context.Context, rule, subject string) error {
	err := s.write(ctx, func(t *transaction) error {
		_, err := t.exec(`DELETE FROM attempts WHERE rule = ?1 AND subject = ?2 AND ?2 <> ''`, rule, subject)
		return err
	})
	if err != nil {
		return fmt.Errorf("forgive attempts: %w", err)
	}
	return nil
}

// Expire implements limiter.Store.
func (s *Store) Expire(ctx context.Context, rule string, before time.Time) error {
	err := s.write(ctx, func(t *transaction) error {
		_, err := t.exec(`DELETE FROM attempts WHERE rule = ? AND at < ?`, rule, micros(before))
		return err
	})
	if err != nil {
		return fmt.Errorf("expire attempts: %w", err)
	}
	return nil
}
