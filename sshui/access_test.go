package sshui_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"parley/sshui/sshtest"
)

const someKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS"

func TestKeysAreAddedListedAndRemoved(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	if got := run(t, client, nil, "keys"); got.status != 0 || strings.Count(got.out, "\n") != 1 {
		t.Errorf("none yet: %+v", got)
	}
	added := run(t, client, strings.NewReader(someKey+" alice@laptop\n"), "keys add --json")
	var key struct {
		ID                       int64
		Type, Fingerprint, Label string
	}
	check(t, json.Unmarshal([]byte(added.out), &key))
	if added.status != 0 || key.ID == 0 || key.Type != "ssh-ed25519" || key.Label != "alice@laptop" {
		t.Errorf("added %+v", added)
	}
	if got := run(t, client, nil, "keys list --json"); got != added {
		t.Errorf("added %+v, listed %+v", added, got)
	}
	if got := run(t, client, nil, "keys"); !strings.Contains(got.out, key.Fingerprint) || !strings.Contains(got.out, "alice@laptop") {
		t.Errorf("listed %+v", got)
	}
	for command, code := range map[string]string{
		"keys add " + someKey + " again": "key.taken", "keys add nonsense": "key.malformed", "keys remove 4711": "key.not_found",
		"keys add command=\"x\" " + someKey: "key.options", "sessions end 4711": "session.not_found",
	} {
		if got := run(t, client, nil, command); got.status != 1 || got.out != "" || !strings.HasSuffix(got.told, "("+code+")\n") {
			t.Errorf("%s: %+v", command, got)
		}
	}
	if got := run(t, client, nil, fmt.Sprint("keys remove ", key.ID)); got != (result{}) {
		t.Errorf("remove: %+v", got)
	}
	if got := run(t, client, nil, "keys --json"); got != (result{}) {
		t.Errorf("left %+v", got)
	}
}

func TestASessionThatIsEndedIsClosed(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := open(t, options{})
	client, err := sshtest.DialAs(d.addr, "alice", "Correct-horse-1", "127.0.0.1", "SSH-2.0-mine")
	check(t, err)
	t.Cleanup(func() { client.Close() })
	other := show(t, d.logIn(t, "alice"), 80, 24)
	type session struct {
		ID                    int64
		Door, Device, Address string
		Current               bool
	}
	list := func() (found []session) {
		for line := range strings.Lines(run(t, client, nil, "sessions --json").out) {
			var s session
			check(t, json.Unmarshal([]byte(line), &s))
			if s.Door == "ssh" {
				found = append(found, s)
			}
		}
		return found
	}
	all := list()
	if len(all) != 2 || all[0].Current == all[1].Current {
		t.Fatalf("listed %+v", all)
	}
	if plain := run(t, client, nil, "sessions list"); !strings.Contains(plain.out, "(this one)") || !strings.Contains(plain.out, "127.0.0.1") {
		t.Errorf("listed %+v", plain)
	}
	for _, s := range all {
		if !s.Current {
			if got := run(t, client, nil, fmt.Sprint("sessions end ", s.ID)); got != (result{}) {
				t.Errorf("end: %+v", got)
			}
		}
	}
	other.out.await(t, "this access has ended; log in again")
	if left := list(); len(left) != 1 || !left[0].Current {
		t.Errorf("left %+v", left)
	}
	if got := run(t, client, nil, "sessions end --others"); got != (result{}) {
		t.Errorf("end the others: %+v", got)
	}
}

func TestOpenSSHComesInByTheKeyThatItAdded(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	file := filepath.Join(t.TempDir(), "id")
	check(t, exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file).Run())
	public, err := os.Open(file + ".pub")
	check(t, err)
	defer public.Close()
	if got := inPipe(t, d, public, "keys", "add"); got != (result{}) {
		t.Fatalf("add: %+v", got)
	}
	command := openssh(t, d, "no password", "-i", file, "-o", "PreferredAuthentications=publickey", "127.0.0.1", "whoami")
	if status, out, told := outcome(t, command); status != 0 || out != "alice\n" {
		t.Errorf("by key: %d, %q, %q", status, out, told)
	}
	if got := inPipe(t, d, nil, "sessions"); got.status != 0 || !strings.Contains(got.out, "OpenSSH") {
		t.Errorf("sessions: %+v", got)
	}
}
