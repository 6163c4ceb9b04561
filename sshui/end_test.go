package sshui_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/chat"
	"parley/sshui"
	"parley/store/storetest"
)

func TestTakingAccessAwayEndsTheSession(t *testing.T) {
	for name, take := range map[string]func(*door) error{
		"disabled": func(d *door) error { return d.core.Auth.SetDisabled(context.Background(), "alice", true) },
		"password": func(d *door) error {
			return d.core.Auth.SetPassword(context.Background(), "alice", "Another-horse-2")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // both wait for the same clock
			d := open(t, options{})
			client := d.logIn(t, "alice")
			term := show(t, client, 80, 24)
			idle := d.logIn(t, "alice")
			s, err := idle.NewSession() // never started
			check(t, err)
			defer s.Close()
			bystander := d.logIn(t, "bob")
			show(t, bystander, 80, 24)
			check(t, take(d))
			began := time.Now()
			if status := exitStatus(t, term.Session); status != 1 {
				t.Errorf("exit status %d, want 1", status)
			}
			closed(t, client)
			closed(t, idle)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
			_, after, left := strings.Cut(term.out.String(), "\x1b[?1049l")
			if !left || !strings.Contains(after, "Connection closed: this access has ended; log in again\r\n") {
				t.Errorf("the terminal was left as %q", after)
			}
			d.log.await(t, `reason="auth.access_ended`)
			_, _, err = bystander.SendRequest("still-there", true, nil)
			check(t, err)
		})
	}
}

func TestAClientHasAMomentToHangUpAfterTheLastWords(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	term := show(t, client, 80, 24)
	over := make(chan struct{})
	go func() {
		defer close(over)
		d.close(t)
	}()
	if status := exitStatus(t, term.Session); status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	time.Sleep(100 * time.Millisecond)
	if _, _, err := client.SendRequest("still-there", true, nil); err != nil {
		t.Errorf("it was hung up on: %v", err)
	}
	client.Close()
	<-over
}

func TestShutdownTellsEverybodyAndWaits(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := open(t, options{})
	alice, bob := show(t, d.logIn(t, "alice"), 80, 24), show(t, d.logIn(t, "bob"), 80, 24)
	silent := d.dial(t, "127.0.0.1")
	greeted(t, silent)
	d.close(t)
	for _, term := range []*terminal{alice, bob} {
		if status := exitStatus(t, term.Session); status != 1 {
			t.Errorf("exit status %d, want 1", status)
		}
		_, after, left := strings.Cut(term.out.String(), "\x1b[?1049l")
		if !left || !strings.Contains(after, "Connection closed: the server is shutting down\r\n") {
			t.Errorf("the terminal was left as %q", after)
		}
	}
	awaitEOF(t, silent)
	if conn, err := net.Dial("tcp", d.addr); err == nil {
		conn.Close()
		t.Error("the door is still open")
	}
}

func TestAByeOfTheHubIsPassedOn(t *testing.T) {
	d := open(t, options{})
	term := show(t, d.logIn(t, "alice"), 80, 24)
	d.core.Stop()
	if status := exitStatus(t, term.Session); status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	term.out.await(t, "Connection closed: the server is shutting down\r\n")
}

