package chat

import (
	"context"
	"fmt"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
)

// View is a room as an actor sees it.
type View struct {
	domain.Room
	Read domain.Seq // how far the actor has read
}

// Room gives a room the actor may see. NotFound room.not_found.
func (s *Service) Room(ctx context.Context, actor auth.Actor, address domain.Address) (View, error) {
	room, err := s.find(ctx, actor, address)
	if err != nil {
		return View{}, err
	}
	extents, err := s.history.Extents(ctx, []domain.RoomID{room.ID})
	if err != nil {
		return View{}, fmt.Errorf("read the room's extent: %w", err)
	}
	room.Extent = extents[room.ID]
	read, err := s.rooms.Marker(ctx, actor.ID(), room.ID)
	if err != nil {
		return View{}, fmt.Errorf("read the marker: %w", err)
	}
	return View{Room: room, Read: read}, nil
}

// Rooms lists the rooms that the actor is in.
func (s *Service) Rooms(ctx context.Context, actor auth.Actor) ([]View, error) {
	lobby, err := s.Room(ctx, actor, domain.Address{Name: domain.Lobby})
	if err != nil {
		return nil, err
	}
	return []View{lobby}, nil
}

// find gives the room at an address if the actor may see it. It is the one
// place that decides so; the room's extent is not filled in.
func (s *Service) find(ctx context.Context, actor auth.Actor, address domain.Address) (domain.Room, error) {
	if actor.ID() == 0 {
		return domain.Room{}, domain.ErrRoomNotFound()
	}
	if address.Name == domain.Lobby || address.ID == s.lobby {
		return domain.Room{ID: s.lobby, Name: domain.Lobby, Kind: domain.RoomPublic}, nil
	}
	room, err := s.rooms.Room(ctx, address)
	if err != nil {
		return domain.Room{}, fmt.Errorf("find room %s: %w", address, err)
	}
	if room.Kind != domain.RoomPublic {
		return domain.Room{}, domain.ErrRoomNotFound()
	}
	return room, nil
}

// MarkRead moves the actor's marker forward to seq and tells their other
// screens; from is the screen that need not be told, or nil. A seq behind the
// marker changes nothing. Invalid read.seq for one that the room does not have.
func (s *Service) MarkRead(
	ctx context.Context, actor auth.Actor, address domain.Address, seq domain.Seq, from *broadcast.Subscription,
) error {
	view, err := s.Room(ctx, actor, address)
	if err != nil {
		return err
	}
	if seq < 0 || seq > view.Head {
		return &domain.Error{
			Kind: domain.Invalid, Code: "read.seq", Field: "seq",
			Message: fmt.Sprintf("a read marker is between 0 and the room's head, %d", view.Head),
		}
	}
	if seq <= view.Read {
		return nil
	}
	at, moved, err := s.rooms.MoveMarker(ctx, actor.ID(), view.ID, seq)
	if err != nil {
		return fmt.Errorf("move the marker: %w", err)
	}
	if moved {
		s.hub.Signal(
			domain.Event{Type: domain.EventRead, RoomID: view.ID, Room: view.Name, Seq: at, User: actor.Author()},
			broadcast.Audience{Only: actor.ID(), ExceptThis: from},
		)
	}
	return nil
}

// Typing tells the others in a room that the actor is writing. More than a few
// signals a second are dropped.
func (s *Service) Typing(ctx context.Context, actor auth.Actor, address domain.Address) error {
	room, err := s.find(ctx, actor, address)
	if err != nil {
		return err
	}
	if s.typing.Take(actor.ID()) == nil {
		s.hub.Signal(
			domain.Event{Type: domain.EventTyping, RoomID: room.ID, Room: room.Name, User: actor.Author()},
			broadcast.Audience{Except: actor.ID()},
		)
	}
	return nil
}

// Online lists who follows a room right now.
func (s *Service) Online(ctx context.Context, actor auth.Actor, address domain.Address) ([]domain.Author, error) {
	room, err := s.find(ctx, actor, address)
	if err != nil {
		return nil, err
	}
	return s.hub.Online(room.ID), nil
}
