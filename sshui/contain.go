package sshui

import (
	"runtime/debug"
	"time"
)

// contain is deferred in every goroutine of a connection: a panic ends that
// connection and is logged, nothing more.
func (c *connection) contain(where string) {
	if fault := recover(); fault != nil {
		c.panicked(where, fault)
	}
}

func (c *connection) panicked(where string, fault any) {
	c.log.Error("panic in a connection", "where", where, "panic", fault, "stack", string(debug.Stack()))
	c.end(errPanic)
}

// logEnd writes the connection's last line.
func (c *connection) logEnd() {
	c.mu.Lock()
	user, client, in, reason := c.user, c.client, c.actor.ID() != 0, c.reason
	c.mu.Unlock()
	c.log.Info("connection closed",
		"username", user, "client", client, "logged_in", in,
		"reason", shown(reason.Error(), 256),
		"duration", time.Since(c.began).Round(time.Millisecond).String())
}
