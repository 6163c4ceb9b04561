package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/wire"
)

const (
	// heartbeat is the time between two pings.
	heartbeat = 25 * time.Second
	// maxFrame is the biggest message a client may send, in bytes.
	maxFrame = 64 << 10
	// maxInFlight is how many messages of one connection may wait to be
	// stored; while as many do, nothing more is read from it.
	maxInFlight = 32
	// keptBuffer is the biggest buffer that an idle connection keeps.
	keptBuffer = 16 << 10
)

// dialect is how one of the two WebSocket calls speaks.
type dialect interface {
	// protocols are the subprotocols that it answers to.
	protocols() []string
	// write sends a batch in as many frames as it takes.
	write(s *socket, batch []*wire.Line) error
	// receive deals with one text frame.
	receive(ctx context.Context, s *socket, frame []byte)
	// ack answers a message that was stored; nil says nothing.
	ack(sent chat.Sent) *wire.Line
	// refusal answers what was wrong.
	refusal(e *domain.Error, nonce string) *wire.Line
	// bye is said before the connection is closed; nil says nothing.
	bye(why *broadcast.Bye) []byte
}

// socket is one open WebSocket. Three goroutines serve it: the request's own
// reads, one writes, one pings; a fourth waits for what was sent to be stored,
// from the first message on. All end before run returns.
type socket struct {
	server  *Server
	conn    *websocket.Conn
	peer    *peer
	live    *chat.Live
	actor   auth.Actor
	dialect dialect

	frame   []byte          // belongs to the writer
	ctx     context.Context // ends with the connection
	cancel  context.CancelFunc
	running sync.WaitGroup
	leaving atomic.Bool // nothing that arrives counts any more
	cutter  sync.Once

	sending  chan sending // from the reader to the goroutine that waits; nil before the first message
	inFlight atomic.Int32
	answered chan struct{} // holds a token when inFlight went down
}

// sending is a message on its way into the store.
type sending struct {
	nonce string
	wait  func(context.Context) (chat.Sent, error)
	err   error // it was refused at once
}

// accept upgrades a request of an actor to a WebSocket that hangs on their
// access, and serves it until it ends; see converse. It answers the request
// itself if that fails.
func (s *Server) accept(
	w http.ResponseWriter, r *http.Request, actor auth.Actor, d dialect, greet func(context.Context, *socket) error,
) {
	var over late
	detach, err := s.auth.Attach(actor, over.end)
	if err != nil {
		s.refuse(r.Context(), err).write(w, r)
		return
	}
	defer detach()
	if conn, p, ok := s.open(w, r, d.protocols()...); ok {
		s.converse(r.Context(), conn, p, actor, d, &over, greet)
	}
}

// late passes on that a connection's access has ended, once there is a
// connection.
type late struct {
	mu     sync.Mutex // guards what follows
	why    error
	listen func(error)
}

func (l *late) end(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.why = why; l.listen != nil {
		l.listen(why)
	}
}

