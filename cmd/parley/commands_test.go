package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

// runIn runs a command as typed in an empty environment.
func runIn(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	status = run(t.Context(), args, nil, strings.NewReader(""), &out, &err)
	return status, out.String(), err.String()
}

func TestInitWritesFreshKeysAndNeverOverwrites(t *testing.T) {
	t.Chdir(t.TempDir())
	status, stdout, stderr := runIn(t, "init")
	if status != exitDone || stderr != "" || !strings.Contains(stdout, "parley serve") {
		t.Fatalf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	info, err := os.Stat(".env")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	before, _ := os.ReadFile(".env")
	if _, err := loadConfig(nil, ""); err != nil {
		t.Errorf("the keys are not good: %v", err)
	}
	if strings.Contains(stdout, string(regexp.MustCompile(`SECRET_KEY=(\w+)`).FindSubmatch(before)[1])) {
		t.Error("the key is printed")
	}
	status, stdout, stderr = runIn(t, "init")
	after, _ := os.ReadFile(".env")
	if status != exitFailed || stdout != "" || !strings.Contains(stderr, "left as it is") || !bytes.Equal(before, after) {
		t.Errorf("the second init: status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	other := filepath.Join(t.TempDir(), "other.env")
	if status, _, _ := runIn(t, "init", "--env-file", other); status != exitDone {
		t.Errorf("init of another file gives %d", status)
	}
	if content, _ := os.ReadFile(other); len(content) == 0 || bytes.Equal(content, before) {
		t.Error("two files have the same keys")
	}
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	for _, command := range []string{
		"", "user", "serve", "init", "migrate", "version", "user add", "user list", "user passwd",
		"user disable", "user enable", "user unlock", "user admin", "sessions end",
	} {
		status, stdout, stderr := runIn(t, append(strings.Fields(command), "--help")...)
		if status != exitDone || stderr != "" || !strings.Contains(stdout, strings.TrimSpace("Example:\n\n    parley "+command)) {
			t.Errorf("%s --help: status %d\n%s%s", command, status, stdout, stderr)
		}
	}
	if status, stdout, _ := runIn(t, "--help"); status != exitDone || !strings.Contains(stdout, "serve") {
		t.Errorf("--help: status %d\n%s", status, stdout)
	}
}

func TestWrongUsageExitsWithTwo(t *testing.T) {
	for _, args := range [][]string{
		{},
		{"bogus"},
		{"user"},
		{"user", "add"},
		{"user", "admin", "alice", "maybe"},
		{"serve", "--bogus"},
		{"user", "disable", "a", "b"},
		{"sessions", "end"},
		{"sessions", "end", "--all", "--user", "alice"},
	} {
		status, stdout, stderr := runIn(t, args...)
		if status != exitUsage || stdout != "" || !strings.HasPrefix(stderr, "parley: ") {
			t.Errorf("%q: status %d, stdout %q, stderr %q", args, status, stdout, stderr)
		}
	}
}

func TestVersionNamesVersionCommitAndGo(t *testing.T) {
	status, stdout, stderr := runIn(t, "version")
	if status != exitDone || stderr != "" || !regexp.MustCompile(`^parley \S+, commit \w+, go1\.\d+`).MatchString(stdout) {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
}

func TestMigrateSaysWhatItApplied(t *testing.T) {
	env := settingsOf(t, store.Config{})
	if status, stdout, stderr := parley(t, env, "", "migrate"); status != exitDone || !strings.Contains(stdout, "applied 0001_core.sql") || stderr != "" {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	if status, stdout, _ := parley(t, env, "", "migrate"); status != exitDone || !strings.Contains(stdout, "up to date") {
		t.Errorf("status %d, stdout %q", status, stdout)
	}
	for name, mode := range map[string]os.FileMode{"": 0o700, "parley.db": 0o600} {
		if info, err := os.Stat(filepath.Join(env["DATA_DIR"], name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%q has mode %v, %v", name, info.Mode().Perm(), err)
		}
	}
}

func TestAccountsFromTheConsole(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, database store.Config) {
		env := settingsOf(t, database)
		for _, step := range []struct {
			args   string
			stdin  string
			status int
			out    string
			err    string
		}{
			{"user add Alice --admin --email alice@example.org --password-stdin", "Correct-horse-1\n", exitDone, "added Alice (id 1)", ""},
			{"user add admin --password-stdin", "Correct-horse-1", exitDone, "added admin (id ", ""},
			{"user add alice --password-stdin", "Correct-horse-1\n", exitFailed, "", "user.name_taken"},
			{"user add new --password-stdin", "Correct-horse-1\n", exitFailed, "", "user.name_reserved"},
			{"user add bob --password-stdin", "short\n", exitFailed, "", "user.password_length"},
			{"user add bob", "Correct-horse-1\n", exitUsage, "", "--password-stdin"},
			{"user add bob --email nonsense --password-stdin", "Correct-horse-1\n", exitFailed, "", "user.email"},
			{"user disable ALICE", "", exitDone, "disabled: ALICE", ""},
			{"user list", "", exitDone, "alice@example.org", ""},
			{"user list", "", exitDone, "disabled", ""},
			{"user enable alice", "", exitDone, "enabled", ""},
			{"user admin alice off", "", exitDone, "admin off: alice", ""},
			{"user passwd alice --password-stdin", "Another-horse-2\n", exitDone, "password set", ""},
			{"user unlock alice", "", exitDone, "unlocked", ""},
			{"user passwd alice --password-stdin", "Password123\n", exitFailed, "", "user.password_common"},
			{"user passwd alice --password-stdin", "Im-Alice-77\n", exitFailed, "", "user.password_has_name"},
			{"sessions end --all", "", exitDone, "sessions ended: 0", ""},
			{"sessions end --user alice", "", exitDone, "sessions ended: 0", ""},
			{"sessions end --user nobody-there", "", exitFailed, "", "user.not_found"},
			{"user disable nobody-there", "", exitFailed, "", "user.not_found"},
		} {
			status, stdout, stderr := parley(t, env, step.stdin, strings.Fields(step.args)...)
			if status != step.status || !strings.Contains(stdout, step.out) || !strings.Contains(stderr, step.err) {
				t.Errorf("%s: status %d, stdout %q, stderr %q", step.args, status, stdout, stderr)
			}
			if step.status != exitDone && stdout != "" || step.status == exitDone && stderr != "" {
				t.Errorf("%s mixes its outputs: stdout %q, stderr %q", step.args, stdout, stderr)
			}
		}
	})
}

func TestAWrongEncryptionKeyStopsTheStart(t *testing.T) {
	env := settingsOf(t, store.Config{})
	addUser(t, env, "alice")
	env["ENCRYPTION_KEY"] = goodKey
	status, stdout, stderr := parley(t, env, "", "serve")
	if status != exitFailed || stdout != "" || !strings.Contains(stderr, "ENCRYPTION_KEY does not open this database") {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
}

func TestAPortThatIsTakenEndsTheProcessWithThatError(t *testing.T) {
	env := settingsOf(t, store.Config{})
	s := serve(t, env)
	other := settingsOf(t, store.Config{})
	other["SSH_ADDR"] = s.ssh
	status, stdout, stderr := parley(t, other, "", "serve")
	if status != exitFailed || stdout != "" || !strings.Contains(stderr, "SSH_ADDR") || !strings.Contains(stderr, "in use") {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	other["SSH_ADDR"], other["HTTP_ADDR"] = "127.0.0.1:0", s.http
	if status, _, stderr := parley(t, other, "", "serve"); status != exitFailed || !strings.Contains(stderr, "HTTP_ADDR") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
}
