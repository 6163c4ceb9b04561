package auth

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"strings"

	"parley/domain"
	"parley/domain/encryption"
	"parley/domain/limiter"
)

// consoleAddr stands for the machine itself where work is shared out by
// address.
var consoleAddr = netip.IPv6Loopback()

// Listed is an account as its operator sees it.
type Listed struct {
	domain.User
	Email string // "" if none was given
}

// AddAccount makes an account on the operator's word: no limit applies, and
// only the name by which strangers register is refused. Email may be empty.
// Errors as of Register, and user.email (Invalid).
func (s *Service) AddAccount(ctx context.Context, name, password, email string, admin bool) (domain.User, error) {
	if err := domain.CheckUserName(name); err != nil {
		return domain.User{}, err
	}
	if err := CheckPassword(name, password); err != nil {
		return domain.User{}, err
	}
	account := NewAccount{Name: name, Admin: admin, CreatedAt: timestamp(s.now())}
	if email != "" {
		if err := checkEmail(email); err != nil {
			return domain.User{}, err
		}
		account.SealEmail = func(id domain.UserID) (encryption.Sealed, error) {
			return s.keyring.Seal(encryption.ForEmail(id), email)
		}
	}
	var err error
	if account.PasswordHash, err = s.hash(ctx, consoleAddr, password); err != nil {
		return domain.User{}, err
	}
	created, err := s.store.CreateAccount(ctx, account)
	if err != nil {
		return domain.User{}, fmt.Errorf("create account: %w", err)
	}
	s.log.Info("account added", "door", Console, "username", name, "admin", admin)
	return created.User, nil
}

// Accounts lists every account by id, calling each for one after the other.
func (s *Service) Accounts(ctx context.Context, each func(Listed) error) error {
	const page = 500
	var after domain.UserID
	for {
		accounts, err := s.store.Accounts(ctx, after, page)
		if err != nil {
			return fmt.Errorf("list accounts: %w", err)
		}
		for _, account := range accounts {
			after = account.ID
			listed := Listed{User: account.User}
			if account.Email.Token != "" {
				if listed.Email, err = s.keyring.Open(encryption.ForEmail(account.ID), account.Email); err != nil {
					return fmt.Errorf("open the e-mail address of user %d: %w", account.ID, err)
				}
			}
			if err := each(listed); err != nil {
				return err
			}
		}
		if len(accounts) < page {
			return nil
		}
	}
}

// SetPassword gives a user a new password and ends all their sessions. Their SSH
// keys stay.
func (s *Service) SetPassword(ctx context.Context, name, password string) error {
	if err := CheckPassword(name, password); err != nil {
		return err
	}
	hash, err := s.hash(ctx, consoleAddr, password)
	if err != nil {
		return err
	}
	return s.change(ctx, name, "password set", AccountChange{PasswordHash: &hash, Void: true})
}

// SetDisabled bars a user, ending all their access, or lets them in again.
func (s *Service) SetDisabled(ctx context.Context, name string, disabled bool) error {
	what := map[bool]string{true: "account disabled", false: "account enabled"}[disabled]
	return s.change(ctx, name, what, AccountChange{Disabled: &disabled, Void: disabled})
}

// SetAdmin makes a user an admin, or not one any more.
func (s *Service) SetAdmin(ctx context.Context, name string, admin bool) error {
	what := map[bool]string{true: "made admin", false: "admin no more"}[admin]
	return s.change(ctx, name, what, AccountChange{Admin: &admin})
}

// Unlock forgives the log-in attempts that were aimed at a user, so that an
// address that used them up, and the user from wherever they are, can try again
// at once.
func (s *Service) Unlock(ctx context.Context, name string) error {
	for _, rule := range []limiter.Rule{limiter.LogIn, limiter.Name} {
		if err := s.windows.Forgive(ctx, rule, s.subject(name)); err != nil {
			return err
		}
	}
	// The empty change raises the revision, which tells a running service.
	return s.change(ctx, name, "account unlocked", AccountChange{})
}

func (s *Service) change(ctx context.Context, name, what string, change AccountChange) error {
	account, err := s.store.AccountByName(ctx, name)
	if err != nil {
		return fmt.Errorf("find %q: %w", name, err)
	}
	if err := s.store.ChangeAccount(ctx, account.ID, change); err != nil {
		return fmt.Errorf("change account: %w", err)
	}
	s.known.forget()
	s.log.Info(what, "door", Console, "username", account.Name)
	return nil
}

func checkEmail(email string) error {
	address, err := mail.ParseAddress(email)
	if err == nil && (address.Address != email || len(email) > 254 || strings.ContainsFunc(email, domain.IsControl)) {
		err = errors.New("not a bare address")
	}
	if err != nil {
		return &domain.Error{
			Kind: domain.Invalid, Code: "user.email", Field: "email", Err: err,
			Message: "this is not an e-mail address such as alice@example.org",
		}
	}
	return nil
}
