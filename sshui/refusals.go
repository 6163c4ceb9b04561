package sshui

import (
	"log/slog"
	"sync"
	"time"
)

// refusals logs connections that were turned away at the gate, one line a
// second at most: a flood shall not fill the log.
type refusals struct {
	log *slog.Logger
	now func() time.Time

	mu       sync.Mutex // guards what follows
	last     time.Time
	unlogged int
}

func (r *refusals) note(ip string, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if now.Sub(r.last) < time.Second {
		r.unlogged++
		return
	}
	r.log.Warn("connection refused", "ip", ip, "reason", why.Error(), "and_others", r.unlogged)
	r.last, r.unlogged = now, 0
}
