package limiter

import (
	"sync"
	"time"

	"parley/domain"
)

// Rate limits a steady stream a user: Burst at once, then one every Interval.
// It is the generic cell rate algorithm (ITU-T I.371): one timestamp a user,
// kept in memory, on the monotonic clock.
type Rate struct {
	burst    int
	interval time.Duration
	now      func() time.Time

	mu   sync.Mutex // guards due
	due  map[domain.UserID]time.Time
	next time.Time // when idle users are forgotten next
}

// Messages is the limit of a user's messages over all their connections: 30 at
// once, then 10 a second.
func Messages(now func() time.Time) *Rate { return NewRate(30, 100*time.Millisecond, now) }

// NewRate makes a limiter for one kind of stream.
func NewRate(burst int, interval time.Duration, now func() time.Time) *Rate {
	return &Rate{burst: burst, interval: interval, now: now, due: map[domain.UserID]time.Time{}}
}

// Take counts one, or refuses with RateLimited, limit.messages.
func (r *Rate) Take(user domain.UserID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	due := r.due[user]
	if due.Before(now) {
		due = now
	}
	// due runs ahead of now by one interval for each message not yet earned.
	if ahead, most := due.Sub(now), r.interval*time.Duration(r.burst-1); ahead > most {
		return &domain.Error{
			Kind: domain.RateLimited, Code: "limit.messages", RetryAfter: ahead - most,
			Message: "you are sending too fast; wait a moment",
		}
	}
	r.due[user] = due.Add(r.interval)
	r.forgetIdle(now)
	return nil
}

// forgetIdle drops users whose burst is whole again, at most once in the time
// that a burst takes to refill. The caller holds mu.
func (r *Rate) forgetIdle(now time.Time) {
	if now.Before(r.next) {
		return
	}
	r.next = now.Add(r.interval * time.Duration(r.burst))
	for user, due := range r.due {
		if due.Before(now) {
			delete(r.due, user)
		}
	}
}
