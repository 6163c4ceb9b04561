package httpapi

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
	"time"
)

const (
	// sendBuffer bounds what the kernel holds for a peer that does not read,
	// so that such a peer is noticed soon and costs little.
	sendBuffer = 64 << 10
	// writeChunk is how much must be taken within one write deadline.
	writeChunk = 16 << 10
	// deadlineStep is how often the write deadline moves at most.
	deadlineStep = time.Second
)

// peerListener hands out connections whose deadlines a WebSocket can take
// over.
type peerListener struct{ net.Listener }

func (l peerListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &peer{Conn: conn}, nil
}

// peer is a connection below HTTP and TLS. Once guarded, it fails when its
// other end is silent for too long or takes nothing for too long, however
// much there is to write.
type peer struct {
	net.Conn
	guarded atomic.Bool
	quiet   time.Duration // set before guarded
	stall   time.Duration
	armed   time.Time // when the write deadline was set; belongs to the writer
}

type peerKey struct{}

// withPeer keeps a connection's peer in the context of its requests.
func withPeer(ctx context.Context, conn net.Conn) context.Context {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	return context.WithValue(ctx, peerKey{}, conn)
}

// peerOf gives the peer of the request that ctx belongs to.
func peerOf(ctx context.Context) (*peer, bool) {
	p, ok := ctx.Value(peerKey{}).(*peer)
	return p, ok
}

// guard puts the connection's deadlines on its own reads and writes.
func (p *peer) guard(quiet, stall time.Duration) {
	if tcp, ok := p.Conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(sendBuffer) // only a bound on memory
	}
	p.quiet, p.stall = quiet, stall
	p.guarded.Store(true)
}

func (p *peer) Read(b []byte) (int, error) {
	if p.guarded.Load() {
		if err := p.SetReadDeadline(time.Now().Add(p.quiet)); err != nil {
			return 0, err
		}
	}
	return p.Conn.Read(b)
}

func (p *peer) Write(b []byte) (int, error) {
	if !p.guarded.Load() {
		return p.Conn.Write(b)
	}
	written := 0
	for {
		// Moving the deadline costs as much as a small write; once a second
		// keeps it at least stall away.
		if now := time.Now(); now.Sub(p.armed) >= deadlineStep {
			if err := p.SetWriteDeadline(now.Add(p.stall + deadlineStep)); err != nil {
				return written, err
			}
			p.armed = now
		}
		n, err := p.Conn.Write(b[written:min(len(b), written+writeChunk)])
		if written += n; err != nil || written == len(b) {
			return written, err
		}
	}
}

// CloseWrite ends the sending half, which net/http does before it closes.
func (p *peer) CloseWrite() error {
	if half, ok := p.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return net.ErrClosed
}
