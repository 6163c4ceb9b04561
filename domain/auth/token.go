package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"parley/domain"
	"parley/domain/encryption"
)

const (
	tokenIssuer   = "parley"
	tokenAudience = "parley"
	tokenType     = "access"
	// minKeySize is the least length of a signing key in bytes (RFC 7518,
	// section 3.2: no shorter than the hash).
	minKeySize = 32
	// clockStep is how far the clock may have been set back since a token was
	// made.
	clockStep = time.Minute
)

// Token is an access token and how long it is good for.
type Token struct {
	Text      string
	ExpiresIn time.Duration
}

// SigningKeys sign access tokens with the first and accept all.
type SigningKeys struct {
	keys map[string][]byte // by key id
	kid  string            // of the first
}

// ParseSigningKeys reads a comma-separated list of keys, each of at least 64
// hexadecimal characters. The error never holds any part of a key.
func ParseSigningKeys(list string) (SigningKeys, error) {
	ring := SigningKeys{keys: map[string][]byte{}}
	for i, text := range strings.Split(list, ",") {
		text = strings.TrimSpace(text)
		digits := len(text)
		if digits%2 != 0 {
			text = "0" + text // half a byte more than asked for is welcome
		}
		key, err := hex.DecodeString(text)
		if err != nil || digits < 2*minKeySize {
			return SigningKeys{}, fmt.Errorf("key %d is not at least 64 hexadecimal characters", i+1)
		}
		if !encryption.LooksRandom(key) {
			return SigningKeys{}, fmt.Errorf("key %d is not random", i+1)
		}
		sum := sha256.Sum256(append([]byte("parley signing key id\x00"), key...))
		kid := hex.EncodeToString(sum[:8])
		ring.keys[kid] = key
		if i == 0 {
			ring.kid = kid
		}
	}
	return ring, nil
}

type claims struct {
	jwt.RegisteredClaims
	Type    string    `json:"typ"`
	Session SessionID `json:"sid"`
}

// IssueToken makes an access token that hangs on an actor's session.
func (s *Service) IssueToken(actor Actor) (Token, error) {
	now := s.now().UTC()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    tokenIssuer,
			Audience:  jwt.ClaimStrings{tokenAudience},
			Subject:   strconv.FormatInt(int64(actor.ID()), 10),
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(s.tokenLife)),
		},
		Type:    tokenType,
		Session: actor.session.ID,
	})
	token.Header["kid"] = s.keys.kid
	text, err := token.SignedString(s.keys.keys[s.keys.kid])
	if err != nil {
		return Token{}, fmt.Errorf("sign access token: %w", err)
	}
	return Token{Text: text, ExpiresIn: s.tokenLife}, nil
}

// Authenticate turns an access token into its Actor. Its errors are
// Unauthenticated: auth.invalid_token, auth.expired_token, auth.access_ended.
func (s *Service) Authenticate(ctx context.Context, origin Origin, text string) (Actor, error) {
	var c claims
	_, err := s.parser.ParseWithClaims(text, &c, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		if key, ok := s.keys.keys[kid]; ok {
			return key, nil
		}
		return nil, errors.New("unknown key id")
	})
	if errors.Is(err, jwt.ErrTokenExpired) {
		return Actor{}, &domain.Error{
			Kind: domain.Unauthenticated, Code: "auth.expired_token",
			Message: "the access token has expired; log in again",
		}
	}
	id, numErr := strconv.ParseInt(c.Subject, 10, 64)
	if err != nil || numErr != nil || c.Type != tokenType || c.Session <= 0 || !s.issued(c) {
		return Actor{}, errInvalidToken()
	}
	access, err := s.known.find(ctx, c.Session)
	if err != nil {
		return Actor{}, fmt.Errorf("find the token's session: %w", err)
	}
	if access.Account.ID != domain.UserID(id) {
		return Actor{}, errInvalidToken()
	}
	actor, err := s.admit(access, origin)
	if err != nil {
		return Actor{}, err
	}
	s.use(c.Session)
	return actor, nil
}

// use notes that a session is in use.
func (s *Service) use(id SessionID) {
	now := timestamp(s.now())
	s.known.touch(id, now)
	s.uses.use(now, id)
}

// issued reports whether a token says when it was made, and not in the future.
// A clock that was just set back a little makes no token invalid.
func (s *Service) issued(c claims) bool {
	return c.IssuedAt != nil && !c.IssuedAt.After(s.now().Add(clockStep))
}

func newParser(now func() time.Time) *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithIssuer(tokenIssuer), jwt.WithAudience(tokenAudience),
		jwt.WithExpirationRequired(), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(now),
	)
}

func errInvalidToken() error {
	return &domain.Error{
		Kind: domain.Unauthenticated, Code: "auth.invalid_token",
		Message: "the access token is not valid; log in again",
	}
}
