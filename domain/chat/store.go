package chat

import (
	"context"
	"time"

	"parley/domain"
	"parley/domain/encryption"
)

// NonceDigest is a keyed hash: of a nonce with its room and author, or of a
// message's content.
type NonceDigest [16]byte

// Entry is a message on its way into the log.
type Entry struct {
	RoomID    domain.RoomID
	Author    domain.UserID
	ReplyTo   domain.Seq // 0 for none
	CreatedAt time.Time  // UTC, microseconds
	Nonce     NonceDigest
	Content   NonceDigest // of the content, so that a repeated nonce can be compared
	// Seal seals the text for the place that the log gives it.
	Seal func(domain.Seq) (encryption.Sealed, error)
}

// Appended is what became of an Entry.
type Appended struct {
	Seq       domain.Seq
	CreatedAt time.Time // of the stored message: the first one's for a repeat
	Repeated  bool      // the nonce was known: nothing was added
	Err       error     // this entry alone was refused: ErrNonceReused, ErrRoomNotFound
}

// Record is a message as it is stored.
type Record struct {
	RoomID    domain.RoomID
	Room      string
	Seq       domain.Seq
	Author    domain.Author
	Sealed    encryption.Sealed
	ReplyTo   domain.Seq
	CreatedAt time.Time
}

// Range is a stretch of a room's messages: those with After < seq < Before, a
// zero Before being no bound. It is filled from its end if Newest is set, else
// from its beginning, with Limit messages at most.
type Range struct {
	After, Before domain.Seq
	Limit         int
	Newest        bool
}

// Log is the append-only history of all rooms. Each method is one atomic unit.
type Log interface {
	// Append adds the entries in one transaction and gives what became of
	// each, in the order of entries. Within a room the new seqs are dense and
	// follow that order, and commit order is seq order. A nonce that the room
	// and author used within domain.NonceLife before the entry's CreatedAt
	// repeats that message if Content is the same, and is refused if not;
	// this holds within one batch too. An error of the whole batch means that
	// nothing was added, except ErrOutcomeUnknown.
	Append(ctx context.Context, entries []Entry) ([]Appended, error)
	// Sent looks up what an earlier Append made of an entry. It waits for an
	// append in progress to end, so that its answer is final; Seq 0 says that
	// the message was not stored.
	Sent(ctx context.Context, entry Entry) (Appended, error)
	// Messages reads a range, oldest first. Its cost depends on Limit alone.
	Messages(ctx context.Context, room domain.RoomID, span Range) ([]Record, error)
	// Extents gives the kept part of each room's numbering, in one query.
	// Rooms that do not exist are left out.
	Extents(ctx context.Context, rooms []domain.RoomID) (map[domain.RoomID]domain.Extent, error)
	// ForgetNonces removes nonces used before a time: many small units, so that
	// an append never waits long for it and what was removed stays so if it is
	// not finished.
	ForgetNonces(ctx context.Context, before time.Time) error
}

// Rooms keeps the rooms and who has read how far.
type Rooms interface {
	// Room finds a room by name or id. NotFound room.not_found, which is also
	// the answer to a direct address nobody has opened.
	Room(ctx context.Context, address domain.Address) (domain.Room, error)
	// Marker is how far a user has read; 0 if they never were there.
	Marker(ctx context.Context, user domain.UserID, room domain.RoomID) (domain.Seq, error)
	// MoveMarker moves the marker forward to seq, never back, and gives where
	// it stands now and whether it moved.
	MoveMarker(ctx context.Context, user domain.UserID, room domain.RoomID, seq domain.Seq) (at domain.Seq, moved bool, err error)
	// Epoch changes only when the database was restored from a backup.
	Epoch(ctx context.Context) (string, error)
}

// ErrNonceReused refuses a nonce that stands for another message.
func ErrNonceReused() *domain.Error {
	return &domain.Error{
		Kind: domain.Conflict, Code: "message.nonce_reused", Field: "nonce",
		Message: "this nonce was used for another message; use a new one for each message",
	}
}

// ErrOutcomeUnknown is what Append answers when the connection broke while the
// transaction was being committed: Sent can tell.
func ErrOutcomeUnknown(cause error) *domain.Error {
	return &domain.Error{
		Kind: domain.Unavailable, Code: "message.unknown", Err: cause,
		Message: "it is not known whether the message was stored; send it again with the same nonce",
	}
}
