package chat

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/encryption"
	"parley/domain/markup"
)

// maxHere is how many people one @here calls at most.
const maxHere = 1000

// call finds out whom a message calls and notes their names in it. A name that
// no other member has is text like any other, and so is @here or @room of
// somebody who may not call everyone.
func (s *Service) call(
	ctx context.Context, actor auth.Actor, room Access, message *domain.Message,
) ([]Mention, error) {
	message.Mentions = nil
	if !strings.Contains(message.Content, "@") {
		return nil, nil
	}
	words := map[string]bool{}
	var names []string
	for _, name := range markup.Names(markup.Parse(message.Content)) {
		switch name = domain.FoldUserName(name); name {
		case domain.MentionHere, domain.MentionRoom:
			words[name] = true
		default:
			names = append(names, name)
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == domain.FoldUserName(actor.Name()) })
	var mentions []Mention
	if len(names) > 0 {
		people, err := s.members.Named(ctx, room.ID, names)
		if err != nil {
			return nil, fmt.Errorf("find who is mentioned: %w", err)
		}
		for _, person := range people {
			mentions = append(mentions, Mention{User: person.ID, How: ByName})
			message.Mentions = append(message.Mentions, person.Name)
		}
	}
	if len(words) == 0 {
		return mentions, nil
	}
	all, err := s.mayCallAll(ctx, actor, room)
	if err != nil || !all {
		return mentions, err
	}
	return append(mentions, s.callAll(room.ID, actor, words, message)...), nil
}

// mayCallAll asks for the actor's role where enter did not.
func (s *Service) mayCallAll(ctx context.Context, actor auth.Actor, room Access) (bool, error) {
	if room.ID == s.lobby {
		var err error
		if room, err = s.rooms.Look(ctx, actor.ID(), Where{ID: room.ID}); err != nil {
			return false, fmt.Errorf("find the lobby: %w", err)
		}
	}
	return allow(actor, room, callAll) == nil, nil
}

func (s *Service) callAll(room domain.RoomID, actor auth.Actor, words map[string]bool, message *domain.Message) []Mention {
	var mentions []Mention
	if words[domain.MentionHere] {
		// The author's own keeps the word even if nobody is here.
		mentions = append(mentions, Mention{User: actor.ID(), How: ByHere})
		here := s.hub.HereIDs(room)
		for _, user := range here[:min(len(here), maxHere)] {
			if user != actor.ID() {
				mentions = append(mentions, Mention{User: user, How: ByHere})
			}
		}
		message.Mentions = append(message.Mentions, domain.MentionHere)
	}
	if words[domain.MentionRoom] {
		mentions = append(mentions, Mention{User: Everyone, How: ByRoom})
		message.Mentions = append(message.Mentions, domain.MentionRoom)
	}
	return mentions
}

// Message gives one message of a room. Errors: as of enter, message.not_found
// (NotFound).
func (s *Service) Message(
	ctx context.Context, actor auth.Actor, address domain.Address, seq domain.Seq,
) (domain.Message, error) {
	access, err := s.enter(ctx, actor, address, readRoom)
	if err != nil {
		return domain.Message{}, err
	}
	return s.history.message(ctx, access.ID, seq)
}

// Edit gives a message of the actor's another text. Errors: as of enter and of
// domain.CleanContent, message.not_found (NotFound), message.deleted,
// room.archived (Conflict), message.not_yours, message.edit_window (Forbidden),
// limit.changes (RateLimited).
func (s *Service) Edit(
	ctx context.Context, actor auth.Actor, address domain.Address, seq domain.Seq, content string,
) (domain.Message, error) {
	access, err := s.enter(ctx, actor, address, write)
	if err != nil {
		return domain.Message{}, err
	}
	if content, err = domain.CleanContent(content); err != nil {
		return domain.Message{}, err
	}
	message, err := s.history.message(ctx, access.ID, seq)
	if err != nil {
		return domain.Message{}, err
	}
	now := s.moment() // what is told and what is stored are the same moment
	var since time.Time
	if s.editWindow > 0 {
		since = now.Add(-s.editWindow)
	}
	switch {
	case message.Author.ID != actor.ID():
		return domain.Message{}, ErrNotYours()
	case message.Deleted:
		return domain.Message{}, ErrMessageDeleted()
	case message.CreatedAt.Before(since):
		return domain.Message{}, ErrEditWindow()
	case message.Content == content:
		return message, nil
	}
	message.Content, message.EditedAt = content, now
	mentions, err := s.call(ctx, actor, access, &message)
	if err != nil {
		return domain.Message{}, err
	}
	_, err = s.change(ctx, actor, access, write, Change{
		Target: seq, Since: since, Mentions: mentions, At: now,
		Seal: func(at domain.Seq) (encryption.Sealed, error) {
			return s.keyring.Seal(encryption.ForEdit(access.ID, seq, at, actor.ID()), content)
		},
	}, domain.Event{Type: domain.EventEdited, Target: seq, Message: message, User: actor.Author()})
	return message, err
}

