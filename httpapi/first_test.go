package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"parley/store/storetest"
)

// pythonTime is what datetime.fromisoformat of Python 3.8 reads.
var pythonTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$`)

func person(name, password string) map[string]any {
	return map[string]any{"username": name, "password": password}
}

func TestTheFirstAPIAnswersAsItDid(t *testing.T) {
	d := openDoor(t, nil)
	made := d.do(t, request{method: "POST", path: "/api/auth/register", body: map[string]any{
		"username": "alice", "password": storetest.Password, "email": "ignored@example.org",
	}})
	made.wantStatus(t, http.StatusCreated)
	account := made.object(t)
	if !pythonTime.MatchString(account["created_at"].(string)) {
		t.Errorf("created_at is %v", account["created_at"])
	}
	delete(account, "created_at")
	if diff := cmp.Diff(map[string]any{"id": 1.0, "username": "alice"}, account); diff != "" {
		t.Error(diff)
	}

	in := d.do(t, request{method: "POST", path: "/api/auth/login", body: person("ALICE", storetest.Password)})
	in.wantStatus(t, http.StatusOK)
	token := in.object(t)
	if token["token_type"] != "bearer" || token["expires_in"] != 1800.0 {
		t.Errorf("got %v", token)
	}
	access := token["access_token"].(string)

	empty := d.do(t, request{method: "GET", path: "/api/chat/messages?limit=50", token: access})
	if empty.status != http.StatusOK || strings.TrimSpace(empty.text) != "[]" {
		t.Errorf("an empty lobby is %d %q", empty.status, empty.text)
	}
	for _, content := range []string{"one", "two <b>", "three"} {
		d.do(t, request{
			method: "POST", path: "/api/v1/rooms/lobby/messages", token: access,
			body: map[string]any{"content": content},
		}).wantStatus(t, http.StatusCreated)
	}
	page := d.do(t, request{method: "GET", path: "/api/chat/messages?limit=2&unknown=1", token: access})
	got := regexp.MustCompile(`"created_at":"[^"]{26}"`).ReplaceAllString(strings.TrimSpace(page.text), `"created_at":"T"`)
	want := `[{"id":2,"user_id":1,"username":"alice","content":"two <b>","created_at":"T"},` +
		`{"id":3,"user_id":1,"username":"alice","content":"three","created_at":"T"}]`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}

	health := d.do(t, request{method: "GET", path: "/health"})
	if health.status != http.StatusOK || strings.TrimSpace(health.text) != `{"status":"healthy"}` {
		t.Errorf("health is %d %s", health.status, health.text)
	}
}

func TestTheFirstAPIRefusesAsItDid(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	for _, c := range []struct {
		name   string
		call   request
		status int
		code   string
	}{
		{"a taken name", request{method: "POST", path: "/api/auth/register", body: person("Alice", storetest.Password)}, 400, "user.name_taken"},
		{"a short name", request{method: "POST", path: "/api/auth/register", body: person("al", storetest.Password)}, 422, "user.name_length"},
		{"a weak password", request{method: "POST", path: "/api/auth/register", body: person("bob", "weakweakweak")}, 422, "user.password_weak"},
		{"a missing field", request{method: "POST", path: "/api/auth/register", body: map[string]any{"username": "bob"}}, 422, "request.invalid"},
		{"another case", request{method: "POST", path: "/api/auth/register", body: map[string]any{"Username": "bob", "password": "x"}}, 422, "request.invalid"},
		{"broken JSON", request{method: "POST", path: "/api/auth/register", body: `{"username":`}, 422, "request.json"},
		{"no body", request{method: "POST", path: "/api/auth/login"}, 422, "request.empty"},
		{"a wrong password", request{method: "POST", path: "/api/auth/login", body: person("alice", "Wrong-horse-1")}, 401, "auth.invalid_credentials"},
		{"an unknown user", request{method: "POST", path: "/api/auth/login", body: person("nobody-here", "Wrong-horse-1")}, 401, "auth.invalid_credentials"},
		{"no token", request{method: "GET", path: "/api/chat/messages"}, 401, "auth.token_required"},
		{"a bad token", request{method: "GET", path: "/api/chat/messages", token: "nonsense"}, 401, "auth.invalid_token"},
		{"limit 0", request{method: "GET", path: "/api/chat/messages?limit=0", token: token}, 422, "request.invalid"},
		{"limit many", request{method: "GET", path: "/api/chat/messages?limit=many", token: token}, 422, "request.invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := d.do(t, c.call)
			got.wantProblem(t, c.status, c.code)
			if c.status == http.StatusUnauthorized && got.header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("WWW-Authenticate is %q", got.header.Get("WWW-Authenticate"))
			}
		})
	}
	d.do(t, request{method: "GET", path: "/api/chat/messages?limit=5000", token: token}).wantStatus(t, http.StatusOK)
}

