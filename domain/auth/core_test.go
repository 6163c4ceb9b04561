package auth_test

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/storetest"
)

// clock is a time that only the test moves.
type clock struct {
	mu sync.Mutex // guards at
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// newCore runs a core on SQLite whose time is the clock's.
func newCore(t *testing.T, adjust func(*storetest.Settings)) (*storetest.Core, *clock) {
	t.Helper()
	clock := newClock()
	core := storetest.NewCoreWith(t, storetest.SQLite(t), func(s *storetest.Settings) {
		s.Now = clock.now
		if adjust != nil {
			adjust(s)
		}
	})
	return core, clock
}

var lastAddr atomic.Uint32

// somewhere is an address that nothing else came from.
func somewhere() auth.Origin {
	n := lastAddr.Add(1)
	return from(auth.HTTP, netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}).String())
}

func from(door auth.Door, addr string) auth.Origin {
	return auth.Origin{Door: door, Addr: netip.MustParseAddr(addr), RequestID: "test"}
}

// addUser makes an account and does not log it in.
func addUser(t *testing.T, core *storetest.Core, name string) domain.User {
	t.Helper()
	user, err := core.Auth.AddAccount(t.Context(), name, storetest.Password, "", false)
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// guess tries a wrong password.
func guess(t *testing.T, service *auth.Service, origin auth.Origin, name string) error {
	t.Helper()
	actor, err := service.LogIn(t.Context(), origin, name, "Wrong-horse-1")
	if err == nil || actor.ID() != 0 {
		t.Errorf("a wrong password let %s in", name)
	}
	return err
}
