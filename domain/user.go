package domain

import (
	"strings"
	"time"
	"unicode/utf8"
)

// UserID numbers a user for good: users are emptied, never deleted.
type UserID int64

// User is a person with an account, the same one whichever door they use.
type User struct {
	ID        UserID
	Name      string // as first written; unique without regard to case
	Admin     bool
	Disabled  bool
	CreatedAt time.Time // UTC, microseconds
}

// The bounds of a user name and of a password, in characters.
const (
	MinUserName = 3
	MaxUserName = 50
	MinPassword = 8
	MaxPassword = 128
)

// RegistrationName is the SSH user name by which a stranger asks for an
// account; no account can have it.
const RegistrationName = "new"

// reservedNames cannot be taken by self-registration: they would let a
// stranger pass for the service or for a group of people.
var reservedNames = map[string]bool{
	"admin": true, "administrator": true, "all": true, "anonymous": true,
	"bot": true, "channel": true, "daemon": true, "everyone": true,
	"guest": true, "help": true, "here": true, "lobby": true,
	"mod": true, "moderator": true, "nobody": true, "null": true,
	"operator": true, "owner": true, "parley": true, "postmaster": true,
	"root": true, "room": true, "security": true, "server": true,
	"staff": true, "superuser": true, "support": true, "sysadmin": true,
	"system": true, "undefined": true, "webmaster": true,
}

// FoldUserName is the form under which a name is unique.
func FoldUserName(name string) string { return strings.ToLower(name) }

// CheckUserName says whether name can belong to an account at all. Its errors
// are Invalid: user.name_length, user.name_characters, user.name_reserved.
func CheckUserName(name string) error {
	for i, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
		case r == '-' && i > 0:
		default:
			return &Error{
				Kind: Invalid, Code: "user.name_characters", Field: "username",
				Message: "a name consists of the letters A-Z and a-z, digits, _ and -, and does not begin with -",
			}
		}
	}
	if len(name) < MinUserName || len(name) > MaxUserName {
		return &Error{
			Kind: Invalid, Code: "user.name_length", Field: "username",
			Message: "a name has 3 to 50 characters",
		}
	}
	if FoldUserName(name) == RegistrationName {
		return errReservedName()
	}
	return nil
}

// CheckSelfChosenName is CheckUserName for a name that a stranger picks, which
// cannot be one that speaks for the service.
func CheckSelfChosenName(name string) error {
	if err := CheckUserName(name); err != nil {
		return err
	}
	if reservedNames[FoldUserName(name)] {
		return errReservedName()
	}
	return nil
}

func errReservedName() error {
	return &Error{
		Kind: Invalid, Code: "user.name_reserved", Field: "username",
		Message: "this name is reserved; choose another",
	}
}

// CheckPassword says whether a new password is strong enough. Its errors are
// Invalid: user.password_length, user.password_weak.
func CheckPassword(password string) error {
	n := utf8.RuneCountInString(password)
	if !utf8.ValidString(password) || n < MinPassword || n > MaxPassword {
		return &Error{
			Kind: Invalid, Code: "user.password_length", Field: "password",
			Message: "a password has 8 to 128 characters",
		}
	}
	var upper, lower, digit bool
	for _, r := range password {
		upper = upper || r >= 'A' && r <= 'Z'
		lower = lower || r >= 'a' && r <= 'z'
		digit = digit || r >= '0' && r <= '9'
	}
	if !upper || !lower || !digit {
		return &Error{
			Kind: Invalid, Code: "user.password_weak", Field: "password",
			Message: "a password has at least one upper-case letter, one lower-case letter and one digit",
		}
	}
	return nil
}
