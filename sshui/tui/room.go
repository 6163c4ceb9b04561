package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
)

const (
	// readTimeout bounds one question to the store.
	readTimeout = 5 * time.Second
	// retryInterval is how long a store that does not answer is left alone.
	retryInterval = 2 * time.Second
	// markInterval is how often the read marker is written at most: each time
	// is a durable write.
	markInterval = 2 * time.Second
	// frame is how long what changed waits to be drawn together, at most.
	frame = time.Second / framesPerSecond
	// gather is how long events that follow upon others wait for more: it adds to
	// what the frame makes them wait.
	gather = frame / 4
	// pageSize is how many messages one look at the history gives.
	pageSize = 100
)

// joinedMsg is the room with its first page, or why there is none.
type joinedMsg struct {
	room   chat.View
	page   chat.Page
	online []domain.Author
	err    error
}

// feedMsg is what happened since the last one.
type feedMsg struct{ events []domain.Event }

// onlineMsg is who is here, or why it is not known.
type onlineMsg struct {
	online []domain.Author
	err    error
}

// endedMsg says that nothing more will happen, and why.
type endedMsg struct{ err error }

// pageMsg is more of the history, or why there is none.
type pageMsg struct {
	need need
	edge domain.Seq // the message that the page joins on to
	page chat.Page
	err  error
}

type (
	retryMsg struct{} // time to ask a store again that did not answer
	markMsg  struct{} // time to write the read marker
)

