package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/domain/limiter"
	"parley/store"
)

// try is an attempt at a time, of which three a minute may be made.
func try(key string, at time.Time) limiter.Attempt {
	return limiter.Attempt{Rule: "log-in", Key: key, Subject: "subject", At: at, Limit: 3, Window: time.Minute}
}

// take counts an attempt that must be answered with that wait.
func (f *fixture) take(t *testing.T, attempt limiter.Attempt, want time.Duration) {
	t.Helper()
	wait, err := f.Take(t.Context(), attempt)
	must(t, err)
	if wait != want {
		t.Errorf("%s at %s: told to wait %s, want %s", attempt.Key, attempt.At, wait, want)
	}
}

var attemptTests = map[string]func(*testing.T, *fixture){
	"no window of time holds more than the limit": func(t *testing.T, f *fixture) {
		at := func(seconds int) time.Time { return moment.Add(time.Duration(seconds) * time.Second) }
		f.take(t, try("a", at(0)), 0)
		f.take(t, try("a", at(20)), 0)
		f.take(t, try("a", at(50)), 0)
		f.take(t, try("a", at(50)), 10*time.Second)
		f.take(t, try("a", at(59)), time.Second)
		f.take(t, try("a", at(60)), 0) // the first has left, the window slides
		f.take(t, try("a", at(60)), 20*time.Second)
		f.take(t, try("a", at(80)), 0)
		f.take(t, try("a", at(81)), 29*time.Second)
	},
	"keys and rules are counted apart": func(t *testing.T, f *fixture) {
		for range 3 {
			f.take(t, try("a", moment), 0)
		}
		f.take(t, try("a", moment), time.Minute)
		f.take(t, try("b", moment), 0)
		other := try("a", moment)
		other.Rule = "registration"
		f.take(t, other, 0)
		// Where rule and key are joined to one lock or index, they stay two.
		other.Rule, other.Key = "log-ina", ""
		f.take(t, other, 0)
	},
	"of many at once exactly the limit passes": concurrentAttempts,
	"a refused attempt is not kept": func(t *testing.T, f *fixture) {
		for range 10 {
			_, err := f.Take(t.Context(), try("a", moment))
			must(t, err)
		}
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM attempts`); n != 3 {
			t.Errorf("%d attempts are kept", n)
		}
	},
	"a clock that was set back locks nobody out for longer than the window": func(t *testing.T, f *fixture) {
		for range 3 {
			f.take(t, try("a", moment.Add(10*time.Hour)), 0)
		}
		f.take(t, try("a", moment), time.Minute)
		f.take(t, try("a", moment.Add(59*time.Second)), time.Second)
		f.take(t, try("a", moment.Add(60*time.Second)), 0)
		f.take(t, try("b", moment.Add(10*time.Hour)), 0)
		f.take(t, try("b", moment), 0)
		if n := Scalar[int](t, f.db, `SELECT count(DISTINCT at) FROM attempts WHERE key = 'b'`); n != 1 {
			t.Errorf("an attempt from the future was not set back: %d times", n)
		}
	},
	"forgiving takes what was aimed at a subject": func(t *testing.T, f *fixture) {
		for range 2 {
			f.take(t, try("a", moment), 0)
		}
		other := try("a", moment)
		other.Subject = "somebody else"
		f.take(t, other, 0)
		must(t, f.Forgive(t.Context(), "registration", "subject"))
		f.take(t, try("a", moment), time.Minute)
		must(t, f.Forgive(t.Context(), "log-in", "subject"))
		f.take(t, try("a", moment), 0)
		f.take(t, try("a", moment), 0)
		f.take(t, try("a", moment), time.Minute)
	},
	"nobody is forgiven in nobody's name": func(t *testing.T, f *fixture) {
		attempt := try("a", moment)
		attempt.Subject = ""
		for range 3 {
			f.take(t, attempt, 0)
		}
		must(t, f.Forgive(t.Context(), "log-in", ""))
		f.take(t, attempt, time.Minute)
	},
	"an attempt that was none is taken back, and no other": func(t *testing.T, f *fixture) {
		for range 2 {
			f.take(t, try("a", moment), 0)
		}
		f.take(t, try("a", moment.Add(time.Second)), 0)
		must(t, f.Return(t.Context(), try("a", moment)))
		must(t, f.Return(t.Context(), try("b", moment)))
		must(t, f.Return(t.Context(), try("a", moment.Add(time.Minute))))
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM attempts`); n != 2 {
			t.Errorf("%d attempts are kept", n)
		}
	},
	"beyond the limit a growing delay doubles to its last value": func(t *testing.T, f *fixture) {
		at := moment
		again := func(want time.Duration) {
			t.Helper()
			attempt := try("a", at)
			attempt.Growth, attempt.Window = limiter.Growth{First: time.Second, Last: 5 * time.Second}, time.Hour
			f.take(t, attempt, want)
		}
		for range 3 {
			again(0)
		}
		for _, delay := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second} {
			again(delay)
			at = at.Add(delay - time.Millisecond)
			again(time.Millisecond)
			at = at.Add(time.Millisecond)
			again(0)
		}
		exempt := try("a", at)
		exempt.Exempt = true
		f.take(t, exempt, 0)
		again(5 * time.Second) // theirs counted
		at = moment.Add(2 * time.Hour)
		again(0) // the window has slid past all
	},
	"what is too old is removed": func(t *testing.T, f *fixture) {
		f.take(t, try("a", moment), 0)
		f.take(t, try("a", moment.Add(time.Second)), 0)
		f.take(t, try("a", moment.Add(time.Minute-time.Second)), 0)
		must(t, f.Expire(t.Context(), "registration", moment.Add(time.Hour)))
		must(t, f.Expire(t.Context(), "log-in", moment.Add(time.Second)))
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM attempts`); n != 2 {
			t.Errorf("%d attempts are kept", n)
		}
	},
}

func concurrentAttempts(t *testing.T, f *fixture) {
	const tries = 30
	engines := []store.Engine{f.Engine, f.beside(t)}
	passed := map[string]*atomic.Int64{}
	var trying sync.WaitGroup
	for _, key := range []string{"a", "b"} {
		count := &atomic.Int64{}
		passed[key] = count
		for i := range tries {
			trying.Go(func() {
				attempt := try(key, moment.Add(time.Duration(i)*time.Millisecond))
				attempt.Limit = 10
				wait, err := engines[i%2].Take(t.Context(), attempt)
				if err != nil {
					t.Errorf("%s: %v", key, err)
				} else if wait == 0 {
					count.Add(1)
				} else if wait > time.Minute {
					t.Errorf("%s: told to wait %s", key, wait)
				}
			})
		}
	}
	trying.Wait()
	for key, count := range passed {
		if n := count.Load(); n != 10 {
			t.Errorf("%d attempts of %s passed", n, key)
		}
		if n := Scalar[int](t, f.db, fmt.Sprintf(`SELECT count(*) FROM attempts WHERE key = '%s'`, key)); n != 10 {
			t.Errorf("%d attempts of %s are kept", n, key)
		}
	}
}
