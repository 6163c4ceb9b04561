package encryption

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"parley/domain"
)

// Store keeps the one sealed root of an installation.
type Store interface {
	// Root gives the sealed root; NotFound root.missing before the first.
	Root(ctx context.Context) (Sealed, error)
	// CreateRoot keeps sealed unless there is a root already, and gives the
	// one that is kept.
	CreateRoot(ctx context.Context, sealed Sealed) (Sealed, error)
}

// rootSize is the length of the root in bytes.
const rootSize = 32

// Root is the random secret from which keys for other purposes are derived. It
// is stored sealed under the keyring, so rotating ENCRYPTION_KEY breaks none
// of them.
type Root struct{ secret []byte }

// ErrWrongKey says that the keyring is not the one that this database was
// filled with.
var ErrWrongKey = errors.New("ENCRYPTION_KEY does not open this database: it was filled under another key; " +
	"put that key back, behind a comma if the new one shall be used from now on")

// OpenRoot reads the installation's root, making it on the very first start.
// That it opens proves the keyring is the right one: if not, the error is
// ErrWrongKey.
func OpenRoot(ctx context.Context, store Store, ring *Keyring) (*Root, error) {
	sealed, err := store.Root(ctx)
	if domain.HasCode(err, "root.missing") {
		sealed, err = createRoot(ctx, store, ring)
	}
	if err != nil {
		return nil, fmt.Errorf("read the sealed root: %w", err)
	}
	secret, err := ring.Open(Binding{kind: kindRoot}, sealed)
	if err != nil || len(secret) != rootSize {
		return nil, ErrWrongKey
	}
	return &Root{secret: []byte(secret)}, nil
}

func createRoot(ctx context.Context, store Store, ring *Keyring) (Sealed, error) {
	secret := make([]byte, rootSize)
	rand.Read(secret) // never fails: see crypto/rand
	sealed, err := ring.Seal(Binding{kind: kindRoot}, string(secret))
	if err != nil {
		return Sealed{}, err
	}
	return store.CreateRoot(ctx, sealed)
}

// Derive gives the 32-byte key for one purpose (RFC 5869, HKDF-SHA-256). The
// same purpose gives the same key as long as the installation lives.
func (r *Root) Derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, r.secret, nil, "parley "+purpose, 32)
	if err != nil {
		panic(err) // only for more than 255 blocks of output
	}
	return key
}
