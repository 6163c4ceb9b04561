package chat

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/encryption"
	"parley/domain/markup"
)

// The bounds of a page: of messages, of members, of rooms.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// unreadable stands in for a text that does not open in its place: it was
// changed or moved in the store. Nothing wrong is shown, and nothing hidden.
const unreadable = "[this message was damaged in the store and cannot be shown]"

// History reads what is stored of rooms and opens it. It is the hub's
// broadcast.History.
type History struct {
	log     Reading
	rooms   Rooms
	keyring *encryption.Keyring
	logger  *slog.Logger
}

// NewHistory makes a History over a store.
func NewHistory(store Store, keyring *encryption.Keyring, logger *slog.Logger) *History {
	return &History{log: store, rooms: store, keyring: keyring, logger: logger}
}

// Extents gives the kept part of each room's numbering.
func (h *History) Extents(ctx context.Context, rooms []domain.RoomID) (map[domain.RoomID]domain.Extent, error) {
	return h.log.Extents(ctx, rooms)
}

// text opens a message's text. One that does not open in its place is told of,
// in the log and to who reads it.
func (h *History) text(r Record) string {
	if r.Deleted {
		return ""
	}
	at := encryption.ForMessage(r.RoomID, r.Seq, r.Author.ID)
	if r.TextSeq != r.Seq {
		at = encryption.ForEdit(r.RoomID, r.Seq, r.TextSeq, r.Author.ID)
	}
	return h.open(at, r.Sealed, unreadable, "message", "room_id", r.RoomID, "seq", r.Seq)
}

// optional is open of what need not be there.
func (h *History) optional(at encryption.Binding, sealed encryption.Sealed, otherwise, what string, attrs ...any) string {
	if sealed.Token == "" {
		return ""
	}
	return h.open(at, sealed, otherwise, what, attrs...)
}

// open opens what is stored. What does not open is told to the operator, and
// otherwise is given for it.
func (h *History) open(at encryption.Binding, sealed encryption.Sealed, otherwise, what string, attrs ...any) string {
	text, err := h.keyring.Open(at, sealed)
	if err != nil {
		h.logger.Error("a stored "+what+" does not open", append(attrs, "err", err)...)
		return otherwise
	}
	return text
}

// topic opens a room's topic.
func (h *History) topic(access Access) string {
	return h.optional(encryption.ForTopic(access.ID), access.Sealed, unreadable, "topic", "room_id", access.ID)
}

// quote makes the line that recalls a message.
func (h *History) quote(r Record) *domain.Quote {
	if r.Deleted {
		return &domain.Quote{Author: r.Author.Name, Deleted: true}
	}
	return &domain.Quote{Author: r.Author.Name, Text: quoted(h.text(r))}
}

// quoted is the beginning of a text on one line, without its marks.
func quoted(content string) string {
	content, _ = strings.CutPrefix(content, "/me ")
	if nodes := markup.Parse(content); nodes != nil {
		content = markup.Plain(nodes)
	}
	line := []rune(strings.Join(strings.Fields(content), " "))
	if len(line) > domain.MaxQuote {
		return strings.TrimSpace(string(line[:domain.MaxQuote-1])) + "…"
	}
	return string(line)
}

// message reads one message. NotFound message.not_found.
func (h *History) message(ctx context.Context, room domain.RoomID, seq domain.Seq) (domain.Message, error) {
	records, err := h.log.MessagesAt(ctx, room, []domain.Seq{seq})
	if err != nil {
		return domain.Message{}, fmt.Errorf("read a message: %w", err)
	}
	if len(records) == 0 {
		return domain.Message{}, ErrMessageNotFound()
	}
	messages, err := h.finish(ctx, room, records)
	if err != nil {
		return domain.Message{}, err
	}
	return messages[0], nil
}

func (h *History) messages(ctx context.Context, room domain.RoomID, span Range) ([]domain.Message, error) {
	records, err := h.log.Messages(ctx, room, span)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	return h.finish(ctx, room, records)
}

