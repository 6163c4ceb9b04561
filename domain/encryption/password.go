package encryption

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// hashPrefix marks our own hashes: bcrypt over base64 of HMAC-SHA-256 of the
// password, since bcrypt alone ignores what follows byte 72.
const hashPrefix = "$parley1"

// hashLabel keys the HMAC. It is no secret; it keeps a hash that was stolen
// elsewhere, of the same password under plain SHA-256, from being tried here.
const hashLabel = "parley password 1"

// maxForeign is the longest password that a hash made elsewhere covers whole.
const maxForeign = 72

// PasswordCost is bcrypt's work factor in the program: 2^12 rounds.
const PasswordCost = 12

// HashPassword makes a hash of our own kind. Cost is bcrypt's: PasswordCost.
func HashPassword(password string, cost int) (string, error) {
	hash, err := bcrypt.GenerateFromPassword(condense(password), cost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hashPrefix + string(hash), nil
}

// VerifyPassword reports whether password is the one that was hashed, by us or,
// with a plain bcrypt hash, elsewhere. An error means that the hash is broken.
func VerifyPassword(hash, password string) (bool, error) {
	own, isOwn := strings.CutPrefix(hash, hashPrefix)
	secret := condense(password)
	if !isOwn {
		// Bcrypt would take any password that shares the first 72 bytes.
		// The work is done all the same, to take the same time.
		tooLong := len(password) > maxForeign
		if !tooLong {
			secret = []byte(password)
		}
		err := bcrypt.CompareHashAndPassword([]byte(hash), secret)
		return err == nil && !tooLong, unlessMismatch(err)
	}
	err := bcrypt.CompareHashAndPassword([]byte(own), secret)
	return err == nil, unlessMismatch(err)
}

// Decoy is a hash of that cost that no password verifies: checking one against
// it takes as long as against a real one.
func Decoy(cost int) string {
	return fmt.Sprintf("%s$2a$%02d$%s", hashPrefix, cost, strings.Repeat(".", 53))
}

// NeedsRehash reports whether a hash that just verified should be replaced: it
// was made elsewhere or with another cost.
func NeedsRehash(hash string, cost int) bool {
	own, isOwn := strings.CutPrefix(hash, hashPrefix)
	got, err := bcrypt.Cost([]byte(own))
	return !isOwn || err != nil || got != cost
}

func condense(password string) []byte {
	mac := hmac.New(sha256.New, []byte(hashLabel))
	mac.Write([]byte(password))
	return []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func unlessMismatch(err error) error {
	if err == nil || errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return nil
	}
	return fmt.Errorf("verify password: %w", err)
}
