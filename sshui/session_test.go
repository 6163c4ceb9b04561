package sshui_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"parley/sshui"
)

func TestTheChatIsShownUntilThePersonQuits(t *testing.T) {
	d := open(t, options{})
	term := show(t, d.logIn(t, "alice"), 80, 24)
	term.out.await(t, "alice")
	check(t, term.WindowChange(40, 100))
	fmt.Fprint(term.in, "/quit\r")
	if status := exitStatus(t, term.Session); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
	if out := term.out.String(); !strings.Contains(out, "\x1b[?1049l") || strings.Contains(out, "Connection closed") {
		t.Errorf("the terminal was left as %q", out[max(0, len(out)-200):])
	}
}

func TestASessionGrantsNothingElse(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	s, err := client.NewSession()
	check(t, err)
	for request, payload := range map[string][]byte{
		"subsystem": gossh.Marshal(struct{ Name string }{"sftp"}),
		"x11-req": gossh.Marshal(struct {
			Single           bool
			Protocol, Cookie string
			Screen           uint32
		}{false, "MIT-MAGIC-COOKIE-1", "00", 0}),
		"auth-agent-req@openssh.com": nil,
		"signal":                     gossh.Marshal(struct{ Name string }{"KILL"}),
		"break":                      gossh.Marshal(struct{ Length uint32 }{1}),
		"what-is-this":               nil,
	} {
		if granted, err := s.SendRequest(request, true, payload); err != nil || granted {
			t.Errorf("%s: %v, %v", request, granted, err)
		}
	}
	for _, request := range []string{"tcpip-forward", "streamlocal-forward@openssh.com", "no-more-sessions@openssh.com", "what-is-this"} {
		if granted, _, err := client.SendRequest(request, true, nil); err != nil || granted {
			t.Errorf("%s: %v, %v", request, granted, err)
		}
	}
	for _, kind := range []string{"direct-tcpip", "direct-streamlocal@openssh.com", "auth-agent@openssh.com", "x11", "forwarded-tcpip", "what-is-this"} {
		if _, _, err := client.OpenChannel(kind, nil); err == nil {
			t.Errorf("a %s channel was opened", kind)
		}
	}
}

func TestAConnectionHasTwoSessions(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	first, err := client.NewSession()
	check(t, err)
	show(t, client, 80, 24)
	if _, err := client.NewSession(); err == nil || !strings.Contains(err.Error(), "at most 2 sessions") {
		t.Errorf("a third session: %v", err)
	}
	check(t, first.Close())
	// The server counts the session off when it has read the close, which
	// comes before this request.
	_, _, err = client.SendRequest("in-order", true, nil)
	check(t, err)
	for range 1000 {
		if _, err = client.NewSession(); err == nil {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("after one was closed: %v", err)
}

func TestAHugeTerminalAndAFloodOfRequestsStayBounded(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	before := heap()
	other, err := client.NewSession()
	check(t, err)
	value := strings.Repeat("x", 100)
	for i := range 100_000 {
		_, err := other.SendRequest("env", false, gossh.Marshal(struct{ Name, Value string }{
			"LC_" + strings.Repeat("A", i%32), value,
		}))
		check(t, err)
	}
	for range 100_000 {
		_, err := other.SendRequest("window-change", false, gossh.Marshal(dimensions{1 << 30, 1 << 30, 0, 0}))
		check(t, err)
		_, _, err = client.SendRequest("what-is-this", false, nil)
		check(t, err)
	}
	term := show(t, client, 3000, 3000)
	check(t, term.WindowChange(1<<20, 1<<20))
	fmt.Fprint(term.in, "hello\r")
	term.out.await(t, "hello")
	if grown := heap() - before; grown > 100<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}

// heap is how much is in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestChannelsAskedForByTheThousandAreRefused(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	show(t, client, 80, 24)
	for range 20 {
		done := make(chan error, 40)
		for range cap(done) {
			go func() {
				_, _, err := client.OpenChannel("direct-tcpip", nil)
				done <- err
			}()
		}
		for range cap(done) {
			if err := <-done; err == nil || !strings.Contains(err.Error(), "unknown channel type") {
				t.Fatalf("got %v", err)
			}
		}
	}
}

func TestAFaultEndsOneConnection(t *testing.T) {
	d := open(t, options{change: func(c *sshui.Config) { c.Chat = nil }})
	client := d.logIn(t, "alice")
	s, err := client.NewSession()
	check(t, err)
	check(t, s.RequestPty("xterm", 24, 80, nil))
	_ = s.Shell()
	_ = exitStatus(t, s)
	other, err := d.logIn(t, "bob").NewSession()
	check(t, err)
	check(t, other.Start("anything"))
	if status := exitStatus(t, other); status != 2 {
		t.Errorf("another connection's status is %d", status)
	}
	d.log.await(t, "level=ERROR")
}
