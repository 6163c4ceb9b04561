package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAPersonIsSeenAsTheyWish(t *testing.T) {
	d := openDoor(t, nil)
	alice, bob := d.caller(t, "Alice"), d.caller(t, "bob")
	seen := bob.get("/users/aLICE")
	if at, _ := seen["joined_at"].(string); !zuluTime.MatchString(at) {
		t.Errorf("got %v", seen)
	}
	delete(seen, "joined_at")
	if diff := cmp.Diff(object{"id": 1.0, "username": "Alice", "state": "offline"}, seen); diff != "" {
		t.Error(diff)
	}
	me := alice.ok("PATCH /me", object{"state": "dnd", "status": " at lunch "}).object(t)
	if me["state"] != "dnd" || me["status"] != "at lunch" || me["username"] != "Alice" {
		t.Errorf("got %v", me)
	}
	if diff := cmp.Diff(me, alice.get("/me")); diff != "" {
		t.Error(diff)
	}
	if got := bob.get("/users/alice"); got["state"] != "offline" || got["status"] != "at lunch" {
		t.Errorf("got %v", got)
	}
	screen := d.live(t, alice.token)
	screen.subscribe(-1)
	if got := bob.get("/users/alice"); got["state"] != "dnd" {
		t.Errorf("got %v", got)
	}
	want := []map[string]any{{"username": "Alice", "state": "dnd", "status": "at lunch"}}
	if diff := cmp.Diff(want, bob.list("/rooms/lobby/here", "users")); diff != "" {
		t.Error(diff)
	}
	alice.ok("PATCH /me", object{"status": ""})
	if me := alice.ok("PATCH /me", object{}).object(t); me["status"] != nil || me["state"] != "dnd" {
		t.Errorf("got %v", me)
	}
	alice.refused("PATCH /me", object{"password": "Another-horse-2", "state": "away"}, 422, "request.invalid")
	alice.refused("PATCH /me", object{"current_password": "x"}, 422, "request.invalid")
	alice.refused("PATCH /me", object{"status": "a\nb", "state": "away"}, 422, "presence.status")
	if me := alice.get("/me"); me["state"] != "dnd" {
		t.Errorf("a refused change took hold: %v", me)
	}
}

func TestSettingsAreMyOwn(t *testing.T) {
	d := openDoor(t, nil)
	alice, bob := d.caller(t, "alice"), d.caller(t, "bob")
	got := alice.ok("PUT /rooms/lobby/settings", object{"muted": true}).object(t)
	if got["muted"] != true || got["notify"] != "mentions" || got["room"] != "lobby" {
		t.Errorf("got %v", got)
	}
	if got := alice.ok("PUT /rooms/lobby/settings", object{"notify": "none"}).object(t); got["muted"] != true || got["notify"] != "none" {
		t.Errorf("got %v", got)
	}
	if got := alice.ok("PUT /rooms/lobby/settings", object{"muted": false, "notify": "all"}).object(t); got["muted"] != nil || got["notify"] != "all" {
		t.Errorf("got %v", got)
	}
	if got := bob.get("/rooms/lobby"); got["muted"] != nil || got["notify"] != "mentions" {
		t.Errorf("bob's are %v", got)
	}
}

func TestADraftIsKept(t *testing.T) {
	d := openDoor(t, nil)
	alice := d.caller(t, "alice")
	text := "  so *far*\n\n" + strings.Repeat("é", 3000)
	if kept := alice.call("PUT /rooms/lobby/draft", object{"content": text}); kept.status != http.StatusNoContent {
		t.Fatalf("got %d %s", kept.status, kept.text)
	}
	if got := alice.get("/rooms/lobby")["draft"]; got != text {
		t.Errorf("got %q", got)
	}
	if got := d.caller(t, "bob").get("/rooms/lobby")["draft"]; got != nil {
		t.Errorf("bob sees %q", got)
	}
	alice.ok("PUT /rooms/lobby/draft", object{"content": ""})
	if got := alice.get("/rooms/lobby")["draft"]; got != nil {
		t.Errorf("got %q", got)
	}
}
