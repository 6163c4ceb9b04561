package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
)

// answer is the message that what is written answers, or changes.
type answer struct {
	to    *entry // nil for none
	edits bool   // it changes the message
	kept  string // the draft that editing put aside
	text  string // of the edit, while another room is in view
}

// line says above the composer what is written there; "" for a plain message.
func (a *answer) line(l look, width int) string {
	if a.to == nil {
		return ""
	}
	text := "↳ answering " + a.to.author.Name + ": " + quoted(a.to.raw)
	if a.edits {
		text = "editing: " + quoted(a.to.raw)
	}
	const way = " (Esc drops it)"
	text = l.cut(text, max(width-len(way), 1)) + way
	return l.theme.notice.Render(l.cut(text, width))
}

// reply begins an answer to a message.
func (s *screen) reply(e *entry) {
	s.dropAnswer()
	s.room.answer = answer{to: e}
}

// editMessage puts a message of one's own into the composer.
func (s *screen) editMessage(e *entry) {
	s.dropAnswer()
	s.room.answer = answer{to: e, edits: true, kept: s.unsent()}
	s.composer.set(cleanTyped(e.raw))
}

// dropAnswer goes back to a plain message, with the draft that was put aside.
func (s *screen) dropAnswer() {
	a := s.room.answer
	s.room.answer = answer{}
	if a.edits {
		s.composer.set(a.kept)
	}
}

// submitEdit changes the message that is edited. What it was changed to stays
// in the line until that is done.
func (s *screen) submitEdit(text string) tea.Cmd {
	e := s.room.answer.to
	content, err := domain.CleanContent(text)
	if err != nil {
		s.complain(domain.AsError(err).Message)
		return nil
	}
	if content == e.raw {
		s.dropAnswer()
		return nil
	}
	c, at, id, seq := s.config, s.room.address(), s.room.id, e.seq
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		_, err := c.Chat.Edit(ctx, c.Actor, at, seq, content)
		return func(s *screen) tea.Cmd {
			if r := s.rooms.find(id); r != nil && r.answer.edits && r.answer.to.seq == seq {
				s.forgetEdit(r)
			}
			return nil
		}, err
	})
}

// forgetEdit ends an edit that was made, in view or not.
func (s *screen) forgetEdit(r *room) {
	if r == s.room {
		s.dropAnswer()
		s.clearNotice()
		return
	}
	r.answer = answer{}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
