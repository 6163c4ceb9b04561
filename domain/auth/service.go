package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"parley/domain"
	"parley/domain/encryption"
	"parley/domain/limiter"
)

// Registration says who may make an account at the doors.
type Registration string

// The ways of registering.
const (
	RegistrationOpen   Registration = "open"
	RegistrationInvite Registration = "invite" // only with an invitation
	RegistrationClosed Registration = "closed"
)

// Config is what the service needs.
type Config struct {
	Store        Store
	Windows      *limiter.Windows
	Root         *encryption.Root
	Keyring      *encryption.Keyring
	Keys         SigningKeys
	TokenLife    time.Duration
	PasswordCost int // bcrypt's; encryption.PasswordCost in the program
	Registration Registration
	Now          func() time.Time
	Log          *slog.Logger
}

// Service registers people, logs them in and recognizes them again.
type Service struct {
	store        Store
	windows      *limiter.Windows
	keyring      *encryption.Keyring
	keys         SigningKeys
	parser       *jwt.Parser
	tokenLife    time.Duration
	cost         int
	registration Registration
	now          func() time.Time
	log          *slog.Logger

	subjectKey   []byte // names that attempts were aimed at are kept hashed
	addressKey   []byte // so are the addresses that people came from
	successorKey []byte // derives the refresh token that follows one
	markKey      []byte // marks the refresh tokens that we made
	decoy        string // a hash that no password verifies
	hashing      *hashQueue
	known        *knownAccess
	uses         *uses
	attached     *attachments
}

// NewService makes the service.
func NewService(c Config) (*Service, error) {
	if len(c.Keys.keys) == 0 {
		return nil, errors.New("auth: no signing key")
	}
	return &Service{
		store: c.Store, windows: c.Windows, keyring: c.Keyring,
		keys: c.Keys, parser: newParser(c.Now), tokenLife: c.TokenLife,
		cost: c.PasswordCost, registration: c.Registration, now: c.Now, log: c.Log,
		subjectKey: c.Root.Derive("attempt subjects"), addressKey: c.Root.Derive("log-in addresses"),
		successorKey: c.Root.Derive("refresh successors"), markKey: c.Root.Derive("refresh marks"),
		decoy: encryption.Decoy(c.PasswordCost),
		// One processor is left to the chat, where there is more than one.
		hashing:  newHashQueue(max(1, runtime.GOMAXPROCS(0)-1)),
		known:    newKnownAccess(c.Store),
		uses:     newUses(),
		attached: newAttachments(),
	}, nil
}

// Register makes an account for a stranger. Its errors are those of
// domain.CheckSelfChosenName and CheckPassword, user.name_taken
// (Conflict), limit.registration (RateLimited) and, by the operator's choice,
// auth.registration_closed or auth.invitation_required (Forbidden).
func (s *Service) Register(ctx context.Context, from Origin, name, password string) (domain.User, error) {
	user, err := s.register(ctx, from, name, password)
	s.record(from, "register", name, err)
	return user, err
}

func (s *Service) register(ctx context.Context, from Origin, name, password string) (domain.User, error) {
	if err := s.mayRegister(); err != nil {
		return domain.User{}, err
	}
	if err := domain.CheckSelfChosenName(name); err != nil {
		return domain.User{}, err
	}
	if err := CheckPassword(name, password); err != nil {
		return domain.User{}, err
	}
	if err := s.windows.Take(ctx, limiter.Registration, from.Addr, ""); err != nil {
		return domain.User{}, err
	}
	// Creating would tell as well, but only after a hash was computed.
	if _, err := s.store.AccountByName(ctx, name); err == nil {
		return domain.User{}, ErrNameTaken()
	} else if domain.KindOf(err) != domain.NotFound {
		return domain.User{}, fmt.Errorf("look for the name: %w", err)
	}
	hash, err := s.hash(ctx, from.Addr, password)
	if err != nil {
		return domain.User{}, err
	}
	account, err := s.store.CreateAccount(ctx, NewAccount{
		Name: name, PasswordHash: hash, CreatedAt: timestamp(s.now()),
	})
	if err != nil {
		return domain.User{}, fmt.Errorf("create account: %w", err)
	}
	return account.User, nil
}

func (s *Service) mayRegister() error {
	switch s.registration {
	case RegistrationClosed:
		return &domain.Error{
			Kind: domain.Forbidden, Code: "auth.registration_closed",
			Message: "registration is closed here; ask the operator for an account",
		}
	case RegistrationInvite:
		return &domain.Error{
			Kind: domain.Forbidden, Code: "auth.invitation_required",
			Message: "an account here takes an invitation; ask the operator",
		}
	default:
		return nil
	}
}

// record writes one log line for every try at a door.
func (s *Service) record(from Origin, what, name string, err error) {
	level, outcome := slog.LevelInfo, "done"
	if err != nil {
		outcome = domain.AsError(err).Code
		if domain.KindOf(err) == domain.Internal {
			level = slog.LevelError
		}
	}
	attrs := []any{
		"door", from.Door, "ip", from.Addr.String(), "request_id", from.RequestID,
		"username", domain.VisibleLine(name[:min(len(name), domain.MaxUserName)]), "outcome", outcome,
	}
	if level == slog.LevelError {
		attrs = append(attrs, "err", err)
	}
	s.log.Log(context.Background(), level, what, attrs...)
}

// timestamp is a time as stores keep it: UTC, microseconds.
func timestamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
