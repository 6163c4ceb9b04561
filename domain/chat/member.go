package chat

import (
	"context"
	"fmt"

	"parley/domain"
	"parley/domain/auth"
)

// Join makes the actor a member of a public room, or of one that they are
// invited to. Errors: room.not_found (NotFound), room.archived, room.direct
// (Conflict), limit.changes (RateLimited).
func (s *Service) Join(ctx context.Context, actor auth.Actor, address domain.Address) (View, error) {
	access, err := s.look(ctx, actor, address, join)
	if err != nil {
		return View{}, err
	}
	seq, err := s.memberChange(ctx, actor, access, join, domain.Joined, actor.Author(), domain.RoleMember)
	if err != nil {
		return View{}, err
	}
	view, err := s.Room(ctx, actor, domain.Address{ID: access.ID})
	if err == nil && seq > 0 {
		s.tellAdded(actor.ID(), view.Room, view.Role, actor.Author())
	}
	return view, err
}

// Leave ends the actor's membership, or declines an invitation; whoever is not
// in the room leaves it too. Errors: room.not_found (NotFound),
// room.last_owner, room.lobby, room.direct (Conflict), limit.changes
// (RateLimited).
func (s *Service) Leave(ctx context.Context, actor auth.Actor, address domain.Address) error {
	access, err := s.look(ctx, actor, address, leave)
	if err != nil {
		return err
	}
	if access.ID == s.lobby {
		return errLobby()
	}
	_, err = s.memberChange(ctx, actor, access, leave, domain.Left, actor.Author(), domain.RoleNone)
	if err == nil && access.Role == domain.RoleInvited {
		s.tellWithdrawn(actor, access.Room, actor.Author(), domain.Left)
	}
	return err
}

// Invite lets somebody know of a room, and lets them join it if it is private.
// They are in it only once they do. Errors: as of Join, room.forbidden,
// room.not_member (Forbidden), user.not_found (NotFound).
func (s *Service) Invite(ctx context.Context, actor auth.Actor, address domain.Address, username string) error {
	access, err := s.look(ctx, actor, address, invite)
	if err != nil {
		return err
	}
	user, err := s.user(ctx, username)
	if err != nil {
		return err
	}
	seq, err := s.memberChange(ctx, actor, access, invite, domain.Invited, user, domain.RoleInvited)
	if err == nil && seq > 0 {
		s.tellAdded(user.ID, s.view(actor, access).Room, domain.RoleInvited, actor.Author())
	}
	return err
}

// Remove ends somebody's membership, or takes an invitation back. It takes a
// role above theirs, but for owners, who can remove each other. Errors: as of
// Leave, room.forbidden, room.not_member (Forbidden), user.not_found,
// member.not_found (NotFound).
func (s *Service) Remove(ctx context.Context, actor auth.Actor, address domain.Address, username string) error {
	access, err := s.look(ctx, actor, address, moderate)
	if err != nil {
		return err
	}
	if access.ID == s.lobby {
		return errLobby()
	}
	user, err := s.user(ctx, username)
	if err != nil {
		return err
	}
	theirs, err := s.rooms.Look(ctx, user.ID, Where{ID: access.ID})
	if err != nil {
		return fmt.Errorf("find the member: %w", err)
	}
	takes := moderate
	if theirs.Role == domain.RoleOwner || theirs.Role == domain.RoleModerator {
		takes = administer
		if err := allow(actor, access, takes); err != nil {
			return err
		}
	}
	_, err = s.memberChange(ctx, actor, access, takes, domain.Removed, user, domain.RoleNone)
	if err == nil && theirs.Role == domain.RoleInvited {
		s.tellWithdrawn(actor, theirs.Room, user, domain.Removed)
	}
	return err
}

// tellWithdrawn tells all screens of somebody that an invitation is no more. It
// is of the moment: the room's history knows nothing of it.
func (s *Service) tellWithdrawn(by auth.Actor, room domain.Room, user domain.Author, how domain.Change) {
	s.hub.Tell(user.ID, domain.Event{
		Type: domain.EventMember, Change: how, RoomID: room.ID, Room: room.Name, User: user, By: by.Author(), At: s.moment(),
	}, nil)
}

// SetRole gives a member a role. Errors: as of Remove, member.role (Invalid).
func (s *Service) SetRole(
	ctx context.Context, actor auth.Actor, address domain.Address, username string, role domain.Role,
) error {
	access, err := s.look(ctx, actor, address, administer)
	if err != nil {
		return err
	}
	if role, err = domain.ParseRole(string(role)); err != nil {
		return err
	}
	user, err := s.user(ctx, username)
	if err != nil {
		return err
	}
	_, err = s.memberChange(ctx, actor, access, administer, domain.RoleSet, user, role)
	return err
}

func (s *Service) memberChange(
	ctx context.Context, actor auth.Actor, room Access, takes call, what domain.Change, member domain.Author, role domain.Role,
) (domain.Seq, error) {
	return s.change(ctx, actor, room, takes,
		Change{Change: what, User: member.ID, Role: role},
		domain.Event{Type: domain.EventMember, Change: what, User: member, Role: role})
}

// Members lists a room's members and whom it invited, by id. Limit is 1 to 200;
// 0 for 50. Errors: as of enter, history.span (Invalid).
func (s *Service) Members(
	ctx context.Context, actor auth.Actor, address domain.Address, span MemberSpan,
) ([]domain.Member, error) {
	access, err := s.enter(ctx, actor, address, readRoom)
	if err != nil {
		return nil, err
	}
	if span.Limit, err = pageLimit(span.Limit); err != nil {
		return nil, err
	}
	if span.Prefix = domain.FoldUserName(span.Prefix); len(span.Prefix) > domain.MaxUserName {
		return nil, nil
	}
	for _, r := range span.Prefix {
		if r <= ' ' || r > '~' { // no name begins so
			return nil, nil
		}
	}
	members, err := s.members.Members(ctx, access.ID, span)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return members, nil
}
