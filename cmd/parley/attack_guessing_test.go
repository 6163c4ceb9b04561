package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/sshui/sshtest"
	"parley/store"
)

// Attack: many clients on a few addresses guess passwords at both doors as fast
// as they can. Password hashes are dear, so that without limits the guessing
// alone would take the processor from everybody who chats or logs in.
func TestGuessersTakeNeitherTheDoorNorTheProcessor(t *testing.T) {
	if testing.Short() {
		t.Skip("guesses for seconds")
	}
	const guessers, addresses = 40, 4
	env := settingsOf(t, store.Config{})
	s := spawnFrom(t, releasedProgram, env)
	addUser(t, env, "alice")
	addUser(t, env, "bob")
	token := s.logIn(t, "127.0.8.1", "bob")

	ctx, cancel := context.WithCancel(t.Context())
	var guessing sync.WaitGroup
	var checked, refused atomic.Int64
	for i := range guessers {
		from := fmt.Sprintf("127.0.7.%d", 1+i%addresses)
		guessing.Go(func() { s.guess(ctx, from, i%2 == 0, &checked, &refused) })
	}
	began := time.Now()
	screen, err := sshtest.EnterFrom(t, "127.0.8.2", s.ssh, "alice", password, 80, 24)
	if err != nil {
		t.Fatalf("a good log-in from another address fails: %v", err)
	}
	t.Logf("a good log-in over SSH took %s", time.Since(began).Round(time.Millisecond))
	began = time.Now()
	s.logIn(t, "127.0.8.3", "alice")
	t.Logf("one over HTTP took %s", time.Since(began).Round(time.Millisecond))
	var slowest time.Duration
	client := clientFrom("127.0.8.1")
	for i := range 50 {
		began := time.Now()
		content := fmt.Sprintf(`{"content":"message %d while others guess"}`, i)
		if got, err := s.call(client, "POST", "/api/v1/rooms/lobby/messages", token, content); err != nil || got.status != 201 {
			t.Fatalf("message %d: %v, %s", i, err, got.body)
		}
		slowest = max(slowest, time.Since(began))
		time.Sleep(110 * time.Millisecond) // a person's own limit is 10 a second
	}
	screen.Sees("message 49 while others guess")
	cancel()
	guessing.Wait()
	t.Logf("the slowest of 50 messages took %s; %d guesses were checked, %d refused",
		slowest.Round(time.Millisecond), checked.Load(), refused.Load())
	if most := int64(10 * addresses); checked.Load() > most {
		t.Errorf("%d guesses were checked within a minute; the limit is %d", checked.Load(), most)
	}
	if refused.Load() == 0 {
		t.Error("no guess was refused")
	}
}

// guess tries wrong passwords from an address until the context ends, and
// counts over HTTP, whose answers tell the two apart.
func (s *service) guess(ctx context.Context, from string, overHTTP bool, checked, refused *atomic.Int64) {
	client := clientFrom(from)
	defer client.CloseIdleConnections()
	for i := 0; i < 500 && ctx.Err() == nil; i++ {
		wrong := fmt.Sprintf("Wrong-guess-%d", i)
		if !overHTTP {
			if c, err := sshtest.Dial(s.ssh, "alice", wrong, from); err == nil {
				_ = c.Close()
			}
			continue
		}
		got, err := s.call(client, "POST", "/api/v1/auth/login", "", credentials("alice", wrong))
		switch {
		case err != nil:
		case got.status == 401:
			checked.Add(1)
		case got.status == 429:
			refused.Add(1)
			time.Sleep(20 * time.Millisecond) // the guessers share the processor with those they attack
		}
	}
}
