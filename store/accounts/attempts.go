package accounts

import (
	"context"
	"time"

	"parley/domain/limiter"
	"parley/store/batch"
	"parley/store/engine"
)

const (
	attemptTurn    = `SELECT {turn ?1}`
	newestAttempts = `SELECT at FROM attempts WHERE rule = ?1 AND key = ?2 AND at > ?3 ORDER BY at DESC LIMIT ?4`
	pullAttempts   = `UPDATE attempts SET at = ?3 WHERE rule = ?1 AND key = ?2 AND at > ?3`
	insertAttempt  = `INSERT INTO attempts (rule, key, subject, at) VALUES (?1, ?2, ?3, ?4)`
	returnAttempt  = `DELETE FROM attempts WHERE {row} IN (
		SELECT {row} FROM attempts WHERE rule = ?1 AND key = ?2 AND at = ?3 AND subject = ?4 LIMIT 1)`
	forgiveAttempts = `DELETE FROM attempts WHERE rule = ?1 AND subject = ?2 AND ?2 <> ''`
	expireAttempts  = `DELETE FROM attempts WHERE rule = ?1 AND at < ?2`
)

var attemptQueries = []string{
	attemptTurn, newestAttempts, pullAttempts, insertAttempt, returnAttempt, forgiveAttempts, expireAttempts,
}

// Take implements limiter.Store. A flood is refused by reading alone: only an
// attempt that counts, or one that finds the clock set back, waits for its turn.
func (s *Store) Take(ctx context.Context, attempt limiter.Attempt) (wait time.Duration, err error) {
	const what = "count an attempt"
	attempt.At = batch.Timestamp(attempt.At)
	refused := false
	err = s.queries.Read(ctx, what, func(ctx context.Context, t engine.Tx) error {
		newest, err := attemptsOf(ctx, t, attempt)
		wait = attempt.Wait(newest)
		refused = wait > 0 && !ahead(newest, attempt)
		return err
	})
	if err == nil && !refused {
		err = s.queries.Write(ctx, what, func(ctx context.Context, t engine.Tx) error {
			wait, err = take(ctx, t, attempt)
			return err
		})
	}
	if err != nil {
		return 0, err
	}
	return wait, nil
}

// take counts an attempt. The attempts of one key pass one by one; two keys may
// rarely have to take turns too.
func take(ctx context.Context, t engine.Tx, attempt limiter.Attempt) (time.Duration, error) {
	if _, err := t.Exec(ctx, attemptTurn, attempt.Rule+"\x1f"+attempt.Key); err != nil {
		return 0, err
	}
	newest, err := attemptsOf(ctx, t, attempt)
	if err == nil && ahead(newest, attempt) {
		if _, err = t.Exec(ctx, pullAttempts, attempt.Rule, attempt.Key, t.Time(attempt.At)); err == nil {
			newest, err = attemptsOf(ctx, t, attempt)
		}
	}
	if err != nil {
		return 0, err
	}
	if wait := attempt.Wait(newest); wait > 0 {
		return wait, nil
	}
	_, err = t.Exec(ctx, insertAttempt, attempt.Rule, attempt.Key, attempt.Subject, t.Time(attempt.At))
	return 0, err
}

// attemptsOf gives the times of the key's last attempts in the window, newest
// first, and no more of them than it takes to judge the next.
func attemptsOf(ctx context.Context, t engine.Tx, attempt limiter.Attempt) ([]time.Time, error) {
	return engine.All(ctx, t, func(rows engine.Rows) (at time.Time, err error) {
		err = rows.Scan(engine.Stamp(&at))
		return at, err
	}, newestAttempts, attempt.Rule, attempt.Key, t.Time(attempt.At.Add(-attempt.Window)), attempt.Reads())
}

// ahead reports whether some attempts are from the future.
func ahead(newest []time.Time, attempt limiter.Attempt) bool {
	return len(newest) > 0 && newest[0].After(attempt.At)
}

// Return implements limiter.Store.
func (s *Store) Return(ctx context.Context, attempt limiter.Attempt) error {
	return s.queries.Write(ctx, "return an attempt", func(ctx context.Context, t engine.Tx) error {
		_, err := t.Exec(ctx, returnAttempt, attempt.Rule, attempt.Key, t.Time(attempt.At), attempt.Subject)
		return err
	})
}

// Forgive implements limiter.Store.
func (s *Store) Forgive(ctx context.Context, rule, subject string) error {
	return s.queries.Write(ctx, "forgive attempts", func(ctx context.Context, t engine.Tx) error {
		_, err := t.Exec(ctx, forgiveAttempts, rule, subject)
		return err
	})
}

// Expire implements limiter.Store.
func (s *Store) Expire(ctx context.Context, rule string, before time.Time) error {
	return s.queries.Write(ctx, "expire attempts", func(ctx context.Context, t engine.Tx) error {
		_, err := t.Exec(ctx, expireAttempts, rule, t.Time(before))
		return err
	})
}