func TestTheFirstAPITakesAnyContentType(t *testing.T) {
	d := openDoor(t, nil)
	d.do(t, request{
		method: "POST", path: "/api/auth/register", body: person("alice", storetest.Password),
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	}).wantStatus(t, http.StatusCreated)
}

func TestTheFirstSocketTellsWhoComesSpeaksAndGoes(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := openDoor(t, nil)
	alice := d.first(t, d.token(t, "alice"))
	bob := d.first(t, d.token(t, "bob"))
	// Both came within a second, so both are told of the other, and of no more.
	for _, c := range []struct {
		s     *socket
		other string
	}{{alice, "bob"}, {bob, "alice"}} {
		if came := c.s.wantNext("system"); came["message"] != c.other+" joined the chat" {
			t.Errorf("got %v", came)
		}
	}
	bob.say(map[string]any{"type": "message", "content": "hi", "color": "ignored"})
	for _, s := range []*socket{alice, bob} {
		message := s.wantNext("message")
		if !pythonTime.MatchString(message["timestamp"].(string)) {
			t.Errorf("timestamp is %v", message["timestamp"])
		}
		delete(message, "timestamp")
		if diff := cmp.Diff(map[string]any{"type": "message", "username": "bob", "content": "hi"}, message); diff != "" {
			t.Error(diff)
		}
	}
	bob.say(map[string]any{"type": "message", "content": " "})
	bob.wantError("message.empty")
	bob.say(`[]`)
	bob.wantError("frame.json")
	bob.say(map[string]any{"content": "still here"})
	bob.wantNext("message")
	alice.wantNext("message")
	bob.conn.Close(websocket.StatusNormalClosure, "")
	if went := alice.wantNext("system"); went["message"] != "bob left the chat" {
		t.Errorf("got %v", went)
	}
}

func TestTheFirstAPIShowsMessagesAsTheyStandNow(t *testing.T) {
	d := openDoor(t, nil)
	alice := d.caller(t, "alice")
	for i := range 8 {
		alice.sends("lobby", fmt.Sprint("message ", i+1))
	}
	alice.ok("PATCH "+at("lobby", 2), object{"content": "edited"})
	for _, seq := range []int{3, 6, 7, 8} {
		alice.ok("DELETE "+at("lobby", seq), nil)
	}
	for limit, want := range map[string]string{"2": "4 5", "3": "2 4 5", "4": "1 2 4 5", "50": "1 2 4 5"} {
		page := d.do(t, request{method: "GET", path: "/api/chat/messages?limit=" + limit, token: alice.token})
		var messages []map[string]any
		if err := json.Unmarshal([]byte(page.text), &messages); err != nil {
			t.Fatal(err)
		}
		if got := column(messages, "id"); got != want {
			t.Errorf("limit %s: got %s, want %s", limit, got, want)
		}
		for _, m := range messages {
			if m["id"] == 2.0 && m["content"] != "edited" || m["content"] == "" {
				t.Errorf("got %v", m)
			}
		}
	}
	for _, seq := range []int{2, 4, 5} {
		alice.ok("DELETE "+at("lobby", seq), nil)
	}
	one := d.do(t, request{method: "GET", path: "/api/chat/messages?limit=1", token: alice.token})
	if !strings.Contains(one.text, "message 1") {
		t.Errorf("the one that is left is not in %s", one.text)
	}
	alice.ok("DELETE "+at("lobby", 1), nil)
	none := d.do(t, request{method: "GET", path: "/api/chat/messages", token: alice.token})
	if strings.TrimSpace(none.text) != "[]" {
		t.Errorf("nothing is %s", none.text)
	}
}

