package httpapi_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/domain/broadcast"
	"parley/httpapi"
	"parley/store/storetest"
)

func TestAStopSaysByeAndWhetherToReconnect(t *testing.T) {
	for name, close := range map[string]func(*door){
		"the hub first": func(d *door) {
			d.Hub.Close(broadcast.Bye{Code: "server.shutdown", Message: "back soon", Reconnect: true})
		},
		"the door alone": func(*door) {},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDoor(t, nil)
			token := d.token(t, "alice")
			live, old := d.live(t, token), d.first(t, token)
			live.subscribe(-1)
			close(d)
			stopped := make(chan error, 1)
			go func() {
				ctx, cancel := context.WithTimeout(context.Background(), patience)
				defer cancel()
				stopped <- d.Server.Shutdown(ctx)
			}()
			bye := live.wantClosed(websocket.StatusServiceRestart)
			if bye["type"] != "bye" || bye["reconnect"] != true || bye["code"] != "server.shutdown" {
				t.Errorf("the last event is %v", bye)
			}
			old.wantClosed(websocket.StatusServiceRestart)
			if err := <-stopped; err != nil {
				t.Errorf("Shutdown: %v", err)
			}
			if _, err := net.Dial("tcp", strings.TrimPrefix(d.URL, "http://")); err == nil {
				t.Error("the door still listens")
			}
		})
	}
}

func TestAStopWaitsForWhatIsBeingStored(t *testing.T) {
	d := openDoor(t, nil)
	s := d.live(t, d.token(t, "alice"))
	for i := range 20 {
		s.say(map[string]any{"type": "send", "room": "lobby", "content": "x", "nonce": fmt.Sprint(i)})
	}
	s.want("ack") // the rest may be on its way
	go d.stop(t)
	acked := 1
	for {
		event, err := s.next()
		if err != nil {
			break
		}
		if event["type"] == "ack" {
			acked++
		}
	}
	page := d.history(t)
	if page != acked {
		t.Errorf("%d were acknowledged, %d are stored", acked, page)
	}
}

func TestAStopCutsAPeerThatDoesNotAnswer(t *testing.T) {
	d := openDoor(t, nil)
	conn := rawSocket(t, d, d.token(t, "alice"))
	if _, err := conn.Read(make([]byte, 1)); err != nil { // the upgrade's answer
		t.Fatal(err)
	}
	start := time.Now()
	d.stop(t)
	if took := time.Since(start); took > patience/2 {
		t.Errorf("the stop took %v", took)
	}
}

func TestAStopThatHasNoTimeCutsAtOnce(t *testing.T) {
	d := hurried(t, func(s *httpapi.Server) { s.Hurry(0, 0, 0, 0, time.Hour) })
	s := d.live(t, d.token(t, "alice"))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := d.Server.Shutdown(ctx); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	for { // whether the goodbye came through does not matter
		if _, err := s.next(); err != nil {
			break
		}
	}
}

