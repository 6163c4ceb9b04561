package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/domain/auth"
	"parley/domain/encryption"
	"parley/store"
	"parley/store/storetest"
)

// The load comes from this process and is served by another, over loopback. Run
// each case once: go test -run '^$' -bench Door -benchtime 1x ./cmd/parley

const (
	warmUp       = 3 * time.Second
	measured     = 10 * time.Second
	perUser      = 15 // connections; the limit is 20
	perAddress   = 60 // connections; the limit is 100
	perSender    = 8  // messages a second; the limit is 10
	stampPattern = "sent at %d by a person of ordinary patience"
)

// load is a service under load and the people who bring it.
type load struct {
	*service
	tokens []string
	actors []auth.Actor
	core   *storetest.Core
}

// openLoad starts a service with a number of users, who are made and logged in
// through the store: another process on the same database.
func openLoad(b *testing.B, users int) *load {
	b.Helper()
	env := settingsOf(b, store.Config{})
	if err := os.MkdirAll(env["DATA_DIR"], 0o700); err != nil {
		b.Fatal(err)
	}
	ring, err := encryption.ParseKeyring(env["ENCRYPTION_KEY"])
	if err != nil {
		b.Fatal(err)
	}
	l := &load{}
	l.core = storetest.NewCoreWith(b, store.Config{SQLitePath: env["DATA_DIR"] + "/" + databaseFile}, func(s *storetest.Settings) {
		s.Keyring, s.SigningKeys = ring, env["SECRET_KEY"]
	})
	for i := range users {
		actor := l.core.User(b, fmt.Sprintf("person%04d", i))
		token, err := l.core.Auth.IssueToken(actor)
		if err != nil {
			b.Fatal(err)
		}
		l.tokens, l.actors = append(l.tokens, token.Text), append(l.actors, actor)
	}
	l.service = spawnFrom(b, releasedProgram, env)
	return l
}

// loopback gives the address of the n-th connection's machine.
func loopback(n int) netip.Addr {
	machine := n/perAddress + 1
	return netip.AddrFrom4([4]byte{127, 0, byte(2 + machine/250), byte(1 + machine%250)})
}

// dial opens the n-th WebSocket, following the lobby from now on.
func (l *load) dial(ctx context.Context, n int, token string, follow bool) (*websocket.Conn, error) {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: loopback(n).AsSlice()}}
	client := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}
	conn, _, err := websocket.Dial(ctx, "ws://"+l.http+"/api/v1/ws", &websocket.DialOptions{
		HTTPClient: client, Subprotocols: []string{"parley.v1", "bearer." + token},
	})
	if err != nil || !follow {
		return conn, err
	}
	conn.SetReadLimit(-1)
	return conn, conn.Write(ctx, websocket.MessageText, []byte(`{"type":"subscribe","room":"lobby"}`))
}

// tally counts what readers get.
type tally struct {
	deliveries, frames atomic.Int64
	late               histogram
}

var stamp = []byte("sent at ")

// frame counts the messages of one frame and how old they are.
func (t *tally) frame(data []byte) {
	now := time.Now().UnixNano()
	n := int64(0)
	for {
		i := bytes.Index(data, stamp)
		if i < 0 {
			break
		}
		data = data[i+len(stamp):]
		end := bytes.IndexByte(data, ' ')
		sent, err := strconv.ParseInt(string(data[:max(end, 0)]), 10, 64)
		if err == nil {
			t.late.add(time.Duration(now - sent))
			n++
		}
	}
	if n > 0 {
		t.deliveries.Add(n)
		t.frames.Add(1)
	}
}

// histogram counts durations in steps of 0.1 ms up to 5 s.
type histogram struct{ counts [50_000]atomic.Int64 }

func (h *histogram) add(d time.Duration) {
	h.counts[min(max(int(d/(100*time.Microsecond)), 0), len(h.counts)-1)].Add(1)
}

func (h *histogram) reset() {
	for i := range h.counts {
		h.counts[i].Store(0)
	}
}

