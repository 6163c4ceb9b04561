package main

import (
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/domain/auth"
)

const (
	goodSecret = "6b1f0d52c4a3987e6b1f0d52c4a3987e00112233445566778899aabbccddeeff"
	goodKey    = "MDEyMzQ1Njc4OWFiY2RlZkdISUpLTE1OT1BRUlNUVVY="
)

// configOf reads a configuration of good keys and what is changed in it.
func configOf(t *testing.T, changes map[string]string) (*config, error) {
	t.Helper()
	env := map[string]string{"SECRET_KEY": goodSecret, "ENCRYPTION_KEY": goodKey}
	maps.Copy(env, changes)
	return loadConfig(environ(env), noFile(t))
}

func TestTheDefaultsAreThoseOfTheManual(t *testing.T) {
	c, err := configOf(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.httpAddr != "127.0.0.1:8080" || c.sshAddr != ":2222" || c.dataDir != "./data" || c.postgres != nil ||
		c.tokenLife != 30*time.Minute || c.registration != auth.RegistrationOpen || c.logLevel != slog.LevelInfo ||
		c.publicURL != nil || c.corsOrigins != nil || c.proxies != nil || c.loginCost != 12 || len(c.beforeServing) != 0 {
		t.Errorf("the defaults are %+v", c)
	}
}

func TestEachFaultNamesItsVariable(t *testing.T) {
	for _, test := range []struct{ name, value, says string }{
		{"SECRET_KEY", "", "openssl rand -hex 32"},
		{"SECRET_KEY", "your-secret-key-change-in-production", "openssl rand -hex 32"},
		{"SECRET_KEY", goodSecret[:62], "at least 64 hexadecimal"},
		{"SECRET_KEY", strings.Repeat("a", 64), "not random"},
		{"SECRET_KEY", goodSecret + ",changeme", "key 2"},
		{"ENCRYPTION_KEY", "", "parley init"},
		{"ENCRYPTION_KEY", "changeme", "44 characters"},
		{"ENCRYPTION_KEY", goodKey[:40], "44 characters"},
		{"ENCRYPTION_KEY", strings.Repeat("A", 43) + "=", "not random"},
		{"DATABASE_PORT", "0", "1 to 65535"},
		{"DATABASE_PORT", "many", "1 to 65535"},
		{"DATABASE_SSLMODE", "maybe", "verify-full"},
		{"HTTP_ADDR", "8080", "HOST:PORT"},
		{"SSH_ADDR", ":70000", "HOST:PORT"},
		{"PUBLIC_URL", "chat.example.org", "https://chat.example.org"},
		{"PUBLIC_URL", "https://chat.example.org/path", "without a path"},
		{"PUBLIC_URL", "ftp://chat.example.org", "https://"},
		{"CORS_ORIGINS", "*", "list the origins"},
		{"CORS_ORIGINS", "https://*.example.org", "list the origins"},
		{"CORS_ORIGINS", "https://a.example.org,nonsense", "https://"},
		{"TRUSTED_PROXIES", "10.0.0.0/33", "CIDR"},
		{"TLS_CERT_FILE", "/nowhere/cert.pem", "both or neither"},
		{"ACCESS_TOKEN_EXPIRE_MINUTES", "0", "from 1 to"},
		{"REGISTRATION", "maybe", "open, invite, closed"},
		{"EDIT_WINDOW", "soon", "15m"},
		{"EDIT_WINDOW", "-1h", "15m"},
		{"LOG_LEVEL", "loud", "debug, info, warn, error"},
		{"LOG_FORMAT", "xml", "text, json"},
	} {
		t.Run(test.name+"="+test.value, func(t *testing.T) {
			changes := map[string]string{test.name: test.value}
			if strings.HasPrefix(test.name, "DATABASE_") {
				maps.Copy(changes, map[string]string{
					"DATABASE_HOST": "localhost", "DATABASE_NAME": "parley", "DATABASE_USER": "parley",
					"DATABASE_PASSWORD": "q8Zr1vX0aTg5",
				})
			}
			_, err := configOf(t, changes)
			var faults configFaults
			if !errors.As(err, &faults) || len(faults) != 1 ||
				!strings.Contains(faults[0], test.name) || !strings.Contains(faults[0], test.says) {
				t.Errorf("got %v", err)
			}
			if err != nil && len(test.value) > 20 && strings.Contains(err.Error(), test.value) &&
				strings.HasSuffix(test.name, "_KEY") {
				t.Errorf("the fault shows the key: %v", err)
			}
		})
	}
}

func TestAllFaultsAreReportedTogetherAndNothingIsOpened(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	status, stdout, stderr := parley(t, map[string]string{
		"ENCRYPTION_KEY": "short", "HTTP_ADDR": "nonsense", "REGISTRATION": "maybe", "DATA_DIR": dir,
	}, "", "serve")
	if status != exitUsage || stdout != "" {
		t.Errorf("status %d, stdout %q", status, stdout)
	}
	for _, name := range []string{"SECRET_KEY", "ENCRYPTION_KEY", "HTTP_ADDR", "REGISTRATION"} {
		if !strings.Contains(stderr, name) {
			t.Errorf("%s is not named in:\n%s", name, stderr)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("DATA_DIR was made: %v", err)
	}
}

func TestBothDoorsOffIsAFault(t *testing.T) {
	if _, err := configOf(t, map[string]string{"HTTP_ADDR": "off", "SSH_ADDR": "off"}); err == nil {
		t.Error("a service without a door was accepted")
	}
}

func TestAFileFillsInWhatTheEnvironmentLeavesUnset(t *testing.T) {
	file := filepath.Join(t.TempDir(), "settings")
	content := "SECRET_KEY=" + goodSecret + "\nENCRYPTION_KEY=" + goodKey + "\nSSH_ADDR=:3333\nHTTP_ADDR=:9999\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loadConfig([]string{"SSH_ADDR=:4444"}, file)
	if err != nil || c.sshAddr != ":4444" || c.httpAddr != ":9999" {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, err := loadConfig(nil, file+".missing"); err == nil || !strings.Contains(err.Error(), "--env-file") {
		t.Errorf("a missing file gives %v", err)
	}
	if err := os.WriteFile(file, []byte("SECRET_KEY="+goodSecret+"\n'broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadConfig(nil, file); err == nil || strings.Contains(err.Error(), goodSecret) {
		t.Errorf("a broken file gives %v", err)
	}
}

func TestTheDatabaseServersDefaultsAreSafe(t *testing.T) {
	const strong = "q8Zr1vX0aTg5"
	for _, test := range []struct {
		host, password, sslmode string
		warned, refused         bool
	}{
		{"localhost", strong, "prefer", false, false},
		{"127.0.0.1", "postgres", "prefer", true, false},
		{"::1", "", "prefer", true, false},
		{"/var/run/postgresql", "", "prefer", false, false},
		{"db.example.org", strong, "verify-full", false, false},
		{"db.example.org", "changeme123", "", false, true},
		{"db.example.org", "parley", "", false, true},
		{"10.0.0.5", "", "", false, true},
		{"10.0.0.5", "aaaaaaaaaaaa", "", false, true},
	} {
		c, err := configOf(t, map[string]string{
			"DATABASE_HOST": test.host, "DATABASE_NAME": "parley", "DATABASE_USER": "parley",
			"DATABASE_PASSWORD": test.password,
		})
		if (err != nil) != test.refused {
			t.Errorf("%s with %q: %v", test.host, test.password, err)
			continue
		}
		if err == nil && (c.postgres.SSLMode != test.sslmode || (len(c.beforeServing) > 0) != test.warned || c.postgres.Port != 5432) {
			t.Errorf("%s with %q: %+v, warnings %q", test.host, test.password, c.postgres, c.beforeServing)
		}
	}
}

func TestPlainHTTPBeyondLoopbackIsWarnedOf(t *testing.T) {
	for _, test := range []struct {
		changes map[string]string
		warned  bool
	}{
		{map[string]string{"HTTP_ADDR": "127.0.0.1:8080"}, false},
		{map[string]string{"HTTP_ADDR": "[::1]:8080"}, false},
		{map[string]string{"HTTP_ADDR": "localhost:8080"}, false},
		{map[string]string{"HTTP_ADDR": "off"}, false},
		{map[string]string{"HTTP_ADDR": ":8080"}, true},
		{map[string]string{"HTTP_ADDR": "192.168.1.5:8080"}, true},
		{map[string]string{"HTTP_ADDR": ":8080", "PUBLIC_URL": "http://chat.example.org"}, true},
		{map[string]string{"HTTP_ADDR": ":8080", "PUBLIC_URL": "https://chat.example.org"}, false},
	} {
		c, err := configOf(t, test.changes)
		if err != nil {
			t.Fatal(err)
		}
		if warned := len(c.beforeServing) > 0; warned != test.warned {
			t.Errorf("%v: warnings %q", test.changes, c.beforeServing)
		}
	}
}

func TestMessagesCanBeEditedForEverUnlessAWindowIsSet(t *testing.T) {
	for value, want := range map[string]time.Duration{"": 0, "0": 0, "15m": 15 * time.Minute, "24h": 24 * time.Hour} {
		c, err := configOf(t, map[string]string{"EDIT_WINDOW": value})
		if err != nil || c.editWindow != want {
			t.Errorf("%q: %v, %v", value, c, err)
		}
	}
}
