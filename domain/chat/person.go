package chat

import (
	"context"
	"fmt"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/encryption"
)

// Person is what others may see of somebody.
type Person struct {
	domain.Presence
	JoinedAt time.Time // when the account was made
}

// Person gives what others may see of somebody. NotFound user.not_found.
func (s *Service) Person(ctx context.Context, actor auth.Actor, username string) (Person, error) {
	if actor.ID() == 0 || domain.CheckUserName(username) != nil {
		return Person{}, auth.ErrUserNotFound()
	}
	profile, err := s.profile(ctx, username)
	if err != nil {
		return Person{}, err
	}
	presence := s.chosen(profile)
	presence.State = domain.Offline
	if now, here := s.hub.PresenceOf(profile.User.ID); here {
		presence.State = now.State
	}
	return Person{Presence: presence, JoinedAt: profile.JoinedAt}, nil
}

// Presence gives the state that the actor chose, and their status.
func (s *Service) Presence(ctx context.Context, actor auth.Actor) (domain.Presence, error) {
	profile, err := s.profile(ctx, actor.Name())
	if err != nil {
		return domain.Presence{}, err
	}
	return s.chosen(profile), nil
}

// SetPresence changes the state that the actor chose or their status, nil
// leaving it, and tells those who share a room. Errors: presence.state,
// presence.status (Invalid), limit.drafts (RateLimited).
func (s *Service) SetPresence(
	ctx context.Context, actor auth.Actor, state *domain.State, status *string,
) (domain.Presence, error) {
	presence, err := s.Presence(ctx, actor)
	if err != nil {
		return domain.Presence{}, err
	}
	if state != nil {
		if presence.State, err = domain.ParseState(string(*state)); err != nil {
			return domain.Presence{}, err
		}
	}
	if status != nil {
		if presence.Status, err = domain.CleanStatus(*status); err != nil {
			return domain.Presence{}, err
		}
	}
	if err := s.limits.take(draftLimit, actor); err != nil {
		return domain.Presence{}, err
	}
	var sealed encryption.Sealed
	if presence.Status != "" {
		if sealed, err = s.keyring.Seal(encryption.ForStatus(actor.ID()), presence.Status); err != nil {
			return domain.Presence{}, fmt.Errorf("seal a status: %w", err)
		}
	}
	if err := s.people.SetProfile(ctx, actor.ID(), presence.State, sealed); err != nil {
		return domain.Presence{}, fmt.Errorf("keep a presence: %w", err)
	}
	s.hub.SetPresence(presence)
	return presence, nil
}

// Here lists who of a room is connected. Errors: as of enter.
func (s *Service) Here(ctx context.Context, actor auth.Actor, address domain.Address) ([]domain.Presence, error) {
	room, err := s.enter(ctx, actor, address, readRoom)
	if err != nil {
		return nil, err
	}
	return s.hub.Here(room.ID), nil
}

func (s *Service) profile(ctx context.Context, name string) (Profile, error) {
	profiles, err := s.people.Profiles(ctx, []string{domain.FoldUserName(name)})
	if err != nil {
		return Profile{}, fmt.Errorf("find a person: %w", err)
	}
	if len(profiles) == 0 {
		return Profile{}, auth.ErrUserNotFound()
	}
	return profiles[0], nil
}

// chosen opens what somebody says of themselves.
func (s *Service) chosen(p Profile) domain.Presence {
	status := s.history.optional(encryption.ForStatus(p.User.ID), p.Status, "", "status", "user_id", p.User.ID)
	return domain.Presence{User: p.User, State: p.Chosen, Status: status}
}
