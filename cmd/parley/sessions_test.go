package main

import (
	"testing"
	"time"

	"parley/sshui/sshtest"
	"parley/store"
)

func TestSessionsEndedOnTheConsoleCloseBothDoors(t *testing.T) {
	t.Parallel() // it waits for the clock
	env := settingsOf(t, store.Config{})
	s := serve(t, env)
	addUser(t, env, "mallory")
	addUser(t, env, "alice")
	other := s.logIn(t, "127.0.0.2", "alice")
	for _, args := range [][]string{{"sessions", "end", "--user", "mallory"}, {"sessions", "end", "--all"}} {
		token := s.logIn(t, "127.0.0.1", "mallory")
		live := s.live(t, token, 0)
		hears(t, live, "subscribed", "lobby")
		screen, err := sshtest.Enter(t, s.ssh, "mallory", password, 80, 24)
		if err != nil {
			t.Fatal(err)
		}
		screen.Sees("#lobby")
		s.must(t, 200, "127.0.0.2", "GET", "/api/v1/me", other, "")
		if status, stdout, stderr := parley(t, env, "", args...); status != exitDone {
			t.Fatalf("%s %s", stdout, stderr)
		}
		ended := time.Now()
		_ = screen.Wait()
		hears(t, live, "bye", `"reconnect":false`)
		s.must(t, 401, "127.0.0.1", "GET", "/api/v1/me", token, "")
		if took := time.Since(ended); took > 8*time.Second { // 5 s, and a busy machine
			t.Errorf("%v: it took %s", args, took)
		}
	}
	s.must(t, 401, "127.0.0.2", "GET", "/api/v1/me", other, "")
}
