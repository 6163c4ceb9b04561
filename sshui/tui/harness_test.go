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
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/sshui/tui"
	"parley/store/storetest"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// patience is how long a screen may take to show what it should.
const patience = 10 * time.Second

// viewer is a person in front of a terminal.
type viewer struct {
	t       *testing.T
	keys    *io.PipeWriter
	resizes chan tui.Size
	ended   chan error
	cancel  context.CancelCauseFunc

	mu      sync.Mutex // guards what follows
	emu     *vt.Emulator
	written []byte
	changed chan struct{}
}

// watch opens a screen for somebody.
func watch(t *testing.T, core *storetest.Core, actor auth.Actor, size tui.Size, environ ...string) *viewer {
	t.Helper()
	keys, typed := io.Pipe()
	ctx, cancel := context.WithCancelCause(context.Background())
	v := &viewer{
		t: t, keys: typed, resizes: make(chan tui.Size), ended: make(chan error, 1), cancel: cancel,
		emu: vt.NewEmulator(size.Width, size.Height), changed: make(chan struct{}),
	}
	answers := make(chan struct{})
	go func() { // what the terminal answers is typed input too
		defer close(answers)
		_, _ = io.Copy(typed, v.emu)
	}()
	go func() {
		v.ended <- tui.Run(ctx, tui.Terminal{
			In: keys, Out: v, Size: size, Resizes: v.resizes,
			Environ: append([]string{"TERM=xterm-256color", "TZ=UTC"}, environ...),
		}, tui.Config{Chat: core.Chat, Actor: actor, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	}()
	t.Cleanup(func() {
		cancel(errors.New("the test is over"))
		typed.Close()
		// Closing the emulator itself would race with whoever reads from it.
		if pipe, ok := v.emu.InputPipe().(io.Closer); ok {
			pipe.Close()
		}
		<-answers
	})
	return v
}

// Write implements io.Writer for the program.
func (v *viewer) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.written = append(v.written, p...)
	n, err := v.emu.Write(p)
	close(v.changed)
	v.changed = make(chan struct{})
	return n, err
}

func (v *viewer) press(keys ...string) {
	v.t.Helper()
	for _, k := range keys {
		if _, err := io.WriteString(v.keys, k); err != nil {
			v.t.Fatal(err)
		}
	}
}

func (v *viewer) paste(text string) { v.t.Helper(); v.press("\x1b[200~" + text + "\x1b[201~") }

func (v *viewer) resize(size tui.Size) {
	v.mu.Lock()
	v.emu.Resize(size.Width, size.Height)
	v.mu.Unlock()
	v.resizes <- size
}

// screen gives what is to be seen, without trailing blanks. The caller holds mu.
func (v *viewer) screen() string {
	var rows []string
	for y := range v.emu.Height() {
		var row strings.Builder
		for x := 0; x < v.emu.Width(); {
			cell := v.emu.CellAt(x, y)
			if cell == nil || cell.Width == 0 {
				x++
				continue
			}
			row.WriteString(cell.Content)
			x += cell.Width
		}
		rows = append(rows, strings.TrimRight(row.String(), " "))
	}
	return strings.Join(rows, "\n")
}

// until waits for the screen to be as wanted and gives it. It calls ok with mu
// held.
func (v *viewer) until(what string, ok func(screen string) bool) string {
	v.t.Helper()
	deadline := time.After(patience)
	for {
		v.mu.Lock()
		screen, changed := v.screen(), v.changed
		done := ok(screen)
		v.mu.Unlock()
		if done {
			return screen
		}
		select {
		case <-changed:
		case err := <-v.ended:
			v.ended <- err
			v.t.Fatalf("the session ended (%v) before the screen showed %s:\n%s", err, what, screen)
		case <-deadline:
			v.t.Fatalf("the screen does not show %s:\n%s", what, screen)
		}
	}
}

func (v *viewer) sees(texts ...string) string {
	v.t.Helper()
	return v.until(strings.Join(texts, " and "), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

func (v *viewer) seesNo(text string) string {
	v.t.Helper()
	return v.until("no "+text, func(screen string) bool { return !strings.Contains(screen, text) })
}

// end waits for the session to end.
func (v *viewer) end() error {
	v.t.Helper()
	select {
	case err := <-v.ended:
		return err
	case <-time.After(patience):
		v.t.Fatal("the session does not end")
		return nil
	}
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
