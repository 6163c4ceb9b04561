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
	"parley/domain/limiter"
)

// Config is what the service needs.
type Config struct {
	Log     Log
	Rooms   Rooms
	History *History
	Keyring *encryption.Keyring
	Root    *encryption.Root
	Hub     *broadcast.Hub
	Now     func() time.Time
	Logger  *slog.Logger
}

// Service is what an Actor may do in a room.
type Service struct {
	rooms   Rooms
	history *History
	keyring *encryption.Keyring
	hub     *broadcast.Hub
	now     func() time.Time

	lobby    domain.RoomID
	epoch    string
	messages *limiter.Rate
	typing   *limiter.Rate
	follows  *limiter.Rate // each can tell a whole room that somebody came and went
	appender *appender
	nonceKey []byte
}

// NewService makes the service. Its Run must be running for Send to answer.
func NewService(ctx context.Context, c Config) (*Service, error) {
	lobby, err := c.Rooms.Room(ctx, domain.Address{Name: domain.Lobby})
	if err != nil {
		return nil, fmt.Errorf("find the lobby: %w", err)
	}
	epoch, err := c.Rooms.Epoch(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the epoch: %w", err)
	}
	return &Service{
		rooms: c.Rooms, history: c.History, keyring: c.Keyring, hub: c.Hub, now: c.Now,
		lobby: lobby.ID, epoch: epoch,
		messages: limiter.Messages(c.Now),
		typing:   limiter.NewRate(3, time.Second, c.Now),
		follows:  limiter.NewRate(200, 100*time.Millisecond, c.Now),
		appender: newAppender(c.Log, c.Hub, c.Now, c.Logger),
		nonceKey: c.Root.Derive("message nonces"),
	}, nil
}

// Run stores what is sent until ctx ends, and then what was already accepted.
func (s *Service) Run(ctx context.Context) error {
	var upkeep sync.WaitGroup
	upkeep.Go(func() { s.appender.forgetNonces(ctx) })
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
// The same nonce again gives the same message. Errors: room.not_found,
// message.not_found for what is replied to (NotFound), those of
// domain.CleanContent and domain.CheckNonce, message.nonce_reused (Conflict),
// limit.messages (RateLimited), message.busy, store.unavailable and
// message.unknown (Unavailable).
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
	room, err := s.find(ctx, actor, to)
	if err != nil {
		return nil, err
	}
	if err := s.messages.Take(actor.ID()); err != nil {
		return nil, err
	}
	content, err := domain.CleanContent(draft.Content)
	if err != nil {
		return nil, err
	}
	if draft.Nonce == "" {
		draft.Nonce = rand.Text()
	} else if err := domain.CheckNonce(draft.Nonce); err != nil {
		return nil, err
	}
	if err := s.checkReply(ctx, room, draft.ReplyTo); err != nil {
		return nil, err
	}
	message := domain.Message{
		RoomID: room.ID, Room: room.Name, Author: actor.Author(),
		Content: content, ReplyTo: draft.ReplyTo,
		CreatedAt: s.now().UTC().Truncate(time.Microsecond),
	}
	turn, err := s.appender.enqueue(s.entry(message, draft.Nonce), message, draft.Nonce)
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

// checkReply refuses an answer to a message that is not there.
func (s *Service) checkReply(ctx context.Context, room domain.Room, to domain.Seq) error {
	if to == 0 {
		return nil
	}
	if to > 0 {
		records, err := s.history.log.Messages(ctx, room.ID, Range{After: to - 1, Before: to + 1, Limit: 1})
		if err != nil {
			return fmt.Errorf("look for the message replied to: %w", err)
		}
		if len(records) == 1 {
			return nil
		}
	}
	return &domain.Error{
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
