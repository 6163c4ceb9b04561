package auth

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"parley/domain"
	"parley/domain/limiter"
	"parley/domain/wire"
)

const (
	// sessionIdle is how long a session lasts that nobody uses.
	sessionIdle = 30 * 24 * time.Hour
	// sessionLife is how long a session lasts at most.
	sessionLife = 90 * 24 * time.Hour
	// crashedAfter is when an SSH session that nobody uses counts as left over
	// by a process that died: its connection would have used it.
	crashedAfter = 15 * time.Minute
	// addressLife is how long it is remembered where a user came from.
	addressLife = 365 * 24 * time.Hour
	// maxUserSessions is how many sessions a user has that last longer than
	// their connection; beyond it the one used longest ago gives way.
	maxUserSessions = 100
	// maxDevice bounds a device's label, in bytes.
	maxDevice = 120
)

// SessionID numbers a session.
type SessionID int64

// Session is a log-in that can be revoked, as its owner sees it.
type Session struct {
	ID        SessionID
	UserID    domain.UserID
	Door      Door
	Device    string     // what the client says of itself, visible and bounded
	Addr      netip.Addr // where the log-in came from
	CreatedAt time.Time  // UTC, microseconds
	UsedAt    time.Time  // to about a minute
	EndedAt   time.Time  // not zero: a refresh token came twice, so it was ended
}

// Wire gives the session's written shape, for somebody whose own is current.
func (s Session) Wire(current SessionID) wire.Session {
	written := wire.Session{
		ID: int64(s.ID), Door: string(s.Door), Device: s.Device, Address: s.Addr.String(),
		CreatedAt: wire.Time(s.CreatedAt), LastUsed: wire.Time(s.UsedAt), Current: s.ID == current,
		EndedAt: wire.TimeOrNone(s.EndedAt),
	}
	if !s.EndedAt.IsZero() {
		written.Reason = reused // for no other reason is one kept
	}
	return written
}

// NewSession is a log-in that is about to become a session. In the same unit
// the address is remembered as one of the user's, the key is marked as used,
// and of more than Keep sessions of the user that last longer than their
// connection, those used longest ago end.
type NewSession struct {
	UserID     domain.UserID
	Generation int64 // of the account when it was proven whose it is
	Door       Door
	Device     string
	Addr       netip.Addr
	At         time.Time
	Refresh    RefreshState // zero for a session without refresh tokens
	Address    string       // the address hashed; "" for one not to remember
	Key        KeyID        // what opened the door; 0 for a password
	Keep       int
}

// Access is what an Actor hangs on: a session and whose it is.
type Access struct {
	Account Account
	Session Session
}

// Ending says which sessions end: the one with an id, or all but one.
type Ending struct {
	Everybody bool
	User      domain.UserID // whose, unless everybody's
	Only      SessionID     // 0 for all
	Except    SessionID     // 0 for none
}

// Expiry says what is too old.
type Expiry struct {
	Created time.Time // sessions created before, or ended before Used
	Used    time.Time // sessions not used since
	SSH     time.Time // SSH sessions not used since
	Address time.Time // addresses not used since
}

// enter makes the session of whoever proved to own an account, and their
// Actor.
func (s *Service) enter(ctx context.Context, account Account, from Origin, key KeyID, refresh RefreshState) (Actor, error) {
	if account.Disabled {
		return Actor{}, ErrAccessEnded()
	}
	session := NewSession{
		UserID: account.ID, Generation: account.Generation, Key: key, Refresh: refresh,
		Door: from.Door, Device: deviceLabel(from.Device), Addr: from.Addr.Unmap().WithZone(""),
		At: timestamp(s.now()), Keep: maxUserSessions,
	}
	if from.Door != Console {
		session.Address = s.address(from.Addr)
	}
	created, err := s.store.CreateSession(ctx, session)
	if err != nil {
		return Actor{}, fmt.Errorf("create the session: %w", err)
	}
	return s.admit(Access{account, created}, from)
}

// address is how it is kept where a user came from.
func (s *Service) address(addr netip.Addr) string { return s.keyed(s.addressKey, limiter.Key(addr)) }

// deviceLabel makes what a client says of itself fit to be shown.
func deviceLabel(text string) string {
	if len(text) > maxDevice {
		text = strings.ToValidUTF8(text[:maxDevice], "") // a character may be cut
	}
	return strings.TrimSpace(domain.VisibleLine(text))
}

// Sessions lists the actor's own sessions, the one used last first.
func (s *Service) Sessions(ctx context.Context, actor Actor) ([]Session, error) {
	sessions, err := s.store.Sessions(ctx, actor.ID())
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return s.uses.current(sessions), nil
}

// EndSession ends one of the actor's own sessions, which may be the one that
// the call is made with. NotFound session.not_found.
func (s *Service) EndSession(ctx context.Context, actor Actor, id SessionID) error {
	if id <= 0 {
		return ErrSessionNotFound()
	}
	n, err := s.end(ctx, Ending{User: actor.ID(), Only: id})
	if err == nil && n == 0 {
		err = ErrSessionNotFound()
	}
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	s.note(actor, "session ended", "ended", id)
	return nil
}

// EndOtherSessions ends all of the actor's sessions but the one that the call
// is made with.
func (s *Service) EndOtherSessions(ctx context.Context, actor Actor) error {
	n, err := s.end(ctx, Ending{User: actor.ID(), Except: actor.session.ID})
	if err != nil {
		return fmt.Errorf("end the other sessions: %w", err)
	}
	s.note(actor, "other sessions ended", "count", n)
	return nil
}

// LogOut ends the session that the call is made with.
func (s *Service) LogOut(ctx context.Context, actor Actor) error {
	err := s.EndSession(ctx, actor, actor.session.ID)
	if domain.HasCode(err, "session.not_found") {
		return nil // somebody else was faster
	}
	return err
}

// EndUserSessions ends all sessions of a user, on the operator's word, and
// says how many there were. NotFound user.not_found.
func (s *Service) EndUserSessions(ctx context.Context, name string) (int64, error) {
	account, err := s.store.AccountByName(ctx, name)
	if err != nil {
		return 0, fmt.Errorf("find %q: %w", name, err)
	}
	n, err := s.end(ctx, Ending{User: account.ID})
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	s.log.Info("sessions ended", "door", Console, "username", account.Name, "count", n)
	return n, nil
}

// EndAllSessions ends everybody's sessions, on the operator's word, and says
// how many there were.
func (s *Service) EndAllSessions(ctx context.Context) (int64, error) {
	n, err := s.end(ctx, Ending{Everybody: true})
	if err != nil {
		return 0, fmt.Errorf("end all sessions: %w", err)
	}
	s.log.Info("all sessions ended", "door", Console, "count", n)
	return n, nil
}

func (s *Service) end(ctx context.Context, which Ending) (int64, error) {
	n, err := s.store.EndSessions(ctx, which)
	s.known.forget()
	return n, err
}

// Leave ends the session of a connection that is over, if its door's sessions
// end with the connection. It does not wait for the store.
func (s *Service) Leave(actor Actor) {
	if actor.session.ID != 0 && actor.session.Door == SSH {
		s.uses.leave(actor.session.ID)
	}
}

// note logs what an actor did about their access.
func (s *Service) note(actor Actor, what string, attrs ...any) {
	s.log.Info(what, append([]any{
		"door", actor.origin.Door, "ip", actor.origin.Addr.String(), "request_id", actor.origin.RequestID,
		"username", actor.Name(), "session", actor.session.ID,
	}, attrs...)...)
}