func TestShutdownDoesNotWaitForClientsThatHang(t *testing.T) {
	d := open(t, options{times: sshui.Times{Grace: 100 * time.Millisecond}})
	conn := &pausing{Conn: d.dial(t, "127.0.0.1")}
	client, err := handshake(t, conn, &gossh.ClientConfig{
		User: "alice", Auth: []gossh.AuthMethod{gossh.Password(storetest.Password)},
		HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
	check(t, err)
	show(t, client, 80, 24)
	conn.pause()
	defer conn.resume()
	began := time.Now()
	d.close(t)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

// pausing is a connection whose client can stop reading.
type pausing struct {
	net.Conn
	mu sync.RWMutex
}

func (p *pausing) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	p.mu.RLock()
	defer p.mu.RUnlock()
	return n, err
}

func (p *pausing) pause()  { p.mu.Lock() }
func (p *pausing) resume() { p.mu.Unlock() }

func TestAClientThatStopsReadingIsCut(t *testing.T) {
	notInShort(t)
	for name, stop := range map[string]func(*pausing){
		"its session":    func(*pausing) {}, // nobody takes what comes in
		"its connection": (*pausing).pause,
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, options{times: sshui.Times{Stall: 500 * time.Millisecond}})
			for range 25 {
				_, err := d.core.Chat.Send(t.Context(), d.alice, domain.Address{Name: domain.Lobby},
					chat.Draft{Content: strings.Repeat("not read ", 444)})
				check(t, err)
			}
			bob := show(t, d.logIn(t, "bob"), 80, 24)
			conn := &pausing{Conn: d.dial(t, "127.0.0.1")}
			client, err := handshake(t, conn, &gossh.ClientConfig{
				User: "alice", Auth: []gossh.AuthMethod{gossh.Password(storetest.Password)},
				HostKeyCallback: gossh.InsecureIgnoreHostKey(),
			})
			check(t, err)
			channel, requests, err := client.OpenChannel("session", nil)
			check(t, err)
			go gossh.DiscardRequests(requests)
			_, err = channel.SendRequest("pty-req", true, gossh.Marshal(struct {
				Term                                     string
				Columns, Rows, WidthPixels, HeightPixels uint32
				Modes                                    string
			}{"xterm-256color", 500, 200, 0, 0, ""}))
			check(t, err)
			_, err = channel.SendRequest("shell", true, nil)
			check(t, err)
			stop(conn)
			redrawUntilCut(t, d, channel)
			began := time.Now()
			fmt.Fprint(bob.in, "unhindered\r")
			bob.out.await(t, "unhindered")
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("another's message took %v", took)
			}
			if name == "its connection" {
				conn.resume()
			}
		})
	}
}

// redrawUntilCut changes the terminal's size again and again, so that all of
// it is drawn each time. What is not read fills the client's window or the
// network's buffers, then the server's own.
func redrawUntilCut(t *testing.T, d *door, channel gossh.Channel) {
	t.Helper()
	timeout, tick := time.After(3*patience), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for n, width := 0, uint32(500); ; n++ {
		select {
		case <-timeout:
			t.Error("the client was not cut")
			return
		case <-tick.C:
		}
		if log := d.log.String(); strings.Contains(log, `msg="connection closed"`) {
			if n < 5 || !strings.Contains(log, "stopped reading") && !strings.Contains(log, "i/o timeout") {
				t.Errorf("cut after %d changes: %s", n, log)
			}
			return
		}
		width = 999 - width
		_, _ = channel.SendRequest("window-change", false, gossh.Marshal(dimensions{width, 200, 0, 0}))
	}
}

func TestAClientThatDoesNotAnswerIsGone(t *testing.T) {
	d := open(t, options{times: sshui.Times{Keepalive: 30 * time.Millisecond}})
	config := &gossh.ClientConfig{
		User: "alice", Auth: []gossh.AuthMethod{gossh.Password(storetest.Password)},
		HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	}
	connect := func() (gossh.Conn, <-chan *gossh.Request) {
		c, _, requests, err := gossh.NewClientConn(d.dial(t, "127.0.0.1"), "parley", config)
		check(t, err)
		t.Cleanup(func() { c.Close() })
		_, channelRequests, err := c.OpenChannel("session", nil)
		check(t, err)
		go gossh.DiscardRequests(channelRequests)
		return c, requests
	}
	answering, requests := connect()
	silent, _ := connect()
	for range 10 {
		request := <-requests
		if request == nil || request.Type != "keepalive@openssh.com" {
			t.Fatalf("got %v", request)
		}
		check(t, request.Reply(false, nil))
	}
	closed(t, silent)
	d.log.await(t, "the client does not answer any more")
	go gossh.DiscardRequests(requests)
	_, _, err := answering.SendRequest("still-there", true, nil)
	check(t, err)
}
