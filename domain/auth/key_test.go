package auth_test

import (
	"context"
	"crypto/dsa" //nolint:staticcheck // it is to be refused
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/auth"
	"parley/store"
	"parley/store/storetest"
)

// signer makes a key of the usual kind.
func signer(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signerOf(t, private)
}

func signerOf(t *testing.T, private any) ssh.Signer {
	t.Helper()
	s, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// line writes a key as a line of authorized_keys.
func line(key ssh.PublicKey) string { return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) }

// rsaLine writes an RSA key of so many bits, which nobody has.
func rsaLine(t *testing.T, bits int) string {
	t.Helper()
	n := new(big.Int).SetBit(big.NewInt(1), bits-1, 1)
	key, err := ssh.NewPublicKey(&rsa.PublicKey{N: n, E: 65537})
	if err != nil {
		t.Fatal(err)
	}
	return line(key)
}

func mustAdd(t *testing.T, core *storetest.Core, actor auth.Actor, text, label string) auth.Key {
	t.Helper()
	key, err := core.Auth.AddKey(t.Context(), actor, text, label)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestKeysThatAreTakenAndKeysThatAreNot(t *testing.T) {
	core, _ := newCore(t, nil)
	alice := core.User(t, "alice")
	good := line(signer(t).PublicKey())
	sk := ssh.Marshal(struct {
		Type, Key, Application string
	}{"sk-ssh-ed25519@openssh.com", strings.Repeat("k", 32), "ssh:"})
	skKey, err := ssh.ParsePublicKey(sk)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"Ed25519":                good + " alice@laptop",
		"with spaces around":     "  \t" + line(signer(t).PublicKey()) + "  \n",
		"Ed25519 on a token":     line(skKey),
		"RSA of 3072 bits":       rsaLine(t, 3072),
		"RSA of 8192 bits":       rsaLine(t, 8192),
		"a comment with a quote": line(signer(t).PublicKey()) + ` it's "mine"`,
	} {
		if _, err := core.Auth.AddKey(t.Context(), alice, text, ""); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	nist, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	dsaKey, err := ssh.NewPublicKey(&dsa.PublicKey{
		Parameters: dsa.Parameters{P: new(big.Int).SetBit(big.NewInt(1), 1023, 1), Q: new(big.Int).SetBit(big.NewInt(1), 159, 1), G: big.NewInt(2)}, Y: big.NewInt(4),
	})
	if err != nil {
		t.Fatal(err)
	}
	ca := signer(t)
	certificate := &ssh.Certificate{Key: signer(t).PublicKey(), CertType: ssh.UserCert, ValidBefore: ssh.CertTimeInfinity}
	if err := certificate.SignCert(rand.Reader, ca); err != nil {
		t.Fatal(err)
	}
	fresh := line(signer(t).PublicKey())
	for _, c := range []struct{ name, text, code string }{
		{"a NIST curve", line(signerOf(t, nist).PublicKey()), "key.type"},
		{"DSA", line(dsaKey), "key.type"},
		{"a certificate", line(certificate), "key.certificate"},
		{"short RSA", rsaLine(t, 2048), "key.too_short"},
		{"RSA that is a little short", rsaLine(t, 3071), "key.too_short"},
		{"RSA that is dear to check", rsaLine(t, 8193), "key.too_long"},
		{"options", `command="rm -rf /",no-pty ` + fresh, "key.options"},
		{"an option", "cert-authority " + fresh, "key.options"},
		{"nothing", "", "key.malformed"},
		{"a word", "ssh-ed25519", "key.malformed"},
		{"a comment", "# " + fresh, "key.malformed"},
		{"two lines", fresh + "\n" + good, "key.malformed"},
		{"a private key", "-----BEGIN OPENSSH PRIVATE KEY-----", "key.malformed"},
		{"a cut one", fresh[:len(fresh)-8], "key.malformed"},
		{"another type than it says", "ssh-rsa " + strings.Fields(fresh)[1], "key.malformed"},
		{"a zero byte", fresh + " a\x00b", "key.malformed"},
		{"a long line", fresh + " " + strings.Repeat("x", 20<<10), "key.malformed"},
	} {
		_, err := core.Auth.AddKey(t.Context(), alice, c.text, "")
		if err == nil {
			t.Errorf("%s was taken", c.name)
		}
		storetest.WantError(t, err, domain.Invalid, c.code)
	}
}

func TestAKeysLabelIsVisibleAndBounded(t *testing.T) {
	core, _ := newCore(t, nil)
	alice := core.User(t, "alice")
	for given, want := range map[[2]string]string{
		{"", "alice@laptop"}:                     "alice@laptop",
		{"mine", "alice@laptop"}:                 "mine",
		{" \x1b[2J\u202e", "x"}:                  "\ufffd[2J",
		{"", "\x1b[2J \u202e" + "\xff"}:          "\ufffd[2J \ufffd",
		{strings.Repeat("é", 100), "x"}:          strings.Repeat("é", 50),
		{"", strings.Repeat("long comment ", 9)}: strings.TrimSpace(strings.Repeat("long comment ", 9)[:100]),
	} {
		key := mustAdd(t, core, alice, line(signer(t).PublicKey())+" "+given[1], given[0])
		if key.Label != want || !utf8.ValidString(key.Label) {
			t.Errorf("label %q and comment %q give %q, want %q", given[0], given[1], key.Label, want)
		}
	}
}

func TestAKeyOpensTheDoorForItsUserAlone(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		clock := newClock()
		core := storetest.NewCoreWith(t, config, func(s *storetest.Settings) { s.Now = clock.now })
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		hers, unknown := signer(t).PublicKey(), signer(t).PublicKey()
		key := mustAdd(t, core, alice, line(hers), "")
		_, err := core.Auth.AddKey(t.Context(), bob, line(hers), "")
		storetest.WantError(t, err, domain.Conflict, "key.taken")
		clock.pass(time.Hour)

		actor, err := core.Auth.LogInWithKey(t.Context(), from(auth.SSH, "10.9.9.9"), "ALICE", hers.Marshal())
		if err != nil || actor.ID() != alice.ID() || actor.Session().ID == 0 || actor.Session().Door != auth.SSH {
			t.Fatalf("got %+v, %v", actor, err)
		}
		if keys, err := core.Auth.Keys(t.Context(), alice); err != nil || len(keys) != 1 || !keys[0].UsedAt.Equal(clock.now()) {
			t.Errorf("her keys are %+v, %v", keys, err)
		}
		refused := func(name string, blob []byte) {
			t.Helper()
			if core.Auth.OffersKey(t.Context(), name, blob) {
				t.Errorf("%s was told that the key is good", name)
			}
			actor, err := core.Auth.LogInWithKey(t.Context(), from(auth.SSH, "10.9.9.9"), name, blob)
			if err == nil || actor.ID() != 0 {
				t.Errorf("%s was let in as %+v", name, actor)
			}
			storetest.WantError(t, err, domain.Unauthenticated, "auth.invalid_credentials")
		}
		if !core.Auth.OffersKey(t.Context(), "alice", hers.Marshal()) {
			t.Error("her own key is not offered to her")
		}
		refused("bob", hers.Marshal())
		refused("nobody", hers.Marshal())
		refused("?a b\x00", hers.Marshal())
		refused("alice", unknown.Marshal())
		refused("alice", nil)
		refused("alice", []byte("nonsense"))
		refused("alice", append(hers.Marshal(), 0))

		storetest.WantError(t, core.Auth.RemoveKey(t.Context(), bob, key.ID), domain.NotFound, "key.not_found")
		if err := core.Auth.SetDisabled(t.Context(), "alice", true); err != nil {
			t.Fatal(err)
		}
		refused("alice", hers.Marshal())
		if err := core.Auth.SetDisabled(t.Context(), "alice", false); err != nil {
			t.Fatal(err)
		}
		if !core.Auth.OffersKey(t.Context(), "alice", hers.Marshal()) {
			t.Error("enabling her did not bring her key back")
		}
		if err := core.Auth.RemoveKey(t.Context(), alice, key.ID); err != nil {
			t.Fatal(err)
		}
		refused("alice", hers.Marshal())
	})
}

