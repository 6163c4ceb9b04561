package sshui

import (
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// keepaliveRequest is known to no client, and answered by all.
const keepaliveRequest = "keepalive@openssh.com"

// keepalive asks the client regularly whether it is there, as OpenSSH does,
// and ends the connection when no answer comes while three questions are due.
// Any answer will do. It keeps the maps of firewalls on the way, too.
func (c *connection) keepalive(conn gossh.Conn) {
	every := c.server.limits.keepalive
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	gone := time.AfterFunc(missedKeepalives*every, func() { c.end(errGone) })
	gone.Stop()
	defer gone.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-ticker.C:
		}
		gone.Reset(missedKeepalives * every)
		_, _, err := conn.SendRequest(keepaliveRequest, true, nil)
		gone.Stop()
		if err != nil {
			return
		}
	}
}
