package chat

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/encryption"
)

// SetDraft keeps what the actor has not sent yet in a room and tells their
// other screens; "" takes it away. From is the screen that need not be told, or
// nil. Errors: as of enter, draft.content (Invalid), limit.drafts (RateLimited).
func (s *Service) SetDraft(
	ctx context.Context, actor auth.Actor, address domain.Address, content string, from *broadcast.Subscription,
) error {
	room, err := s.enter(ctx, actor, address, keep)
	if err != nil {
		return err
	}
	if err := checkDraft(content); err != nil {
		return err
	}
	if err := s.limits.take(draftLimit, actor); err != nil {
		return err
	}
	var sealed encryption.Sealed
	if content != "" {
		if sealed, err = s.keyring.Seal(encryption.ForDraft(room.ID, actor.ID()), content); err != nil {
			return fmt.Errorf("seal a draft: %w", err)
		}
	}
	if err := s.members.SetDraft(ctx, actor.ID(), room.ID, sealed); err != nil {
		return fmt.Errorf("keep a draft: %w", err)
	}
	s.hub.Tell(actor.ID(), domain.Event{
		Type: domain.EventDraft, RoomID: room.ID, Room: room.Name, Content: content, User: actor.Author(),
	}, from)
	return nil
}

// checkDraft takes what may become a message, however unfinished.
func checkDraft(content string) error {
	if utf8.ValidString(content) && utf8.RuneCountInString(content) <= domain.MaxContent &&
		!strings.ContainsFunc(content, func(r rune) bool { return domain.IsControl(r) && r != '\n' && r != '\t' }) {
		return nil
	}
	return &domain.Error{
		Kind: domain.Invalid, Code: "draft.content", Field: "content",
		Message: "a draft is text of at most 4,000 characters without control characters",
	}
}

// Settings are how a member wants to be told of a room's messages; nil leaves a
// thing as it is.
type Settings struct {
	Muted  *bool
	Notify *domain.Notify
}

// Configure changes how the actor is told of a room's messages, on all their
// screens. Errors: as of enter, room.notify (Invalid), limit.drafts
// (RateLimited).
func (s *Service) Configure(
	ctx context.Context, actor auth.Actor, address domain.Address, wanted Settings, from *broadcast.Subscription,
) (View, error) {
	room, err := s.look(ctx, actor, address, keep)
	if err != nil {
		return View{}, err
	}
	if wanted.Notify != nil {
		if room.Notify, err = domain.ParseNotify(string(*wanted.Notify)); err != nil {
			return View{}, err
		}
	}
	if wanted.Muted != nil {
		room.Muted = *wanted.Muted
	}
	if err := s.limits.take(draftLimit, actor); err != nil {
		return View{}, err
	}
	if err := s.members.Configure(ctx, actor.ID(), room.ID, room.Muted, room.Notify); err != nil {
		return View{}, fmt.Errorf("configure a room: %w", err)
	}
	s.hub.Tell(actor.ID(), domain.Event{
		Type: domain.EventRoom, Change: domain.Configured, RoomID: room.ID, Room: room.Name, Kind: room.Kind,
		Muted: room.Muted, Notify: room.Notify, User: actor.Author(),
	}, from)
	return s.counted(ctx, actor, room)
}

// Typing tells the others in a room that the actor is writing. More than a few
// signals a second are dropped. Errors: as of enter.
func (s *Service) Typing(ctx context.Context, actor auth.Actor, address domain.Address) error {
	room, err := s.enter(ctx, actor, address, write)
	if err != nil {
		return err
	}
	if s.limits.take(typingLimit, actor) == nil {
		s.hub.Signal(
			domain.Event{Type: domain.EventTyping, RoomID: room.ID, Room: room.Name, User: actor.Author()},
			broadcast.Audience{Except: actor.ID()},
		)
	}
	return nil
}
