package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/httpapi"
	"parley/store/storetest"
)

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // what is parallel waits, and does not compute
	goleak.VerifyTestMain(m)
}

// door is a running HTTP door on the loopback network.
type door struct {
	*storetest.Core
	Server *httpapi.Server
	Log    *logBuffer
	URL    string // http://127.0.0.1:port
	client *http.Client
	served chan error
	once   sync.Once

	actors map[string]auth.Actor // made by known
}

var lobby = domain.Address{Name: domain.Lobby}

// known gives the actor of a name, whose account it makes when first asked.
func (d *door) known(tb testing.TB, name string) auth.Actor {
	tb.Helper()
	actor, ok := d.actors[name]
	if !ok {
		if d.actors == nil {
			d.actors = map[string]auth.Actor{}
		}
		actor = d.User(tb, name)
		d.actors[name] = actor
	}
	return actor
}

// openDoor runs a door on a core of its own; change may be nil.
func openDoor(tb testing.TB, change func(*httpapi.Config)) *door {
	tb.Helper()
	return openDoorOn(tb, storetest.NewCore(tb), change, nil)
}

// openDoorOn runs a door on a core; hurry changes the server before it serves.
func openDoorOn(tb testing.TB, core *storetest.Core, change func(*httpapi.Config), hurry func(*httpapi.Server)) *door {
	tb.Helper()
	d := &door{Core: core, Log: &logBuffer{}, served: make(chan error, 1)}
	config := httpapi.Config{
		Auth: core.Auth, Chat: core.Chat, Version: "test",
		Ready: core.Engine.Ready,
		Log:   slog.New(slog.NewJSONHandler(d.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&config)
	}
	var err error
	if d.Server, err = httpapi.New(config); err != nil {
		tb.Fatal(err)
	}
	// Clients here do not answer a closing handshake unless they read.
	d.Server.Hurry(0, 0, 0, 0, 300*time.Millisecond)
	if hurry != nil {
		hurry(d.Server)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	d.URL = "http://" + ln.Addr().String()
	transport := &http.Transport{}
	d.client = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       patience,
	}
	go func() { d.served <- d.Server.Serve(ln) }()
	tb.Cleanup(func() {
		transport.CloseIdleConnections()
		d.stop(tb)
	})
	return d
}

// stop shuts the door down; a second time does nothing more.
func (d *door) stop(tb testing.TB) {
	d.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := d.Server.Shutdown(ctx); err != nil {
			tb.Errorf("Shutdown: %v", err)
		}
		if err := <-d.served; err != nil {
			tb.Errorf("Serve: %v", err)
		}
	})
}

var discard = slog.New(slog.DiscardHandler)

// history counts the messages in the lobby.
func (d *door) history(tb testing.TB) int {
	tb.Helper()
	page, err := d.Chat.Messages(tb.Context(), d.known(tb, "reader"), lobby, chat.Span{Limit: chat.MaxPage})
	if err != nil {
		tb.Fatal(err)
	}
	return len(page.Messages)
}

// token makes an account and gives an access token for it.
func (d *door) token(tb testing.TB, name string) string {
	tb.Helper()
	return d.tokenOf(tb, d.User(tb, name))
}

func (d *door) tokenOf(tb testing.TB, actor auth.Actor) string {
	tb.Helper()
	issued, err := d.Auth.IssueToken(actor)
	if err != nil {
		tb.Fatal(err)
	}
	return issued.Text
}

// request is one call. Body is sent as JSON, or as it is if it is a string.
type request struct {
	method, path string
	token        string
	body         any
	header       map[string]string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
}

func (d *door) do(tb testing.TB, r request) answer {
	tb.Helper()
	var body io.Reader
	switch b := r.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	case io.Reader:
		body = b
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			tb.Fatal(err)
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(tb.Context(), r.method, d.URL+r.path, body)
	if err != nil {
		tb.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	for name, value := range r.header {
		if value == "" {
			req.Header.Del(name)
		} else {
			req.Header.Set(name, value)
		}
	}
	res, err := d.client.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

// object reads an answer's JSON object.
func (a answer) object(tb testing.TB) map[string]any {
	tb.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.text), &v); err != nil {
		tb.Fatalf("%q is not a JSON object: %v", a.text, err)
	}
	return v
}

// wantProblem fails unless the answer is a problem of that status and code.
func (a answer) wantProblem(tb testing.TB, status int, code string) {
	tb.Helper()
	if a.status != status || a.header.Get("Content-Type") != "application/problem+json" {
		tb.Errorf("got %d %s %s, want problem %d %s", a.status, a.header.Get("Content-Type"), a.text, status, code)
		return
	}
	p := a.object(tb)
	if p["code"] != code || p["status"] != float64(status) || p["title"] != http.StatusText(status) ||
		p["type"] != "about:blank" || p["detail"] == "" || p["detail"] == nil {
		tb.Errorf("got problem %s, want code %s", a.text, code)
	}
}

func (a answer) wantStatus(tb testing.TB, status int) {
	tb.Helper()
	if a.status != status {
		tb.Fatalf("got %d %s, want %d", a.status, a.text, status)
	}
}

// logBuffer keeps what was logged.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if testing.Verbose() && os.Getenv("PARLEY_TEST_LOG") != "" {
		os.Stderr.Write(p)
	}
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// eventually fails unless a condition comes true in time.
func eventually(tb testing.TB, what string, condition func() bool) {
	tb.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			tb.Fatalf("in vain waited for: %s", what)
		}
	}
}
