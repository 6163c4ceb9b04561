package chat

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/encryption"
)

// Config is what the service needs.
type Config struct {
	Store      Store
	History    *History
	Keyring    *encryption.Keyring
	Root       *encryption.Root
	Hub        *broadcast.Hub
	EditWindow time.Duration // how long a message can be edited; 0 for ever
	Now        func() time.Time
	Logger     *slog.Logger
}

// Store is all that the service keeps.
type Store interface {
	Log
	Rooms
	Members
	People
}

// Service is what an Actor may do in a room.
type Service struct {
	rooms   Rooms
	members Members
	people  People
	history *History
	keyring *encryption.Keyring
	hub     *broadcast.Hub
	now     func() time.Time
	logger  *slog.Logger

	lobby      domain.RoomID
	epoch      string
	editWindow time.Duration
	limits     limits
	appender   *appender
	markers    *markers
	nonceKey   []byte
}

// NewService makes the service. Its Run must be running for Send to answer.
func NewService(ctx context.Context, c Config) (*Service, error) {
	lobby, err := c.Store.Look(ctx, 0, Where{Name: domain.Lobby})
	if err != nil {
		return nil, fmt.Errorf("find the lobby: %w", err)
	}
	epoch, err := c.Store.Epoch(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the epoch: %w", err)
	}
	return &Service{
		rooms: c.Store, members: c.Store, people: c.Store,
		history: c.History, keyring: c.Keyring, hub: c.Hub, now: c.Now, logger: c.Logger,
		lobby: lobby.ID, epoch: epoch, editWindow: c.EditWindow,
		limits:   newLimits(c.Now),
		appender: newAppender(c.Store, c.Hub, c.Now, c.Logger),
		markers:  newMarkers(c.Store, c.Logger),
		nonceKey: c.Root.Derive("message nonces"),
	}, nil
}

// Run stores what is sent until ctx ends, and then what was already accepted.
func (s *Service) Run(ctx context.Context) error {
	var upkeep sync.WaitGroup
	upkeep.Go(func() { s.appender.sweep(ctx) })
	upkeep.Go(func() { s.markers.run(ctx) })
	defer upkeep.Wait()
	return s.appender.run(ctx)
}

// Epoch changes only when the database was restored from a backup.
func (s *Service) Epoch() string { return s.epoch }

// Draft is a message that somebody wants to send.
type Draft struct {
	Content string
	Nonce   string     // "" to be given one
	ReplyTo domain.Seq // 0 for none
}

// Sent is a message that was stored, and the nonce it was sent with.
type Sent struct {
	Message domain.Message
	Nonce   string
}

// Send stores a message and gives it with its place, after it is committed.
// The same nonce again gives the same message. A direct conversation is made
// when it is first written in. Errors: room.not_found, message.not_found for
// what is replied to (NotFound), room.not_member (Forbidden), room.archived
// (Conflict), those of domain.CleanContent and domain.CheckNonce,
// message.nonce_reused (Conflict), limit.messages (RateLimited), message.busy,
// store.unavailable and message.unknown (Unavailable).
func (s *Service) Send(ctx context.Context, actor auth.Actor, to domain.Address, draft Draft) (Sent, error) {
	wait, err := s.Submit(ctx, actor, to, draft)
	if err != nil {
		return Sent{}, err
	}
	return wait(ctx)
}

