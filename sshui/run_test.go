package sshui_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/wire"
)

// result is what a command left behind.
type result struct {
	status    int
	out, told string
}

// run carries out a command over one connection, with standard input if in is
// not nil.
func run(t *testing.T, client *gossh.Client, in io.Reader, command string) result {
	t.Helper()
	s := newSession(t, client)
	defer s.Close()
	var out, told bytes.Buffer
	s.Stdin, s.Stdout, s.Stderr = in, &out, &told
	check(t, s.Start(command))
	status := exitStatus(t, s)
	return result{status, out.String(), told.String()}
}

// newSession opens a session as soon as those before it have been counted off,
// which the server does after the client saw their end.
func newSession(t testing.TB, client *gossh.Client) *gossh.Session {
	t.Helper()
	for began := time.Now(); ; {
		s, err := client.NewSession()
		var refused *gossh.OpenChannelError
		if errors.As(err, &refused) && refused.Reason == gossh.ResourceShortage && time.Since(began) < patience {
			runtime.Gosched()
			continue
		}
		check(t, err)
		return s
	}
}

// say sends a message past the door, as often as the limit lets it.
func (d *door) say(t testing.TB, text string) domain.Message {
	t.Helper()
	sent, err := d.core.Chat.Send(t.Context(), d.alice, domain.Address{Name: domain.Lobby}, chat.Draft{Content: text})
	if err != nil {
		t.Fatal(err)
	}
	return sent.Message
}

// contents lists the lobby's newest messages.
func (d *door) contents(t testing.TB) []string {
	t.Helper()
	page, err := d.core.Chat.Messages(t.Context(), d.alice, domain.Address{Name: domain.Lobby}, chat.Span{Limit: chat.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, m := range page.Messages {
		list = append(list, m.Content)
	}
	return list
}

// messages reads lines of JSON as messages.
func messages(t *testing.T, lines string) []wire.Message {
	t.Helper()
	var list []wire.Message
	for line := range strings.Lines(lines) {
		var m wire.Message
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		list = append(list, m)
	}
	return list
}
