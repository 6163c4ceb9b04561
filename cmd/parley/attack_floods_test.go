package main

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"parley/sshui/sshtest"
	"parley/store"
)

// Attack: somebody with an account asks, over SSH, for whatever costs the
// server memory or goroutines: enormous terminals, endless environments,
// hundreds of sessions, channels and requests of every kind.
func TestFloodsOverSSHCostLittleAndDisturbNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("floods the server")
	}
	env := settingsOf(t, store.Config{})
	s := spawnFrom(t, releasedProgram, env)
	for _, name := range []string{"mallory", "alice"} {
		addUser(t, env, name)
	}
	alice, err := sshtest.EnterFrom(t, "127.0.12.1", s.ssh, "alice", password, 80, 24)
	if err != nil {
		t.Fatal(err)
	}
	alice.Sees("#lobby")
	for i, flood := range []struct {
		name  string
		flood func(*ssh.Client)
	}{
		{"terminals of 3000×3000 cells", floodTerminals},
		{"100,000 environment variables", floodEnvironment},
		{"300 sessions on one connection", floodSessions},
		{"10,000 channels of every kind", floodChannels},
		{"10,000 global requests", floodRequests},
		{"input without end", floodInput},
	} {
		before := s.memory(t)
		client, err := sshtest.Dial(s.ssh, "mallory", password, fmt.Sprintf("127.0.12.%d", 10+i))
		if err != nil {
			t.Fatalf("%s: %v", flood.name, err)
		}
		flood.flood(client)
		after := s.memory(t)
		t.Logf("%s: memory went from %.0f to %.0f MB", flood.name, before/1024, after/1024)
		if after-before > 200*1024 {
			t.Errorf("%s cost %.0f MB", flood.name, (after-before)/1024)
		}
		said := fmt.Sprintf("undisturbed by flood %d", i)
		alice.Press(said + "\r")
		alice.Sees(said)
		_ = client.Close()
	}
}

// The floods go on until the server has refused or cut them: errors are what
// they are meant to meet.

func floodTerminals(client *ssh.Client) {
	for range 2 {
		session, err := client.NewSession()
		if err != nil {
			return
		}
		_ = session.RequestPty("xterm-256color", 3000, 3000, ssh.TerminalModes{})
		_ = session.Shell()
		for i := range 50 {
			_ = session.WindowChange(3000+i, 3000+i)
		}
	}
}

func floodEnvironment(client *ssh.Client) {
	session, err := client.NewSession()
	if err != nil {
		return
	}
	value := ssh.Marshal(struct{ Name, Value string }{"LC_" + strings.Repeat("N", 100), strings.Repeat("v", 1000)})
	for range 100_000 {
		if _, err := session.SendRequest("env", false, value); err != nil {
			return
		}
	}
	_, _ = session.SendRequest("env", true, value) // all before it have been answered
}

func floodSessions(client *ssh.Client) {
	for range 300 {
		channel, requests, err := client.OpenChannel("session", nil)
		if err != nil {
			continue
		}
		go ssh.DiscardRequests(requests)
		_, _ = channel.SendRequest("shell", true, nil)
	}
}

func floodChannels(client *ssh.Client) {
	kinds := []string{"direct-tcpip", "direct-streamlocal@openssh.com", "x11", "auth-agent@openssh.com", "forwarded-tcpip", "nonsense"}
	for i := range 10_000 {
		if channel, _, err := client.OpenChannel(kinds[i%len(kinds)], make([]byte, 100)); err == nil {
			_ = channel.Close()
		}
	}
}

func floodRequests(client *ssh.Client) {
	for i := range 10_000 {
		kind := []string{"tcpip-forward", "streamlocal-forward@openssh.com", "nonsense"}[i%3]
		if _, _, err := client.SendRequest(kind, i%100 == 0, make([]byte, 1000)); err != nil {
			return
		}
	}
}

// floodInput sends a paste and an escape sequence that never end.
func floodInput(client *ssh.Client) {
	session, err := client.NewSession()
	if err != nil {
		return
	}
	input, err := session.StdinPipe()
	if err != nil {
		return
	}
	_ = session.RequestPty("xterm-256color", 24, 80, ssh.TerminalModes{})
	if session.Shell() != nil {
		return
	}
	chunk := []byte(strings.Repeat("endless ", 4096))
	for _, opening := range []string{"\x1b[200~", "\x1b]52;c;"} {
		if _, err := input.Write([]byte(opening)); err != nil {
			return
		}
		for range 1000 { // 32 MB
			if _, err := input.Write(chunk); err != nil {
				return
			}
		}
		if _, err := input.Write([]byte("\x07\x1b[201~")); err != nil {
			return
		}
	}
}
