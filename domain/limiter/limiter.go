package limiter

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"parley/domain"
)

// Rule is one limit: at most Limit attempts in any span of Window, or, with
// Growth, as many without a delay.
type Rule struct {
	Name   string
	Limit  int
	Window time.Duration
	Growth Growth
}

// The limits of the two doors, counted an address over both.
var (
	LogIn        = Rule{Name: "log-in", Limit: 10, Window: time.Minute}
	Registration = Rule{Name: "registration", Limit: 5, Window: time.Minute}
)

// Name is the limit of failed log-ins aimed at one name from anywhere: whoever
// guesses from many addresses gets slower and slower. It is well above what a
// few addresses may try in a minute, so that these alone bar nobody.
var Name = Rule{
	Name: "name", Limit: 50, Window: time.Hour,
	Growth: Growth{First: time.Second, Last: 15 * time.Minute},
}

// maxKeys bounds the windows held in memory. Beyond it the memory is dropped
// whole: the store still counts.
const maxKeys = 50_000

type windowKey struct{ rule, key string }

// Windows limits attempts that are counted over all doors, all processes and a
// restart. The store is the record; memory answers floods without asking it
// and, being monotonic, holds when the wall clock steps.
type Windows struct {
	store Store
	now   func() time.Time

	mu   sync.Mutex // guards seen; never held over I/O
	seen map[windowKey][]time.Time
}

// NewWindows makes the shared limiter of a process. Now must give times with a
// monotonic reading, as time.Now does.
func NewWindows(store Store, now func() time.Time) *Windows {
	return &Windows{store: store, now: now, seen: map[windowKey][]time.Time{}}
}

// Take counts one attempt by an address, aimed at subject ("" for nobody), or
// refuses it with RateLimited, limit.<rule>, and how long to wait. A refused
// attempt does not count. If the store does not answer, neither do we.
func (w *Windows) Take(ctx context.Context, rule Rule, from netip.Addr, subject string) error {
	key := windowKey{rule.Name, Key(from)}
	now := w.now()
	if wait := w.remember(key, rule, now); wait > 0 {
		return refusal(rule, wait)
	}
	wait, err := w.store.Take(ctx, Attempt{
		Rule: rule.Name, Key: key.key, Subject: subject,
		At: now, Limit: rule.Limit, Window: rule.Window,
	})
	if err != nil {
		w.forgetLast(key, now)
		return fmt.Errorf("count a %s attempt: %w", rule.Name, err)
	}
	if wait > 0 {
		w.forgetLast(key, now)
		return refusal(rule, wait)
	}
	return nil
}

// TakeName counts an attempt aimed at a name before it is known whether it
// fails; one that does not is returned. Beyond the limit it is refused with
// RateLimited, limit.name, and how long to wait, unless whoever makes it is
// exempt; theirs counts all the same.
func (w *Windows) TakeName(ctx context.Context, subject string, exempt bool) (Attempt, error) {
	attempt := Attempt{
		Rule: Name.Name, Key: subject, Subject: subject,
		At: w.now(), Limit: Name.Limit, Window: Name.Window, Growth: Name.Growth, Exempt: exempt,
	}
	wait, err := w.store.Take(ctx, attempt)
	if err != nil {
		return Attempt{}, fmt.Errorf("count an attempt at a name: %w", err)
	}
	if wait > 0 {
		return Attempt{}, refusal(Name, wait)
	}
	return attempt, nil
}

// Return takes back an attempt that did not fail.
func (w *Windows) Return(ctx context.Context, attempt Attempt) error {
	if err := w.store.Return(ctx, attempt); err != nil {
		return fmt.Errorf("return an attempt: %w", err)
	}
	return nil
}

// remember counts an attempt in memory, or says how long to wait.
func (w *Windows) remember(key windowKey, rule Rule, now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	times := w.seen[key]
	for len(times) > 0 && now.Sub(times[0]) >= rule.Window {
		times = times[1:]
	}
	if len(times) >= rule.Limit {
		w.seen[key] = times
		return rule.Window - now.Sub(times[0])
	}
	if len(w.seen) >= maxKeys {
		clear(w.seen)
	}
	w.seen[key] = append(times, now)
	return 0
}

func (w *Windows) forgetLast(key windowKey, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	times := w.seen[key]
	for i := len(times) - 1; i >= 0; i-- {
		if times[i].Equal(at) {
			w.seen[key] = append(times[:i:i], times[i+1:]...)
			return
		}
	}
}

// Forgive forgets the attempts of a rule that were aimed at subject.
func (w *Windows) Forgive(ctx context.Context, rule Rule, subject string) error {
	if err := w.store.Forgive(ctx, rule.Name, subject); err != nil {
		return fmt.Errorf("forgive %s attempts: %w", rule.Name, err)
	}
	w.Reload()
	return nil
}

// Reload forgets what memory holds, so that the store alone answers next.
func (w *Windows) Reload() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.seen)
}

// Expire removes what no window can reach any more, here and in the store.
func (w *Windows) Expire(ctx context.Context) error {
	now := w.now()
	var failed error
	for _, rule := range []Rule{LogIn, Registration, Name} {
		w.mu.Lock()
		for key, times := range w.seen {
			if key.rule == rule.Name && (len(times) == 0 || now.Sub(times[len(times)-1]) >= rule.Window) {
				delete(w.seen, key)
			}
		}
		w.mu.Unlock()
		failed = errors.Join(failed, w.store.Expire(ctx, rule.Name, now.Add(-rule.Window)))
	}
	if failed != nil {
		return fmt.Errorf("expire attempts: %w", failed)
	}
	return nil
}

func refusal(rule Rule, wait time.Duration) error {
	// Whole seconds, rounded up: an earlier return would be refused again.
	seconds := (wait + time.Second - 1) / time.Second
	message := fmt.Sprintf("too many %s attempts from your address; try again in %d s", rule.Name, seconds)
	if rule.Name == Name.Name {
		message = fmt.Sprintf("too many failed log-ins with this name; try again in %d s", seconds)
	}
	return &domain.Error{
		Kind: domain.RateLimited, Code: "limit." + rule.Name, RetryAfter: seconds * time.Second, Message: message,
	}
}
