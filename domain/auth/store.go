package auth

import (
	"context"
	"time"

	"parley/domain"
	"parley/domain/encryption"
)

// Account is a user together with what only this package may see.
type Account struct {
	domain.User
	PasswordHash string
	Email        encryption.Sealed // zero if none was given
	Generation   int64             // raised when a password or a bar voids what was proven before
}

// NewAccount is an account that does not exist yet. Its address is sealed
// inside the transaction that numbers it, since the seal is bound to the id.
type NewAccount struct {
	Name         string
	PasswordHash string
	Admin        bool
	CreatedAt    time.Time
	SealEmail    func(domain.UserID) (encryption.Sealed, error) // nil for no address
}

// AccountChange says what of an account shall change; nil leaves a thing as it
// is.
type AccountChange struct {
	PasswordHash *string
	Disabled     *bool
	Admin        *bool
	Void         bool      // raise the generation and end every session ...
	Except       SessionID // ... but this one; 0 for none
	Generation   int64     // change nothing unless the generation is this one; 0 for any
}

// Store keeps everything that this package knows. Each method is one atomic
// unit, and each change that takes something away or alters what somebody may
// do raises the revision in the same unit.
type Store interface {
	AccountStore
	SessionStore
	TraceStore
	KeyStore
}

// AccountStore keeps accounts.
type AccountStore interface {
	// CreateAccount adds a user, makes them a member of the lobby and sets
	// their read marker to its head. Conflict user.name_taken if the folded
	// name is in use.
	CreateAccount(ctx context.Context, account NewAccount) (Account, error)
	// AccountByName ignores case. NotFound user.not_found.
	AccountByName(ctx context.Context, name string) (Account, error)
	// AccountByID answers NotFound user.not_found like AccountByName.
	AccountByID(ctx context.Context, id domain.UserID) (Account, error)
	// Accounts lists at most limit accounts with an id above after, by id.
	Accounts(ctx context.Context, after domain.UserID, limit int) ([]Account, error)
	// ChangeAccount applies a change. NotFound user.not_found; Unauthenticated
	// auth.access_ended if the generation is not the one asked for.
	ChangeAccount(ctx context.Context, id domain.UserID, change AccountChange) error
	// Revision counts the changes ever made, by any process.
	Revision(ctx context.Context) (int64, error)
}

// SessionStore keeps log-ins.
type SessionStore interface {
	// CreateSession adds a session, together with what else a log-in leaves
	// behind: see NewSession. Unauthenticated auth.access_ended if the account
	// is disabled or of another generation, or the key is gone. Nothing that
	// was good becomes void, so only sessions that must give way raise the
	// revision.
	CreateSession(ctx context.Context, session NewSession) (Session, error)
	// Sessions lists a user's sessions, the one used last first, those that
	// ended for a reason their owner should know among them.
	Sessions(ctx context.Context, user domain.UserID) ([]Session, error)
	// Access gives those of the sessions that have not ended, with their
	// users' accounts, in any order.
	Access(ctx context.Context, ids []SessionID) ([]Access, error)
	// Refresh lets decide say what becomes of a session, which nobody else
	// changes meanwhile. Its error is passed on, and then nothing changes.
	// NotFound session.not_found, also of one that has ended. The revision is
	// raised if the session ends.
	Refresh(ctx context.Context, id SessionID, decide func(Access, RefreshState) (Refreshed, error)) error
	// EndSessions removes sessions and says how many there were.
	EndSessions(ctx context.Context, which Ending) (int64, error)
}

// TraceStore keeps when and from where people came.
type TraceStore interface {
	// TouchSessions moves the times at which sessions were last used forward,
	// and removes those that ended with their connection. Nothing hangs on
	// these any more, so the revision stays.
	TouchSessions(ctx context.Context, used map[SessionID]time.Time, left []SessionID) error
	// ExpireSessions removes what is too old; the revision is raised if any
	// session was.
	ExpireSessions(ctx context.Context, before Expiry) error
	// KnowsAddress says whether a session of a user was ever created with an
	// address.
	KnowsAddress(ctx context.Context, user domain.UserID, address string) (bool, error)
}

// KeyStore keeps the keys that open the SSH door.
type KeyStore interface {
	// Keys lists a user's keys by id.
	Keys(ctx context.Context, user domain.UserID) ([]Key, error)
	// KeyByFingerprint answers NotFound key.not_found.
	KeyByFingerprint(ctx context.Context, fingerprint string) (Key, error)
	// AddKey numbers and keeps a key. Conflict key.taken if anybody has it,
	// key.too_many if its user has limit keys.
	AddKey(ctx context.Context, key Key, limit int) (Key, error)
	// RemoveKey removes a user's key. NotFound key.not_found.
	RemoveKey(ctx context.Context, user domain.UserID, id KeyID) error
}

// ErrUserNotFound is what a Store answers for an account that does not exist.
func ErrUserNotFound() *domain.Error {
	return &domain.Error{Kind: domain.NotFound, Code: "user.not_found", Field: "username", Message: "there is no such user"}
}

// ErrNameTaken is what a Store answers when a folded name is in use.
func ErrNameTaken() *domain.Error {
	return &domain.Error{Kind: domain.Conflict, Code: "user.name_taken", Field: "username", Message: "this name is taken"}
}

// ErrSessionNotFound is what a Store answers for a session that is not there.
func ErrSessionNotFound() *domain.Error {
	return &domain.Error{Kind: domain.NotFound, Code: "session.not_found", Message: "there is no such session"}
}

// ErrKeyNotFound is what a Store answers for a key that is not there.
func ErrKeyNotFound() *domain.Error {
	return &domain.Error{Kind: domain.NotFound, Code: "key.not_found", Message: "there is no such key"}
}

// ErrKeyTaken is what a Store answers when somebody has a key already.
func ErrKeyTaken() *domain.Error {
	return &domain.Error{
		Kind: domain.Conflict, Code: "key.taken", Field: "key",
		Message: "this key is in use already; a key opens one account",
	}
}

// ErrTooManyKeys is what a Store answers when a user has as many keys as one
// may.
func ErrTooManyKeys() *domain.Error {
	return &domain.Error{
		Kind: domain.Conflict, Code: "key.too_many", Field: "key",
		Message: "you have as many keys as one may; remove one first",
	}
}

// ErrAccessEnded is what a Store answers when what was proven is void by now.
func ErrAccessEnded() *domain.Error {
	return &domain.Error{
		Kind: domain.Unauthenticated, Code: "auth.access_ended",
		Message: "this access has ended; log in again",
	}
}