// quantile gives a duration in milliseconds.
func (h *histogram) quantile(q float64) float64 {
	total := int64(0)
	for i := range h.counts {
		total += h.counts[i].Load()
	}
	wanted := int64(math.Ceil(q * float64(total)))
	seen := int64(0)
	for i := range h.counts {
		if seen += h.counts[i].Load(); seen >= wanted && total > 0 {
			return float64(i+1) / 10
		}
	}
	return 0
}

// write sends a number of messages a second, over several connections, until
// the context ends.
func (l *load) write(ctx context.Context, b *testing.B, first, perSecond int) {
	b.Helper()
	senders := max(1, (perSecond+perSender-1)/perSender)
	every := time.Duration(senders) * time.Second / time.Duration(perSecond)
	for i := range senders {
		conn, err := l.dial(ctx, first+i, l.tokens[i], false)
		if err != nil {
			b.Fatal(err)
		}
		go func() { // acknowledgements
			for {
				if _, _, err := conn.Read(ctx); err != nil {
					return
				}
			}
		}()
		go func() {
			defer func() { _ = conn.CloseNow() }()
			time.Sleep(every * time.Duration(i) / time.Duration(senders)) // not all at once
			tick := time.NewTicker(every)
			defer tick.Stop()
			for {
				content := fmt.Sprintf(stampPattern, time.Now().UnixNano())
				frame := fmt.Sprintf(`{"type":"send","room":"lobby","content":%q,"nonce":"%d-%d"}`, content, i, time.Now().UnixNano())
				if conn.Write(ctx, websocket.MessageText, []byte(frame)) != nil {
					return
				}
				select {
				case <-tick.C:
				case <-ctx.Done():
					return
				}
			}
		}()
	}
}

// measure lets the load run and reports what it costs the service.
func (l *load) measure(b *testing.B, t *tally) {
	b.Helper()
	time.Sleep(warmUp)
	t.late.reset()
	deliveries, frames, cpu, began := t.deliveries.Load(), t.frames.Load(), l.cpu(b), time.Now()
	time.Sleep(measured)
	took := time.Since(began)
	got, in, used := t.deliveries.Load()-deliveries, t.frames.Load()-frames, l.cpu(b)-cpu
	if got == 0 {
		b.Fatalf("nothing was delivered:\n%s", l.log)
	}
	b.ReportMetric(float64(got)/took.Seconds(), "deliveries/s")
	b.ReportMetric(float64(used.Microseconds())/float64(got), "cpu-µs/delivery")
	b.ReportMetric(float64(got)/float64(in), "events/frame")
	b.ReportMetric(t.late.quantile(0.5), "p50-ms")
	b.ReportMetric(t.late.quantile(0.99), "p99-ms")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkDoorWebSocketReaders(b *testing.B) {
	for _, c := range []struct{ readers, perSecond int }{{200, 50}, {200, 500}, {1000, 50}, {1000, 500}} {
		b.Run(fmt.Sprintf("%dx%d", c.readers, c.perSecond), func(b *testing.B) {
			l := openLoad(b, max(c.readers/perUser+1, c.perSecond/perSender+1))
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			t := l.read(ctx, b, c.readers)
			l.write(ctx, b, c.readers, c.perSecond)
			l.measure(b, t)
		})
	}
}

// read opens readers of the lobby that count what they get.
func (l *load) read(ctx context.Context, b *testing.B, readers int) *tally {
	b.Helper()
	t := &tally{}
	var opening sync.WaitGroup
	failed := make(chan error, readers)
	for i := range readers {
		opening.Go(func() {
			conn, err := l.dial(ctx, i, l.tokens[i/perUser], true)
			if err != nil {
				failed <- err
				return
			}
			go func() {
				defer func() { _ = conn.CloseNow() }()
				for {
					_, data, err := conn.Read(ctx)
					if err != nil {
						return
					}
					t.frame(data)
				}
			}()
		})
	}
	opening.Wait()
	close(failed)
	for err := range failed {
		b.Fatal(err)
	}
	return t
}

func BenchmarkDoorsOpen(b *testing.B) {
	env := settingsOf(b, store.Config{})
	addUser(b, env, "alice")
	spawnFrom(b, releasedProgram, env).kill() // the program is built, the database made
	for b.Loop() {
		spawnFrom(b, releasedProgram, env).kill()
	}
}
