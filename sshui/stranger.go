package sshui

import (
	"context"
	"errors"
	"fmt"
	"net"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/auth"
	"parley/sshui/command"
	"parley/sshui/register"
	"parley/sshui/tui"
)

// methodNone is the log-in without any proof (RFC 4252, 5.2). It lets a
// stranger in, who is nobody, and no one else.
const methodNone = "none"

// strangerKey marks the permissions of somebody who asked for an account.
type strangerKey struct{}

// errLate ends a registration that takes too long.
var errLate = &domain.Error{
	Kind: domain.Forbidden, Code: "registration.time", Message: "the time to register is over; connect again",
}

// withoutProof lets in who asks by the name that no account can have.
func (c *connection) withoutProof(conn gossh.ConnMetadata) (*gossh.Permissions, error) {
	c.meet(conn)
	if conn.User() != domain.RegistrationName {
		return nil, gossh.ErrNoAuth
	}
	return &gossh.Permissions{ExtraData: map[any]any{strangerKey{}: true}}, nil
}

// late ends a connection that is not logged in in time. One that registers is
// told.
func (c *connection) late() {
	c.mu.Lock()
	stranger := c.stranger
	c.mu.Unlock()
	if stranger {
		c.retire(errLate)
	} else {
		c.end(errNotLoggedIn)
	}
}

// register holds the dialogue that makes an account, and gives the exit status.
func (s *session) register(ctx context.Context, _ tui.Size) int {
	host, port := s.connection.dialled()
	refusal := ""
	switch {
	case s.command != "":
		refusal = "new@ makes an account and runs no commands"
	case !s.terminal:
		refusal = fmt.Sprintf("registering takes a terminal; connect with: ssh -t -p %s new@%s", port, host)
	}
	if refusal != "" {
		s.tell(fmt.Sprintf("parley: %s (registration.terminal)", refusal))
		return command.Misused
	}
	c := s.connection
	in := newInput(s.channel, c.run)
	defer context.AfterFunc(ctx, func() { _ = in.Close() })()
	err := register.Run(ctx, register.Terminal{
		In: in, Out: s.output, Width: func() int { return int(s.width.Load()) },
	}, register.Config{
		Auth: c.server.auth, From: auth.Origin{Door: auth.SSH, Addr: c.address, RequestID: c.requestID},
		Host: host, Port: port,
	})
	switch {
	case err == nil:
		return command.Done
	case errors.Is(err, register.ErrLeft):
		return command.Failed
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	}
	line, status := command.Explain(err)
	s.tell(line)
	return status
}

// dialled is where the client connected to, as its user would type it.
func (c *connection) dialled() (host, port string) {
	host, port, _ = net.SplitHostPort(c.LocalAddr().String())
	if c.server.host != "" {
		host = c.server.host
	}
	return host, port
}
