package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
)

const (
	// typingInterval is how often others are told at most that the reader writes.
	typingInterval = 3 * time.Second
	// typingLife is how long somebody who wrote a letter counts as writing.
	typingLife = 6 * time.Second
	// maxTyping is how many who are writing are named, maxWriters how many are
	// noted in a room.
	maxTyping, maxWriters = 3, 20
)

// quietMsg is the time to forget who is not writing any more.
type quietMsg struct{}

// tellTyping tells the others in the room that the reader writes a message.
func (s *screen) tellTyping() tea.Cmd {
	text := s.composer.value()
	now := s.config.Now()
	if text == "" || strings.HasPrefix(text, "/") || !s.room.opened || now.Sub(s.status.toldTyping) < typingInterval {
		return nil
	}
	s.status.toldTyping = now
	c, at := s.config, s.room.address()
	return s.io(readTimeout, func(ctx context.Context) tea.Msg {
		_ = c.Chat.Typing(ctx, c.Actor, at) // nothing hangs on it
		return nil
	})
}

// takeTyping notes who writes.
func (s *screen) takeTyping(event *domain.Event) tea.Cmd {
	r := s.rooms.find(event.RoomID)
	if r == nil || event.User.ID == s.roomList.me {
		return nil
	}
	if r.typing == nil {
		r.typing = map[string]time.Time{}
	}
	if len(r.typing) < maxWriters {
		r.typing[event.User.Name] = s.config.Now()
	}
	return s.watchTyping()
}

// watchTyping has it looked at later who stopped. There is one such command at
// a time.
func (s *screen) watchTyping() tea.Cmd {
	if s.status.watching {
		return nil
	}
	s.status.watching = true
	return tea.Tick(typingLife/3, func(time.Time) tea.Msg { return quietMsg{} })
}

func (s *screen) forgetTyping() tea.Cmd {
	s.status.watching = false
	left := 0
	for _, r := range s.rooms.list {
		for name, at := range r.typing {
			if s.config.Now().Sub(at) >= typingLife {
				delete(r.typing, name)
			}
		}
		left += len(r.typing)
	}
	if left == 0 {
		return nil
	}
	return s.watchTyping()
}

// writing says who is writing in the room in view; "" for nobody.
func (s *screen) writing() string {
	var names []string
	for name, at := range s.room.typing {
		if s.config.Now().Sub(at) < typingLife {
			names = append(names, domain.VisibleLine(name))
		}
	}
	slices.Sort(names)
	switch {
	case len(names) == 0:
		return ""
	case len(names) == 1:
		return names[0] + " is writing …"
	case len(names) > maxTyping:
		return "several people are writing …"
	}
	return strings.Join(names, ", ") + " are writing …"
}
