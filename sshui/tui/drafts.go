package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
)

// draftInterval is how often what is being written is kept at most.
const draftInterval = 1500 * time.Millisecond

// drafts keep what is being written, for the reader's other screens and for
// this one after a lost connection: as much of it as one message holds.
type drafts struct {
	waiting bool
	whole   map[domain.RoomID]string // what is longer, while its room is out of view
}

// draftMsg is the time to keep the draft.
type draftMsg struct{}

// draftedMsg says that a draft was kept, or why not.
type draftedMsg struct {
	room domain.RoomID
	was  string // what was known to be kept before
	err  error
}

// draft is what is written in the room in view, as far as it can be kept.
func (s *screen) draft() string { return clipTo(s.unsent(), domain.MaxContent) }

// unsent is all that is written in the room in view.
func (s *screen) unsent() string {
	if s.room.answer.edits { // the text of a message that is there already
		return s.room.answer.kept
	}
	if s.composer.recalling() {
		return s.composer.draft
	}
	return s.composer.value()
}

// putAside keeps what is too long for a draft while its room is out of view.
func (s *screen) putAside(lr *listed) {
	delete(s.drafts.whole, lr.ID)
	if s.unsent() == s.draft() || lr.invited() {
		return
	}
	if s.drafts.whole == nil {
		s.drafts.whole = map[domain.RoomID]string{}
	}
	s.drafts.whole[lr.ID] = s.unsent()
}

// bringBack puts what was written in a room into the composer.
func (s *screen) bringBack(lr *listed) {
	whole, ok := s.drafts.whole[lr.ID]
	switch {
	case s.room.answer.edits:
		s.composer.set(s.room.answer.text)
	case !ok:
		s.composer.set(lr.Draft)
	case clipTo(whole, domain.MaxContent) == lr.Draft:
		s.composer.set(whole)
	default:
		s.composer.set(whole)
		s.supersede(lr.Draft)
	}
}

// supersede replaces what is written by what another screen made of it, which
// knew its beginning only.
func (s *screen) supersede(text string) {
	s.composer.clear()
	s.composer.set(text)
	s.notify("another screen changed this; Ctrl+Y brings back what was here")
}

// keepDraft asks for the draft to be kept soon, if it changed.
func (s *screen) keepDraft() tea.Cmd {
	lr := s.roomList.find(s.room.id)
	if lr == nil || s.drafts.waiting || lr.invited() || lr.Draft == s.draft() {
		return nil
	}
	s.drafts.waiting = true
	return tea.Tick(draftInterval, func(time.Time) tea.Msg { return draftMsg{} })
}

// writeDraft keeps what is written in the room in view.
func (s *screen) writeDraft() tea.Cmd {
	s.drafts.waiting = false
	lr := s.roomList.find(s.room.id)
	if lr == nil || lr.invited() || lr.Draft == s.draft() {
		return nil
	}
	was := lr.Draft
	lr.Draft = s.draft()
	c, id, text, from := s.config, lr.ID, lr.Draft, s.live.Subscription
	return s.io(readTimeout, func(ctx context.Context) tea.Msg {
		return draftedMsg{id, was, c.Chat.SetDraft(ctx, c.Actor, domain.Address{ID: id}, text, from)}
	})
}

// drafted tries again later what was not kept.
func (s *screen) drafted(msg draftedMsg) {
	lr := s.roomList.find(msg.room)
	if msg.err == nil || lr == nil || msg.room != s.room.id {
		return
	}
	if kind := domain.KindOf(msg.err); kind == domain.RateLimited || kind == domain.Unavailable {
		lr.Draft = msg.was
	}
}

// takeDraft takes what the reader wrote on another screen, unless something
// else is being written on this one.
func (s *screen) takeDraft(event *domain.Event) {
	lr := s.roomList.find(event.RoomID)
	if lr == nil {
		return
	}
	known := lr.Draft
	untouched := s.draft() == known
	lr.Draft = cleanTyped(event.Content)
	switch {
	case lr.ID != s.room.id || !untouched || lr.Draft == known || s.room.answer.edits || s.composer.recalling():
	case s.unsent() != known:
		s.supersede(lr.Draft)
	default:
		s.composer.set(lr.Draft)
	}
}
