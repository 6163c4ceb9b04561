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
	Device    string     // what the client says of itself, at a log-in
	RequestID string     // joins the log lines of one call; may be empty
}

// Actor is who a call is made by: a user that proved who they are. It is made
// by this package alone; the zero Actor is nobody.
type Actor struct {
	user    domain.User
	session Session
	origin  Origin
}

// User is the user behind the call.
func (a Actor) User() domain.User { return a.user }

// ID is the user's id; 0 for the zero Actor.
func (a Actor) ID() domain.UserID { return a.user.ID }

// Name is the user's name as first written.
func (a Actor) Name() string { return a.user.Name }

// Author is the user as others see them.
func (a Actor) Author() domain.Author { return domain.Author{ID: a.user.ID, Name: a.user.Name} }

// Session is the log-in that the call hangs on.
func (a Actor) Session() Session { return a.session }

// Origin is where the actor came in.
func (a Actor) Origin() Origin { return a.origin }

// admit is the one way to become an Actor: whoever proved, by whatever means,
// to own the account is asked here what else it takes.
func (s *Service) admit(access Access, origin Origin) (Actor, error) {
	if err := s.standing(access); err != nil {
		return Actor{}, err
	}
	return Actor{user: access.Account.User, session: access.Session, origin: origin}, nil
}

// standing says whether an access is good: is the user enabled, and does the
// session last?
func (s *Service) standing(access Access) error {
	session, now := access.Session, s.now()
	switch {
	case access.Account.Disabled, session.ID == 0, !session.EndedAt.IsZero(),
		now.Sub(session.CreatedAt) >= sessionLife, now.Sub(session.UsedAt) >= sessionIdle:
		return ErrAccessEnded()
	}
	return nil
}

func errInvalidCredentials() error {
	return &domain.Error{
		Kind: domain.Unauthenticated, Code: "auth.invalid_credentials",
		Message: "the name or the password is wrong",
	}
}
