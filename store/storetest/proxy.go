package storetest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"

	"parley/store"
)

// Proxy stands between a store and its PostgreSQL server, to be taken away.
type Proxy struct {
	config store.Config
	server string
	listen net.Listener
	serve  sync.WaitGroup

	mu     sync.Mutex // guards what follows
	away   bool
	cut    cut
	forced map[string]string // parameters of new connections
	conns  map[net.Conn]struct{}
	thawed chan struct{} // nil unless frozen
}

// cut says what happens at the next COMMIT.
type cut int

const (
	cutNever cut = iota
	cutBeforeCommit
	cutAfterCommit
	cutAllAtCommit
	freezeAtCommit
)

// NewProxy stands in front of the server of a database until the test ends.
func NewProxy(tb testing.TB, config store.Config) *Proxy {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	must(tb, err)
	addr, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		tb.Fatalf("the proxy listens on %v", listener.Addr())
	}
	through := *config.Postgres
	p := &Proxy{
		server: net.JoinHostPort(through.Host, strconv.Itoa(int(through.Port))),
		listen: listener, forced: map[string]string{}, conns: map[net.Conn]struct{}{},
	}
	through.Host, through.Port = "127.0.0.1", addr.AddrPort().Port()
	p.config = store.Config{Postgres: &through}
	p.serve.Go(p.accept)
	tb.Cleanup(func() {
		_ = listener.Close()
		p.TakeAway()
		p.Thaw()
		p.serve.Wait()
	})
	return p
}

// Config leads to the database through the proxy.
func (p *Proxy) Config() store.Config { return p.config }

// TakeAway breaks every connection and lets no new one live, as a server that
// is down.
func (p *Proxy) TakeAway() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = true
	for conn := range p.conns {
		_ = conn.Close()
	}
}

// BringBack undoes TakeAway.
func (p *Proxy) BringBack() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = false
}

// LoseCommit breaks the connection on which the next COMMIT comes: once the
// server has done it, or before it learns of it.
func (p *Proxy) LoseCommit(done bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cutBeforeCommit
	if done {
		p.cut = cutAfterCommit
	}
}

// VanishAtCommit takes the server away when the next COMMIT comes, so that
// nobody can be asked whether it took hold.
func (p *Proxy) VanishAtCommit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cutAllAtCommit
}

// Freeze lets nothing go through either way, as a network that drops
// everything. What is on its way arrives after Thaw.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.thawed == nil {
		p.thawed = make(chan struct{})
	}
}

// Thaw undoes Freeze.
func (p *Proxy) Thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.thawed != nil {
		close(p.thawed)
		p.thawed = nil
	}
}

// FreezeAtCommit is Freeze from the next COMMIT on.
func (p *Proxy) FreezeAtCommit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = freezeAtCommit
}

// awaitThaw waits while nothing goes through.
func (p *Proxy) awaitThaw() {
	p.mu.Lock()
	thawed := p.thawed
	p.mu.Unlock()
	if thawed != nil {
		<-thawed
	}
}

// Force gives new connections a value of a parameter, whatever they ask for, as
// a pooler may.
func (p *Proxy) Force(parameter, value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forced[parameter] = value
}

// force changes a start-up message: length, version, and names and values that
// end in a NUL each, up to an empty name.
func (p *Proxy) force(startup []byte) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.forced) == 0 {
		return startup
	}
	changed := slices.Clone(startup[:8])
	fields := bytes.Split(startup[8:], []byte{0})
	for i := 0; i+1 < len(fields) && len(fields[i]) > 0; i += 2 {
		name, value := string(fields[i]), string(fields[i+1])
		if forced, ok := p.forced[name]; ok {
			value = forced
		}
		changed = append(changed, name+"\x00"+value+"\x00"...)
	}
	changed = append(changed, 0)
	binary.BigEndian.PutUint32(changed, uint32(len(changed)))
	return changed
}

func (p *Proxy) takeCut() cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := p.cut
	p.cut = cutNever
	return taken
}

func (p *Proxy) accept() {
	for {
		client, err := p.listen.Accept()
		if err != nil {
			return
		}
		if !p.keep(client) {
			continue
		}
		p.serve.Go(func() {
			defer p.drop(client)
			server, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.server)
			if err != nil || !p.keep(server) {
				return
			}
			defer p.drop(server)
			p.relay(client, server)
		})
	}
}

func (p *Proxy) keep(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		_ = conn.Close()
		return false
	}
	p.conns[conn] = struct{}{}
	return true
}

func (p *Proxy) drop(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
	_ = conn.Close()
}

// relay carries both directions until one ends. The answer to a COMMIT that is
// to be lost is read here and goes nowhere.
func (p *Proxy) relay(client, server net.Conn) {
	answers := &valve{to: client, await: p.awaitThaw}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(answers, server)
		_ = client.Close()
	}()
	p.requests(client, server, answers, done)
	_ = client.Close()
	_ = server.Close()
	<-done
}

// requests carries what the client sends, message by message (PostgreSQL,
// "Message Formats"): the first has no type byte.
func (p *Proxy) requests(client io.Reader, server io.Writer, answers *valve, ended <-chan struct{}) {
	in := bufio.NewReader(client)
	for header := 4; ; header = 5 {
		message, err := readMessage(in, header)
		if err != nil {
			return
		}
		if header == 4 {
			message = p.force(message)
		}
		fate := cutNever
		if bytes.EqualFold(message[header:], []byte("commit\x00")) {
			fate = p.takeCut()
		}
		var answered <-chan struct{}
		switch fate {
		case cutBeforeCommit:
			return
		case cutAllAtCommit:
			p.TakeAway()
			return
		case freezeAtCommit:
			p.Freeze()
		case cutAfterCommit:
			answered = answers.shut()
		}
		p.awaitThaw()
		if _, err := server.Write(message); err != nil {
			return
		}
		if answered != nil {
			select {
			case <-answered:
			case <-ended:
			}
			return
		}
	}
}

// readMessage reads a message whose header ends with its length, itself
// included.
func readMessage(in io.Reader, header int) ([]byte, error) {
	head := make([]byte, header)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, err
	}
	size := int(binary.BigEndian.Uint32(head[header-4:])) + header - 4
	message := make([]byte, max(size, header))
	copy(message, head)
	_, err := io.ReadFull(in, message[header:])
	return message, err
}

// valve passes writes on until it is shut; then it swallows them.
type valve struct {
	to    io.Writer
	await func() // called before each write

	mu       sync.Mutex // guards answered
	answered chan struct{}
}

// shut gives a channel that is closed when the first write was swallowed.
func (v *valve) shut() <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.answered = make(chan struct{})
	return v.answered
}

func (v *valve) Write(b []byte) (int, error) {
	v.await()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.answered == nil {
		return v.to.Write(b)
	}
	select {
	case <-v.answered:
	default:
		close(v.answered)
	}
	return len(b), nil
}
