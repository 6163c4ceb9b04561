package tui

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
	"parley/domain/chat"
)

// sendTimeout is how long a message may be on its way before it counts as
// failed. It can be sent again: its nonce keeps it from being there twice.
const sendTimeout = 10 * time.Second

// maxPending is how many messages of one's own may wait to be stored.
const maxPending = 100

// sentMsg says what became of a message.
type sentMsg struct {
	room  domain.RoomID
	nonce string
	seq   domain.Seq // its place, unless err
	err   error
}

// resumeMsg is the end of a pause that the server asked for.
type resumeMsg struct{}

// post puts a message on its way. Messages leave one after the other, so that
// they arrive in the order in which they were written.
func (s *screen) post(text string) tea.Cmd {
	content, err := domain.CleanContent(text)
	if err != nil {
		s.complain(domain.AsError(err).Message)
		return nil
	}
	if s.rooms.pending() >= maxPending {
		s.complain("too many of your messages are not sent yet; wait a moment")
		return nil
	}
	e := &entry{
		author: s.config.Actor.Author(), text: domain.Visible(content), raw: content,
		at: s.config.Now(), mine: true, state: sending, nonce: rand.Text(),
	}
	if to := s.room.answer.to; to != nil {
		e.replyTo = to.seq
		e.quote = &domain.Quote{Author: to.author.Name, Text: quoted(to.raw), Deleted: to.deleted}
		s.room.answer = answer{}
	}
	s.room.timeline.addPending(e)
	s.room.timeline.hideUnread()
	return tea.Batch(s.sendNext(), s.toNewest())
}

// sendNext sends the first message that waits, unless one is on its way.
func (s *screen) sendNext() tea.Cmd {
	if s.sending {
		return nil
	}
	for _, r := range s.rooms.list {
		if e := r.timeline.waiting(); e != nil {
			return s.send(r, e)
		}
	}
	return nil
}

// waiting gives the first message that is to be sent, or nil.
func (t *timeline) waiting() *entry {
	for _, e := range t.pending {
		if e.state == sending && e.accepted == 0 {
			return e
		}
	}
	return nil
}

func (s *screen) send(r *room, e *entry) tea.Cmd {
	s.sending = true
	c, at, id := s.config, r.address(), r.id
	draft := chat.Draft{Content: e.raw, Nonce: e.nonce, ReplyTo: e.replyTo}
	return s.io(sendTimeout, func(ctx context.Context) tea.Msg {
		stored, err := c.Chat.Send(ctx, c.Actor, at, draft)
		return sentMsg{id, draft.Nonce, stored.Message.Seq, err}
	})
}

// sent notes what became of a message. The message itself arrives as everyone
// else's does.
func (s *screen) sent(msg sentMsg) tea.Cmd {
	s.sending = false
	r := s.rooms.find(msg.room)
	if r == nil {
		return s.sendNext()
	}
	e := r.timeline.findPending(msg.nonce)
	if e == nil { // it arrived before its acknowledgement
		return s.sendNext()
	}
	problem := domain.AsError(msg.err)
	switch {
	case problem == nil:
		r.timeline.accept(e, msg.seq)
	case problem.Kind == domain.RateLimited:
		s.notify("you are writing fast; the rest follows in a moment")
		s.sending = true // nothing leaves before the pause is over
		return tea.Tick(max(problem.RetryAfter, 100*time.Millisecond), func(time.Time) tea.Msg { return resumeMsg{} })
	default:
		e.state, e.reason = failed, problem.Message
		e.redraw()
		s.complain(problem.Message)
	}
	return s.sendNext()
}

func (s *screen) resume() tea.Cmd {
	s.sending = false
	return s.sendNext()
}

// discard takes away a message that was not sent. Its text can be brought back.
func (s *screen) discard(e *entry) tea.Cmd {
	s.stopChoosing()
	s.room.timeline.dropPending(func(other *entry) bool { return other == e })
	s.composer.killed = e.typed()
	s.notify("discarded; Ctrl+Y brings it back")
	return nil
}

// typed is how the message is written in the composer: one that begins with a
// slash and is no action has another before it.
func (e *entry) typed() string {
	if strings.HasPrefix(e.raw, "/") && !e.isAction() {
		return "/" + e.raw
	}
	return e.raw
}

// resend sends again whatever failed, in all rooms.
func (s *screen) resend() tea.Cmd {
	any := false
	for _, r := range s.rooms.list {
		for _, e := range r.timeline.pending {
			if e.state == failed {
				e.state, e.reason, any = sending, "", true
				e.redraw()
			}
		}
	}
	if !any {
		s.notify("there is nothing to send again")
		return nil
	}
	s.clearNotice()
	return s.sendNext()
}