// markedMsg says that the read marker was written, or why not.
type markedMsg struct {
	seq domain.Seq
	err error
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

func (s *screen) here() domain.Address { return domain.Address{ID: s.room.ID} }

// join follows the lobby and reads its newest messages, or those around the
// first that was not read.
func (s *screen) join() tea.Cmd {
	c, live := s.config, s.live
	return s.io(readTimeout, func(ctx context.Context) tea.Msg {
		lobby := domain.Address{Name: domain.Lobby}
		room, err := live.Follow(ctx, lobby, broadcast.Live, nil)
		if err != nil {
			return joinedMsg{err: err}
		}
		page, err := c.Chat.Messages(ctx, c.Actor, lobby, chat.Span{Limit: chat.MaxPage})
		if err == nil && page.HasBefore && room.Read+1 < page.Messages[0].Seq {
			around := room.Read + 1
			page, err = c.Chat.Messages(ctx, c.Actor, lobby, chat.Span{Around: &around, Limit: chat.MaxPage})
		}
		if err != nil {
			return joinedMsg{err: err}
		}
		online, err := c.Chat.Here(ctx, c.Actor, lobby)
		return joinedMsg{room, page, authors(online), err}
	})
}

func (s *screen) entered(msg joinedMsg) tea.Cmd {
	if msg.err != nil {
		return s.outage(msg.err)
	}
	s.status.outage = ""
	s.joined, s.room, s.marked = true, msg.room, msg.room.Read
	s.timeline.open(msg.page, msg.room.Read)
	s.people.set(msg.online)
	cmd := tea.Batch(s.next(), s.sendNext())
	if len(s.timeline.pending) > 0 { // written before the room was open
		return tea.Batch(cmd, s.toNewest())
	}
	return cmd
}

// outage shows that the store does not answer, and asks again later.
func (s *screen) outage(err error) tea.Cmd {
	s.status.outage = domain.AsError(err).Message
	if errors.Is(err, context.DeadlineExceeded) {
		s.status.outage = domain.Unreachable(err).Message
	}
	return tea.Tick(retryInterval, func(time.Time) tea.Msg { return retryMsg{} })
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

func (s *screen) feed(msg feedMsg) tea.Cmd {
	s.fed = time.Now()
	cmd := s.next()
	for _, event := range msg.events {
		switch event.Type {
		case "": // lagged: messages are read again, but not who came and went
			cmd = tea.Batch(cmd, s.askOnline())
		case domain.EventMessage:
			s.arrive(event)
		case domain.EventRead: // on another screen of mine
			s.marked = max(s.marked, event.Seq)
			if s.timeline.showUnread && event.Seq > s.timeline.readUpTo {
				s.timeline.markUnreadFrom(event.Seq)
			}
		case domain.EventPresence:
			for _, p := range event.People {
				s.people.change(p.User, p.State != domain.Offline)
			}
		}
	}
	return cmd
}

func authors(people []domain.Presence) []domain.Author {
	list := make([]domain.Author, len(people))
	for i, p := range people {
		list[i] = p.User
	}
	return list
}

// askOnline asks who is here.
func (s *screen) askOnline() tea.Cmd {
	c, here := s.config, s.here()
	return s.io(readTimeout, func(ctx context.Context) tea.Msg {
		online, err := c.Chat.Here(ctx, c.Actor, here)
		return onlineMsg{authors(online), err}
	})
}

func (s *screen) arrive(event domain.Event) {
	s.timeline.add(event.Message, event.Nonce)
	if !s.focused && !s.timeline.showUnread {
		s.timeline.markUnreadFrom(s.timeline.seen)
	}
}

// load reads what the view comes close to the end of.
func (s *screen) load() tea.Cmd {
	want := s.timeline.needs()
	if want == nothing || s.loading || !s.joined {
		return nil
	}
	s.loading = true
	items := s.timeline.items
	edge := items[0].seq
	span := chat.Span{Limit: pageSize, Before: &edge}
	if want == newer {
		edge = s.timeline.lastSeq()
		span = chat.Span{Limit: pageSize, After: &edge}
	}
	return s.read(want, edge, span)
}

func (s *screen) read(want need, edge domain.Seq, span chat.Span) tea.Cmd {
	c, here := s.config, s.here()
	return s.io(readTimeout, func(ctx context.Context) tea.Msg {
		page, err := c.Chat.Messages(ctx, c.Actor, here, span)
		return pageMsg{want, edge, page, err}
	})
}

// toNewest brings the view to the end, reading the newest page if the timeline
// does not reach there.
func (s *screen) toNewest() tea.Cmd {
	s.timeline.follow = true
	if s.timeline.attached || !s.joined {
		return nil
	}
	s.loading = true
	return s.read(nothing, 0, chat.Span{Limit: pageSize})
}

func (s *screen) loaded(msg pageMsg) tea.Cmd {
	if msg.err != nil {
		return s.outage(msg.err) // asking is allowed again once the pause is over
	}
	s.loading = false
	s.status.outage = ""
	switch msg.need {
	case older:
		s.timeline.prepend(msg.edge, msg.page)
	case newer:
		s.timeline.extend(msg.edge, msg.page)
	default:
		s.timeline.refill(msg.page)
	}
	return nil
}

func (s *screen) retry() tea.Cmd {
	if !s.joined {
		return s.join()
	}
	s.loading = false
	s.status.outage = ""
	return nil
}

// mark asks for the read marker to be written soon, if it should move.
func (s *screen) mark() tea.Cmd {
	if s.marking || !s.joined || s.timeline.seen <= s.marked {
		return nil
	}
	s.marking = true
	return tea.Tick(markInterval, func(time.Time) tea.Msg { return markMsg{} })
}

// writeMark writes it, unless another screen of the same person was faster.
func (s *screen) writeMark() tea.Cmd {
	if s.timeline.seen <= s.marked {
		s.marking = false
		return nil
	}
	c, here, seq, from := s.config, s.here(), s.timeline.seen, s.live.Subscription
	return s.io(readTimeout, func(ctx context.Context) tea.Msg {
		return markedMsg{seq, c.Chat.MarkRead(ctx, c.Actor, here, seq, from)}
	})
}

// wrote notes that the marker was written; if it was not, it is tried again.
func (s *screen) wrote(msg markedMsg) {
	s.marking = false
	if msg.err == nil {
		s.marked = max(s.marked, msg.seq)
	}
}
