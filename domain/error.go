package domain

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure an Error is, and so what the caller can do
// about it. Each front end translates Kinds to its own protocol with one table.
type Kind int

// The kinds of failure. Internal is the zero value, so that an error nobody
// classified never tells a stranger anything.
const (
	Internal        Kind = iota // a fault of ours; the text stays in the log
	Invalid                     // the input breaks a rule; repeating it is useless
	Unauthenticated             // it is not known who is calling
	Forbidden                   // the caller is known and may not
	NotFound                    // there is no such thing, or none the caller may see
	Conflict                    // it collides with what is already there
	TooLarge                    // the input is bigger than the rule allows
	RateLimited                 // too often; RetryAfter says when to come back
	Unavailable                 // a part we depend on is away; try again later
)

// Kinds lists every Kind, for the tests that walk the translation tables.
func Kinds() []Kind {
	return []Kind{
		Internal, Invalid, Unauthenticated, Forbidden, NotFound,
		Conflict, TooLarge, RateLimited, Unavailable,
	}
}

// Error is the one error type that crosses a package boundary on purpose.
type Error struct {
	Kind       Kind
	Code       string        // stable, machine-readable: "room.not_found"
	Message    string        // may be shown to anyone
	Field      string        // the input at fault, where there is one: "password"
	RetryAfter time.Duration // how long to wait; set for RateLimited
	Err        error         // the cause; for the log only
}

// Error gives the whole story, cause included: it is for the log, not for a
// person at the door.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Err)
	}
	return e.Code + ": " + e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeInternal is the code of every fault that nobody classified.
const CodeInternal = "internal"

// AsError finds the Error in err's chain. An err without one becomes an
// Internal error that keeps err as its cause. It returns nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Code: CodeInternal, Message: "something went wrong on our side", Err: err}
}

// KindOf is the Kind of the Error in err's chain; Internal if there is none. Of
// nil it is none of the Kinds.
func KindOf(err error) Kind {
	if err == nil {
		return -1
	}
	return AsError(err).Kind
}

// HasCode reports whether err's chain holds an Error with that code.
func HasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// Unreachable is the error of a part that we depend on and that does not
// answer: a database that is away, a disk that is full.
func Unreachable(cause error) *Error {
	return &Error{
		Kind: Unavailable, Code: "store.unavailable", Err: cause,
		Message: "the message store cannot be reached right now; try again in a moment",
	}
}