// Submit is the first half of Send: it checks the message and gives it its
// turn to be stored. Messages submitted one after the other are stored in that
// order. Wait, the second half, is called once and gives the message after it
// is committed; if its ctx ends first that is message.unknown. The errors of
// Send are spread over the two.
func (s *Service) Submit(
	ctx context.Context, actor auth.Actor, to domain.Address, draft Draft,
) (wait func(context.Context) (Sent, error), err error) {
	room, err := s.reach(ctx, actor, to, write)
	if err != nil {
		return nil, err
	}
	if err := s.limits.take(messageLimit, actor); err != nil {
		return nil, err
	}
	message := domain.Message{
		RoomID: room.ID, Room: room.Name, Author: actor.Author(),
		ReplyTo: draft.ReplyTo, CreatedAt: s.moment(),
	}
	if message.Content, err = domain.CleanContent(draft.Content); err != nil {
		return nil, err
	}
	if draft.Nonce != "" {
		if err := domain.CheckNonce(draft.Nonce); err != nil {
			return nil, err
		}
	}
	if message.Quote, err = s.quote(ctx, room.ID, draft.ReplyTo); err != nil {
		return s.resent(ctx, message, draft.Nonce, err)
	}
	if draft.Nonce == "" {
		draft.Nonce = rand.Text()
	}
	called, err := s.call(ctx, actor, room, &message)
	if err != nil {
		return nil, err
	}
	entry := s.entry(message, draft.Nonce)
	entry.Mentions, entry.May = called, s.still(actor, room, write)
	first, err := s.introduction(ctx, actor, room)
	if err != nil {
		return nil, err
	}
	turn, err := s.appender.enqueue(&pending{entry: entry, event: messageEvent(message, draft.Nonce), first: first})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (Sent, error) {
		result, err := s.appender.await(ctx, turn)
		if err != nil {
			return Sent{}, err
		}
		message.Seq, message.CreatedAt = result.Seq, result.CreatedAt
		return Sent{Message: message, Nonce: draft.Nonce}, nil
	}, nil
}

// resent answers for a message that answers what is not there: it may have been
// stored while that was, and then it is that message. Else it is refused.
func (s *Service) resent(
	ctx context.Context, message domain.Message, nonce string, refusal error,
) (wait func(context.Context) (Sent, error), err error) {
	if nonce == "" || !domain.HasCode(refusal, "message.not_found") {
		return nil, refusal
	}
	result, err := s.appender.log.Sent(ctx, s.entry(message, nonce))
	if err != nil || result.Err != nil || result.Seq == 0 {
		return nil, refusal
	}
	message.Seq, message.CreatedAt = result.Seq, result.CreatedAt
	return func(context.Context) (Sent, error) { return Sent{Message: message, Nonce: nonce}, nil }, nil
}

// moment is now, as it is stored.
func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// quote gives the line that an answer recalls. NotFound message.not_found if
// there is nothing to answer, or nothing any more.
func (s *Service) quote(ctx context.Context, room domain.RoomID, to domain.Seq) (*domain.Quote, error) {
	if to == 0 {
		return nil, nil //nolint:nilnil // most messages answer none
	}
	if to > 0 {
		records, err := s.history.log.MessagesAt(ctx, room, []domain.Seq{to})
		if err != nil {
			return nil, fmt.Errorf("look for the message replied to: %w", err)
		}
		if len(records) == 1 && !records[0].Deleted {
			return s.history.quote(records[0]), nil
		}
	}
	return nil, &domain.Error{
		Kind: domain.NotFound, Code: "message.not_found", Field: "reply_to",
		Message: "the message that this replies to does not exist",
	}
}

func (s *Service) entry(m domain.Message, nonce string) Entry {
	return Entry{
		RoomID: m.RoomID, Author: m.Author.ID, ReplyTo: m.ReplyTo, CreatedAt: m.CreatedAt,
		Nonce:   s.digest("nonce", strconv.FormatInt(int64(m.RoomID), 10), strconv.FormatInt(int64(m.Author.ID), 10), nonce),
		Content: s.digest("content", strconv.FormatInt(int64(m.ReplyTo), 10), m.Content),
		Seal: func(seq domain.Seq) (encryption.Sealed, error) {
			return s.keyring.Seal(encryption.ForMessage(m.RoomID, seq, m.Author.ID), m.Content)
		},
	}
}

// digest is a keyed hash of fields of which only the last may hold a NUL.
func (s *Service) digest(fields ...string) (d NonceDigest) {
	mac := hmac.New(sha256.New, s.nonceKey)
	for i, field := range fields {
		if i > 0 {
			mac.Write([]byte{0})
		}
		mac.Write([]byte(field))
	}
	copy(d[:], mac.Sum(nil))
	return d
}
