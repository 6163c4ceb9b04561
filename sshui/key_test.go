package sshui_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain/auth"
	"parley/store/storetest"
)

// newKey makes a person's key.
func newKey(t *testing.T) (ed25519.PrivateKey, gossh.Signer) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	signer, err := gossh.NewSignerFromKey(private)
	check(t, err)
	return private, signer
}

// keyFile writes a key as ssh-keygen does.
func keyFile(t *testing.T, private ed25519.PrivateKey) string {
	t.Helper()
	block, err := gossh.MarshalPrivateKey(private, "")
	check(t, err)
	name := filepath.Join(t.TempDir(), "id_ed25519")
	check(t, os.WriteFile(name, pem.EncodeToMemory(block), 0o600))
	return name
}

func (d *door) addKey(t *testing.T, actor auth.Actor, key gossh.PublicKey) auth.Key {
	t.Helper()
	added, err := d.core.Auth.AddKey(t.Context(), actor, string(gossh.MarshalAuthorizedKey(key)), "")
	check(t, err)
	return added
}

func TestOpenSSHLogsInWithAKeyAndFallsBackToThePassword(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	private, signer := newKey(t)
	other, _ := newKey(t)
	added := d.addKey(t, d.alice, signer.PublicKey())
	good, wrong := keyFile(t, private), keyFile(t, other)
	whoami := func(file, password string, more ...string) (int, string, string) {
		t.Helper()
		return outcome(t, openssh(t, d, password, append(append([]string{"-o", "IdentitiesOnly=yes", "-i", file}, more...), "127.0.0.1", "whoami")...))
	}
	keyOnly := []string{"-o", "PreferredAuthentications=publickey"}
	if status, out, told := whoami(good, "", keyOnly...); status != 0 || !strings.Contains(out, "alice") {
		t.Errorf("by key: status %d, %q, told %q", status, out, told)
	}
	if !strings.Contains(d.log.String(), `msg="connection accepted"`) {
		t.Error("the log does not tell of it")
	}
	if status, out, told := whoami(wrong, storetest.Password); status != 0 || !strings.Contains(out, "alice") {
		t.Errorf("by a wrong key and the password: status %d, %q, told %q", status, out, told)
	}
	if status, _, told := whoami(wrong, "", keyOnly...); status != 255 || !strings.Contains(told, "Permission denied (password,publickey,keyboard-interactive).") {
		t.Errorf("by a wrong key: status %d, told %q", status, told)
	}
	check(t, d.core.Auth.RemoveKey(t.Context(), d.alice, added.ID))
	if status, _, told := whoami(good, "", keyOnly...); status != 255 || !strings.Contains(told, "Permission denied") {
		t.Errorf("by a key that was removed: status %d, told %q", status, told)
	}
}

func TestAKeyOpensTheDoorForItsOwnerAlone(t *testing.T) {
	d := open(t, options{})
	_, hers := newKey(t)
	d.addKey(t, d.alice, hers.PublicKey())
	for user, good := range map[string]bool{"alice": true, "ALICE": true, "bob": false, "nobody-here": false, "a b": false} {
		client, err := d.tryLogIn(t, "127.0.0.1", user, gossh.PublicKeys(hers))
		if (err == nil) != good {
			t.Errorf("%q: %v", user, err)
		}
		if err == nil {
			client.Close()
		}
	}
}

// pretender has somebody else's public key and signs with its own.
type pretender struct {
	gossh.Signer
	public gossh.PublicKey
}

func (p pretender) PublicKey() gossh.PublicKey { return p.public }

// unwilling has a key and does not sign.
type unwilling struct{ gossh.Signer }

func (unwilling) Sign(io.Reader, []byte) (*gossh.Signature, error) { return nil, errors.New("no") }

// Attack: whoever knows a public key offers it, which the server says is good,
// and never proves to have it.
func TestAKeyThatWasMerelyOfferedLetsNobodyIn(t *testing.T) {
	d := open(t, options{})
	_, hers := newKey(t)
	_, own := newKey(t)
	d.addKey(t, d.alice, hers.PublicKey())
	for name, methods := range map[string][]gossh.AuthMethod{
		"signed by another key":   {gossh.PublicKeys(pretender{own, hers.PublicKey()})},
		"not signed":              {gossh.PublicKeys(unwilling{hers})},
		"then another key signs":  {gossh.PublicKeys(pretender{own, hers.PublicKey()}, own)},
		"then a wrong password":   {gossh.PublicKeys(pretender{own, hers.PublicKey()}), gossh.Password("Wrong-horse-1")},
		"another key, and nobody": {gossh.PublicKeys(own)},
	} {
		if _, err := d.tryLogIn(t, "127.0.0.1", "alice", methods...); err == nil {
			t.Errorf("%s: let in", name)
		}
	}
	if sessions, err := d.core.Auth.Sessions(t.Context(), d.alice); err != nil || len(sessions) != 1 {
		t.Errorf("alice has the sessions %v, %v", sessions, err)
	}
}

