package limiter_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/limiter"
)

// clock is a time that only the test moves.
type clock struct{ at time.Time }

func newClock() *clock                { return &clock{at: time.Unix(1_700_000_000, 0)} }
func (c *clock) now() time.Time       { return c.at }
func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

func TestThirtyMessagesAtOnceThenTenASecond(t *testing.T) {
	clock := newClock()
	rate := limiter.Messages(clock.now)
	for i := range 30 {
		if err := rate.Take(1); err != nil {
			t.Fatalf("message %d: %v", i+1, err)
		}
	}
	err := domain.AsError(rate.Take(1))
	if err == nil || err.Code != "limit.messages" || err.RetryAfter != 100*time.Millisecond {
		t.Fatalf("message 31: got %+v", err)
	}
	if err := rate.Take(2); err != nil {
		t.Errorf("another user is limited too: %v", err)
	}
	clock.pass(err.RetryAfter)
	if err := rate.Take(1); err != nil {
		t.Errorf("after the time it was told to wait: %v", err)
	}
	if err := rate.Take(1); err == nil {
		t.Error("two messages for one tenth of a second")
	}
	clock.pass(3 * time.Second)
	for i := range 30 {
		if err := rate.Take(1); err != nil {
			t.Fatalf("message %d after a rest: %v", i+1, err)
		}
	}
}

func TestNoSpanOfTimeHoldsMoreThanTheRateAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock := newClock()
		rate := limiter.NewRate(5, time.Second, clock.now)
		var taken []time.Time
		for range rapid.IntRange(1, 200).Draw(t, "tries") {
			clock.pass(time.Duration(rapid.IntRange(0, 900).Draw(t, "pause")) * time.Millisecond)
			if rate.Take(7) == nil {
				taken = append(taken, clock.at)
			}
		}
		for i, from := range taken {
			for n, at := range taken[i:] {
				if most := 5 + int(at.Sub(from)/time.Second); n+1 > most {
					t.Fatalf("%d in %s, at most %d", n+1, at.Sub(from), most)
				}
			}
		}
	})
}
