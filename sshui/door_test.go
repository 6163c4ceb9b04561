package sshui_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	gossh "golang.org/x/crypto/ssh"

	"parley/domain/auth"
	"parley/sshui"
	"parley/store/storetest"
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // what is parallel waits, and does not compute
	goleak.VerifyTestMain(m,
		// A screen's timers outlive it until they are due.
		goleak.IgnoreAnyFunction("charm.land/bubbletea/v2.Tick.func1"),
		goleak.IgnoreAnyFunction("charm.land/bubbletea/v2.(*Program).execBatchMsg"),
	)
}

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// door is an SSH door with everything behind it, and users alice and bob.
type door struct {
	*sshui.Server
	core   *storetest.Core
	alice  auth.Actor
	actors map[string]auth.Actor
	addr   string
	log    *journal
	served chan error
}

type options struct {
	times        sshui.Times
	change       func(*sshui.Config)
	registration auth.Registration // "" for an open one
}

func open(t testing.TB, o options) *door {
	t.Helper()
	core := storetest.NewCoreWith(t, storetest.SQLite(t), func(s *storetest.Settings) {
		s.Registration = cmp.Or(o.registration, s.Registration)
	})
	d := &door{core: core, actors: map[string]auth.Actor{}, log: &journal{}, served: make(chan error, 1)}
	d.alice = d.as(t, "alice")
	d.as(t, "bob")
	config := sshui.Config{
		Auth: d.core.Auth, Chat: d.core.Chat, Version: "test",
		HostKeyPath: filepath.Join(t.TempDir(), "ssh_host_ed25519_key"),
		Log:         slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if o.change != nil {
		o.change(&config)
	}
	server, err := sshui.NewWithTimes(config, o.times)
	check(t, err)
	d.Server = server
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	d.addr = ln.Addr().String()
	go func() { d.served <- server.Serve(ln) }()
	t.Cleanup(func() { d.close(t) })
	return d
}

// as gives somebody past the door, with an account made if there is none.
func (d *door) as(t testing.TB, name string) auth.Actor {
	t.Helper()
	actor, known := d.actors[name]
	if !known {
		actor = d.core.User(t, name)
		d.actors[name] = actor
	}
	return actor
}

// close shuts the door down; it may be called before the test's end.
func (d *door) close(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.Shutdown(ctx); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	select {
	case err := <-d.served:
		if err != nil {
			t.Errorf("Serve: %v", err)
		}
		d.served <- nil
	case <-ctx.Done():
		t.Error("Serve did not return")
	}
}

// dial connects from an address of the loopback network.
func (d *door) dial(t testing.TB, from string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: patience}).Dial("tcp", d.addr)
	check(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

// tryLogIn makes a connection that is logged in, or the error.
func (d *door) tryLogIn(t testing.TB, from, user string, methods ...gossh.AuthMethod) (*gossh.Client, error) {
	t.Helper()
	return handshake(t, d.dial(t, from), &gossh.ClientConfig{
		User: user, Auth: methods, HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
}

func handshake(t testing.TB, conn net.Conn, config *gossh.ClientConfig) (*gossh.Client, error) {
	t.Helper()
	c, channels, requests, err := gossh.NewClientConn(conn, "parley", config)
	if err != nil {
		conn.Close()
		return nil, err
	}
	client := gossh.NewClient(c, channels, requests)
	t.Cleanup(func() { client.Close() })
	return client, nil
}

func (d *door) logIn(t *testing.T, user string) *gossh.Client {
	t.Helper()
	client, err := d.tryLogIn(t, "127.0.0.1", user, gossh.Password(storetest.Password))
	check(t, err)
	return client
}

// terminal is a session that shows the chat.
type terminal struct {
	*gossh.Session
	in  io.Writer
	out *journal
}

// dimensions are what "window-change" carries.
type dimensions struct{ Columns, Rows, WidthPixels, HeightPixels uint32 }

// show starts the chat on a terminal and waits until it is drawn.
func show(t *testing.T, client *gossh.Client, width, height int) *terminal {
	t.Helper()
	s, err := client.NewSession()
	check(t, err)
	term := &terminal{Session: s, out: &journal{}}
	s.Stdout, s.Stderr = term.out, term.out
	term.in, err = s.StdinPipe()
	check(t, err)
	check(t, s.RequestPty("xterm-256color", height, width, nil))
	check(t, s.Shell())
	term.out.await(t, "lobby")
	return term
}

// exitStatus waits for a session's end and gives its status, -1 if there was
// none.
func exitStatus(t *testing.T, s *gossh.Session) int {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- s.Wait() }()
	select {
	case err := <-done:
		var status *gossh.ExitError
		if errors.As(err, &status) {
			return status.ExitStatus()
		}
		if err != nil {
			return -1
		}
		return 0
	case <-time.After(patience):
		t.Fatal("the session did not end")
		return 0
	}
}

// closed waits until the other side has closed a connection.
func closed(t *testing.T, client gossh.Conn) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = client.Wait()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("the connection was not closed")
	}
}

// journal keeps what is written to it.
type journal struct {
	mu      sync.Mutex
	text    bytes.Buffer
	written chan struct{} // closed at the next write
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.written != nil {
		close(j.written)
		j.written = nil
	}
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// await waits until the journal holds a text.
func (j *journal) await(t *testing.T, text string) {
	t.Helper()
	timeout := time.After(patience)
	for {
		j.mu.Lock()
		if strings.Contains(j.text.String(), text) {
			j.mu.Unlock()
			return
		}
		if j.written == nil {
			j.written = make(chan struct{})
		}
		written := j.written
		j.mu.Unlock()
		select {
		case <-written:
		case <-timeout:
			got := j.String()
			t.Fatalf("%q did not come; the last that did is %q", text, got[max(0, len(got)-1000):])
		}
	}
}

// notInShort passes over a test that takes OpenSSH's client or its time.
func notInShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.SkipNow()
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
