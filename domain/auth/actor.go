package auth

import (
	"net/netip"

	"parley/domain"
)

// Door is the way by which a call came in.
type Door string

// The doors.
const (
	SSH     Door = "ssh"
	HTTP    Door = "http"
	Console Door = "console" // the machine itself: parley user ...
)

// Origin says where a call comes from.
type Origin struct {
	Door      Door
	Addr      netip.Addr // the client's address, proxies taken into account
	RequestID string     // joins the log lines of one call; may be empty
}

// Actor is who a call is made by: a user that proved who they are. It is made
// by this package alone; the zero Actor is nobody.
type Actor struct {
	user       domain.User
	generation int64
	origin     Origin
}

// User is the user behind the call.
func (a Actor) User() domain.User { return a.user }

// ID is the user's id; 0 for the zero Actor.
func (a Actor) ID() domain.UserID { return a.user.ID }

// Name is the user's name as first written.
func (a Actor) Name() string { return a.user.Name }

// Author is the user as others see them.
func (a Actor) Author() domain.Author { return domain.Author{ID: a.user.ID, Name: a.user.Name} }

// Origin is where the actor came in.
func (a Actor) Origin() Origin { return a.origin }

// admit is the one way to become an Actor: whoever proved, by whatever means,
// to own the account is asked here what else it takes.
func admit(account Account, origin Origin) (Actor, error) {
	if account.Disabled {
		return Actor{}, errAccessEnded()
	}
	return Actor{user: account.User, generation: account.Generation, origin: origin}, nil
}

func errAccessEnded() error {
	return &domain.Error{
		Kind: domain.Unauthenticated, Code: "auth.access_ended",
		Message: "this access has ended; log in again",
	}
}

func errInvalidCredentials() error {
	return &domain.Error{
		Kind: domain.Unauthenticated, Code: "auth.invalid_credentials",
		Message: "the name or the password is wrong",
	}
}
