package sshui

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"charm.land/ssh"
	"charm.land/wish/v2"
	"github.com/pires/go-proxyproto"
	gossh "golang.org/x/crypto/ssh"

	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/limiter"
)

// Config is what the door needs.
type Config struct {
	Auth        *auth.Service
	Chat        *chat.Service
	Proxies     limiter.Proxies // whose PROXY protocol header is believed
	Version     string          // of the program; for the log alone
	HostKeyPath string          // made on the first start
	Host        string          // how people reach the door; "" for the address they came to
	Log         *slog.Logger
}

// Server is the SSH door.
type Server struct {
	auth    *auth.Service
	chat    *chat.Service
	proxies limiter.Proxies
	version string
	host    string
	log     *slog.Logger
	key     gossh.Signer
	limits  limits
	gate    *gate
	refused *refusals
	ssh     *ssh.Server

	mu        sync.Mutex // guards what follows
	closed    bool
	listeners []net.Listener
	open      map[*connection]struct{}
	running   sync.WaitGroup // connections; begun under mu while not closed
}

// connectionKey is where the library's context holds the connection.
type connectionKey struct{}

// New makes the door, and the host key if there is none yet. It refuses a host
// key file that is broken or open to others.
func New(c Config) (*Server, error) { return newServer(c, defaultLimits()) }

func newServer(c Config, l limits) (*Server, error) {
	key, err := hostKey(c.HostKeyPath)
	if err != nil {
		return nil, err
	}
	s := &Server{
		auth: c.Auth, chat: c.Chat, proxies: c.Proxies, version: c.Version, host: c.Host, log: c.Log,
		key: key, limits: l, gate: newGate(l.unauthenticated, l.unauthenticatedAddress),
		refused: &refusals{log: c.Log, now: time.Now},
		open:    map[*connection]struct{}{},
	}
	s.ssh, err = wish.NewServer(wish.WithVersion(softwareVersion), s.options)
	if err != nil {
		return nil, fmt.Errorf("make the SSH server: %w", err)
	}
	return s, nil
}

// options hangs our own parts into the library: how to log in, and the one
// kind of channel. Whatever it has no handler for, it refuses one by one
// before it reads on, so that refusals never pile up.
func (s *Server) options(server *ssh.Server) error {
	server.AddHostKey(s.key)
	server.ConnCallback = func(ctx ssh.Context, conn net.Conn) net.Conn {
		ctx.SetValue(connectionKey{}, conn)
		return conn
	}
	server.ServerConfigCallback = func(ctx ssh.Context) *gossh.ServerConfig {
		return connectionOf(ctx).configure(ctx)
	}
	server.ChannelHandlers = map[string]ssh.ChannelHandler{"session": openSession}
	server.RequestHandlers = map[string]ssh.RequestHandler{}
	server.SubsystemHandlers = map[string]ssh.SubsystemHandler{}
	return nil
}

func connectionOf(ctx ssh.Context) *connection {
	c, ok := ctx.Value(connectionKey{}).(*connection)
	if !ok {
		panic("sshui: a connection that was not accepted here")
	}
	return c
}

// Fingerprint is the host key's, as ssh shows it: SHA256 and base64.
func (s *Server) Fingerprint() string { return gossh.FingerprintSHA256(s.key.PublicKey()) }

// Serve accepts connections until the listener is closed or Shutdown is called,
// which is no error. It closes the listener.
func (s *Server) Serve(ln net.Listener) error {
	defer ln.Close()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.listeners = append(s.listeners, ln)
	s.mu.Unlock()
	s.log.Info("SSH door open", "address", ln.Addr().String(), "fingerprint", s.Fingerprint(), "version", s.version)
	for pause := time.Duration(0); ; {
		conn, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			// Most likely too many open files, which others will close.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			s.log.Warn("cannot accept a connection; will try again", "err", err, "pause", pause)
			if s.wait(pause) {
				return nil
			}
			continue
		}
		pause = 0
		s.accept(conn)
	}
}

// wait pauses and reports whether the door has been closed.
func (s *Server) wait(pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	<-timer.C
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// accept takes a connection in, or closes it, without waiting for its client.
func (s *Server) accept(conn net.Conn) {
	peer, err := addressOf(conn.RemoteAddr())
	if err != nil {
		s.refuse(conn, "", err)
		return
	}
	key := limiter.Key(peer)
	behindProxy := s.proxies.Trust(peer)
	if behindProxy {
		key = readingHeader
	}
	place, err := s.gate.enter(key, func() { _ = conn.Close() })
	if err != nil {
		s.refuse(conn, peer.String(), err)
		return
	}
	if behindProxy {
		conn = proxyproto.NewConn(conn, proxyproto.WithPolicy(proxyproto.USE),
			proxyproto.SetReadHeaderTimeout(s.limits.firstPacket))
	}
	c := s.newConnection(conn, place)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		c.end(errHungUp)
		return
	}
	s.open[c] = struct{}{}
	s.running.Go(func() { s.handle(c) })
}

func (s *Server) refuse(conn net.Conn, ip string, why error) {
	_ = conn.Close()
	s.refused.note(ip, why)
}

// handle serves a connection until it is over with all its tasks.
func (s *Server) handle(c *connection) {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, c)
	}()
	defer c.wait()
	defer c.contain("connection")
	if err := c.identify(); err != nil {
		c.end(err)
		s.refused.note(c.address.String(), err)
		return
	}
	s.ssh.HandleConn(c)
	c.end(errHungUp)
	c.logEnd()
}

// Shutdown stops accepting, lets every session say that the server is going
// down, and waits until all connections are over. When ctx ends first, they
// are closed as they are, and its error is returned.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	for _, ln := range s.listeners {
		_ = ln.Close()
	}
	connections := make([]*connection, 0, len(s.open))
	for c := range s.open {
		connections = append(connections, c)
	}
	s.mu.Unlock()
	why := &broadcast.ErrShutdown
	for _, c := range connections {
		c.retire(why)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		s.running.Wait()
	}()
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		for _, c := range connections {
			c.end(why)
		}
		return ctx.Err()
	}
}
