package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
	"parley/domain/chat"
)

// HereAfterLag opens the screen, forgets who is there, is told that it lagged,
// and gives who is shown then.
func HereAfterLag(ctx context.Context, c Config, live *chat.Live) map[domain.UserID]domain.Presence {
	s := newScreen(ctx, Terminal{Size: Size{80, 24}}, c, live)
	s.Update(s.start()())
	s.room.people.set([]domain.Presence{{User: domain.Author{ID: 99, Name: "left unnoticed"}, State: domain.Online}})
	s.carryOut(s.take(&domain.Event{}))
	return s.room.people.here
}

// carryOut runs a command, and takes what it brings.
func (s *screen) carryOut(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, cmd := range msg {
			s.carryOut(cmd)
		}
	default:
		s.Update(msg)
	}
}
