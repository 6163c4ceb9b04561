package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/domain/auth"
	"parley/store/storetest"
)

// sessionsOf lists the sessions that a token's owner sees.
func (d *door) sessionsOf(t *testing.T, token string) []map[string]any {
	t.Helper()
	got := d.do(t, request{method: "GET", path: "/api/v1/me/sessions", token: token})
	got.wantStatus(t, http.StatusOK)
	var list []map[string]any
	for _, one := range got.object(t)["sessions"].([]any) {
		list = append(list, one.(map[string]any))
	}
	return list
}

func TestAPersonSeesTheirLogInsAndEndsThem(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := openDoor(t, nil)
	d.User(t, "alice")
	bob := d.token(t, "bob")
	phone := d.logInAt(t, map[string]string{"User-Agent": "Phone \u202e" + strings.Repeat("é", 100)}).field(t, "access_token")
	laptop := d.logInAt(t, map[string]string{"User-Agent": "Laptop 1.0"}).field(t, "access_token")
	list := d.sessionsOf(t, laptop)
	if len(list) != 3 {
		t.Fatalf("got %v", list)
	}
	ids := map[string]any{}
	for _, one := range list {
		device := one["device"].(string)
		ids[device[:min(5, len(device))]] = one["id"]
		if one["current"] != (device == "Laptop 1.0") || len(device) > 140 || strings.ContainsAny(device, "\u202e") ||
			!zuluTime.MatchString(one["created_at"].(string)) || !zuluTime.MatchString(one["last_used"].(string)) {
			t.Errorf("got %v", one)
		}
		if device == "Laptop 1.0" && (one["door"] != "http" || one["address"] != "127.0.0.1") {
			t.Errorf("got %v", one)
		}
	}
	end := func(token string, id any) answer {
		t.Helper()
		return d.do(t, request{method: "DELETE", path: fmt.Sprintf("/api/v1/me/sessions/%v", id), token: token})
	}
	end(bob, ids["Phone"]).wantProblem(t, http.StatusNotFound, "session.not_found")
	end(laptop, 4711).wantProblem(t, http.StatusNotFound, "session.not_found")
	end(laptop, 0).wantProblem(t, http.StatusUnprocessableEntity, "request.invalid")
	end(laptop, "x").wantProblem(t, http.StatusUnprocessableEntity, "request.invalid")
	screen := d.live(t, phone)
	end(laptop, ids["Phone"]).wantStatus(t, http.StatusNoContent)
	start := time.Now()
	screen.wantClosed(websocket.StatusPolicyViolation)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	d.do(t, request{method: "GET", path: "/api/v1/me", token: phone}).wantProblem(t, http.StatusUnauthorized, "auth.access_ended")

	another := d.logInAt(t, nil).field(t, "access_token")
	d.do(t, request{method: "DELETE", path: "/api/v1/me/sessions", token: laptop}).wantStatus(t, http.StatusNoContent)
	d.do(t, request{method: "GET", path: "/api/v1/me", token: another}).wantProblem(t, http.StatusUnauthorized, "auth.access_ended")
	if list := d.sessionsOf(t, laptop); len(list) != 1 || list[0]["current"] != true {
		t.Errorf("left are %v", list)
	}
	d.do(t, request{method: "GET", path: "/api/v1/me", token: bob}).wantStatus(t, http.StatusOK)
}

func TestTheOwnerSeesThatARefreshTokenWasStolen(t *testing.T) {
	d := openDoor(t, nil)
	d.User(t, "alice")
	stolen := d.logInAt(t, nil).field(t, "refresh_token")
	d.do(t, refreshWith(d.do(t, refreshWith(stolen)).field(t, "refresh_token"))).wantStatus(t, http.StatusOK)
	d.do(t, refreshWith(stolen)).wantProblem(t, http.StatusUnauthorized, "auth.refresh_reused")
	token := d.logInAt(t, nil).field(t, "access_token")
	var told map[string]any
	for _, one := range d.sessionsOf(t, token) {
		if one["ended_at"] != nil {
			told = one
		}
	}
	if told == nil || told["reason"] != "auth.refresh_reused" || !zuluTime.MatchString(told["ended_at"].(string)) {
		t.Fatalf("the owner is told %v", told)
	}
	d.do(t, request{method: "DELETE", path: fmt.Sprintf("/api/v1/me/sessions/%v", told["id"]), token: token}).
		wantStatus(t, http.StatusNoContent)
	for _, one := range d.sessionsOf(t, token) {
		if one["ended_at"] != nil {
			t.Errorf("still there: %v", one)
		}
	}
}

func TestAPersonChangesTheirPassword(t *testing.T) {
	d := openDoor(t, nil)
	d.User(t, "alice")
	mine, other := d.logInAt(t, nil), d.logInAt(t, nil)
	change := func(current, password string) answer {
		t.Helper()
		return d.do(t, request{
			method: "PATCH", path: "/api/v1/me", token: mine.field(t, "access_token"),
			body: map[string]any{"current_password": current, "password": password},
		})
	}
	change("Wrong-horse-1", "Another-horse-2").wantProblem(t, http.StatusUnprocessableEntity, "user.current_password")
	change(storetest.Password, "weak").wantProblem(t, http.StatusUnprocessableEntity, "user.password_length")
	change(storetest.Password, "Welcome123").wantProblem(t, http.StatusUnprocessableEntity, "user.password_common")
	change(storetest.Password, "my-aLiCe-1").wantProblem(t, http.StatusUnprocessableEntity, "user.password_has_name")
	got := change(storetest.Password, "Another-horse-2")
	got.wantStatus(t, http.StatusOK)
	if got.object(t)["username"] != "alice" {
		t.Errorf("got %s", got.text)
	}
	d.do(t, request{method: "GET", path: "/api/v1/me", token: mine.field(t, "access_token")}).wantStatus(t, http.StatusOK)
	d.do(t, refreshWith(mine.field(t, "refresh_token"))).wantStatus(t, http.StatusOK)
	d.do(t, request{method: "GET", path: "/api/v1/me", token: other.field(t, "access_token")}).
		wantProblem(t, http.StatusUnauthorized, "auth.access_ended")
	d.do(t, refreshWith(other.field(t, "refresh_token"))).wantProblem(t, http.StatusUnauthorized, "auth.access_ended")
	d.do(t, request{method: "POST", path: "/api/v1/auth/login", body: person("alice", storetest.Password)}).
		wantProblem(t, http.StatusUnauthorized, "auth.invalid_credentials")
	if log := d.Log.String(); strings.Contains(log, "orse-") {
		t.Error("the log holds a password")
	}
}

func TestAUserHasTwentyConnectionsAndAnAddressAHundred(t *testing.T) {
	d := openDoor(t, nil)
	alice := d.token(t, "alice")
	first := d.live(t, alice)
	for range auth.MaxUserConnections - 1 {
		d.live(t, alice)
	}
	refused := func(token string) {
		t.Helper()
		for _, path := range []string{"/api/v1/ws", "/ws/chat?token=" + token} {
			s, res := d.dial(t, path, &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
			if s != nil || res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
				t.Errorf("%s: one more is answered %v", path, res.Status)
			}
		}
	}
	refused(alice)
	first.conn.CloseNow()
	eventually(t, "a place to be free", func() bool {
		s, _ := d.dial(t, "/api/v1/ws", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + alice}}})
		return s != nil
	})
	for i := range 4 {
		token := d.token(t, fmt.Sprint("user", i))
		for range auth.MaxUserConnections {
			d.live(t, token)
		}
	}
	refused(d.token(t, "late"))
}
