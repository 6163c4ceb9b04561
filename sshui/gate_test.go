package sshui_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"parley/store/storetest"
)

// greeted reports whether the door speaks to a connection; it does so to every
// one that it takes in.
func greeted(t *testing.T, conn net.Conn) bool {
	t.Helper()
	check(t, conn.SetReadDeadline(time.Now().Add(patience)))
	n, _ := conn.Read(make([]byte, 4))
	return n == 4
}

func TestOneAddressHasTwentyPlacesAtTheGate(t *testing.T) {
	d := open(t, options{})
	for i := range 20 {
		if !greeted(t, d.dial(t, "127.0.5.1")) {
			t.Fatalf("connection %d was refused", i+1)
		}
	}
	if greeted(t, d.dial(t, "127.0.5.1")) {
		t.Error("the 21st connection was taken in")
	}
	if !greeted(t, d.dial(t, "127.0.5.2")) {
		t.Error("another address was refused")
	}
	d.log.await(t, `msg="connection refused" ip=127.0.5.1`)
}

func TestSilentConnectionsDoNotKeepAPersonOut(t *testing.T) {
	d := open(t, options{})
	for i := range 500 {
		d.dial(t, fmt.Sprintf("127.0.6.%d", 1+i%25))
	}
	began := time.Now()
	client, err := d.tryLogIn(t, "127.0.0.1", "alice", gossh.Password(storetest.Password))
	check(t, err)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("logging in took %v", took)
	}
	if n := d.Unauthenticated(); n > 200 {
		t.Errorf("%d connections are not logged in", n)
	}
	client.Close()
}

func TestTheBusiestAddressGivesWay(t *testing.T) {
	d := open(t, options{})
	var busiest []net.Conn
	for range 20 {
		conn := d.dial(t, "127.0.5.1")
		greeted(t, conn)
		busiest = append(busiest, conn)
	}
	for i := range 180 {
		greeted(t, d.dial(t, fmt.Sprintf("127.0.6.%d", 1+i%18)))
	}
	if !greeted(t, d.dial(t, "127.0.5.2")) {
		t.Fatal("the newcomer was refused")
	}
	d.log.await(t, "gave way to another address")
	// All are at ten but the busiest: it lost one, and its newest.
	awaitEOF(t, busiest[19])
}

func TestThoseWhoLoggedInTakeNoPlaceAtTheGate(t *testing.T) {
	d := open(t, options{})
	d.logIn(t, "alice")
	if n := d.Unauthenticated(); n != 0 {
		t.Errorf("%d places are taken", n)
	}
}
