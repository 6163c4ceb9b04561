package sshui_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"parley/sshui"
)

func newServer(path string) (*sshui.Server, error) {
	return sshui.New(sshui.Config{HostKeyPath: path, Log: slog.New(slog.DiscardHandler)})
}

func TestTheHostKeyIsMadeOnceAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	first, err := newServer(path)
	check(t, err)
	text, err := os.ReadFile(path)
	check(t, err)
	if !strings.HasPrefix(string(text), "-----BEGIN OPENSSH PRIVATE KEY-----") {
		t.Error("the key is not in OpenSSH's format")
	}
	info, err := os.Stat(path)
	check(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
	signer, err := gossh.ParsePrivateKey(text)
	check(t, err)
	if want := gossh.FingerprintSHA256(signer.PublicKey()); first.Fingerprint() != want || !strings.HasPrefix(want, "SHA256:") {
		t.Errorf("the fingerprint is %s, want %s", first.Fingerprint(), want)
	}
	second, err := newServer(path)
	check(t, err)
	if second.Fingerprint() != first.Fingerprint() {
		t.Error("the key changed")
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestAnUnusableHostKeyIsRefusedAndKept(t *testing.T) {
	for name, test := range map[string]struct {
		mode   os.FileMode
		damage func(text string) string
		want   string
	}{
		"open to others": {0o644, func(text string) string { return text }, "chmod 600"},
		"broken":         {0o600, func(text string) string { return text[:100] }, "broken"},
		"empty":          {0o600, func(string) string { return "" }, "broken"},
		"of another kind": {0o600, func(string) string {
			return "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49\n" +
				"AwEHoUQDQgAEPR3tU2Fta9ktY+6P9G0cWO+0kETA6SFs38GecTyudlHz6xvCdz8q\nEKTcWGekdmdDPsHloRNtsiCa697B2O9IFA==\n-----END EC PRIVATE KEY-----\n"
		}, "must be ssh-ed25519"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "key")
			_, err := newServer(path)
			check(t, err)
			text, err := os.ReadFile(path)
			check(t, err)
			damaged := test.damage(string(text))
			check(t, os.WriteFile(path, []byte(damaged), test.mode))
			check(t, os.Chmod(path, test.mode))
			if _, err := newServer(path); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to tell %q", err, test.want)
			}
			if now, err := os.ReadFile(path); err != nil || string(now) != damaged {
				t.Errorf("the file was changed, or %v", err)
			}
		})
	}
}
