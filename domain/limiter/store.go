package limiter

import (
	"context"
	"time"
)

// Attempt is one try at something that is counted over all doors and kept
// over a restart.
type Attempt struct {
	Rule    string        // which limit: "log-in"
	Key     string        // who: an IP address or an IPv6 /64; or whom it is aimed at
	Subject string        // whom it is aimed at, hashed; "" if nobody
	At      time.Time     // now, wall clock
	Limit   int           // how many there may be ...
	Window  time.Duration // ... in any span of this length
	Growth  Growth        // not zero: beyond the limit they are only delayed
	Exempt  bool          // counts, but never has to wait
}

// Growth is a delay that doubles with each attempt.
type Growth struct{ First, Last time.Duration }

// doublings is how many attempts beyond the limit make the delay longer.
const doublings = 30

// Reads is how many of the newest attempts Wait looks at.
func (a Attempt) Reads() int {
	switch {
	case a.Exempt:
		return 1
	case a.Growth == (Growth{}):
		return max(a.Limit, 0)
	}
	return max(a.Limit, 0) + doublings
}

// Wait says how long the attempt has to wait after the times of the attempts in
// the window, newest first, and no more of them than Reads; 0 if it may be made.
func (a Attempt) Wait(newest []time.Time) time.Duration {
	switch {
	case a.Exempt, len(newest) < a.Limit:
		return 0
	case a.Growth == (Growth{}):
		if len(newest) == 0 {
			return a.Window
		}
		return newest[len(newest)-1].Add(a.Window).Sub(a.At)
	case len(newest) == 0:
		return 0
	}
	delay := min(a.Growth.First<<(len(newest)-a.Limit), a.Growth.Last)
	return max(newest[0].Add(delay).Sub(a.At), 0)
}

// Store keeps counted attempts.
type Store interface {
	// Take counts the attempt unless it has to wait after those of its Rule and
	// Key in the Window before At; then it stores nothing and says how long. A
	// stored attempt from the future (the clock was set back) counts as made
	// now and is stored so. Two attempts of one key never pass each other.
	Take(ctx context.Context, attempt Attempt) (wait time.Duration, err error)
	// Return takes one attempt back that was counted at its time.
	Return(ctx context.Context, attempt Attempt) error
	// Forgive removes all attempts of a rule aimed at subject.
	Forgive(ctx context.Context, rule, subject string) error
	// Expire removes a rule's attempts made before a time.
	Expire(ctx context.Context, rule string, before time.Time) error
}
