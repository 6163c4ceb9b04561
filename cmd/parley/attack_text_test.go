package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/sshui/sshtest"
	"parley/store"
)

// hostileText is what a terminal obeys instead of showing, what turns text
// around, and what hides in it.
var hostileText = []string{
	"\x1b[2J\x1b[H", "\x1b]0;title\x07", "\x1b]52;c;ZXZpbA==\x07", "\x1bP1$r\x1b\\", "\x1b[?1049h", "\x1b[6n", "\x1bc",
	"\u009b31m", "\u009d0;title\u009c", "\x9b31m", "\x00", "\b\b\b", "\r overwritten", "\x7f", "\x0e", "\x05",
	"\u202eevil\u202c", "\u2066isolated\u2069", "\u200fmark", "a\u200bb\u2060c\ufeffd", "tag\U000e0041\U000e007f",
	"zalgo" + strings.Repeat("\u0301", 200), "\u2028line\u2029paragraph", "\ufff9anchor\ufffb", "\xff\xfe", "\xc0\x80", "\xed\xa0\x80",
	"<script>alert(1)</script>", "${jndi:ldap://127.0.0.1/}", "%s%n", "'; DROP TABLE users; --",
}

// dangerous reports a character that no screen, log line or answer may hold as
// it is.
func dangerous(r rune) bool {
	return domain.IsControl(r) && r != '\n' && r != '\t' ||
		unicode.Is(unicode.Bidi_Control, r) || r == 0x200b || r == 0x2060 || r == 0xfeff || r >= 0xe0000 && r <= 0xe0fff
}

// Attack: text as a weapon. Whoever can put text anywhere puts in it what a
// terminal obeys: a message, a name, the name of an SSH user, TERM, the version
// of a client, a command. It must be refused or made harmless, on the screens
// of others and in the operator's log.
func TestHostileTextDoesNoHarmThroughAnyField(t *testing.T) {
	if testing.Short() {
		t.Skip("logs in a hundred times")
	}
	env := settingsOf(t, store.Config{})
	env["LOG_LEVEL"], env["LOG_FORMAT"] = "debug", "text"
	s := spawnFrom(t, releasedProgram, env)
	addUser(t, env, "alice")
	token := s.logIn(t, "127.0.13.1", "alice")
	reader, err := sshtest.EnterFrom(t, "127.0.13.2", s.ssh, "alice", password, 80, 24)
	if err != nil {
		t.Fatal(err)
	}
	reader.Sees("#lobby")
	client := clientFrom("127.0.13.1")
	sent := 0
	for i, payload := range hostileText {
		for _, field := range []struct{ method, path, body string }{
			{"POST", "/api/v1/rooms/lobby/messages", jsonOf(map[string]any{"content": "before " + payload + " after"})},
			{"POST", "/api/v1/rooms/lobby/messages", jsonOf(map[string]any{"content": "x", "nonce": payload})},
			{"POST", "/api/v1/auth/register", jsonOf(map[string]any{"username": payload, "password": password})},
			{"POST", "/api/v1/auth/login", jsonOf(map[string]any{"username": payload, "password": payload})},
			{"POST", "/api/v1/auth/login", jsonOf(map[string]any{payload: payload})},
			{"GET", "/api/v1/rooms/" + escaped(payload), ""},
			{"GET", "/" + escaped(payload), ""},
		} {
			client := client
			if strings.Contains(field.path, "/auth/") {
				client = clientFrom(fmt.Sprintf("127.0.14.%d", i+1))
			}
			got, err := s.call(client, field.method, field.path, token, field.body)
			if err != nil {
				t.Fatalf("%s %s with %q: %v", field.method, field.path, payload, err)
			}
			if got.status >= 500 || got.status == 429 {
				t.Errorf("%s %s with %q gives %d %s", field.method, field.path, payload, got.status, got.body)
			}
			if got.status == 201 && strings.Contains(field.body, "before") {
				sent++
			}
			if strings.ContainsFunc(string(got.body), domain.IsControl) && !strings.HasSuffix(string(got.body), "}\n") {
				t.Errorf("%s %s with %q answers %q", field.method, field.path, payload, got.body)
			}
		}
		s.sshWith(t, i, payload)
	}
	if sent == 0 {
		t.Error("not even harmless markup was sent")
	}
	reader.Sees("before '; DROP TABLE users; -- after")
	if i := strings.IndexFunc(reader.Text(), dangerous); i >= 0 {
		t.Errorf("the screen shows %q", reader.Text()[i:min(i+20, len(reader.Text()))])
	}
	for line := range strings.Lines(s.log.String()) {
		if strings.ContainsFunc(strings.TrimSuffix(line, "\n"), dangerous) {
			t.Errorf("the log holds %q", line)
		}
	}
}

// sshWith brings a payload to the SSH door as a user name, as TERM, as a
// variable, as a client's version and as a command.
func (s *service) sshWith(t *testing.T, i int, payload string) {
	t.Helper()
	from := fmt.Sprintf("127.0.15.%d", i+1)
	if _, err := sshtest.Dial(s.ssh, payload, password, from); err == nil {
		t.Errorf("somebody named %q got in", payload)
	}
	c, err := sshtest.DialAs(s.ssh, "alice", password, from, "SSH-2.0-"+strings.NewReplacer("\r", "", "\n", "").Replace(payload))
	if err != nil {
		return // a version that the protocol does not allow
	}
	defer c.Close()
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var out lockedBuffer
	session.Stdout, session.Stderr = &out, &out
	_ = session.Setenv("LC_ALL", payload)
	_ = session.RequestPty(payload, 24, 80, ssh.TerminalModes{})
	_ = session.Run(payload)
	if strings.ContainsFunc(strings.ReplaceAll(out.String(), "\r\n", "\n"), dangerous) {
		t.Errorf("the command %q is answered with %q", payload, out.String())
	}
}

func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// escaped percent-encodes every byte.
func escaped(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
