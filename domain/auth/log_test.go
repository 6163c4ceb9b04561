package auth_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/storetest"
)

// buffer is a log that several goroutines write.
type buffer struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Split(strings.TrimSpace(b.text.String()), "\n")
}

func TestTheLogSaysWhoWhereAndWhatAndNoSecret(t *testing.T) {
	log := &buffer{}
	core, _ := newCore(t, func(s *storetest.Settings) {
		s.Log = slog.New(slog.NewTextHandler(log, nil))
		s.Registration = auth.RegistrationOpen
	})
	alice := core.User(t, "alice")
	token := issue(t, core.Auth, alice)
	origin := auth.Origin{Door: auth.SSH, Addr: somewhere().Addr, RequestID: "request-17"}
	if _, err := core.Auth.Register(t.Context(), origin, "carol", "Secret-pass-1"); err != nil {
		t.Fatal(err)
	}
	_, _ = core.Auth.LogIn(t.Context(), origin, "carol", "Wrong-secret-2")
	_, _ = core.Auth.LogIn(t.Context(), origin, "evil\x1b[2J\nlevel=INFO \u202eforged"+strings.Repeat("é", 1000), "Secret-pass-3")
	_, _ = core.Auth.Authenticate(t.Context(), origin, token)
	if err := core.Auth.SetDisabled(t.Context(), "carol", true); err != nil {
		t.Fatal(err)
	}
	lines := log.lines()
	if len(lines) != 6 {
		t.Errorf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	all := strings.Join(lines, "\n")
	for _, secret := range []string{"Secret", "secret", token, storetest.Password} {
		if strings.Contains(all, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if strings.ContainsFunc(all, func(r rune) bool { return domain.IsControl(r) && r != '\n' || r == 0x202e }) {
		t.Errorf("the log holds control characters: %q", all)
	}
	for _, want := range []string{
		`msg=register door=ssh ip=` + origin.Addr.String() + ` request_id=request-17 username=carol outcome=done`,
		`request_id=request-17 username=carol outcome=auth.invalid_credentials`,
		`msg="account disabled" door=console username=carol`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the log lacks %s:\n%s", want, all)
		}
	}
}
