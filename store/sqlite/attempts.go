package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/domain/limiter"
)

// errMustWrite says that an attempt cannot be refused by reading alone.
var errMustWrite = errors.New("the attempt must be counted")

// Take implements limiter.Store. A flood is refused by the readers: only an
// attempt that counts, or one that finds the clock set back, takes the writer.
func (s *Store) Take(ctx context.Context, attempt limiter.Attempt) (wait time.Duration, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		newest, err := newestAttempts(ctx, s.reader, attempt)
		if err != nil {
			return err
		}
		if len(newest) < attempt.Limit || newest[0] > micros(attempt.At) {
			return errMustWrite
		}
		wait = remaining(newest, attempt)
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
	if len(newest) >= attempt.Limit {
		return remaining(newest, attempt), nil
	}
	_, err = t.exec(`INSERT INTO attempts (rule, key, subject, at) VALUES (?, ?, ?, ?)`,
		attempt.Rule, attempt.Key, attempt.Subject, now)
	return 0, err
}

// newestAttempts gives the times of the last attempts in the window, newest
// first, and no more of them than the limit.
func newestAttempts(ctx context.Context, q queryer, attempt limiter.Attempt) ([]int64, error) {
	return all(ctx, q, scalar[int64], `
		SELECT at FROM attempts WHERE rule = ? AND key = ? AND at > ? ORDER BY at DESC LIMIT ?`,
		attempt.Rule, attempt.Key, micros(attempt.At.Add(-attempt.Window)), max(attempt.Limit, 0))
}

// remaining is how long until the oldest of a full window leaves it.
func remaining(newest []int64, attempt limiter.Attempt) time.Duration {
	oldest := fromMicros(newest[len(newest)-1])
	return oldest.Add(attempt.Window).Sub(fromMicros(micros(attempt.At)))
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
func (s *Store) Expire(ctx context.Context, before time.Time) error {
	err := s.write(ctx, func(t *transaction) error {
		_, err := t.exec(`DELETE FROM attempts WHERE at < ?`, micros(before))
		return err
	})
	if err != nil {
		return fmt.Errorf("expire attempts: %w", err)
	}
	return nil
}