func TestTheFirstSocketHearsOfMessagesAndOfWhoComesAndGoesAlone(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := openDoor(t, nil)
	people := d.callers(t, "alice", "bob", "carol")
	alice, bob := people[0], people[1]
	s := d.first(t, alice.token)
	seq := bob.sends("lobby", "frist")
	s.wantNext("message")
	bob.ok("PATCH "+at("lobby", seq), object{"content": "first"})
	alice.ok("PUT "+at("lobby", seq)+"/reactions/%F0%9F%91%8D", nil)
	bob.ok("DELETE "+at("lobby", seq), nil)
	alice.ok("PUT /rooms/lobby/draft", object{"content": "x"})
	alice.ok("PUT /rooms/lobby/read", object{"seq": 1})
	alice.ok("PUT /rooms/lobby/settings", object{"muted": true})
	alice.ok("PATCH /me", object{"state": "away", "status": "tea"})
	alice.makes("den", "public", bob)
	bob.sends("@alice", "elsewhere")
	bob.sends("lobby", "second")
	if message := s.wantNext("message"); message["content"] != "second" {
		t.Errorf("got %v", message)
	}
	live := d.live(t, bob.token)
	live.subscribe(-1)
	if came := s.wantNext("system"); came["message"] != "bob joined the chat" {
		t.Errorf("got %v", came)
	}
	bob.ok("PATCH /me", object{"status": "still here"})
	again := d.live(t, bob.token) // a second screen is not a second coming
	again.subscribe(-1)
	live.conn.Close(websocket.StatusNormalClosure, "")
	d.live(t, people[2].token).subscribe(-1)
	if came := s.wantNext("system"); came["message"] != "carol joined the chat" {
		t.Errorf("got %v", came)
	}
	again.conn.Close(websocket.StatusNormalClosure, "")
	if went := s.wantNext("system"); went["message"] != "bob left the chat" {
		t.Errorf("got %v", went)
	}
}

func TestTheFirstSocketClosesABadTokenWith1008(t *testing.T) {
	d := openDoor(t, nil)
	for _, query := range []string{"", "?token=", "?token=nonsense", "?token=a.b.c"} {
		s, res := d.dial(t, "/ws/chat"+query, nil)
		if s == nil {
			t.Fatalf("%q was refused with %d", query, res.StatusCode)
		}
		s.wantClosed(websocket.StatusPolicyViolation)
	}
}

func TestTheFirstSocketGivesEachEventAFrame(t *testing.T) {
	d := openDoor(t, nil)
	alice := d.first(t, d.token(t, "alice"))
	before := alice.frames
	for range 20 {
		alice.say(map[string]any{"type": "message", "content": "hi"})
	}
	for range 20 {
		alice.wantNext("message")
	}
	if got := alice.frames - before; got != 20 {
		t.Errorf("20 messages came in %d frames", got)
	}
}

func TestAPythonClientOfTheFirstAPI(t *testing.T) {
	if testing.Short() {
		return // it takes Python and its websockets package
	}
	d := openDoor(t, nil)
	script := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/first_client.py", d.URL)
	script.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	output, err := script.CombinedOutput()
	if err != nil || strings.TrimSpace(string(output)) != "ok" {
		t.Errorf("%v\n%s", err, output)
	}
}
