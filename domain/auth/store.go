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
	Generation   int64             // whatever was issued under an earlier one is void
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
// is. Void raises the generation, which ends every access given so far.
type AccountChange struct {
	PasswordHash *string
	Disabled     *bool
	Admin        *bool
	Void         bool
}

// Store keeps accounts. Each method is one atomic unit, and each change raises
// the revision in the same unit.
type Store interface {
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
	// ChangeAccount applies a change. NotFound user.not_found.
	ChangeAccount(ctx context.Context, id domain.UserID, change AccountChange) error
	// Revision counts the changes of accounts ever made, by any process.
	Revision(ctx context.Context) (int64, error)
}

// ErrUserNotFound is what a Store answers for an account that does not exist.
func ErrUserNotFound() *domain.Error {
	return &domain.Error{Kind: domain.NotFound, Code: "user.not_found", Field: "username", Message: "there is no such user"}
}

// ErrNameTaken is what a Store answers when a folded name is in use.
func ErrNameTaken() *domain.Error {
	return &domain.Error{Kind: domain.Conflict, Code: "user.name_taken", Field: "username", Message: "this name is taken"}
}
