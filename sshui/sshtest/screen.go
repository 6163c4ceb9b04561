// Package sshtest is a person at a terminal, for tests: a screen that obeys what
// a program writes, as a terminal does, and a real SSH client to put it behind.
package sshtest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
)

// patience is how long a screen may take to show what it should.
const patience = 15 * time.Second

// Screen is a terminal: what a program writes to it is seen, and what it
// answers is typed.
type Screen struct {
	tb   testing.TB
	keys io.Writer

	mu      sync.Mutex // guards what follows
	emu     *vt.Emulator
	written strings.Builder
	changed chan struct{}
	over    chan struct{} // closed when nothing more will be written
	why     error
}

// NewScreen makes a screen. Keys receives what is typed.
func NewScreen(tb testing.TB, width, height int, keys io.Writer) *Screen {
	s := &Screen{
		tb: tb, keys: keys, emu: vt.NewEmulator(width, height),
		changed: make(chan struct{}), over: make(chan struct{}),
	}
	answers := make(chan struct{})
	go func() {
		defer close(answers)
		_, _ = io.Copy(keys, s.emu)
	}()
	tb.Cleanup(func() {
		// Closing the emulator itself would race with whoever reads from it.
		if pipe, ok := s.emu.InputPipe().(io.Closer); ok {
			pipe.Close()
		}
		<-answers
	})
	return s
}

// Write implements io.Writer for the program.
func (s *Screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written.Write(p)
	n, err := s.emu.Write(p)
	close(s.changed)
	s.changed = make(chan struct{})
	return n, err
}

// End says that nothing more will be written, and why: nil if the user left.
func (s *Screen) End(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.why = why
	close(s.over)
}

// Wait waits for End and gives its reason.
func (s *Screen) Wait() error {
	s.tb.Helper()
	select {
	case <-s.over:
	case <-time.After(patience):
		s.tb.Fatalf("the session does not end:\n%s", s.Text())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

// Press types keys, as the bytes that a terminal sends for them.
func (s *Screen) Press(keys ...string) {
	s.tb.Helper()
	if err := s.Type(strings.Join(keys, "")); err != nil {
		s.tb.Fatalf("typing failed: %v", err)
	}
}

// Type is Press for a session that may be over.
func (s *Screen) Type(keys string) error {
	_, err := io.WriteString(s.keys, keys)
	return err
}

// Paste types text as a terminal with bracketed paste does.
func (s *Screen) Paste(text string) {
	s.tb.Helper()
	s.Press("\x1b[200~", text, "\x1b[201~")
}

// Resize changes the screen alone; the program has to be told besides.
func (s *Screen) Resize(width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emu.Resize(width, height)
}

// Text is what is to be seen, row by row, without trailing blanks.
func (s *Screen) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text()
}

func (s *Screen) text() string {
	rows := make([]string, s.emu.Height())
	for y := range rows {
		var row strings.Builder
		for x := 0; x < s.emu.Width(); {
			cell := s.emu.CellAt(x, y)
			if cell == nil || cell.Width == 0 {
				x++
				continue
			}
			row.WriteString(cell.Content)
			x += cell.Width
		}
		rows[y] = strings.TrimRight(row.String(), " ")
	}
	return strings.Join(rows, "\n")
}

// Written is everything that was ever written, escape sequences included.
func (s *Screen) Written() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written.String()
}

// Cursor is the cell of the cursor, and AltScreen whether the program has a
// screen of its own.
func (s *Screen) Cursor() (x, y int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.emu.CursorPosition()
	return at.X, at.Y
}

// AltScreen reports whether the alternate screen is on.
func (s *Screen) AltScreen() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.emu.IsAltScreen()
}

// Until waits for the screen to be as wanted and gives it. What names it for
// the failure.
func (s *Screen) Until(what string, ok func(text string) bool) (seen string) {
	s.tb.Helper()
	err := s.Await(patience, func(text string) bool {
		seen = text
		return ok(text)
	})
	if err != nil {
		s.tb.Fatalf("%v before the screen showed %s:\n%s", err, what, seen)
	}
	return seen
}

// ErrOver says that the session ended.
var ErrOver = errors.New("the session ended")

// Await is Until for goroutines other than the test's. Its error is ErrOver, or
// says that time ran out.
func (s *Screen) Await(patience time.Duration, ok func(text string) bool) error {
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		text, changed := s.text(), s.changed
		s.mu.Unlock()
		if ok(text) {
			return nil
		}
		select {
		case <-changed:
		case <-s.over:
			if ok(s.Text()) {
				return nil
			}
			return ErrOver
		case <-deadline:
			return fmt.Errorf("%s went by", patience)
		}
	}
}

// Sees waits until all the texts are on the screen.
func (s *Screen) Sees(texts ...string) string {
	s.tb.Helper()
	return s.Until(strings.Join(texts, " and "), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

// SeesNo waits until a text is not on the screen.
func (s *Screen) SeesNo(text string) string {
	s.tb.Helper()
	return s.Until("no "+text, func(screen string) bool { return !strings.Contains(screen, text) })
}
