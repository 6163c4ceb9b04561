package chat

import (
	"context"
	"fmt"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/encryption"
)

// Creation is a named room that somebody wants to make.
type Creation struct {
	Name  string
	Kind  domain.RoomKind // public or private
	Topic string
}

// Create makes a room of which the actor is the owner. Errors: room.name,
// room.kind, room.topic (Invalid), room.name_taken (Conflict), limit.rooms
// (RateLimited).
func (s *Service) Create(ctx context.Context, actor auth.Actor, wanted Creation) (View, error) {
	if err := domain.CheckRoomName(wanted.Name); err != nil {
		return View{}, err
	}
	if wanted.Kind != domain.RoomPublic && wanted.Kind != domain.RoomPrivate {
		return View{}, &domain.Error{
			Kind: domain.Invalid, Code: "room.kind", Field: "kind", Message: "a named room is public or private",
		}
	}
	topic, err := domain.CleanTopic(wanted.Topic)
	if err != nil {
		return View{}, err
	}
	if actor.ID() == 0 {
		return View{}, auth.ErrUserNotFound()
	}
	if err := s.limits.take(roomLimit, actor); err != nil {
		return View{}, err
	}
	room := NewRoom{Name: wanted.Name, Kind: wanted.Kind, Creator: actor.ID(), CreatedAt: s.moment()}
	if topic != "" {
		room.SealTopic = func(id domain.RoomID) (encryption.Sealed, error) {
			return s.keyring.Seal(encryption.ForTopic(id), topic)
		}
	}
	id, _, err := s.rooms.CreateRoom(ctx, room)
	if err != nil {
		return View{}, fmt.Errorf("create a room: %w", err)
	}
	s.tellAdded(actor.ID(), domain.Room{ID: id, Name: wanted.Name, Kind: wanted.Kind, Topic: topic}, domain.RoleOwner, actor.Author())
	return s.Room(ctx, actor, domain.Address{ID: id})
}

// Open gives the actor's direct conversation with some people, made if it is
// not there, and reports whether it was. Errors: those of domain.DirectAddress,
// user.not_found (NotFound), limit.rooms (RateLimited).
func (s *Service) Open(ctx context.Context, actor auth.Actor, names []string) (view View, made bool, err error) {
	address, err := domain.DirectAddress(names...)
	if err != nil {
		return View{}, false, err
	}
	access, made, err := s.enterOrMake(ctx, actor, address, see)
	if err != nil {
		return View{}, false, err
	}
	view, err = s.counted(ctx, actor, access)
	return view, made, err
}

// reach is enter that makes a direct conversation which is not there yet.
func (s *Service) reach(ctx context.Context, actor auth.Actor, address domain.Address, c call) (Access, error) {
	access, _, err := s.enterOrMake(ctx, actor, address, c)
	return access, err
}

// enterOrMake is reach that reports whether it made the conversation.
func (s *Service) enterOrMake(
	ctx context.Context, actor auth.Actor, address domain.Address, c call,
) (access Access, made bool, err error) {
	access, err = s.enter(ctx, actor, address, c)
	if address.Direct == "" || actor.ID() == 0 || !domain.HasCode(err, "room.not_found") {
		return access, false, err
	}
	people, err := s.named(ctx, address.People())
	if err != nil {
		return Access{}, false, err
	}
	if err := s.limits.take(roomLimit, actor); err != nil {
		return Access{}, false, err
	}
	id, made, err := s.rooms.CreateRoom(ctx, NewRoom{
		Kind: domain.RoomDirect, Direct: directKey(actor, people), Creator: actor.ID(),
		Members: together(actor, people), CreatedAt: s.moment(),
	})
	if err != nil {
		return Access{}, false, fmt.Errorf("open a direct conversation: %w", err)
	}
	access, err = s.look(ctx, actor, domain.Address{ID: id}, c)
	return access, made, err
}

// introduction gives what tells a direct conversation's people that it is
// there, once its first message is committed; nil for any other message.
func (s *Service) introduction(ctx context.Context, actor auth.Actor, room Access) (func(), error) {
	if room.Kind != domain.RoomDirect || room.Head > 0 {
		return nil, nil //nolint:nilnil // nothing is to be told
	}
	members, err := s.members.Members(ctx, room.ID, MemberSpan{Limit: domain.MaxDirect})
	if err != nil {
		return nil, fmt.Errorf("read who is in the conversation: %w", err)
	}
	return func() {
		for _, m := range members {
			s.tellAdded(m.User.ID, room.Room, m.Role, actor.Author())
		}
	}, nil
}

// tellAdded tells all screens of a user that a room is theirs now, or that they
// are invited to it.
func (s *Service) tellAdded(user domain.UserID, room domain.Room, role domain.Role, by domain.Author) {
	s.hub.Tell(user, domain.Event{
		Type: domain.EventRoom, Change: domain.Added, RoomID: room.ID, Room: room.Name, Kind: room.Kind,
		Topic: room.Topic, Role: role, By: by, At: s.moment(),
	}, nil)
}
