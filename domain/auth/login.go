package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"

	"parley/domain"
	"parley/domain/encryption"
	"parley/domain/limiter"
)

// LogIn recognizes a user by name and password. Whether the user is unknown,
// disabled or the password wrong, the answer is Unauthenticated,
// auth.invalid_credentials, after the same work. Other errors are limit.log-in
// and limit.name (RateLimited) and auth.busy (Unavailable).
func (s *Service) LogIn(ctx context.Context, from Origin, name, password string) (Actor, error) {
	actor, err := s.logIn(ctx, from, name, password, RefreshState{})
	s.record(from, "log in", name, err)
	return actor, err
}

func (s *Service) logIn(ctx context.Context, from Origin, name, password string, refresh RefreshState) (Actor, error) {
	account, err := s.verify(ctx, from, name, password)
	if err != nil {
		return Actor{}, err
	}
	actor, err := s.enter(ctx, account, from, 0, refresh)
	if domain.HasCode(err, "auth.access_ended") {
		return Actor{}, errInvalidCredentials()
	}
	if err != nil {
		return Actor{}, err
	}
	if encryption.NeedsRehash(account.PasswordHash, s.cost) {
		s.rehash(ctx, from.Addr, account, password)
	}
	return actor, nil
}

// verify finds the account that a name and a password belong to. Both the
// address that asks and the name that is asked for have their limits, spent
// before any hash is computed.
func (s *Service) verify(ctx context.Context, from Origin, name, password string) (Account, error) {
	subject := s.subject(name)
	if err := s.windows.Take(ctx, limiter.LogIn, from.Addr, subject); err != nil {
		return Account{}, err
	}
	account, err := s.store.AccountByName(ctx, name)
	unknown := err != nil && domain.KindOf(err) == domain.NotFound
	if err != nil && !unknown {
		return Account{}, fmt.Errorf("find the account: %w", err)
	}
	// Nobody is known from anywhere as user 0.
	known, err := s.store.KnowsAddress(ctx, account.ID, s.address(from.Addr))
	if err != nil {
		return Account{}, fmt.Errorf("look for the address: %w", err)
	}
	attempt, err := s.windows.TakeName(ctx, subject, known || from.Door == Console)
	if err != nil {
		return Account{}, err
	}
	if account.PasswordHash == "" {
		account.PasswordHash, unknown = s.decoy, true
	}
	matches, err := s.matches(ctx, from.Addr, account.PasswordHash, password)
	if err != nil {
		return Account{}, err
	}
	if unknown || !matches || account.Disabled {
		return Account{}, errInvalidCredentials()
	}
	if err := s.windows.Return(ctx, attempt); err != nil {
		s.log.Warn("cannot take back an attempt that was none", "user_id", account.ID, "err", err)
	}
	return account, nil
}

func (s *Service) matches(ctx context.Context, from netip.Addr, hash, password string) (matches bool, err error) {
	err = s.hashing.do(ctx, limiter.Key(from), func() (err error) {
		matches, err = encryption.VerifyPassword(hash, password)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("verify password: %w", err)
	}
	return matches, nil
}

// rehash replaces a hash that was made elsewhere or with another cost. The
// log-in stands even if that fails.
func (s *Service) rehash(ctx context.Context, from netip.Addr, account Account, password string) {
	hash, err := s.hash(ctx, from, password)
	if err == nil {
		err = s.store.ChangeAccount(ctx, account.ID, AccountChange{PasswordHash: &hash, Generation: account.Generation})
	}
	if err != nil {
		s.log.Warn("cannot replace an old password hash; will try at the next log-in", "user_id", account.ID, "err", err)
	}
}

func (s *Service) hash(ctx context.Context, from netip.Addr, password string) (hash string, err error) {
	err = s.hashing.do(ctx, limiter.Key(from), func() (err error) {
		hash, err = encryption.HashPassword(password, s.cost)
		return err
	})
	return hash, err
}

// subject is how the name that an attempt was aimed at is kept.
func (s *Service) subject(name string) string {
	return s.keyed(s.subjectKey, domain.FoldUserName(name))
}

func (s *Service) keyed(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
