package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"parley/domain"
)

// refreshGrace is how long a refresh token that was used gives the same
// successor again, for two tabs and for answers that got lost.
const refreshGrace = 30 * time.Second

// The parts of a refresh token: the session's id, the secret, and a mark that
// we made it. Thanks to the mark a token that is made up neither asks the store
// nor ends anybody's session.
const (
	refreshID     = 8
	refreshSecret = 32
	refreshMark   = 16
)

// TokenHash is all that a store keeps of a refresh token.
type TokenHash [sha256.Size]byte

// RefreshState is what a store keeps of a session's refresh tokens.
type RefreshState struct {
	Next    TokenHash // of the token to be used next; zero if the session has none
	Spent   TokenHash // of the one used last; zero before the first
	SpentAt time.Time
}

// Refreshed is what becomes of a session whose refresh token was used.
type Refreshed struct {
	State   RefreshState
	UsedAt  time.Time
	EndedAt time.Time // not zero: it ends, and stays for its owner to see
}

// Grant is what a log-in by a client that keeps tokens gives.
type Grant struct {
	Actor   Actor
	Access  Token
	Refresh string // a secret; good for one use
}

// LogInForTokens is LogIn for a client that keeps tokens.
func (s *Service) LogInForTokens(ctx context.Context, from Origin, name, password string) (Grant, error) {
	var secret [refreshSecret]byte
	rand.Read(secret[:]) // never fails: see crypto/rand
	actor, err := s.logIn(ctx, from, name, password, RefreshState{Next: hashOf(secret)})
	s.record(from, "log in", name, err)
	if err != nil {
		return Grant{}, err
	}
	return s.grant(actor, secret)
}

// Refresh gives new tokens for a refresh token, which is spent by that. Used
// again within 30 s, and before its successor was used, it gives the same
// successor; later it ends the session, since somebody else may have it. Its
// errors are Unauthenticated: auth.invalid_refresh_token, auth.access_ended,
// auth.refresh_reused.
func (s *Service) Refresh(ctx context.Context, from Origin, text string) (Grant, error) {
	grant, err := s.refresh(ctx, from, text)
	if err != nil {
		s.log.Info("refresh refused", "door", from.Door, "ip", from.Addr.String(),
			"request_id", from.RequestID, "outcome", domain.AsError(err).Code)
	}
	return grant, err
}

func (s *Service) refresh(ctx context.Context, from Origin, text string) (Grant, error) {
	id, secret, ok := s.readRefresh(text)
	if !ok {
		return Grant{}, errInvalidRefresh()
	}
	presented, next := hashOf(secret), s.successor(secret)
	now := timestamp(s.now())
	var access Access
	reused := false
	err := s.store.Refresh(ctx, id, func(found Access, state RefreshState) (Refreshed, error) {
		access, reused = found, false
		if err := s.standing(access); err != nil {
			return Refreshed{}, err
		}
		kept := Refreshed{State: state, UsedAt: now}
		switch {
		case same(presented, state.Next):
			kept.State = RefreshState{Next: hashOf(next), Spent: presented, SpentAt: now}
		case same(presented, state.Spent) && now.Sub(state.SpentAt) < refreshGrace:
		default:
			reused, kept.EndedAt = true, now
		}
		return kept, nil
	})
	if domain.HasCode(err, "session.not_found") {
		return Grant{}, ErrAccessEnded()
	}
	if err != nil {
		return Grant{}, fmt.Errorf("refresh the session: %w", err)
	}
	if reused {
		s.known.forget()
		s.log.Warn("a refresh token came a second time; its session is ended", "door", from.Door, "ip", from.Addr.String(),
			"request_id", from.RequestID, "username", access.Account.Name, "session", id)
		return Grant{}, errReused()
	}
	access.Session.UsedAt = now
	actor, err := s.admit(access, from)
	if err != nil {
		return Grant{}, err
	}
	return s.grant(actor, next)
}

func (s *Service) grant(actor Actor, secret [refreshSecret]byte) (Grant, error) {
	token, err := s.IssueToken(actor)
	if err != nil {
		return Grant{}, err
	}
	return Grant{Actor: actor, Access: token, Refresh: s.writeRefresh(actor.session.ID, secret)}, nil
}

// successor derives the token that follows one, so that it can be given twice
// without being stored.
func (s *Service) successor(secret [refreshSecret]byte) (next [refreshSecret]byte) {
	mac := hmac.New(sha256.New, s.successorKey)
	mac.Write(secret[:])
	copy(next[:], mac.Sum(nil))
	return next
}

func (s *Service) writeRefresh(id SessionID, secret [refreshSecret]byte) string {
	text := binary.BigEndian.AppendUint64(make([]byte, 0, refreshID+refreshSecret+refreshMark), uint64(id))
	text = append(text, secret[:]...)
	return base64.RawURLEncoding.EncodeToString(append(text, s.mark(text)...))
}

// readRefresh takes a token apart; ok is false for one that we did not make.
func (s *Service) readRefresh(text string) (id SessionID, secret [refreshSecret]byte, ok bool) {
	const size = refreshID + refreshSecret + refreshMark
	if len(text) != base64.RawURLEncoding.EncodedLen(size) {
		return 0, secret, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return 0, secret, false
	}
	signed, mark := raw[:refreshID+refreshSecret], raw[refreshID+refreshSecret:]
	copy(secret[:], signed[refreshID:])
	return SessionID(binary.BigEndian.Uint64(signed)), secret, hmac.Equal(mark, s.mark(signed))
}

func (s *Service) mark(signed []byte) []byte {
	mac := hmac.New(sha256.New, s.markKey)
	mac.Write(signed)
	return mac.Sum(nil)[:refreshMark]
}

func hashOf(secret [refreshSecret]byte) TokenHash { return sha256.Sum256(secret[:]) }

func same(a, b TokenHash) bool { return subtle.ConstantTimeCompare(a[:], b[:]) == 1 }

func errInvalidRefresh() error {
	return &domain.Error{
		Kind: domain.Unauthenticated, Code: "auth.invalid_refresh_token",
		Message: "the refresh token is not valid; log in again",
	}
}

// reused is the code of a refresh token that was used before, and the reason
// of the end that its session came to.
const reused = "auth.refresh_reused"

func errReused() error {
	return &domain.Error{
		Kind: domain.Unauthenticated, Code: reused,
		Message: "this refresh token was used before, so its session was ended; log in again",
	}
}