// Delete takes the text of a message away for good; its place remains. It takes
// a moderator for somebody else's. Deleting it again changes nothing. Errors: as
// of enter, message.not_found (NotFound), limit.changes (RateLimited).
func (s *Service) Delete(ctx context.Context, actor auth.Actor, address domain.Address, seq domain.Seq) error {
	takes := write
	access, err := s.look(ctx, actor, address, takes)
	if err != nil {
		takes = moderate // an admin need not be a member
		if access, err = s.look(ctx, actor, address, takes); err != nil {
			return err
		}
	}
	records, err := s.history.log.MessagesAt(ctx, access.ID, []domain.Seq{seq})
	if err != nil {
		return fmt.Errorf("look for the message: %w", err)
	}
	if len(records) == 0 {
		return ErrMessageNotFound()
	}
	if records[0].Author.ID != actor.ID() {
		takes = moderate
		if err := allow(actor, access, takes); err != nil {
			if access.Kind == domain.RoomDirect {
				return ErrNotYours()
			}
			return err
		}
	}
	_, err = s.change(ctx, actor, access, takes, Change{Target: seq},
		domain.Event{Type: domain.EventDeleted, Target: seq, User: actor.Author()})
	return err
}

// React puts the actor's emoji to a message, or takes it away. Errors: as of
// enter, reaction.emoji (Invalid), message.not_found (NotFound),
// message.deleted, message.reactions_full, room.archived (Conflict),
// limit.changes (RateLimited).
func (s *Service) React(
	ctx context.Context, actor auth.Actor, address domain.Address, seq domain.Seq, emoji string, on bool,
) error {
	access, err := s.enter(ctx, actor, address, write)
	if err != nil {
		return err
	}
	if emoji, err = domain.CleanEmoji(emoji); err != nil {
		return err
	}
	_, err = s.change(ctx, actor, access, write, Change{Target: seq, Emoji: emoji, Added: on},
		domain.Event{Type: domain.EventReaction, Target: seq, Emoji: emoji, Added: on, User: actor.Author()})
	return err
}

// Pin keeps a message at hand for everybody in the room, or no longer. Errors:
// as of enter, message.not_found (NotFound), message.deleted, room.pins_full,
// room.archived (Conflict), limit.changes (RateLimited).
func (s *Service) Pin(
	ctx context.Context, actor auth.Actor, address domain.Address, seq domain.Seq, on bool,
) error {
	access, err := s.look(ctx, actor, address, pin)
	if err != nil {
		return err
	}
	_, err = s.change(ctx, actor, access, pin, Change{Target: seq, Added: on},
		domain.Event{Type: domain.EventPin, Target: seq, Added: on, User: actor.Author()})
	return err
}

// Pinned lists a room's pinned messages, oldest first. Errors: as of enter.
func (s *Service) Pinned(ctx context.Context, actor auth.Actor, address domain.Address) ([]domain.Message, error) {
	access, err := s.enter(ctx, actor, address, readRoom)
	if err != nil {
		return nil, err
	}
	records, err := s.history.log.Pinned(ctx, access.ID)
	if err != nil {
		return nil, fmt.Errorf("read pinned messages: %w", err)
	}
	return s.history.finish(ctx, access.ID, records)
}

// Earlier is what a message once said.
type Earlier struct {
	Content string
	At      time.Time // when it was written
}

// Versions lists what a message said before, oldest first, to moderators and to
// its author. Errors: as of enter, message.not_found (NotFound).
func (s *Service) Versions(
	ctx context.Context, actor auth.Actor, address domain.Address, seq domain.Seq,
) ([]Earlier, error) {
	access, err := s.look(ctx, actor, address, readRoom)
	if err != nil {
		return nil, err
	}
	message, err := s.history.message(ctx, access.ID, seq)
	if err != nil {
		return nil, err
	}
	if message.Author.ID != actor.ID() {
		if err := allow(actor, access, moderate); err != nil {
			return nil, err
		}
	}
	versions, err := s.history.log.Versions(ctx, access.ID, seq)
	if err != nil {
		return nil, fmt.Errorf("read earlier versions: %w", err)
	}
	earlier := make([]Earlier, len(versions))
	for i, v := range versions {
		record := Record{RoomID: access.ID, Seq: seq, TextSeq: v.Seq, Author: message.Author, Sealed: v.Sealed}
		earlier[i] = Earlier{Content: s.history.text(record), At: v.At}
	}
	return earlier, nil
}
