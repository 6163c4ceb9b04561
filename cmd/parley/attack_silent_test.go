package main

import (
	"fmt"
	"net"
	"testing"

	"parley/sshui/sshtest"
	"parley/store"
)

// Attack: somebody opens hundreds of connections to both doors from many
// addresses and says nothing, to use up whatever a connection costs before it
// has logged in. A person from elsewhere must get in all the same.
func TestSilentConnectionsKeepNobodyOut(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 1,000 connections")
	}
	const addresses, each = 25, 20
	env := settingsOf(t, store.Config{})
	s := spawn(t, env)
	addUser(t, env, "alice")
	for i := range addresses {
		dialer := net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 5, byte(i+1))}}
		for range each {
			for _, door := range []string{s.ssh, s.http} {
				conn, err := dialer.Dial("tcp", door)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { conn.Close() })
			}
		}
	}
	screen, err := sshtest.EnterFrom(t, "127.0.6.1", s.ssh, "alice", password, 80, 24)
	if err != nil {
		t.Fatalf("a good log-in from another address fails: %v\n%s", err, s.log)
	}
	screen.Sees("#lobby", "1 here")
	token := s.logIn(t, "127.0.6.2", "alice")
	s.must(t, 201, "127.0.6.2", "POST", "/api/v1/rooms/lobby/messages", token, `{"content":"still talking"}`)
	screen.Sees("still talking")
	for i := range 3 { // places that were given up can be taken again
		client, err := sshtest.Dial(s.ssh, "alice", password, fmt.Sprintf("127.0.6.%d", 10+i))
		if err != nil {
			t.Fatal(err)
		}
		_ = client.Close()
	}
}