func TestServeEndsWithoutErrorWhenItsListenerIsClosed(t *testing.T) {
	core := storetest.NewCore(t)
	server, err := httpapi.New(httpapi.Config{Auth: core.Auth, Chat: core.Chat, Ready: core.Engine.Ready, Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	ln.Close()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
}

// closedListener was closed by somebody else before its server noticed.
type closedListener struct {
	net.Listener
	asked   chan struct{} // closed when the server waits for a connection
	stopped chan struct{}
}

func (l closedListener) Accept() (net.Conn, error) {
	close(l.asked)
	<-l.stopped
	return nil, net.ErrClosed
}

func (l closedListener) Close() error {
	close(l.stopped)
	return net.ErrClosed
}

func TestStoppingADoorWhoseListenerIsClosedAlreadyIsNoFault(t *testing.T) {
	core := storetest.NewCore(t)
	server, err := httpapi.New(httpapi.Config{Auth: core.Auth, Chat: core.Chat, Ready: core.Engine.Ready, Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	ln := closedListener{asked: make(chan struct{}), stopped: make(chan struct{})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	<-ln.asked
	if err := server.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestAccessThatEndsClosesWhatIsOpenWithin5s(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	live, old, other := d.live(t, token), d.first(t, token), d.live(t, d.token(t, "bob"))
	start := time.Now()
	if err := d.Auth.SetDisabled(t.Context(), "alice", true); err != nil {
		t.Fatal(err)
	}
	bye := live.wantClosed(websocket.StatusPolicyViolation)
	if bye["type"] != "bye" || bye["reconnect"] != false || bye["code"] != "auth.access_ended" {
		t.Errorf("the last event is %v", bye)
	}
	old.wantClosed(websocket.StatusPolicyViolation)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	other.say(send("still here"))
	other.want("ack")
	d.do(t, request{method: "GET", path: "/api/v1/me", token: token}).
		wantProblem(t, http.StatusUnauthorized, "auth.access_ended")
}

func TestATokenThatExpiresLeavesOpenConnectionsAlone(t *testing.T) {
	core := storetest.NewCoreWith(t, storetest.SQLite(t), func(s *storetest.Settings) { s.TokenLife = time.Second })
	d := openDoorOn(t, core, nil, nil)
	token := d.token(t, "alice")
	s := d.live(t, token)
	eventually(t, "the token to expire", func() bool {
		return d.do(t, request{method: "GET", path: "/api/v1/me", token: token}).status == http.StatusUnauthorized
	})
	d.do(t, request{method: "GET", path: "/api/v1/me", token: token}).
		wantProblem(t, http.StatusUnauthorized, "auth.expired_token")
	s.say(send("still here"))
	s.want("ack")
}

func TestAPanicEndsOneRequestAndTellsNothing(t *testing.T) {
	d := hurried(t, func(s *httpapi.Server) { s.AddFaults() })
	got := d.do(t, request{method: "GET", path: "/fault"})
	got.wantProblem(t, http.StatusInternalServerError, "internal")
	id := got.header.Get("X-Request-Id")
	if got.object(t)["request_id"] != id || id == "" || strings.Contains(got.text, "the inside") {
		t.Errorf("got %s", got.text)
	}
	if log := d.Log.String(); strings.Count(log, "the inside") != 1 || !strings.Contains(log, id) {
		t.Error("the log does not tell the fault once, with the request's id")
	}
	d.do(t, request{method: "GET", path: "/health"}).wantStatus(t, http.StatusOK)
}

func TestAPanicEndsOneConnection(t *testing.T) {
	d := hurried(t, func(s *httpapi.Server) { s.AddFaults() })
	token := d.token(t, "alice")
	other := d.live(t, token)
	s, _ := d.dial(t, "/fault/ws", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
	s.say("{}")
	s.wantClosed(websocket.StatusInternalError)
	other.say(send("still here"))
	other.want("ack")
	if !strings.Contains(d.Log.String(), "panic in a WebSocket") {
		t.Error("the log does not tell")
	}
}

func TestReadinessFollowsTheStore(t *testing.T) {
	var fault error
	d := openDoor(t, func(c *httpapi.Config) {
		ready := c.Ready
		c.Ready = func(ctx context.Context) error {
			if fault != nil {
				return fault
			}
			return ready(ctx)
		}
	})
	got := d.do(t, request{method: "GET", path: "/readyz"})
	if got.status != http.StatusOK || strings.TrimSpace(got.text) != `{"status":"ready"}` {
		t.Errorf("got %d %s", got.status, got.text)
	}
	fault = fmt.Errorf("disk full: secret path")
	got = d.do(t, request{method: "GET", path: "/readyz"})
	got.wantProblem(t, http.StatusServiceUnavailable, "server.not_ready")
	if got.header.Get("Retry-After") == "" || strings.Contains(got.text, "secret") {
		t.Errorf("got %v %s", got.header, got.text)
	}
	d.do(t, request{method: "GET", path: "/health"}).wantStatus(t, http.StatusOK)
	d.do(t, request{method: "HEAD", path: "/health"}).wantStatus(t, http.StatusOK)
}

func TestWhileTheStoreTakesNothingCallsSayTryAgain(t *testing.T) {
	t.Parallel() // it waits for the clock
	config := storetest.SQLite(t)
	d := openDoorOn(t, storetest.NewCoreOn(t, config), nil, nil)
	token := d.token(t, "alice")
	s := d.live(t, token)
	post := request{method: "POST", path: "/api/v1/rooms/lobby/messages", token: token, body: map[string]any{"content": "hi"}}
	d.do(t, post).wantStatus(t, http.StatusCreated)

	other := storetest.DB(t, config)
	other.SetMaxOpenConns(1)
	storetest.Exec(t, other, "BEGIN IMMEDIATE") // nobody else writes now
	s.say(map[string]any{"type": "send", "room": "lobby", "content": "hi", "nonce": "n"})
	got := d.do(t, post)
	got.wantProblem(t, http.StatusServiceUnavailable, "store.unavailable")
	if got.header.Get("Retry-After") == "" {
		t.Error("Retry-After is missing")
	}
	if refused := s.wantError("store.unavailable"); refused["nonce"] != "n" {
		t.Errorf("got %v", refused)
	}
	d.do(t, request{method: "GET", path: "/api/v1/rooms/lobby/messages", token: token}).wantStatus(t, http.StatusOK)
	d.do(t, request{method: "GET", path: "/health"}).wantStatus(t, http.StatusOK)

	storetest.Exec(t, other, "ROLLBACK")
	d.do(t, post).wantStatus(t, http.StatusCreated)
}

func TestALaggingReaderIsToldAndMissesNothing(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	slow := d.live(t, token)
	slow.subscribe(0)
	const writers, each = 16, 30
	for w := range writers {
		s := d.live(t, d.token(t, fmt.Sprintf("writer%d", w)))
		for range each {
			s.say(send(strings.Repeat("x", 4000)))
		}
		for range each {
			s.want("ack")
		}
	}
	lagged := false
	for seq := 1; seq <= writers*each; {
		event, err := slow.next()
		if err != nil {
			t.Fatal(err)
		}
		switch event["type"] {
		case "lagged":
			lagged = true
			if event["after"] != float64(seq-1) || event["room"] != "lobby" {
				t.Errorf("at %d got %v", seq, event)
			}
		case "message":
			if event["seq"] != float64(seq) {
				t.Fatalf("got %v at place %d", event["seq"], seq)
			}
			seq++
		}
	}
	if !lagged {
		t.Error("the reader was never told that it lagged")
	}
}