func TestKeysDoNotSpendWhatPasswordsMay(t *testing.T) {
	d := open(t, options{})
	_, hers := newKey(t)
	d.addKey(t, d.alice, hers.PublicKey())
	for range 12 {
		client, err := d.tryLogIn(t, "127.0.9.3", "alice", gossh.PublicKeys(hers))
		check(t, err)
		client.Close()
	}
	_, err := d.tryLogIn(t, "127.0.9.3", "alice", gossh.Password(storetest.Password))
	check(t, err)
}

func TestASessionShowsItsClientAndEndsWithItsConnection(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	show(t, client, 80, 24)
	idle := d.logIn(t, "alice") // which opens no channel
	sessions, err := d.core.Auth.Sessions(t.Context(), d.alice)
	check(t, err)
	if len(sessions) != 3 || sessions[0].Door != auth.SSH || sessions[0].Device != "Go" || sessions[0].Addr.String() != "127.0.0.1" {
		t.Errorf("got %+v", sessions)
	}
	client.Close()
	idle.Close()
	storetest.Eventually(t, "their sessions to end", func() bool {
		sessions, err := d.core.Auth.Sessions(t.Context(), d.alice)
		check(t, err)
		return len(sessions) == 1 && sessions[0].ID == d.alice.Session().ID
	})
}

func TestEndingASessionClosesItsConnectionAlone(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := open(t, options{})
	client, other := d.logIn(t, "alice"), d.logIn(t, "alice")
	show(t, client, 80, 24)
	sessions, err := d.core.Auth.Sessions(t.Context(), d.alice)
	check(t, err)
	term := show(t, other, 80, 24)
	ends := sessions[0].ID // the newest, which is other's
	for _, session := range sessions {
		ends = max(ends, session.ID)
	}
	check(t, d.core.Auth.EndSession(t.Context(), d.alice, ends))
	began := time.Now()
	if status := exitStatus(t, term.Session); status != 1 {
		t.Errorf("exit status %d", status)
	}
	closed(t, other)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	_, _, err = client.SendRequest("still-there", true, nil)
	check(t, err)
}

func TestTheConnectionBeyondTheLimitIsToldAndClosed(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := open(t, options{})
	for i := range auth.MaxUserConnections {
		actor, err := d.core.Auth.LogIn(t.Context(), auth.Origin{Door: auth.HTTP, Addr: netip.AddrFrom4([4]byte{127, 0, 20, byte(i)})}, "alice", storetest.Password)
		check(t, err)
		detach, err := d.core.Auth.Attach(actor, func(error) {})
		check(t, err)
		defer detach()
	}
	client := d.logIn(t, "alice")
	const told = "parley: you have 20 connections open, which is the limit for a user; close one first (limit.connections)"
	if got := run(t, client, nil, "post lobby hello"); got != (result{75, "", told + "\n"}) {
		t.Errorf("got %+v", got)
	}
	closed(t, client)
	if list := d.contents(t); len(list) > 0 {
		t.Errorf("stored %q", list)
	}
	silent := d.logIn(t, "alice") // asks for a session, and for nothing in it
	_, err := silent.NewSession()
	check(t, err)
	_, err = silent.NewSession()
	var refused *gossh.OpenChannelError
	if !errors.As(err, &refused) {
		t.Errorf("a second session: %v", err)
	}
	closed(t, silent)
	d.log.await(t, "limit.connections")
	bob := d.logIn(t, "bob")
	show(t, bob, 80, 24)
	if testing.Short() {
		return
	}
	status, _, shown := outcome(t, openssh(t, d, storetest.Password, "-tt", "127.0.0.1"))
	if status != 75 || !strings.Contains(shown, told+"\r\n") {
		t.Errorf("OpenSSH: status %d, shown %q", status, shown)
	}
}
