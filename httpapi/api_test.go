package httpapi_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/httpapi"
	"parley/store/storetest"
)

// zuluTime is how /api/v1 writes a time.
var zuluTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$`)

func TestEveryKindHasAStatus(t *testing.T) {
	for _, kind := range domain.Kinds() {
		if status := httpapi.Statuses[kind]; http.StatusText(status) == "" || status < 400 {
			t.Errorf("kind %d has status %d", kind, status)
		}
	}
	if len(httpapi.Statuses) != len(domain.Kinds()) {
		t.Errorf("the table has %d kinds, the domain %d", len(httpapi.Statuses), len(domain.Kinds()))
	}
}

func TestAPersonRegistersLogsInAndIsKnown(t *testing.T) {
	d := openDoor(t, nil)
	made := d.do(t, request{method: "POST", path: "/api/v1/auth/register", body: person("Alice", storetest.Password)})
	made.wantStatus(t, http.StatusCreated)
	account := made.object(t)
	if !zuluTime.MatchString(account["created_at"].(string)) || account["username"] != "Alice" || account["id"] != 1.0 || len(account) != 3 {
		t.Errorf("got %v", account)
	}
	d.do(t, request{method: "POST", path: "/api/v1/auth/register", body: person("alice", storetest.Password)}).
		wantProblem(t, http.StatusConflict, "user.name_taken")

	in := d.do(t, request{method: "POST", path: "/api/v1/auth/login", body: person("alice", storetest.Password)})
	in.wantStatus(t, http.StatusOK)
	token := in.object(t)
	if token["token_type"] != "bearer" || token["expires_in"] != 1800.0 || token["refresh_token"] == "" || len(token) != 4 {
		t.Errorf("got %v", token)
	}
	me := d.do(t, request{method: "GET", path: "/api/v1/me", header: map[string]string{
		"Authorization": "bearer " + token["access_token"].(string),
	}})
	account["state"] = "online"
	if diff := cmp.Diff(account, me.object(t)); diff != "" {
		t.Error(diff)
	}
}

func TestARoomIsReachedByEachOfItsNames(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	d.do(t, request{method: "POST", path: "/api/v1/rooms/lobby/messages", token: token, body: map[string]any{"content": "hi"}}).
		wantStatus(t, http.StatusCreated)
	for _, name := range []string{"lobby", "%23lobby", "1"} {
		got := d.do(t, request{method: "GET", path: "/api/v1/rooms/" + name, token: token})
		want := map[string]any{
			"room_id": 1.0, "room": "lobby", "title": "#lobby", "kind": "public", "head": 1.0, "first": 1.0,
			"role": "member", "members": 1.0, "read": 0.0, "unread": 0.0, "mentions": 0.0, "notify": "mentions",
		}
		room := got.object(t)
		if !zuluTime.MatchString(room["created_at"].(string)) {
			t.Errorf("created_at is %v", room["created_at"])
		}
		delete(room, "created_at")
		if diff := cmp.Diff(want, room); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, want := range map[string]struct {
		status int
		code   string
	}{
		"nowhere": {404, "room.not_found"}, "@bob": {404, "user.not_found"}, "99": {404, "room.not_found"},
		"Lobby": {422, "room.name"}, "%20": {422, "room.name"}, "%2e%2e": {422, "room.name"},
		"a%2Fb": {422, "room.name"}, "%00": {422, "room.name"}, strings.Repeat("x", 65): {422, "room.name"}, strings.Repeat("x", 513): {422, "request.invalid"},
		"99999999999999999999": {422, "room.name"},
	} {
		d.do(t, request{method: "GET", path: "/api/v1/rooms/" + name, token: token}).wantProblem(t, want.status, want.code)
	}
}

func TestASentMessageHasTheShapeOfTheContract(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	sent := d.do(t, request{
		method: "POST", path: "/api/v1/rooms/lobby/messages", token: token,
		body: map[string]any{"content": " hi\r\nthere ", "nonce": "n-1"},
	})
	sent.wantStatus(t, http.StatusCreated)
	message := sent.object(t)
	if !zuluTime.MatchString(message["created_at"].(string)) {
		t.Errorf("created_at is %v", message["created_at"])
	}
	delete(message, "created_at")
	want := map[string]any{
		"room_id": 1.0, "room": "lobby", "seq": 1.0, "content": "hi\nthere",
		"author": map[string]any{"id": 1.0, "username": "alice"},
	}
	if diff := cmp.Diff(want, message); diff != "" {
		t.Error(diff)
	}
	reply := d.do(t, request{
		method: "POST", path: "/api/v1/rooms/lobby/messages", token: token,
		body: map[string]any{"content": "re", "reply_to": 1, "nonce": nil},
	})
	if got := reply.object(t); got["reply_to"] != 1.0 || got["seq"] != 2.0 {
		t.Errorf("got %v", got)
	}
}

func TestTheSameNonceIsTheSameMessage(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	call := request{
		method: "POST", path: "/api/v1/rooms/lobby/messages", token: token,
		body: map[string]any{"content": "once", "nonce": "n-1"},
	}
	first, again := d.do(t, call), d.do(t, call)
	if first.status != http.StatusCreated || again.status != http.StatusCreated || first.text != again.text {
		t.Errorf("%d %s\n%d %s", first.status, first.text, again.status, again.text)
	}
	call.body = map[string]any{"content": "other", "nonce": "n-1"}
	d.do(t, call).wantProblem(t, http.StatusConflict, "message.nonce_reused")
	page := d.do(t, request{method: "GET", path: "/api/v1/rooms/lobby/messages", token: token}).object(t)
	if page["head"] != 1.0 {
		t.Errorf("the room's head is %v", page["head"])
	}
}

func TestHistoryComesInPages(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	empty := d.do(t, request{method: "GET", path: "/api/v1/rooms/lobby/messages", token: token})
	want := `{"messages":[],"notices":[],"has_before":false,"has_after":false,"head":0,"first":1}`
	if strings.TrimSpace(empty.text) != want {
		t.Errorf("an empty room is %s, want %s", empty.text, want)
	}
	for i := range 9 {
		d.do(t, request{
			method: "POST", path: "/api/v1/rooms/lobby/messages", token: token,
			body: map[string]any{"content": fmt.Sprint(i + 1)},
		}).wantStatus(t, http.StatusCreated)
	}
	for query, want := range map[string]string{
		"":                  "1 2 3 4 5 6 7 8 9 | false false",
		"limit=2":           "8 9 | true false",
		"before=4&limit=2":  "2 3 | true true",
		"before=4":          "1 2 3 | false true",
		"after=7&limit=1":   "8 | true true",
		"after=0&limit=2":   "1 2 | false true",
		"after=9":           " | true false",
		"around=5&limit=4":  "3 4 5 6 | true true",
		"around=1&limit=4":  "1 2 | false true",
		"after=&limit=1":    "9 | true false",
		"before=1":          " | false true",
		"around=99&limit=2": "9 | true false",
	} {
		page := d.do(t, request{method: "GET", path: "/api/v1/rooms/lobby/messages?" + query, token: token})
		page.wantStatus(t, http.StatusOK)
		body := page.object(t)
		var seqs []string
		for _, m := range body["messages"].([]any) {
			seqs = append(seqs, fmt.Sprint(m.(map[string]any)["seq"]))
		}
		if got := fmt.Sprintf("%s | %v %v", strings.Join(seqs, " "), body["has_before"], body["has_after"]); got != want {
			t.Errorf("%q: got %s, want %s", query, got, want)
		}
		if body["head"] != 9.0 || body["first"] != 1.0 {
			t.Errorf("%q: got head %v, first %v", query, body["head"], body["first"])
		}
	}
}

func TestAReadMarkerMovesForwardAndTellsMyOtherScreens(t *testing.T) {
	d := openDoor(t, nil)
	actor := d.User(t, "alice")
	token := d.tokenOf(t, actor)
	d.do(t, request{method: "POST", path: "/api/v1/rooms/lobby/messages", token: token, body: map[string]any{"content": "hi"}})
	screen := d.live(t, token)
	screen.subscribe(-1)
	moved := d.do(t, request{method: "PUT", path: "/api/v1/rooms/lobby/read", token: token, body: map[string]any{"seq": 1}})
	if moved.status != http.StatusNoContent || moved.text != "" {
		t.Errorf("got %d %q", moved.status, moved.text)
	}
	if event := screen.want("read"); event["seq"] != 1.0 || event["room_id"] != 1.0 {
		t.Errorf("got %v", event)
	}
	d.do(t, request{method: "PUT", path: "/api/v1/rooms/lobby/read", token: token, body: map[string]any{"seq": 0}}).
		wantStatus(t, http.StatusNoContent)
	d.do(t, request{method: "PUT", path: "/api/v1/rooms/lobby/read", token: token, body: map[string]any{"seq": 2}}).
		wantProblem(t, http.StatusUnprocessableEntity, "read.seq")
	if room := d.do(t, request{method: "GET", path: "/api/v1/rooms/lobby", token: token}).object(t); room["read"] != 1.0 {
		t.Errorf("got %v", room)
	}
}
