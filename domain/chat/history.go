package chat

import (
	"context"
	"fmt"
	"log/slog"
	"math"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/encryption"
)

// The bounds of a page of history, in messages.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// unreadable stands in for a text that does not open in its place: it was
// changed or moved in the store. Nothing wrong is shown, and nothing hidden.
const unreadable = "[this message was damaged in the store and cannot be shown]"

// History reads stored messages and opens them. It is the hub's
// broadcast.History.
type History struct {
	log     Log
	keyring *encryption.Keyring
	logger  *slog.Logger
}

// NewHistory makes a History over a log.
func NewHistory(log Log, keyring *encryption.Keyring, logger *slog.Logger) *History {
	return &History{log: log, keyring: keyring, logger: logger}
}

// After gives at most limit events of a room above a seq, in order.
func (h *History) After(ctx context.Context, room domain.RoomID, after domain.Seq, limit int) ([]domain.Event, error) {
	messages, err := h.messages(ctx, room, Range{After: after, Limit: limit})
	if err != nil {
		return nil, err
	}
	events := make([]domain.Event, len(messages))
	for i, m := range messages {
		events[i] = messageEvent(m, "")
	}
	return events, nil
}

// Extents gives the kept part of each room's numbering.
func (h *History) Extents(ctx context.Context, rooms []domain.RoomID) (map[domain.RoomID]domain.Extent, error) {
	return h.log.Extents(ctx, rooms)
}

func (h *History) messages(ctx context.Context, room domain.RoomID, span Range) ([]domain.Message, error) {
	records, err := h.log.Messages(ctx, room, span)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	messages := make([]domain.Message, len(records))
	for i, r := range records {
		content, err := h.keyring.Open(encryption.ForMessage(r.RoomID, r.Seq, r.Author.ID), r.Sealed)
		if err != nil {
			h.logger.Error("a stored message does not open", "room_id", r.RoomID, "seq", r.Seq, "err", err)
			content = unreadable
		}
		messages[i] = domain.Message{
			RoomID: r.RoomID, Room: r.Room, Seq: r.Seq, Author: r.Author,
			Content: content, ReplyTo: r.ReplyTo, CreatedAt: r.CreatedAt,
		}
	}
	return messages, nil
}

func messageEvent(m domain.Message, nonce string) domain.Event {
	return domain.Event{Type: domain.EventMessage, RoomID: m.RoomID, Room: m.Room, Seq: m.Seq, Message: m, Nonce: nonce}
}

// Span says which page of a room's messages is wanted. At most one of Before,
// After and Around is set; none asks for the newest.
type Span struct {
	Before, After, Around *domain.Seq
	Limit                 int // 1 to MaxPage; 0 for DefaultPage
}

// Page is a stretch of a room's messages, oldest first.
type Page struct {
	domain.Extent
	Messages  []domain.Message
	HasBefore bool // whether there are older messages than the first here
	HasAfter  bool // whether there are newer ones than the last here
}

// Messages reads a page of a room's history, at a cost that does not depend on
// how much the room holds. Errors: room.not_found (NotFound), history.span
// (Invalid).
func (s *Service) Messages(ctx context.Context, actor auth.Actor, address domain.Address, span Span) (Page, error) {
	if err := span.check(); err != nil {
		return Page{}, err
	}
	room, err := s.find(ctx, actor, address)
	if err != nil {
		return Page{}, err
	}
	extents, err := s.history.Extents(ctx, []domain.RoomID{room.ID})
	if err != nil {
		return Page{}, fmt.Errorf("read the room's extent: %w", err)
	}
	page := Page{Extent: extents[room.ID]}
	switch {
	case span.After != nil:
		err = s.fillNewer(ctx, room.ID, &page, *span.After, span.Limit)
		page.HasBefore = page.First <= min(*span.After, page.Head)
	case span.Around != nil:
		older := span.Limit / 2
		if err = s.fillOlder(ctx, room.ID, &page, *span.Around, older); err == nil {
			err = s.fillNewer(ctx, room.ID, &page, *span.Around-1, span.Limit-older)
		}
	case span.Before != nil:
		err = s.fillOlder(ctx, room.ID, &page, *span.Before, span.Limit)
		page.HasAfter = max(*span.Before, page.First) <= page.Head
	default:
		err = s.fillOlder(ctx, room.ID, &page, math.MaxInt64, span.Limit)
	}
	return page, err
}

// fillOlder puts the limit messages before a seq at the page's front.
func (s *Service) fillOlder(ctx context.Context, room domain.RoomID, page *Page, before domain.Seq, limit int) error {
	if before == 0 {
		return nil // to a Range it would be no bound
	}
	messages, err := s.history.messages(ctx, room, Range{Before: before, Limit: limit + 1, Newest: true})
	if err != nil {
		return err
	}
	if page.HasBefore = len(messages) > limit; page.HasBefore {
		messages = messages[1:]
	}
	page.Messages = append(messages, page.Messages...)
	return nil
}

// fillNewer puts the limit messages after a seq at the page's end.
func (s *Service) fillNewer(ctx context.Context, room domain.RoomID, page *Page, after domain.Seq, limit int) error {
	messages, err := s.history.messages(ctx, room, Range{After: after, Limit: limit + 1})
	if err != nil {
		return err
	}
	if page.HasAfter = len(messages) > limit; page.HasAfter {
		messages = messages[:limit]
	}
	page.Messages = append(page.Messages, messages...)
	return nil
}

// check fills in the default and refuses what makes no sense.
func (p *Span) check() error {
	if p.Limit == 0 {
		p.Limit = DefaultPage
	}
	given := 0
	for _, seq := range []*domain.Seq{p.Before, p.After, p.Around} {
		if seq != nil {
			given++
			if *seq < 0 {
				return errSpan("a seq is not negative")
			}
		}
	}
	if p.Limit < 1 || p.Limit > MaxPage {
		return errSpan("limit is between 1 and 200")
	}
	if given > 1 {
		return errSpan("give one of before, after and around")
	}
	return nil
}

func errSpan(message string) error {
	return &domain.Error{Kind: domain.Invalid, Code: "history.span", Message: message}
}
