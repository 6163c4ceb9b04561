package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/domain/encryption"
	"parley/store"
)

// patience is how long anything may take that is not a fault.
const patience = 30 * time.Second

const password = "Correct-horse-1"

// settingsOf gives the environment of a service on a database, with keys of its
// own and free ports.
func settingsOf(t testing.TB, database store.Config) map[string]string {
	t.Helper()
	key, err := encryption.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"SECRET_KEY":     strings.Repeat("00112233445566778899aabbccddeeff", 2),
		"ENCRYPTION_KEY": key,
		"DATA_DIR":       filepath.Join(t.TempDir(), "data"),
		"HTTP_ADDR":      "127.0.0.1:0",
		"SSH_ADDR":       "127.0.0.1:0",
		"LOG_LEVEL":      "warn",
	}
	if pg := database.Postgres; pg != nil {
		maps.Copy(env, map[string]string{
			"DATABASE_HOST": pg.Host, "DATABASE_PORT": strconv.Itoa(int(pg.Port)), "DATABASE_NAME": pg.Name,
			"DATABASE_USER": pg.User, "DATABASE_PASSWORD": pg.Password, "DATABASE_SSLMODE": "disable",
		})
	}
	return env
}

func environ(env map[string]string) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}

// parley runs one command to its end.
func parley(t testing.TB, env map[string]string, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	args = append(args, "--env-file="+noFile(t))
	var out, err bytes.Buffer
	status = run(t.Context(), args, environ(env), strings.NewReader(stdin), &out, &err)
	return status, out.String(), err.String()
}

// noFile names an empty file of settings, so that none of the machine's counts.
func noFile(t testing.TB) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "empty.env")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// service is a running parley serve.
type service struct {
	http, ssh string // addresses of the doors
	stop      func() int
	kill      func() // only for a process of its own
	pid       int    // likewise
	log       *lockedBuffer
}

var opened = regexp.MustCompile(`http://localhost:(\d+)|ssh -p (\d+)`)

// started reads what a service prints until both doors are open.
func started(t testing.TB, out io.Reader, log *lockedBuffer) (httpAddr, sshAddr string) {
	t.Helper()
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	deadline := time.After(patience)
	for httpAddr == "" || sshAddr == "" {
		select {
		case line, ok := <-lines:
			if !ok {
				t.Fatalf("the service ended before its doors were open:\n%s", log)
			}
			if m := opened.FindStringSubmatch(line); m != nil && m[1] != "" {
				httpAddr = "127.0.0.1:" + m[1]
			} else if m != nil {
				sshAddr = "127.0.0.1:" + m[2]
			}
		case <-deadline:
			t.Fatalf("the doors do not open:\n%s", log)
		}
	}
	go func() { // nothing it prints later may block it
		for range lines {
			continue
		}
	}()
	return httpAddr, sshAddr
}

// serve runs a service inside the test.
func serve(t *testing.T, env map[string]string) *service {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	s := &service{log: &lockedBuffer{}}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--env-file=" + noFile(t)}, environ(env), strings.NewReader(""), in, s.log)
		in.Close()
	}()
	s.stop = sync.OnceValue(func() int {
		cancel()
		select {
		case status := <-ended:
			return status
		case <-time.After(patience):
			t.Error("the service does not stop")
			return -1
		}
	})
	t.Cleanup(func() { s.stop() })
	s.http, s.ssh = started(t, out, s.log)
	return s
}

// programs are built once for all tests that need a process of its own: as the
// tests are built, and as it is released, where memory and time count.
var (
	testedProgram   = sync.OnceValues(func() (string, error) { return build(raceFlag) })
	releasedProgram = sync.OnceValues(func() (string, error) { return build("-trimpath") })
)

func build(flag string) (string, error) {
	dir, err := os.MkdirTemp("", "parley-test-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "parley")
	out, err := exec.Command("go", "build", flag, "-o", file, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return file, nil
}

// spawn runs a service in a process of its own.
func spawn(t testing.TB, env map[string]string) *service {
	t.Helper()
	return spawnFrom(t, testedProgram, env)
}

func spawnFrom(t testing.TB, program func() (string, error), env map[string]string) *service {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	s := &service{log: &lockedBuffer{}}
	cmd := exec.Command(file, "serve", "--env-file="+noFile(t))
	cmd.Env, cmd.Stderr = environ(env), s.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.pid = cmd.Process.Pid
	s.kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	t.Cleanup(s.kill)
	s.http, s.ssh = started(t, out, s.log)
	return s
}

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// answer is what an HTTP call gave.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) field(t testing.TB, name string) string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(a.body, &fields); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
	return fmt.Sprint(fields[name])
}

// clientFrom makes HTTP calls from an address of this machine.
func clientFrom(address string) *http.Client {
	dialer := &net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	return &http.Client{Timeout: patience, Transport: &http.Transport{DialContext: dialer.DialContext}}
}

// call makes one HTTP call with a JSON body.
func (s *service) call(client *http.Client, method, path, token, body string) (answer, error) {
	request, err := http.NewRequest(method, "http://"+s.http+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, content}, err
}

// must is call that has to be answered with a status.
func (s *service) must(t testing.TB, status int, from, method, path, token, body string) answer {
	t.Helper()
	got, err := s.call(clientFrom(from), method, path, token, body)
	if err != nil {
		t.Fatal(err)
	}
	if got.status != status {
		t.Fatalf("%s %s gives %d, want %d: %s", method, path, got.status, status, got.body)
	}
	return got
}

// addUser makes an account on the machine itself.
func addUser(t testing.TB, env map[string]string, name string) {
	t.Helper()
	if status, _, stderr := parley(t, env, password+"\n", "user", "add", name, "--password-stdin"); status != exitDone {
		t.Fatalf("user add %s: %s", name, stderr)
	}
}

func credentials(name, password string) string {
	return fmt.Sprintf(`{"username":%q,"password":%q}`, name, password)
}

// logIn gives an access token.
func (s *service) logIn(t testing.TB, from, name string) string {
	t.Helper()
	return s.must(t, 200, from, "POST", "/api/v1/auth/login", "", credentials(name, password)).field(t, "access_token")
}

// cpu is how much processor time the service has used.
func (s *service) cpu(t testing.TB) time.Duration {
	t.Helper()
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(content[bytes.LastIndexByte(content, ')')+2:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100
}

// memory is the service's resident memory in KB.
func (s *service) memory(t testing.TB) float64 {
	t.Helper()
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		if fields := strings.Fields(line); fields[0] == "VmRSS:" {
			kb, _ := strconv.ParseFloat(fields[1], 64)
			return kb
		}
	}
	t.Fatal("the service has no memory")
	return 0
}
