package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"parley/sshui/sshtest"
	"parley/store"
	"parley/store/storetest"
)

// live opens the WebSocket of the API and follows the lobby after a seq.
func (s *service) live(t *testing.T, token string, after int) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), "ws://"+s.http+"/api/v1/ws", &websocket.DialOptions{
		Subprotocols: []string{"parley.v1", "bearer." + token},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	follow := map[string]any{"type": "subscribe", "room": "lobby", "after": after}
	if err := wsjson.Write(t.Context(), conn, follow); err != nil {
		t.Fatal(err)
	}
	return conn
}

// hears reads events until one is of a type and holds a text, and gives it.
func hears(t *testing.T, conn *websocket.Conn, kind, text string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		_, frame, err := conn.Read(ctx)
		if err != nil {
			t.Fatalf("before a %s with %q: %v", kind, text, err)
		}
		for line := range strings.Lines(string(frame)) {
			if strings.Contains(line, `"type":"`+kind+`"`) && strings.Contains(line, text) {
				return line
			}
		}
	}
}

func TestTwoDoorsOneConversation(t *testing.T) {
	t.Parallel() // it waits for the clock
	storetest.Engines(t, func(t *testing.T, database store.Config) {
		env := settingsOf(t, database)
		s := serve(t, env)
		s.must(t, 201, "127.0.0.1", "POST", "/api/auth/register", "", credentials("alice", password))
		addUser(t, env, "bob")
		alice := s.live(t, s.logIn(t, "127.0.0.1", "alice"), 0)
		hears(t, alice, "subscribed", `"head":0`)
		bob, err := sshtest.Enter(t, s.ssh, "bob", password, 80, 24)
		if err != nil {
			t.Fatal(err)
		}
		bob.Sees("#lobby", "2 here")
		bob.Press("a secret from bob\r")
		hears(t, alice, "message", "a secret from bob")
		if err := wsjson.Write(t.Context(), alice, map[string]any{
			"type": "send", "room": "lobby", "content": "a secret from alice", "nonce": "n1",
		}); err != nil {
			t.Fatal(err)
		}
		hears(t, alice, "message", "a secret from alice")
		bob.Sees("a secret from bob", "a secret from alice")
		if status := s.stop(); status != exitDone {
			t.Errorf("stopping gives status %d:\n%s", status, s.log)
		}
		if err := bob.Wait(); err == nil {
			t.Error("the terminal session ended as if its user had left")
		}
		bob.Sees("shutting down")

		again := serve(t, env)
		bob, err = sshtest.Enter(t, again.ssh, "bob", password, 40, 12)
		if err != nil {
			t.Fatal(err)
		}
		screen := bob.Sees("a secret from bob", "a secret from alice")
		if strings.Index(screen, "from bob") > strings.Index(screen, "from alice") {
			t.Errorf("the order changed over the restart:\n%s", screen)
		}
		bob.Press("/quit\r")
		if err := bob.Wait(); err != nil {
			t.Errorf("leaving gives %v", err)
		}
		again.stop()
		checkUnreadable(t, env, database, "a secret from")
	})
}

