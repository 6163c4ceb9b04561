package encryption_test

import (
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"parley/domain/encryption"
)

func TestEveryCharacterOfAPasswordCounts(t *testing.T) {
	long := "Aa1" + strings.Repeat("x", 124)
	hash, err := encryption.HashPassword(long+"1", bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{
		long + "1": true, long + "2": false, long: false, long[:72]: false, "": false,
	} {
		if got, err := encryption.VerifyPassword(hash, password); err != nil || got != want {
			t.Errorf("a password of %d: %v, %v, want %v", len(password), got, err, want)
		}
	}
	if encryption.NeedsRehash(hash, bcrypt.MinCost) {
		t.Error("a fresh hash wants to be replaced")
	}
	if !encryption.NeedsRehash(hash, bcrypt.MinCost+1) {
		t.Error("a hash of another cost stays")
	}
}

func TestHashesMadeElsewhereVerifyAndAreReplaced(t *testing.T) {
	made, err := bcrypt.GenerateFromPassword([]byte("Secret123"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for _, prefix := range []string{"$2a$", "$2b$"} {
		hash := prefix + strings.TrimPrefix(string(made), "$2a$")
		if ok, err := encryption.VerifyPassword(hash, "Secret123"); err != nil || !ok {
			t.Errorf("%s: %v, %v", prefix, ok, err)
		}
		if ok, _ := encryption.VerifyPassword(hash, "Secret124"); ok {
			t.Errorf("%s takes any password", prefix)
		}
		if !encryption.NeedsRehash(hash, bcrypt.MinCost) {
			t.Errorf("%s is not replaced", prefix)
		}
	}
}

func TestAPasswordBeyondBcryptsReachIsRefusedForHashesMadeElsewhere(t *testing.T) {
	password := "Aa1" + strings.Repeat("x", 69)
	made, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := encryption.VerifyPassword(string(made), password); err != nil || !ok {
		t.Errorf("72 bytes: %v, %v", ok, err)
	}
	if ok, err := encryption.VerifyPassword(string(made), password+"tail"); err != nil || ok {
		t.Errorf("76 bytes: %v, %v", ok, err)
	}
}

func TestNoPasswordVerifiesTheDecoy(t *testing.T) {
	decoy := encryption.Decoy(bcrypt.MinCost)
	for _, password := range []string{"", "Secret123", decoy} {
		if ok, err := encryption.VerifyPassword(decoy, password); err != nil || ok {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
	if encryption.NeedsRehash(decoy, bcrypt.MinCost) {
		t.Error("checking against the decoy is not the same work")
	}
}
