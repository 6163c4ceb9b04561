package command

import (
	"errors"
	"fmt"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/sshui/line"
)

// Exit statuses. TryLater is EX_TEMPFAIL of sysexits(3).
const (
	Done     = 0
	Failed   = 1
	Misused  = 2
	TryLater = 75
)

// statuses translate a failure into the status that a script sees.
var statuses = map[domain.Kind]int{
	domain.Internal:        Failed,
	domain.Invalid:         Failed,
	domain.Unauthenticated: Failed,
	domain.Forbidden:       Failed,
	domain.NotFound:        Failed,
	domain.Conflict:        Failed,
	domain.TooLarge:        Failed,
	domain.RateLimited:     TryLater,
	domain.Unavailable:     TryLater,
}

// misuse is a command line that nothing can be done with.
type misuse struct{ code, message string }

func (m *misuse) Error() string { return m.code + ": " + m.message }

// wrongUsage refuses a command line.
func wrongUsage(format string, values ...any) error {
	return &misuse{"command.usage", fmt.Sprintf(format, values...)}
}

// errHelp asks for the help of the command it was returned by.
var errHelp = errors.New("command: help was asked for")

// errTold is a failure that the caller was told of already.
var errTold = errors.New("command: failed, as was told")

// Explain gives the line that tells of a failure, without its newline, and the
// status to end with.
func Explain(err error) (text string, status int) {
	var used *misuse
	if errors.As(err, &used) {
		return line.Refusal(used.message, used.code), Misused
	}
	e := asError(err)
	return line.Refusal(e.Message, e.Code), statuses[e.Kind]
}

// asError is domain.AsError for what can end a session as well.
func asError(err error) *domain.Error {
	var bye *broadcast.Bye
	if !errors.As(err, &bye) {
		return domain.AsError(err)
	}
	kind := domain.Forbidden
	if bye.Reconnect {
		kind = domain.Unavailable
	}
	return &domain.Error{Kind: kind, Code: bye.Code, Message: bye.Message}
}
