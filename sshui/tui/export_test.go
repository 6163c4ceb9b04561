package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
	"parley/domain/chat"
)

// OnlineAfterLag joins the lobby, forgets who is there, is told that it lagged,
// and gives who is shown then.
func OnlineAfterLag(ctx context.Context, c Config, live *chat.Live) map[domain.UserID]domain.Author {
	s := newScreen(ctx, Terminal{Size: Size{80, 24}}, c, live)
	s.Update(s.join()())
	s.people.set([]domain.Author{{ID: 99, Name: "left unnoticed"}})
	if batch, ok := s.feed(feedMsg{events: []domain.Event{{}}})().(tea.BatchMsg); ok {
		s.Update(batch[len(batch)-1]())
	}
	return s.people.here
}
