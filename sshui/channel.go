package sshui

import (
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// openSession answers a client that asks for a session channel, and serves the
// session until both sides have closed it: a channel that the client keeps
// half open still counts. The library runs it in a goroutine of its own.
func openSession(_ *ssh.Server, conn *gossh.ServerConn, asked gossh.NewChannel, ctx ssh.Context) {
	c := connectionOf(ctx)
	if !c.begin() {
		return
	}
	defer c.tasks.Done()
	defer c.contain("session")
	if !c.beginOpening() {
		c.end(errTooMany)
		return
	}
	refused := c.admitSession(conn)
	if refused != nil {
		_ = asked.Reject(refused.Reason, refused.Message)
		c.endOpening()
		return
	}
	var s *session
	defer func() { c.leaveSession(s != nil && s.started) }()
	channel, requests, err := asked.Accept()
	c.endOpening()
	if err != nil {
		return
	}
	s = newSession(c, channel)
	s.serve(requests)
}

// beginOpening bounds the channels that are being answered: a client that asks
// and does not read the answers would leave goroutines behind.
func (c *connection) beginOpening() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opening++
	return c.opening <= maxOpening
}

func (c *connection) endOpening() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opening--
}

// admitSession counts one more session, or says why there cannot be one. The
// first completes the log-in.
func (c *connection) admitSession(conn *gossh.ServerConn) *gossh.OpenChannelError {
	first, ok := c.enter(conn)
	if !ok {
		return &gossh.OpenChannelError{Reason: gossh.Prohibited, Message: "not logged in"}
	}
	if first {
		c.run("keepalive", func() { c.keepalive(conn) })
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if why := c.surplus; why != nil && first {
		// A session says why, and is given a moment for it.
		time.AfterFunc(c.server.limits.grace, func() { c.end(why) })
	}
	if c.retiring || c.surplus != nil && !first {
		return &gossh.OpenChannelError{Reason: gossh.Prohibited, Message: "the connection is closing"}
	}
	if c.stranger && c.sessions > 0 {
		return &gossh.OpenChannelError{Reason: gossh.Prohibited, Message: "there is one session to register in"}
	}
	if c.sessions >= maxSessions {
		return &gossh.OpenChannelError{Reason: gossh.ResourceShortage, Message: "a connection has at most 2 sessions"}
	}
	c.sessions++
	return nil
}

// startSession counts a session that has something to end with.
func (c *connection) startSession() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy++
}

// leaveSession counts one session less. After the last one that was started, a
// connection that retires or that was there for it alone is over. The client is
// left to hang up: one that is hung up on may drop what it has not read yet.
func (c *connection) leaveSession(started bool) {
	c.mu.Lock()
	c.sessions--
	if started {
		c.busy--
	}
	last := (c.retiring || c.stranger || c.surplus != nil) && c.busy == 0
	c.mu.Unlock()
	if last {
		time.AfterFunc(c.server.limits.parting, func() { c.end(errHungUp) })
	}
}
