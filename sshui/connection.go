package sshui

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"parley/domain/auth"
	"parley/domain/limiter"
)

var (
	errNoPacket       = errors.New("no packet came in time")
	errNotLoggedIn    = errors.New("not logged in in time")
	errNoSession      = errors.New("logged in and asked for nothing")
	errTooMany        = errors.New("asked for too many channels at once")
	errGone           = errors.New("the client does not answer any more")
	errHungUp         = errors.New("hung up")
	errPanic          = errors.New("a fault of ours; the log has it")
	errUnknownAddress = errors.New("the client's address cannot be read")
)

// connection is one client's TCP connection and everything that hangs on it.
// It is the net.Conn that the SSH library works on.
//
// Its end has two ways: end closes at once; retire lets the sessions say why
// first, and closes when the last of them is over or the grace is.
type connection struct {
	net.Conn  // the client's bytes, a proxy's header taken off
	server    *Server
	requestID string
	began     time.Time

	// Set before anything is read, and not changed after that.
	address netip.Addr
	log     *slog.Logger

	ctx      context.Context // ends with the connection, or when it retires
	cancel   context.CancelCauseFunc
	place    *place // at the gate, until logged in
	greeting greeting
	packet   *time.Timer // ends it when the first packet has not come
	login    *time.Timer // ends it when nobody has logged in
	session  *time.Timer // ends it when who logged in asks for nothing
	closing  sync.Once

	mu       sync.Mutex // guards what follows
	tasks    sync.WaitGroup
	over     bool // no task may begin any more
	entered  bool // the log-in has been completed, well or not
	actor    auth.Actor
	stranger bool         // who may register and nothing else; actor is nobody
	proven   []auth.Actor // everybody that a log-in over it gave, one as a rule
	surplus  error        // why it is one connection too many
	detach   func()
	opening  int
	sessions int // open channels
	busy     int // those of them on which something was started
	retiring bool
	reason   error  // for its end
	user     string // as the client last named itself, visible and bounded
	client   string // its version, likewise
}

func (s *Server) newConnection(conn net.Conn, place *place) *connection {
	c := &connection{
		Conn: conn, server: s, place: place,
		requestID: rand.Text(), began: time.Now(), detach: func() {},
	}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	c.log = s.log.With("request_id", c.requestID)
	c.mu.Lock() // whichever timer is first waits for the others to be there
	defer c.mu.Unlock()
	c.packet = time.AfterFunc(s.limits.firstPacket, func() { c.end(errNoPacket) })
	c.login = time.AfterFunc(s.limits.logIn, c.late)
	c.session = time.AfterFunc(s.limits.firstSession, func() { c.end(errNoSession) })
	c.session.Stop() // until logged in
	return c
}

// identify finds out where the client is. It may wait for a proxy's header.
func (c *connection) identify() error {
	address, err := addressOf(c.RemoteAddr())
	if err != nil {
		return err
	}
	c.address = address
	c.log = c.log.With("ip", address.String())
	if c.place.address == readingHeader {
		return c.server.gate.move(c.place, limiter.Key(address))
	}
	return nil
}

func addressOf(addr net.Addr) (netip.Addr, error) {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.AddrPort().IsValid() {
		return netip.Addr{}, errUnknownAddress
	}
	return tcp.AddrPort().Addr().Unmap().WithZone(""), nil
}

// Read notices the first packet, and before log-in that the client is gone.
func (c *connection) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !c.greeting.complete && c.greeting.read(p[:n]) {
		c.packet.Stop()
	}
	if err != nil && !c.loggedIn() {
		c.cancel(errHungUp)
	}
	return n, err
}

// Write gives up when no byte is taken for the time of stall. A client that is
// only slow is not cut off.
func (c *connection) Write(p []byte) (written int, err error) {
	for {
		if err := c.SetWriteDeadline(time.Now().Add(c.server.limits.stall)); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(p[written:])
		written += n
		var timeout net.Error
		if n > 0 && errors.As(err, &timeout) && timeout.Timeout() {
			continue
		}
		if err != nil {
			c.end(err)
		}
		return written, err
	}
}

// SetDeadline does nothing: the library would undo our own deadlines with it.
func (c *connection) SetDeadline(time.Time) error { return nil }

// Close ends the connection at once.
func (c *connection) Close() error {
	c.end(errHungUp)
	return nil
}

// end closes the connection at once. The first reason is the one that counts.
func (c *connection) end(why error) {
	c.closing.Do(func() {
		if c.server.gate.leave(c.place) {
			why = errGaveWay
		}
		c.mu.Lock()
		c.keepReason(why)
		c.mu.Unlock()
		c.cancel(why)
		c.packet.Stop()
		c.login.Stop()
		c.session.Stop()
		_ = c.Conn.Close()
	})
}

// retire asks the sessions to end and to say why. It does not block.
func (c *connection) retire(why error) {
	c.cancel(why)
	c.mu.Lock()
	idle := c.busy == 0
	if !c.retiring && !idle {
		time.AfterFunc(c.server.limits.grace, func() { c.end(why) })
	}
	c.retiring = true
	c.keepReason(why)
	c.mu.Unlock()
	if idle {
		c.end(why)
	}
}

// keepReason keeps the first reason. The caller holds mu.
func (c *connection) keepReason(why error) {
	if c.reason == nil {
		c.reason = why
	}
}

// begin counts a task, begun by the library, that the connection's end waits
// for. It reports false when the connection is over.
func (c *connection) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return false
	}
	c.tasks.Add(1)
	return true
}

// run does a task in a goroutine of its own. Only another task may call it.
func (c *connection) run(name string, task func()) {
	c.tasks.Go(func() {
		defer c.contain(name)
		task()
	})
}

// wait ends the connection for good and waits for its tasks.
func (c *connection) wait() {
	c.end(errHungUp)
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	c.tasks.Wait()
	c.detach() // nobody sets it any more
	for _, actor := range c.proven {
		c.server.auth.Leave(actor)
	}
}

func (c *connection) loggedIn() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entered
}
