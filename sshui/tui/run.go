package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/domain/broadcast"
	"parley/domain/chat"
)

// framesPerSecond is how often a screen is drawn at most. A program ticks even
// when nothing changes, so every frame is paid for by everyone: at twenty an idle
// screen costs half as much again.
const framesPerSecond = 12

// The window title is kept on the terminal's own stack meanwhile (xterm).
const (
	pushTitle = "\x1b[22;2t"
	popTitle  = "\x1b[23;2t"
)

// Run shows the chat until the person leaves, the context ends or their access
// or the service does. It gives nil, the context's cause, or a *broadcast.Bye.
func Run(parent context.Context, t Terminal, c Config) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	live := c.Chat.Connect(c.Actor, broadcast.Options{Presence: true})
	defer live.Close(broadcast.ErrLeft)

	s := newScreen(ctx, t, c, live)
	program := tea.NewProgram(s,
		tea.WithContext(context.WithoutCancel(ctx)), tea.WithInput(s.input), tea.WithOutput(rawOutput{t.Out}),
		tea.WithEnvironment(t.Environ), tea.WithColorProfile(profileOf(t.Environ)),
		tea.WithWindowSize(t.Size.Width, t.Size.Height), tea.WithFPS(framesPerSecond),
		tea.WithoutSignalHandler(),
	)
	resized := make(chan struct{})
	go func() {
		defer close(resized)
		forwardResizes(ctx, t.Resizes, program)
	}()
	_, _ = io.WriteString(t.Out, pushTitle) // a lost terminal shows in Run
	awaitFrame(ctx)
	defer context.AfterFunc(parent, func() { program.Send(finishMsg{}) })()
	_, err := program.Run()
	close(s.over)
	cancel()
	<-resized
	_, _ = io.WriteString(t.Out, popTitle)
	s.keep(context.WithoutCancel(ctx))
	if s.left && err == nil {
		return nil
	}
	return reason(parent, s.ended, err)
}

// clockStart is what the frames of all screens are counted from.
var clockStart = time.Now()

// awaitFrame waits for the beginning of a frame. A program ticks from its start
// on: so the ticks of programs that start on a machine with time to spare fall
// together, and wake a processor that has nothing else to do half as often.
func awaitFrame(ctx context.Context) {
	timer := time.NewTimer(frame - time.Since(clockStart)%frame)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// reason says why the program ended: what the screen says, or else the end of
// the context, or else a fault of the program.
func reason(ctx context.Context, ended, err error) error {
	if ended != nil && !errors.Is(ended, context.Canceled) {
		return ended
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("terminal session: %w", err)
}

func forwardResizes(ctx context.Context, resizes <-chan Size, program *tea.Program) {
	for {
		select {
		case <-ctx.Done():
			return
		case size, ok := <-resizes:
			if !ok {
				return
			}
			program.Send(tea.WindowSizeMsg(size))
		}
	}
}

// keep writes what otherwise waits for its turn: how far the reader came, and
// what they were writing.
func (s *screen) keep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	c, at := s.config, s.room.address()
	if s.left && s.room.opened { // who left begins with what is new
		c.Chat.KeepPlace(c.Actor, chat.Place{Room: s.room.id})
	}
	if seen := s.room.timeline.seen; s.room.opened && seen > s.room.marked {
		if err := c.Chat.NoteRead(ctx, c.Actor, at, seen, s.live.Subscription); err != nil {
			c.Log.Warn("the read marker of a leaving user was not kept", "user_id", c.Actor.ID(), "err", err)
		}
	}
	lr := s.roomList.find(s.room.id)
	if lr == nil || lr.invited() || lr.Draft == s.draft() {
		return
	}
	if err := c.Chat.SetDraft(ctx, c.Actor, at, s.draft(), s.live.Subscription); err != nil {
		c.Log.Warn("the draft of a leaving user was not kept", "user_id", c.Actor.ID(), "err", err)
	}
}
