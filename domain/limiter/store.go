package limiter

import (
	"context"
	"time"
)

// Attempt is one try at something that is counted over all doors and kept
// over a restart.
type Attempt struct {
	Rule    string        // which limit: "log-in"
	Key     string        // who: an IP address or an IPv6 /64
	Subject string        // whom it is aimed at, hashed; "" if nobody
	At      time.Time     // now, wall clock
	Limit   int           // how many there may be ...
	Window  time.Duration // ... in any span of this length
}

// Store keeps counted attempts.
type Store interface {
	// Take counts the attempt if fewer than Limit of its Rule and Key lie in
	// the Window before At. If not it stores nothing and gives how long until
	// the oldest one leaves the window. A stored attempt from the future (the
	// clock was set back) counts as made now and is stored so. Two attempts
	// of one key never pass each other.
	Take(ctx context.Context, attempt Attempt) (wait time.Duration, err error)
	// Forgive removes all attempts of a rule aimed at subject.
	Forgive(ctx context.Context, rule, subject string) error
	// Expire removes the attempts made before a time.
	Expire(ctx context.Context, before time.Time) error
}