func TestAUserHasTwentyKeysAtMost(t *testing.T) {
	core, _ := newCore(t, nil)
	alice := core.User(t, "alice")
	for range 20 {
		mustAdd(t, core, alice, line(signer(t).PublicKey()), "")
	}
	_, err := core.Auth.AddKey(t.Context(), alice, line(signer(t).PublicKey()), "")
	storetest.WantError(t, err, domain.Conflict, "key.too_many")
}

func TestAVerifiedKeySpendsNoPasswordBudget(t *testing.T) {
	core, _ := newCore(t, nil)
	alice := core.User(t, "alice")
	key := signer(t).PublicKey()
	mustAdd(t, core, alice, line(key), "")
	origin := from(auth.SSH, "10.9.9.9")
	for range 10 {
		_ = guess(t, core.Auth, origin, "alice")
	}
	var entering sync.WaitGroup
	for range 30 {
		entering.Go(func() {
			if _, err := core.Auth.LogInWithKey(t.Context(), origin, "alice", key.Marshal()); err != nil {
				t.Error(err)
			}
		})
	}
	entering.Wait()
	other := from(auth.SSH, "10.9.9.10")
	for i := range 30 {
		core.Auth.OffersKey(t.Context(), fmt.Sprint("user", i), key.Marshal())
	}
	logIn(t, core, other, "alice")
}

// askingStore counts what is asked of a store about keys and accounts.
type askingStore struct {
	auth.Store
	keys, accounts int
}

func (a *askingStore) KeyByFingerprint(ctx context.Context, fingerprint string) (auth.Key, error) {
	a.keys++
	return a.Store.KeyByFingerprint(ctx, fingerprint)
}

func (a *askingStore) AccountByName(ctx context.Context, name string) (auth.Account, error) {
	a.accounts++
	return a.Store.AccountByName(ctx, name)
}

func TestAnOfferedKeyCostsTheSameWhoeverOffersIt(t *testing.T) {
	asking := &askingStore{}
	core, _ := newCore(t, func(s *storetest.Settings) {
		s.Wrap = func(store auth.Store) auth.Store {
			asking.Store = store
			return asking
		}
	})
	alice := core.User(t, "alice")
	core.User(t, "bob")
	hers := signer(t).PublicKey()
	mustAdd(t, core, alice, line(hers), "")
	for _, c := range []struct {
		name string
		blob []byte
	}{
		{"alice", hers.Marshal()},
		{"alice", signer(t).PublicKey().Marshal()},
		{"bob", hers.Marshal()},
		{"nobody", hers.Marshal()},
		{"nobody", []byte("nonsense")},
	} {
		asking.keys, asking.accounts = 0, 0
		core.Auth.OffersKey(t.Context(), c.name, c.blob)
		if asking.keys != 1 || asking.accounts != 1 {
			t.Errorf("%s: the store was asked for %d keys and %d accounts", c.name, asking.keys, asking.accounts)
		}
	}
}
