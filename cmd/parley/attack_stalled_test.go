package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/store"
	"parley/store/storetest"
)

// stalledSSH logs in from many addresses with the smallest window there, 32 KB, opens a
// terminal, reads nothing of it and answers every keepalive. It says "ready"
// when all are there, and "cut" when the last one was cut.
const stalledSSH = `
import socket, sys, time, paramiko
port, count, password = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
transports = []
for i in range(count):
    sock = socket.socket()
    sock.bind(("127.0.9.%d" % (i + 1), 0))
    sock.connect(("127.0.0.1", port))
    transport = paramiko.Transport(sock)
    transport.connect(username="stalled%d" % (i // 10), password=password)
    channel = transport.open_session(window_size=1 << 15, max_packet_size=4096)
    channel.get_pty("xterm-256color", 120, 40)
    channel.invoke_shell()
    transports.append((transport, channel))
print("ready", flush=True)
deadline = time.time() + 60
while any(t.is_active() for t, _ in transports):
    if time.time() > deadline:
        print("%d are still open" % sum(t.is_active() for t, _ in transports), flush=True)
        sys.exit(1)
    time.sleep(0.1)
print("cut", flush=True)
`

// Attack: clients of both doors stay connected, answer every sign of life, and
// stop reading, so that what they should be told piles up and whoever writes to
// them waits.
func TestReadersThatStopAreCutAndSlowNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the time after which a reader is cut")
	}
	const stalled = 20
	env := settingsOf(t, store.Config{})
	env["LOG_LEVEL"] = "info"
	s := spawnFrom(t, releasedProgram, env)
	for _, name := range []string{"stalled0", "stalled1", "stalled2", "writer0", "writer1", "writer2", "writer3", "reader"} {
		addUser(t, env, name)
	}
	ssh := exec.Command("/usr/bin/python3", "-c", stalledSSH, strings.Split(s.ssh, ":")[1], fmt.Sprint(stalled), password)
	said := &lockedBuffer{}
	ssh.Stdout, ssh.Stderr = said, said
	if err := ssh.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ssh.Process.Kill(); _ = ssh.Wait() })
	storetest.Eventually(t, "20 SSH readers are in: "+said.String(), func() bool { return strings.Contains(said.String(), "ready") })
	token := s.logIn(t, "127.0.10.1", "stalled2") // a user has 20 connections at most
	for i := range stalled {
		s.stallWebSocket(t, fmt.Sprintf("127.0.10.%d", i+1), token)
	}
	before := s.memory(t)
	reader := s.live(t, s.logIn(t, "127.0.11.1", "reader"), 0)
	hears(t, reader, "subscribed", "lobby")

	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	for i := range 4 {
		go s.fill(ctx, s.logIn(t, fmt.Sprintf("127.0.11.%d", i+2), fmt.Sprintf("writer%d", i)))
	}
	began, most, heard := time.Now(), 0.0, 0
	for !strings.Contains(said.String(), "cut") || s.ended("/api/v1/ws") < stalled {
		if time.Since(began) > 35*time.Second {
			t.Fatalf("after %s: SSH %q, %d of %d WebSockets cut:\n%s", time.Since(began), said, s.ended("/api/v1/ws"), stalled, s.log)
		}
		hears(t, reader, "message", fill) // the others' messages go on arriving
		heard++
		most = max(most, s.memory(t))
	}
	t.Logf("all were cut %s after the first message; meanwhile another reader got more than %d; memory rose by %.0f MB",
		time.Since(began).Round(100*time.Millisecond), heard, (most-before)/1024)
	if most-before > 200*1024 {
		t.Errorf("memory rose from %.0f to %.0f KB", before, most)
	}
}

// ended counts the requests to a path that are over.
func (s *service) ended(path string) int {
	return strings.Count(s.log.String(), `"path":"`+path+`"`)
}

// stallWebSocket follows the lobby with a small receive buffer and reads no
// more.
func (s *service) stallWebSocket(t *testing.T, from, token string) {
	t.Helper()
	dialer := &net.Dialer{
		LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)},
		Control: func(_, _ string, raw syscall.RawConn) error {
			return raw.Control(func(fd uintptr) {
				_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096)
			})
		},
	}
	conn, _, err := websocket.Dial(t.Context(), "ws://"+s.http+"/api/v1/ws", &websocket.DialOptions{
		HTTPClient:   &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}},
		Subprotocols: []string{"parley.v1", "bearer." + token},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"subscribe","room":"lobby"}`)); err != nil {
		t.Fatal(err)
	}
}

// fill is what a long message begins with.
const fill = "not read by everybody"

// fill writes long messages as fast as one person may, until the context ends.
func (s *service) fill(ctx context.Context, token string) {
	client := clientFrom("127.0.11.1")
	for i := 0; ctx.Err() == nil; i++ {
		// Each differs from the last in every line: a screen writes what changed.
		body := fmt.Sprintf(`{"content":%q}`, fill+strings.Repeat(fmt.Sprintf(" and %d on", i), 300))
		if got, err := s.call(client, "POST", "/api/v1/rooms/lobby/messages", token, body); err != nil {
			return
		} else if got.status == 429 {
			time.Sleep(100 * time.Millisecond) // what the server asked for
		}
	}
}
