package sshui

import (
	"errors"
	"strings"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/auth"
)

// actorKey is where the permissions of a log-in hold its auth.Actor.
type actorKey struct{}

// errRefused is a log-in that failed, as far as the library is concerned. It
// is the same for everybody.
var errRefused = errors.New("log-in refused")

// configure says how the client of a connection may log in.
func (c *connection) configure(ssh.Context) *gossh.ServerConfig {
	return &gossh.ServerConfig{
		Config:                      algorithms(),
		PublicKeyAuthAlgorithms:     publicKeyAlgorithms(),
		MaxAuthTries:                maxTries,
		PreAuthConnCallback:         func(conn gossh.ServerPreAuthConn) { c.meet(conn) },
		PublicKeyCallback:           c.offered,
		VerifiedPublicKeyCallback:   c.signed,
		PasswordCallback:            c.password,
		KeyboardInteractiveCallback: c.keyboardInteractive,
		NoClientAuth:                true,
		NoClientAuthCallback:        c.withoutProof,
		AuthLogCallback:             c.attempted,
	}
}

// meet notes what the client says of itself.
func (c *connection) meet(conn gossh.ConnMetadata) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.user = shown(conn.User(), maxLoggedName)
	c.client = shown(string(conn.ClientVersion()), maxLoggedVersion)
}

func (c *connection) password(conn gossh.ConnMetadata, password []byte) (*gossh.Permissions, error) {
	return c.authenticate(conn, func(name string) (auth.Actor, error) { return c.byPassword(name, string(password)) })
}

func (c *connection) keyboardInteractive(
	conn gossh.ConnMetadata, challenge gossh.KeyboardInteractiveChallenge,
) (*gossh.Permissions, error) {
	return c.authenticate(conn, func(name string) (auth.Actor, error) {
		answers, err := challenge("", "", []string{"Password: "}, []bool{false})
		if err != nil {
			return auth.Actor{}, err
		}
		return c.byPassword(name, answers[0])
	})
}

// authenticate is the one way in, whatever the method. Who got in is in the
// permissions that it gives, and nowhere else.
func (c *connection) authenticate(
	conn gossh.ConnMetadata, prove func(name string) (auth.Actor, error),
) (p *gossh.Permissions, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			c.panicked("log-in", fault)
			p, err = nil, errRefused
		}
	}()
	c.meet(conn)
	actor, err := prove(accountName(conn.User()))
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.proven = append(c.proven, actor)
	c.mu.Unlock()
	return &gossh.Permissions{ExtraData: map[any]any{actorKey{}: actor}}, nil
}

// byPassword logs in by password.
func (c *connection) byPassword(name, password string) (auth.Actor, error) {
	actor, err := c.server.auth.LogIn(c.ctx, c.origin(), name, password)
	if err != nil {
		return auth.Actor{}, refusal(err)
	}
	return actor, nil
}

// origin says where a log-in over this connection comes from.
func (c *connection) origin() auth.Origin {
	c.mu.Lock()
	defer c.mu.Unlock()
	return auth.Origin{
		Door: auth.SSH, Addr: c.address, RequestID: c.requestID, Device: strings.TrimPrefix(c.client, "SSH-2.0-"),
	}
}

// offered says whether a key may open the door. Nothing is proven yet, so the
// permissions hold nobody.
func (c *connection) offered(conn gossh.ConnMetadata, key gossh.PublicKey) (p *gossh.Permissions, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			c.panicked("log-in", fault)
			p, err = nil, errRefused
		}
	}()
	c.meet(conn)
	if !c.server.auth.OffersKey(c.ctx, accountName(conn.User()), key.Marshal()) {
		return nil, errRefused
	}
	return &gossh.Permissions{}, nil
}

// signed logs in by the key whose signature the library has just found good.
func (c *connection) signed(
	conn gossh.ConnMetadata, key gossh.PublicKey, _ *gossh.Permissions, _ string,
) (*gossh.Permissions, error) {
	return c.authenticate(conn, func(name string) (auth.Actor, error) {
		actor, err := c.server.auth.LogInWithKey(c.ctx, c.origin(), name, key.Marshal())
		if err != nil {
			return auth.Actor{}, refusal(err)
		}
		return actor, nil
	})
}

// accountName is the name to log in by. One that nobody can have is marked, so
// that it stays unknown whatever a store makes of its characters.
func accountName(user string) string {
	if domain.CheckUserName(user) != nil {
		return "?" + shown(user, maxLoggedName)
	}
	return user
}

// refusal is how a failed log-in is answered. A wrong name or password gets
// the bare answer; everything else is told on the client's screen.
func refusal(err error) error {
	told := domain.AsError(err)
	if told.Kind == domain.Unauthenticated {
		return errRefused
	}
	return &gossh.BannerError{Err: errRefused, Message: domain.VisibleLine(told.Message) + "\r\n"}
}

// attempted is told of every attempt. A good one gives the place at the gate
// back, unless it is a stranger's, and leaves a while to ask for a session.
func (c *connection) attempted(_ gossh.ConnMetadata, method string, err error) {
	if err != nil || !c.login.Stop() {
		return
	}
	if method == methodNone {
		c.login.Reset(c.server.limits.registration)
	} else {
		c.server.gate.leave(c.place)
	}
	c.session.Reset(c.server.limits.firstSession)
}

// enter completes the log-in of a finished connection: its permissions say who
// it is. First is true for the call that did so; ok is false when there is
// nobody to be let in.
func (c *connection) enter(conn *gossh.ServerConn) (first, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entered {
		return false, c.actor.ID() != 0 || c.stranger
	}
	c.entered = true
	if conn.Permissions == nil {
		return true, false
	}
	if _, c.stranger = conn.Permissions.ExtraData[strangerKey{}]; c.stranger {
		c.session.Stop()
		return true, true
	}
	actor, ok := conn.Permissions.ExtraData[actorKey{}].(auth.Actor)
	if !ok || actor.ID() == 0 {
		return true, false
	}
	c.actor = actor
	c.session.Stop()
	detach, err := c.server.auth.Attach(actor, c.retire)
	if err != nil {
		c.surplus = err
		return true, true
	}
	c.detach = detach
	c.log.Info("connection accepted", "username", actor.Name(), "client", c.client)
	return true, true
}

// shown makes what a stranger sent fit for one line of the log or the screen.
func shown(text string, limit int) string {
	if len(text) > limit {
		text = text[:limit]
	}
	return domain.VisibleLine(text)
}