func (l *late) tell(listen func(error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listen = listen; l.why != nil {
		listen(l.why)
	}
}

// open upgrades a request that was found good to a WebSocket. It answers the
// request itself if that fails.
func (s *Server) open(w http.ResponseWriter, r *http.Request, protocols ...string) (*websocket.Conn, *peer, bool) {
	p, ok := peerOf(r.Context())
	if !ok {
		internalProblem(callOf(r.Context()).origin.RequestID).write(w, r)
		return nil, nil, false
	}
	if problem := checkUpgrade(r); problem != nil {
		problem.write(w, r)
		return nil, nil, false
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:       protocols,
		InsecureSkipVerify: true, // the origin was checked, more strictly
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		return nil, nil, false
	}
	p.guard(s.patience.quiet, s.patience.stall)
	conn.SetReadLimit(maxFrame)
	return conn, p, true
}

// converse serves an open WebSocket until it ends. Greet queues what is said
// first and follows what is followed from the start.
func (s *Server) converse(
	ctx context.Context, conn *websocket.Conn, p *peer, actor auth.Actor, d dialect, over *late,
	greet func(context.Context, *socket) error,
) {
	ctx, cancel := context.WithCancel(ctx)
	c := &socket{
		server: s, conn: conn, peer: p, actor: actor, dialect: d, ctx: ctx, cancel: cancel,
		live:     s.chat.Connect(actor, broadcast.Options{Presence: true}),
		answered: make(chan struct{}, 1),
	}
	defer s.sockets.remove(c)
	if !s.sockets.add(c) {
		c.live.Close(broadcast.ErrShutdown)
	}
	over.tell(func(err error) {
		e := domain.AsError(err)
		c.end(broadcast.Bye{Code: e.Code, Message: e.Message}, s.patience.grace)
	})
	c.run(greet)
}

// errSlowFrame is said to those who begin a frame and do not finish it.
var errSlowFrame = broadcast.Bye{Code: "frame.slow", Message: "a frame took too long to arrive", Reconnect: true}

// run serves the connection until it is over.
func (c *socket) run(greet func(context.Context, *socket) error) {
	defer func() {
		c.cut()
		c.running.Wait()
		_ = c.conn.CloseNow() // frees what the library holds
	}()
	defer c.live.Close(broadcast.ErrLeft)
	defer c.contain()
	if err := c.greet(greet); err != nil {
		c.refuse(err, "")
		c.live.Close(broadcast.Bye{Code: "server.unavailable", Message: "cannot follow rooms right now", Reconnect: true})
	}
	c.running.Go(c.write)
	c.running.Go(c.ping)
	c.read()
}

func (c *socket) greet(greet func(context.Context, *socket) error) error {
	ctx, cancel := context.WithTimeout(c.ctx, callTimeout)
	defer cancel()
	return greet(ctx, c)
}

// cut ends everything at once, without a word. It never waits.
func (c *socket) cut() {
	c.cutter.Do(func() {
		c.leaving.Store(true)
		c.cancel()
		c.peer.Close()
	})
}

// end closes the connection with a goodbye. It never waits; a peer that has
// not taken the goodbye within that time is cut.
func (c *socket) end(why broadcast.Bye, within time.Duration) {
	c.leaving.Store(true)
	c.live.Close(why)
	timer := time.AfterFunc(within, c.cut)
	context.AfterFunc(c.ctx, func() { timer.Stop() })
}

// close does the closing handshake, for a bounded time, and ends everything.
func (c *socket) close(code websocket.StatusCode, reason string) {
	c.leaving.Store(true)
	timer := time.AfterFunc(c.server.patience.grace, c.cut)
	defer timer.Stop()
	_ = c.conn.Close(code, reason) // the peer may be gone, which is what we want
	c.cut()
}

// contain keeps a panic of one connection's goroutine from ending the process.
func (c *socket) contain() {
	if fault := recover(); fault != nil {
		c.server.log.Error("panic in a WebSocket", "panic", fmt.Sprint(fault),
			"request_id", c.actor.Origin().RequestID, "stack", string(debug.Stack()))
		c.close(websocket.StatusInternalError, "")
	}
}

// read takes what the peer sends, one frame after the other, until it stops.
func (c *socket) read() {
	var buffer bytes.Buffer
	for {
		kind, reader, err := c.conn.Reader(context.Background()) // the peer has the deadlines
		if err == nil {
			err = c.readFrame(&buffer, reader)
		}
		switch {
		case err != nil:
			c.stopReading(err)
			return
		case kind != websocket.MessageText:
			c.close(websocket.StatusUnsupportedData, "text frames only")
			return
		case !utf8.Valid(buffer.Bytes()):
			c.close(websocket.StatusInvalidFramePayloadData, "text must be UTF-8")
			return
		case !c.leaving.Load():
			c.receive(buffer.Bytes())
		}
		if buffer.Cap() > keptBuffer {
			buffer = bytes.Buffer{}
		}
	}
}

// readFrame reads a frame's payload, which must arrive in time however much
// its header promises.
func (c *socket) readFrame(buffer *bytes.Buffer, reader io.Reader) error {
	late := time.AfterFunc(c.server.patience.frame, func() { c.end(errSlowFrame, c.server.patience.grace) })
	defer late.Stop()
	buffer.Reset()
	_, err := buffer.ReadFrom(reader)
	return err
}

func (c *socket) receive(frame []byte) {
	c.live.Active()
	ctx, cancel := context.WithTimeout(c.ctx, callTimeout)
	defer cancel()
	c.dialect.receive(ctx, c, frame)
}

// stopReading ends a connection from which nothing more can be read.
func (c *socket) stopReading(err error) {
	switch {
	case errors.Is(err, websocket.ErrMessageTooBig):
		// The library has said so; the peer is given time to hear it.
		c.close(websocket.StatusMessageTooBig, "")
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.close(websocket.StatusPolicyViolation, "nothing was heard for too long")
	case errors.Is(err, io.EOF), websocket.CloseStatus(err) != -1:
		c.cut()
	default:
		c.close(websocket.StatusProtocolError, "")
	}
}

// reply queues an answer to this connection; nil is none.
func (c *socket) reply(line *wire.Line) {
	if line != nil {
		c.live.Reply(line)
	}
}

// refuse answers what was wrong, and logs what an operator should know. A
// connection that is ending anyway is told nothing more.
func (c *socket) refuse(err error, nonce string) {
	var bye *broadcast.Bye
	if c.ctx.Err() != nil || errors.As(err, &bye) {
		return
	}
	e := c.server.fault(c.ctx, err, c.actor.Origin().RequestID)
	if e.Kind == domain.Internal {
		e = &domain.Error{Code: domain.CodeInternal, Message: "something went wrong on our side"}
	}
	c.reply(c.dialect.refusal(e, nonce))
}
