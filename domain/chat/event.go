package chat

import (
	"context"
	"fmt"
	"slices"

	"parley/domain"
)

func messageEvent(m domain.Message, nonce string) domain.Event {
	return domain.Event{Type: domain.EventMessage, RoomID: m.RoomID, Room: m.Room, Seq: m.Seq, Message: m, Nonce: nonce}
}

// After gives at most limit events of a room above a seq, in order. A change is
// told with what it changed as that stands now, so that whoever was away ends up
// with what everybody sees, and text that was deleted stays so.
func (h *History) After(ctx context.Context, room domain.RoomID, after domain.Seq, limit int) ([]domain.Event, error) {
	records, changes, err := h.log.Events(ctx, room, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	messages, err := h.finish(ctx, room, records)
	if err != nil {
		return nil, err
	}
	changed, err := h.changeEvents(ctx, room, changes)
	if err != nil {
		return nil, err
	}
	events := make([]domain.Event, 0, len(messages)+len(changed))
	for len(messages) > 0 || len(changed) > 0 {
		if len(changed) == 0 || len(messages) > 0 && messages[0].Seq < changed[0].Seq {
			events = append(events, messageEvent(messages[0], ""))
			messages = messages[1:]
		} else {
			events = append(events, changed[0])
			changed = changed[1:]
		}
	}
	return events, nil
}

// notices gives what happened to a room and its members in the stretch of a
// page: of more than MaxPage the newest. Otherwise pages that join on to each
// other leave none out and give none twice.
func (h *History) notices(ctx context.Context, room domain.RoomID, page Page, asked Span) ([]domain.Event, error) {
	stretch := Range{Limit: MaxPage, Newest: true}
	if n := len(page.Messages); n > 0 {
		if page.HasBefore {
			stretch.After = page.Messages[0].Seq
		}
		if page.HasAfter {
			stretch.Before = page.Messages[n-1].Seq
		}
	}
	switch {
	case asked.After != nil:
		stretch.After = *asked.After
	case asked.Around != nil && len(page.Messages) == 0 && page.HasBefore:
		stretch.After = max(*asked.Around, 1) - 1
	}
	if asked.Before != nil {
		stretch.Before = max(*asked.Before, 1)
	}
	changes, err := h.log.Notices(ctx, room, stretch)
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	return h.changeEvents(ctx, room, changes)
}

// changeEvents makes events of stored changes.
func (h *History) changeEvents(ctx context.Context, id domain.RoomID, changes []ChangeRecord) ([]domain.Event, error) {
	edited, err := h.edited(ctx, id, changes)
	if err != nil {
		return nil, err
	}
	room, err := h.roomNow(ctx, id, changes)
	if err != nil {
		return nil, err
	}
	events := make([]domain.Event, len(changes))
	for i, c := range changes {
		event := domain.Event{
			Type: c.Type, Change: c.Change, RoomID: c.RoomID, Room: c.Room, Seq: c.Seq, At: c.At,
			Target: c.Target, User: c.User, By: c.By, Added: c.Added,
		}
		switch c.Type {
		case domain.EventReaction:
			event.Emoji, event.User = c.Detail, c.By
		case domain.EventMember:
			event.Role = domain.Role(c.Detail)
		case domain.EventRoom:
			event.Kind, event.Topic = room.Kind, room.Topic
		case domain.EventEdited:
			event.User, event.Message = c.By, edited[c.Target]
			if event.Message.Deleted {
				event.Type, event.Message = domain.EventDeleted, domain.Message{}
			}
		default:
			event.User = c.By
		}
		events[i] = event
	}
	return events, nil
}

// roomNow gives a room as it stands, if one of the changes is the room's. Of one
// that was deleted nothing is known.
func (h *History) roomNow(ctx context.Context, id domain.RoomID, changes []ChangeRecord) (domain.Room, error) {
	if !slices.ContainsFunc(changes, func(c ChangeRecord) bool { return c.Type == domain.EventRoom }) {
		return domain.Room{}, nil
	}
	access, err := h.rooms.Look(ctx, 0, Where{ID: id})
	if err != nil && !domain.HasCode(err, "room.not_found") {
		return domain.Room{}, fmt.Errorf("read the room: %w", err)
	}
	access.Topic = h.topic(access)
	return access.Room, nil
}

// edited gives the messages that changes edited, as they stand now.
func (h *History) edited(
	ctx context.Context, room domain.RoomID, changes []ChangeRecord,
) (map[domain.Seq]domain.Message, error) {
	var seqs []domain.Seq
	for _, c := range changes {
		if c.Type == domain.EventEdited {
			seqs = append(seqs, c.Target)
		}
	}
	if len(seqs) == 0 {
		return nil, nil
	}
	records, err := h.log.MessagesAt(ctx, room, seqs)
	if err != nil {
		return nil, fmt.Errorf("read edited messages: %w", err)
	}
	messages, err := h.finish(ctx, room, records)
	if err != nil {
		return nil, err
	}
	found := make(map[domain.Seq]domain.Message, len(messages))
	for _, m := range messages {
		found[m.Seq] = m
	}
	return found, nil
}
