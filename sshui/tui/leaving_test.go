package tui_test

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/chat"
	"parley/sshui/tui"
	"parley/store/storetest"
)

// endless is a client that goes on sending whatever becomes of its session.
type endless struct {
	closing sync.Once
	over    chan struct{}
}

func (e *endless) Read(p []byte) (int, error) {
	select {
	case <-e.over:
		return 0, io.EOF
	case <-time.After(time.Millisecond):
		return copy(p, "xyz"), nil
	}
}

func (e *endless) Close() error {
	e.closing.Do(func() { close(e.over) })
	return nil
}

func TestNothingIsLeftOfASessionWhoseClientGoesOnSending(t *testing.T) {
	core := storetest.NewCore(t) // not beside others, whose sessions would be taken for what is left
	alice := core.User(t, "alice")
	ctx, leave := context.WithCancel(t.Context())
	in := &endless{over: make(chan struct{})}
	ended := make(chan error, 1)
	go func() {
		ended <- tui.Run(ctx, tui.Terminal{
			In: in, Out: io.Discard, Size: reference, Resizes: make(chan tui.Size), Environ: []string{"TERM=xterm-256color"},
		}, tui.Config{Chat: core.Chat, Actor: alice, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	}()
	time.Sleep(500 * time.Millisecond)
	leave()
	<-ended
	stacks := make([]byte, 1<<20)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		left := string(stacks[:runtime.Stack(stacks, true)])
		if !strings.Contains(left, "ultraviolet.(*TerminalReader)") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left is\n%s", left)
		}
	}
}

func TestWhatIsTypedBehindQuitIsNotSent(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	screen := watch(t, core, alice, reference)
	screen.Sees("#lobby", "alice")
	screen.Press("/quit\rtoo late\r")
	if err := screen.Wait(); err != nil {
		t.Errorf("it ended by %v", err)
	}
	page, err := core.Chat.Messages(t.Context(), alice, domain.Address{Name: domain.Lobby}, chat.Span{})
	check(t, err)
	if len(page.Messages) > 0 {
		t.Errorf("sent was %q", page.Messages[0].Content)
	}
}