// finish opens messages and adds what others put to them. What they answer is
// read only where it is not among them.
func (h *History) finish(ctx context.Context, room domain.RoomID, records []Record) ([]domain.Message, error) {
	messages := make([]domain.Message, len(records))
	bySeq := make(map[domain.Seq]Record, len(records))
	var marked, answered []domain.Seq
	for i, r := range records {
		messages[i] = domain.Message{
			RoomID: r.RoomID, Room: r.Room, Seq: r.Seq, Author: r.Author,
			Content: h.text(r), ReplyTo: r.ReplyTo, CreatedAt: r.CreatedAt,
			EditedAt: r.EditedAt, Deleted: r.Deleted, Pinned: r.Pinned,
		}
		bySeq[r.Seq] = r
		if r.Reactions > 0 || strings.Contains(messages[i].Content, "@") {
			marked = append(marked, r.Seq)
		}
	}
	for _, r := range records {
		if _, here := bySeq[r.ReplyTo]; r.ReplyTo > 0 && !here {
			answered = append(answered, r.ReplyTo)
		}
	}
	if err := h.readAnswered(ctx, room, answered, bySeq); err != nil {
		return nil, err
	}
	var marks map[domain.Seq]Marks
	if len(marked) > 0 {
		var err error
		if marks, err = h.log.Marks(ctx, room, marked); err != nil {
			return nil, fmt.Errorf("read reactions and mentions: %w", err)
		}
	}
	for i := range messages {
		m := &messages[i]
		m.Reactions, m.Mentions = marks[m.Seq].Reactions, wordsLast(marks[m.Seq].Mentions)
		if target, ok := bySeq[m.ReplyTo]; ok && !m.Deleted {
			m.Quote = h.quote(target)
		}
	}
	return messages, nil
}

// wordsLast puts the names that a message calls in the order in which it was
// told: people first, then those who are here, then the room.
func wordsLast(names []string) []string {
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(wordOrder[a], wordOrder[b]) })
	return names
}

var wordOrder = map[string]int{domain.MentionHere: 1, domain.MentionRoom: 2}

func (h *History) readAnswered(
	ctx context.Context, room domain.RoomID, seqs []domain.Seq, into map[domain.Seq]Record,
) error {
	if len(seqs) == 0 {
		return nil
	}
	records, err := h.log.MessagesAt(ctx, room, seqs)
	if err != nil {
		return fmt.Errorf("read what is answered: %w", err)
	}
	for _, r := range records {
		into[r.Seq] = r
	}
	return nil
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
	Notices   []domain.Event // what happened to the room and its members meanwhile, the newest MaxPage of it
	HasBefore bool           // whether there are older messages than the first here
	HasAfter  bool           // whether there are newer ones than the last here
}

// Messages reads a page of a room's history, at a cost that does not depend on
// how much the room holds. Errors: room.not_found (NotFound), history.span
// (Invalid).
func (s *Service) Messages(ctx context.Context, actor auth.Actor, address domain.Address, span Span) (Page, error) {
	if err := span.check(); err != nil {
		return Page{}, err
	}
	room, err := s.enter(ctx, actor, address, readRoom)
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
		if err = s.fillNewer(ctx, room.ID, &page, *span.After, span.Limit); err == nil {
			page.HasBefore, err = s.history.holds(ctx, room.ID, Range{Before: following(*span.After), Newest: true})
		}
	case span.Around != nil:
		older := span.Limit / 2
		if err = s.fillOlder(ctx, room.ID, &page, *span.Around, older); err == nil {
			err = s.fillNewer(ctx, room.ID, &page, *span.Around-1, span.Limit-older)
		}
	case span.Before != nil:
		if err = s.fillOlder(ctx, room.ID, &page, *span.Before, span.Limit); err == nil {
			page.HasAfter, err = s.history.holds(ctx, room.ID, Range{After: *span.Before - 1})
		}
	default:
		err = s.fillOlder(ctx, room.ID, &page, math.MaxInt64, span.Limit)
	}
	if err == nil {
		page.Notices, err = s.history.notices(ctx, room.ID, page, span)
	}
	return page, err
}

// holds reports whether there is a message in a stretch.
func (h *History) holds(ctx context.Context, room domain.RoomID, stretch Range) (bool, error) {
	stretch.Limit = 1
	records, err := h.log.Messages(ctx, room, stretch)
	if err != nil {
		return false, fmt.Errorf("look for messages: %w", err)
	}
	return len(records) > 0, nil
}

// following is the seq after another, or, for a Range, no bound.
func following(seq domain.Seq) domain.Seq {
	if seq == math.MaxInt64 {
		return 0
	}
	return seq + 1
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
func (p *Span) check() (err error) {
	given := 0
	for _, seq := range []*domain.Seq{p.Before, p.After, p.Around} {
		if seq != nil {
			given++
			if *seq < 0 {
				return errSpan("a seq is not negative")
			}
		}
	}
	if p.Limit, err = pageLimit(p.Limit); err != nil {
		return err
	}
	if given > 1 {
		return errSpan("give one of before, after and around")
	}
	return nil
}

// pageLimit gives how long a page may be that was asked for; 0 asks for the
// default.
func pageLimit(asked int) (int, error) {
	if asked == 0 {
		return DefaultPage, nil
	}
	if asked < 1 || asked > MaxPage {
		return 0, errSpan("limit is between 1 and 200")
	}
	return asked, nil
}

func errSpan(message string) error {
	return &domain.Error{Kind: domain.Invalid, Code: "history.span", Message: message}
}
