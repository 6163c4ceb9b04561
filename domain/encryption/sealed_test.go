package encryption_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/fernet/fernet-go"
	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/encryption"
)

func newRing(t testing.TB, keys ...string) *encryption.Keyring {
	t.Helper()
	ring, err := encryption.ParseKeyring(strings.Join(keys, ","))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func newKey(t testing.TB) string {
	t.Helper()
	key, err := encryption.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSealedTextOpensInItsPlaceOnly(t *testing.T) {
	ring := newRing(t, newKey(t))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		ids := rapid.SliceOfN(rapid.Int64(), 4, 4)
		here, there := ids.Draw(t, "here"), ids.Draw(t, "there")
		at := func(ids []int64) encryption.Binding {
			if ids[3]%2 == 0 {
				return encryption.ForMessage(domain.RoomID(ids[0]), domain.Seq(ids[1]), domain.UserID(ids[2]))
			}
			return encryption.ForEdit(domain.RoomID(ids[0]), domain.Seq(ids[1]), domain.Seq(ids[3]), domain.UserID(ids[2]))
		}
		sealed, err := ring.Seal(at(here), text)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(sealed.Token, text) && len(text) > 4 {
			t.Fatalf("%q is readable", sealed.Token)
		}
		if got, err := ring.Open(at(here), sealed); err != nil || got != text {
			t.Fatalf("got %q, %v", got, err)
		}
		if at(here) == at(there) {
			return
		}
		if got, err := ring.Open(at(there), sealed); !errors.Is(err, encryption.ErrUnreadable) || got != "" {
			t.Fatalf("opened elsewhere: %q, %v", got, err)
		}
		if _, err := ring.Open(encryption.ForEmail(domain.UserID(here[0])), sealed); !errors.Is(err, encryption.ErrUnreadable) {
			t.Fatalf("a message opened as an address: %v", err)
		}
	})
}

func TestOnlyTheOneSpellingOfATokenOpens(t *testing.T) {
	ring := newRing(t, newKey(t))
	at := encryption.ForMessage(1, 2, 3)
	sealed, err := ring.Seal(at, "hello")
	if err != nil {
		t.Fatal(err)
	}
	swapped := strings.Replace(sealed.Token, sealed.Token[20:21], string(sealed.Token[20]^1), 1)
	for name, token := range map[string]string{
		"changed": swapped, "cut": sealed.Token[:len(sealed.Token)-4], "empty": "", "short": "gAAAAA==",
		"newline": sealed.Token + "\n", "garbage behind": sealed.Token + "!!", "header alone": sealed.Token[:76],
	} {
		if got, err := ring.Open(at, encryption.Sealed{Token: token, KeyID: sealed.KeyID}); !errors.Is(err, encryption.ErrUnreadable) {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestAnyFernetLibraryReadsTheToken(t *testing.T) {
	key := newKey(t)
	sealed, err := newRing(t, key).Seal(encryption.ForMessage(1, 2, 3), "grüße")
	if err != nil {
		t.Fatal(err)
	}
	plain := fernet.VerifyAndDecrypt([]byte(sealed.Token), 0, fernet.MustDecodeKeys(key))
	if !strings.HasSuffix(string(plain), "grüße") {
		t.Errorf("got %q", plain)
	}
}

func TestTheFirstKeySealsAndAllOpen(t *testing.T) {
	old, fresh := newKey(t), newKey(t)
	at := encryption.ForMessage(1, 1, 1)
	before, err := newRing(t, old).Seal(at, "before")
	if err != nil {
		t.Fatal(err)
	}
	ring := newRing(t, fresh, old)
	after, err := ring.Seal(at, "after")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ring.Open(at, before); err != nil || got != "before" {
		t.Errorf("the old key's text: %q, %v", got, err)
	}
	if after.KeyID == before.KeyID || after.KeyID != ring.KeyID() {
		t.Errorf("sealed with %s, want %s", after.KeyID, ring.KeyID())
	}
	if _, err := newRing(t, fresh).Open(at, before); !errors.Is(err, encryption.ErrUnreadable) {
		t.Errorf("opened without its key: %v", err)
	}
}

func TestBadKeysAreRefusedWithoutShowingThem(t *testing.T) {
	good := newKey(t)
	for _, key := range []string{
		"", "changeme", "your-secret-key-here", strings.Repeat("A", 43) + "=", good[:43], good + "A",
		strings.Repeat("ab", 21) + "a=", good + ",", good + ",short",
	} {
		_, err := encryption.ParseKeyring(key)
		if err == nil {
			t.Errorf("%q was taken", key)
		} else if len(key) > 8 && strings.Contains(err.Error(), key) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
}

// Whoever can write to the database may change a token in any way; it opens to
// nothing but the text that was sealed.
func TestAChangedTokenNeverOpens(t *testing.T) {
	ring := newRing(t, newKey(t))
	at := encryption.ForMessage(1, 2, 3)
	rapid.Check(t, func(t *rapid.T) {
		sealed, err := ring.Seal(at, rapid.String().Draw(t, "text"))
		if err != nil {
			t.Fatal(err)
		}
		token := []byte(sealed.Token)
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			i := rapid.IntRange(0, len(token)-1).Draw(t, "at")
			switch rapid.SampledFrom([]string{"set", "cut", "drop", "double", "add"}).Draw(t, "change") {
			case "set":
				token[i] = rapid.Byte().Draw(t, "byte")
			case "cut":
				token = token[:max(i, 1)]
			case "drop":
				token = append(token[:i:i], token[min(i+1, len(token)-1):]...)
			case "double":
				token = append(token[:i:i], token[max(0, i-4):]...)
			case "add":
				token = append(token, rapid.SampledFrom([]byte("=A\n. ")).Draw(t, "end"))
			}
		}
		got, err := ring.Open(at, encryption.Sealed{Token: string(token), KeyID: sealed.KeyID})
		if string(token) != sealed.Token && (!errors.Is(err, encryption.ErrUnreadable) || got != "") {
			t.Fatalf("%q opened to %q, %v", token, got, err)
		}
	})
}

func FuzzOpen(f *testing.F) {
	ring := newRing(f, newKey(f))
	at := encryption.ForMessage(1, 2, 3)
	sealed, err := ring.Seal(at, "seed")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed.Token)
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		got, err := ring.Open(at, encryption.Sealed{Token: token, KeyID: ring.KeyID()})
		if err == nil && token != sealed.Token {
			t.Errorf("a forged token opened to %q", got)
		}
	})
}
