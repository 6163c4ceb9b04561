package chat

import (
	"context"
	"fmt"

	"parley/domain"
	"parley/domain/auth"
)

// Place is where somebody is in the chat: what a screen that opens comes back
// to.
type Place struct {
	Room domain.RoomID // the room in view; 0 for none
	Seq  domain.Seq    // the last message in view; 0 for the newest
}

// Place gives where the actor was last, on whatever screen.
func (s *Service) Place(ctx context.Context, actor auth.Actor) (Place, error) {
	if place, ok := s.markers.place(actor.ID()); ok {
		return place, nil
	}
	place, err := s.people.Place(ctx, actor.ID())
	if err != nil {
		return Place{}, fmt.Errorf("read a place: %w", err)
	}
	return place, nil
}

// KeepPlace remembers where the actor is. It neither waits nor fails: it is
// written together with read markers, at most once a second.
func (s *Service) KeepPlace(actor auth.Actor, at Place) {
	if actor.ID() != 0 && at.Room > 0 && at.Seq >= 0 {
		s.markers.keep(actor.ID(), at)
	}
}
