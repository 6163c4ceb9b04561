package auth

import (
	"bytes"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/wire"
)

const (
	// maxKeys is how many keys a user has at most.
	maxKeys = 20
	// maxKeyLine bounds a line of authorized_keys, in bytes.
	maxKeyLine = 16 << 10
	// maxKeyLabel bounds a key's label, in bytes.
	maxKeyLabel = 100
	// minRSA and maxRSA bound the modulus of an RSA key, in bits; a longer one
	// would only make checking its signatures dear.
	minRSA, maxRSA = 3072, 8192
)

// KeyID numbers a key.
type KeyID int64

// Key is a key that opens the SSH door for its user.
type Key struct {
	ID          KeyID
	UserID      domain.UserID
	Type        string // ssh-ed25519, sk-ssh-ed25519@openssh.com, ssh-rsa
	Blob        []byte // as RFC 4253, section 6.6 encodes it
	Fingerprint string // SHA256:..., unique over all users
	Label       string // visible and bounded
	CreatedAt   time.Time
	UsedAt      time.Time // zero before the first use
}

// Wire gives the key's written shape.
func (k Key) Wire() wire.Key {
	return wire.Key{
		ID: int64(k.ID), Type: k.Type, Fingerprint: k.Fingerprint, Label: k.Label,
		CreatedAt: wire.Time(k.CreatedAt), LastUsed: wire.TimeOrNone(k.UsedAt),
	}
}

// Keys lists the actor's own keys.
func (s *Service) Keys(ctx context.Context, actor Actor) ([]Key, error) {
	keys, err := s.store.Keys(ctx, actor.ID())
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

// AddKey lets the owner of a key in as the actor from now on. Line is a line of
// authorized_keys without options; label "" takes the line's comment. Its
// errors are Invalid: key.malformed, key.options, key.certificate, key.type,
// key.too_short, key.too_long; Conflict: key.taken, key.too_many.
func (s *Service) AddKey(ctx context.Context, actor Actor, line, label string) (Key, error) {
	key, err := parseKey(line)
	if err != nil {
		return Key{}, err
	}
	if label = keyLabel(label); label != "" {
		key.Label = label
	}
	key.UserID, key.CreatedAt = actor.ID(), timestamp(s.now())
	if key, err = s.store.AddKey(ctx, key, maxKeys); err != nil {
		return Key{}, fmt.Errorf("add key: %w", err)
	}
	s.note(actor, "key added", "fingerprint", key.Fingerprint)
	return key, nil
}

// RemoveKey removes one of the actor's own keys. Sessions that it opened stay.
// NotFound key.not_found.
func (s *Service) RemoveKey(ctx context.Context, actor Actor, id KeyID) error {
	if err := s.store.RemoveKey(ctx, actor.ID(), id); err != nil {
		return fmt.Errorf("remove key: %w", err)
	}
	s.note(actor, "key removed", "key", id)
	return nil
}

// OffersKey says whether a key would open the door for a name, if the client
// had it: nothing is proven yet. The work is the same whoever asks.
func (s *Service) OffersKey(ctx context.Context, name string, blob []byte) bool {
	_, _, err := s.keyOf(ctx, name, blob)
	return err == nil
}

// LogInWithKey lets in whoever proved to have a key: the caller checked its
// signature. It spends none of the attempts that passwords have. A wrong name
// or key is Unauthenticated, auth.invalid_credentials.
func (s *Service) LogInWithKey(ctx context.Context, from Origin, name string, blob []byte) (Actor, error) {
	account, key, err := s.keyOf(ctx, name, blob)
	var actor Actor
	if err == nil {
		actor, err = s.enter(ctx, account, from, key.ID, RefreshState{})
		if domain.HasCode(err, "auth.access_ended") {
			err = errInvalidCredentials()
		}
	}
	s.record(from, "log in by key", name, err)
	return actor, err
}

// keyOf finds the account of that name and the key, if they belong together.
func (s *Service) keyOf(ctx context.Context, name string, blob []byte) (Account, Key, error) {
	fingerprint := ""
	public, keyErr := ssh.ParsePublicKey(blob)
	if keyErr == nil {
		fingerprint = ssh.FingerprintSHA256(public)
	}
	key, keyErr := s.store.KeyByFingerprint(ctx, fingerprint)
	account, err := s.store.AccountByName(ctx, name)
	for _, err := range []error{keyErr, err} {
		if err != nil && domain.KindOf(err) != domain.NotFound {
			return Account{}, Key{}, fmt.Errorf("find the key: %w", err)
		}
	}
	if keyErr != nil || err != nil || key.UserID != account.ID || account.Disabled || !bytes.Equal(key.Blob, blob) {
		return Account{}, Key{}, errInvalidCredentials()
	}
	return account, key, nil
}

// parseKey reads a line of authorized_keys.
func parseKey(line string) (Key, error) {
	line = strings.TrimSpace(line)
	if len(line) > maxKeyLine || strings.ContainsAny(line, "\n\r\x00") || strings.HasPrefix(line, "#") {
		return Key{}, errKey("key.malformed", malformedKey, nil)
	}
	public, comment, options, _, err := ssh.ParseAuthorizedKey([]byte(line))
	switch {
	case err != nil:
		return Key{}, errKey("key.malformed", malformedKey, err)
	case len(options) > 0:
		return Key{}, errKey("key.options", "options before the key are not taken; give the key alone", nil)
	}
	if err := checkKey(public); err != nil {
		return Key{}, err
	}
	return Key{
		Type: public.Type(), Blob: public.Marshal(), Fingerprint: ssh.FingerprintSHA256(public), Label: keyLabel(comment),
	}, nil
}

// checkKey says whether a key is of a kind, and strong enough, to be taken.
func checkKey(public ssh.PublicKey) error {
	if _, ok := public.(*ssh.Certificate); ok {
		return errKey("key.certificate", "certificates are not taken; give the key itself", nil)
	}
	switch public.Type() {
	case ssh.KeyAlgoED25519, ssh.KeyAlgoSKED25519:
		return nil
	case ssh.KeyAlgoRSA:
		bits, err := rsaBits(public)
		switch {
		case err != nil:
			return errKey("key.malformed", malformedKey, err)
		case bits < minRSA:
			return errKey("key.too_short", fmt.Sprintf("an RSA key has at least %d bits; better: ssh-keygen -t ed25519", minRSA), nil)
		case bits > maxRSA:
			return errKey("key.too_long", fmt.Sprintf("an RSA key has at most %d bits; better: ssh-keygen -t ed25519", maxRSA), nil)
		}
		return nil
	}
	return errKey("key.type", "keys of this type are not taken; make one with: ssh-keygen -t ed25519", nil)
}

func rsaBits(public ssh.PublicKey) (int, error) {
	holder, ok := public.(ssh.CryptoPublicKey)
	if !ok {
		return 0, errors.New("an RSA key that is none")
	}
	key, ok := holder.CryptoPublicKey().(*rsa.PublicKey)
	if !ok {
		return 0, errors.New("an RSA key that is none")
	}
	return key.N.BitLen(), nil
}

func keyLabel(text string) string {
	if len(text) > maxKeyLabel {
		text = strings.ToValidUTF8(text[:maxKeyLabel], "") // a character may be cut
	}
	return strings.TrimSpace(domain.VisibleLine(text))
}

const malformedKey = "this is not one line of a public key file, such as ssh-ed25519 AAAA... name"

func errKey(code, message string, cause error) error {
	return &domain.Error{Kind: domain.Invalid, Code: code, Field: "key", Message: message, Err: cause}
}
