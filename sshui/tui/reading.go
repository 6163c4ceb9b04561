package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
)

const (
	// readTimeout bounds one question to the store.
	readTimeout = 5 * time.Second
	// retryInterval is how long a store that does not answer is left alone.
	retryInterval = 2 * time.Second
	// markInterval is how often the read marker is written at most.
	markInterval = 2 * time.Second
	// frame is how long what changed waits to be drawn together, at most.
	frame = time.Second / framesPerSecond
	// gather is how long events that follow upon others wait for more: it adds to
	// what the frame makes them wait.
	gather = frame / 4
	// pageSize is how many messages one look at the history gives.
	pageSize = 100
)

// feedMsg is what happened since the last one.
type feedMsg struct{ events []domain.Event }

// endedMsg says that nothing more will happen, and why.
type endedMsg struct{ err error }

// markMsg is the time to write the read marker.
type markMsg struct{}

// markedMsg says that a read marker was written, or why not.
type markedMsg struct {
	room domain.RoomID
	seq  domain.Seq
	err  error
}

// doneMsg is what became of something that somebody asked for.
type doneMsg struct {
	then func(*screen) tea.Cmd // when it worked; nil for nothing
	err  error
}

// io makes a command of a question to the core. It ends with the session.
func (s *screen) io(timeout time.Duration, ask func(context.Context) tea.Msg) tea.Cmd {
	return func() (msg tea.Msg) {
		ctx, cancel := context.WithTimeout(s.ctx, timeout)
		defer cancel()
		defer s.catch(func(err error) { msg = endedMsg{err} })
		return ask(ctx)
	}
}

// request is something to ask of the core, and what to do when it worked.
type request func(ctx context.Context) (then func(*screen) tea.Cmd, err error)

// ask makes a command of a request. If it fails the person is told.
func (s *screen) ask(do request) tea.Cmd {
	return s.io(sendTimeout, func(ctx context.Context) tea.Msg {
		then, err := do(ctx)
		return doneMsg{then, err}
	})
}

func (s *screen) done(msg doneMsg) tea.Cmd {
	if msg.err != nil {
		s.complain(domain.AsError(msg.err).Message)
		return nil
	}
	if msg.then == nil {
		return nil
	}
	return msg.then(s)
}

// next waits for news. There is one such command at a time, and it gives all
// that waits.
func (s *screen) next() tea.Cmd {
	live, pause := s.live, gather-time.Since(s.fed)
	return func() (msg tea.Msg) {
		defer s.catch(func(err error) { msg = endedMsg{err} })
		if pause > 0 {
			select {
			case <-time.After(pause):
			case <-s.ctx.Done():
			}
		}
		lines, err := live.Next(s.ctx)
		if err != nil {
			return endedMsg{err}
		}
		events := make([]domain.Event, 0, len(lines))
		for _, line := range lines {
			events = append(events, line.Event)
		}
		return feedMsg{events}
	}
}

// mark asks for the read marker of the room in view to be written soon, if it
// should move.
func (s *screen) mark() tea.Cmd {
	if s.marking || !s.room.opened || s.room.timeline.seen <= s.room.marked {
		return nil
	}
	s.marking = true
	return tea.Tick(markInterval, func(time.Time) tea.Msg { return markMsg{} })
}

// writeMark writes a room's, unless another screen of the same person was
// faster.
func (s *screen) writeMark(r *room) tea.Cmd {
	seq := r.timeline.seen
	if !r.opened || seq <= r.marked {
		s.marking = false
		return nil
	}
	c, id, from := s.config, r.id, s.live.Subscription
	return s.io(readTimeout, func(ctx context.Context) tea.Msg {
		return markedMsg{id, seq, c.Chat.MarkRead(ctx, c.Actor, domain.Address{ID: id}, seq, from)}
	})
}

// wrote notes that a marker was written; if it was not, it is tried again.
func (s *screen) wrote(msg markedMsg) {
	s.marking = false
	if r := s.rooms.find(msg.room); r != nil && msg.err == nil {
		r.marked = max(r.marked, msg.seq)
	}
}