// checkUnreadable looks for a text in everything that the database holds.
func checkUnreadable(t *testing.T, env map[string]string, database store.Config, text string) {
	t.Helper()
	if database.Postgres != nil {
		db := storetest.DB(t, database)
		rows := storetest.Scalar[string](t, db,
			`SELECT coalesce(string_agg(m::text, ' '), '') || (SELECT coalesce(string_agg(n::text, ' '), '') FROM nonces n) FROM messages m`)
		if rows == "" || strings.Contains(rows, text) {
			t.Errorf("PostgreSQL holds %q", rows)
		}
		return
	}
	files, err := filepath.Glob(filepath.Join(env["DATA_DIR"], "parley.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no database in %s: %v", env["DATA_DIR"], err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		encoded := base64.StdEncoding.EncodeToString([]byte(text))
		if strings.Contains(string(content), text) || strings.Contains(string(content), encoded[:len(encoded)-4]) {
			t.Errorf("%s holds the text", file)
		}
	}
}

func TestTenWrongLogInsCloseBothDoorsForThatAddressAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program, since checking passwords takes its time")
	}
	env := settingsOf(t, store.Config{})
	s := spawnFrom(t, releasedProgram, env)
	addUser(t, env, "alice")
	for i := range 5 {
		s.must(t, 401, "127.0.0.2", "POST", "/api/v1/auth/login", "", credentials("alice", fmt.Sprint("Wrong-", i)))
		if _, err := sshtest.Dial(s.ssh, "alice", fmt.Sprint("Wrong-", i), "127.0.0.2"); err == nil {
			t.Fatal("a wrong password opened the SSH door")
		}
	}
	refused := func(s *service) {
		t.Helper()
		got := s.must(t, 429, "127.0.0.2", "POST", "/api/v1/auth/login", "", credentials("alice", password))
		if got.header.Get("Retry-After") == "" {
			t.Error("there is no Retry-After")
		}
		if _, err := sshtest.Dial(s.ssh, "alice", password, "127.0.0.2"); err == nil {
			t.Error("the SSH door is open for the address that used up its attempts")
		}
		s.logIn(t, "127.0.0.3", "alice")
		client, err := sshtest.Dial(s.ssh, "alice", password, "127.0.0.4")
		if err != nil {
			t.Fatalf("another address is refused: %v", err)
		}
		_ = client.Close()
	}
	refused(s)
	s.kill()
	refused(spawnFrom(t, releasedProgram, env))
}

func TestTheConsoleTakesHoldWhileTheServiceRuns(t *testing.T) {
	t.Parallel() // it waits for the clock
	env := settingsOf(t, store.Config{})
	s := serve(t, env)
	addUser(t, env, "mallory")
	token := s.logIn(t, "127.0.0.1", "mallory")
	live := s.live(t, token, 0)
	hears(t, live, "subscribed", "lobby")
	screen, err := sshtest.Enter(t, s.ssh, "mallory", password, 80, 24)
	if err != nil {
		t.Fatal(err)
	}
	screen.Sees("#lobby")
	if status, _, stderr := parley(t, env, "", "user", "disable", "mallory"); status != exitDone {
		t.Fatal(stderr)
	}
	disabled := time.Now()
	_ = screen.Wait()
	hears(t, live, "bye", `"reconnect":false`)
	_, _, err = live.Read(t.Context())
	var closed websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != websocket.StatusPolicyViolation {
		t.Errorf("the WebSocket ended with %v", err)
	}
	s.must(t, 401, "127.0.0.1", "GET", "/api/v1/me", token, "")
	if took := time.Since(disabled); took > 8*time.Second { // 5 s, and a busy machine
		t.Errorf("it took %s", took)
	}
}

func TestReadyTellsWhetherTheDatabaseAnswers(t *testing.T) {
	s := serve(t, settingsOf(t, store.Config{}))
	if got := s.must(t, 200, "127.0.0.1", "GET", "/health", "", ""); string(got.body) != `{"status":"healthy"}`+"\n" &&
		string(got.body) != `{"status":"healthy"}` {
		t.Errorf("/health gives %s", got.body)
	}
	s.must(t, 200, "127.0.0.1", "GET", "/readyz", "", "")
}

// history reads the whole lobby through the API.
func (s *service) history(t *testing.T, token string) []stored {
	t.Helper()
	var all []stored
	for after := 0; ; after = all[len(all)-1].Seq {
		got := s.must(t, 200, "127.0.0.1", "GET", fmt.Sprintf("/api/v1/rooms/lobby/messages?after=%d&limit=200", after), token, "")
		var page struct {
			Messages []stored `json:"messages"`
			HasAfter bool     `json:"has_after"`
		}
		if err := json.Unmarshal(got.body, &page); err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Messages...)
		if !page.HasAfter {
			return all
		}
	}
}

// stored is a message as the API gives it.
type stored struct {
	Seq    int `json:"seq"`
	Author struct {
		Username string `json:"username"`
	} `json:"author"`
	Content string `json:"content"`
}
