package tui_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/sshui/sshtest"
	"parley/sshui/tui"
	"parley/store/storetest"
)

var update = flag.Bool("update", false, "write the golden screens anew")

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // what is parallel waits for frames, and does not compute
	os.Exit(m.Run())
}

// viewer is a person in front of a terminal.
type viewer struct {
	*sshtest.Screen
	resizes chan tui.Size
}

// watch opens a screen for somebody.
func watch(t *testing.T, core *storetest.Core, actor auth.Actor, size tui.Size, environ ...string) *viewer {
	t.Helper()
	keys, typed := io.Pipe()
	ctx, cancel := context.WithCancelCause(context.Background())
	v := &viewer{Screen: sshtest.NewScreen(t, size.Width, size.Height, typed), resizes: make(chan tui.Size)}
	go func() {
		v.End(tui.Run(ctx, tui.Terminal{
			In: keys, Out: v, Size: size, Resizes: v.resizes,
			Environ: append([]string{"TERM=xterm-256color", "TZ=UTC"}, environ...),
		}, tui.Config{Chat: core.Chat, Actor: actor, Log: slog.New(slog.DiscardHandler), Now: time.Now}))
	}()
	t.Cleanup(func() {
		cancel(errors.New("the test is over"))
		typed.Close()
		_ = v.Wait()
	})
	return v
}

// Resize changes the size of the terminal.
func (v *viewer) Resize(size tui.Size) {
	v.Screen.Resize(size.Width, size.Height)
	v.resizes <- size
}

// Obeys types a command and waits for the answer, which may have the same words.
func (v *viewer) Obeys(command, answer string) {
	v.Press(command, enter)
	v.SeesNo("> " + command)
	v.Sees(answer)
}

// LookAway takes the focus from the terminal, and waits until that is known: by
// a key that was typed after it.
func (v *viewer) LookAway() {
	v.Press(blur, "x")
	v.Sees("> x")
	v.Press("\x7f")
	v.SeesNo("> x")
}

func say(t *testing.T, core *storetest.Core, who auth.Actor, text string) domain.Seq {
	t.Helper()
	for {
		sent, err := core.Chat.Send(t.Context(), who, domain.Address{Name: domain.Lobby}, chat.Draft{Content: text})
		if err != nil && domain.KindOf(err) == domain.RateLimited {
			<-time.After(domain.AsError(err).RetryAfter)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		return sent.Message.Seq
	}
}

// history fills the lobby through the store with n short messages by several
// people, past the limits of the doors.
func history(t *testing.T, core *storetest.Core, n int) {
	t.Helper()
	const people = 20
	authors := make([]auth.Actor, people)
	for i := range authors {
		authors[i] = core.User(t, "writer"+string(rune('a'+i)))
	}
	for i := range n {
		say(t, core, authors[i%people], "message number "+itoa(i+1))
	}
}

func itoa(n int) string {
	digits := ""
	for ; n > 0 || digits == ""; n /= 10 {
		digits = string(rune('0'+n%10)) + digits
	}
	return digits
}

var (
	clock = regexp.MustCompile(`\b\d\d:\d\d\b`)
	date  = regexp.MustCompile(`─+ \w+, \d+ \w+ \d{4} ─+`)
)

// golden compares a screen with the one kept under a name.
func golden(t *testing.T, name, screen string) {
	t.Helper()
	screen = date.ReplaceAllString(clock.ReplaceAllString(screen, "hh:mm"), "─── the day ───") + "\n"
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(screen), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), screen); diff != "" {
		t.Errorf("the screen %s differs (-want +got):\n%s", name, diff)
	}
}
