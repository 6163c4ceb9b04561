package limiter_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/limiter"
	"parley/store/storetest"
)

var here, there = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")

func wantLimit(t *testing.T, err error, retryAfter time.Duration) {
	t.Helper()
	storetest.WantError(t, err, domain.RateLimited, "limit.log-in")
	if err != nil && domain.AsError(err).RetryAfter != retryAfter {
		t.Errorf("told to wait %s, want %s", domain.AsError(err).RetryAfter, retryAfter)
	}
}

func TestAWindowSlides(t *testing.T) {
	clock := newClock()
	windows := limiter.NewWindows(storetest.Open(t, storetest.SQLite(t)), clock.now)
	for range 10 {
		if err := windows.Take(t.Context(), limiter.LogIn, here, ""); err != nil {
			t.Fatal(err)
		}
		clock.pass(5 * time.Second)
	}
	wantLimit(t, windows.Take(t.Context(), limiter.LogIn, here, ""), 10*time.Second)
	if err := windows.Take(t.Context(), limiter.LogIn, there, ""); err != nil {
		t.Errorf("another address: %v", err)
	}
	clock.pass(9*time.Second + time.Millisecond)
	wantLimit(t, windows.Take(t.Context(), limiter.LogIn, here, ""), time.Second) // 999 ms, rounded up
	clock.pass(999 * time.Millisecond)
	if err := windows.Take(t.Context(), limiter.LogIn, here, ""); err != nil {
		t.Errorf("after the time that was told: %v", err)
	}
	wantLimit(t, windows.Take(t.Context(), limiter.LogIn, here, ""), 5*time.Second)
}

func TestAFloodIsRefusedWithoutAskingTheStore(t *testing.T) {
	clock := newClock()
	engine := storetest.NewCore(t).Engine
	windows := limiter.NewWindows(engine, clock.now)
	for range 10 {
		if err := windows.Take(t.Context(), limiter.LogIn, here, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	wantLimit(t, windows.Take(t.Context(), limiter.LogIn, here, ""), time.Minute)
	if err := windows.Take(t.Context(), limiter.LogIn, there, ""); err == nil {
		t.Error("without its store it let somebody pass")
	}
	clock.pass(time.Minute)
	for range 20 { // what could not be counted is no attempt either
		err := windows.Take(t.Context(), limiter.LogIn, here, "")
		if err == nil || domain.KindOf(err) == domain.RateLimited {
			t.Errorf("without its store it answered %v", err)
		}
	}
}

func TestForgivenAttemptsCountNoMore(t *testing.T) {
	clock := newClock()
	windows := limiter.NewWindows(storetest.Open(t, storetest.SQLite(t)), clock.now)
	for i := range 10 {
		if err := windows.Take(t.Context(), limiter.LogIn, here, []string{"alice", "bob"}[i%2]); err != nil {
			t.Fatal(err)
		}
	}
	if err := windows.Forgive(t.Context(), limiter.LogIn, "alice"); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if err := windows.Take(t.Context(), limiter.LogIn, here, "alice"); err != nil {
			t.Errorf("attempt %d: %v", i, err)
		}
	}
	wantLimit(t, windows.Take(t.Context(), limiter.LogIn, here, "alice"), time.Minute)
}

func TestExpiryTakesOnlyWhatNoWindowReaches(t *testing.T) {
	clock := newClock()
	config := storetest.SQLite(t)
	windows := limiter.NewWindows(storetest.Open(t, config), clock.now)
	db := storetest.DB(t, config)
	for range 10 {
		if err := windows.Take(t.Context(), limiter.LogIn, here, ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		pass time.Duration
		kept int
	}{{time.Minute - time.Microsecond, 10}, {2 * time.Microsecond, 0}} {
		clock.pass(step.pass)
		if err := windows.Expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		if kept := storetest.Scalar[int](t, db, `SELECT count(*) FROM attempts`); kept != step.kept {
			t.Errorf("%d attempts are kept, want %d", kept, step.kept)
		}
	}
}

// Whatever process asks, restarted or not, no span of a minute holds more than
// the limit, and who waits as long as they were told passes.
func TestNoMinuteHoldsMoreThanTheLimitOverAllProcesses(t *testing.T) {
	config := storetest.SQLite(t)
	engine := storetest.Open(t, config)
	address := netip.MustParseAddr("10.0.0.0")
	rapid.Check(t, func(rt *rapid.T) {
		clock := newClock()
		address = address.Next()
		processes := []*limiter.Windows{limiter.NewWindows(engine, clock.now), limiter.NewWindows(engine, clock.now)}
		var passed []time.Time
		for range rapid.IntRange(1, 40).Draw(rt, "tries") {
			process := rapid.IntRange(0, 1).Draw(rt, "process")
			if rapid.IntRange(0, 9).Draw(rt, "restart") == 0 {
				processes[process] = limiter.NewWindows(engine, clock.now)
			}
			clock.pass(time.Duration(rapid.IntRange(0, 15_000).Draw(rt, "pause")) * time.Millisecond)
			err := processes[process].Take(t.Context(), limiter.Registration, address, "")
			if err != nil {
				clock.pass(domain.AsError(err).RetryAfter)
				err = processes[process].Take(t.Context(), limiter.Registration, address, "")
			}
			if err != nil {
				rt.Fatalf("refused after the time that was told: %v", err)
			}
			passed = append(passed, clock.now())
		}
		for i, start := range passed {
			end, _ := slices.BinarySearchFunc(passed, start.Add(time.Minute), time.Time.Compare)
			if end-i > limiter.Registration.Limit {
				rt.Fatalf("%d in the minute from %s", end-i, start)
			}
		}
	})
}
