package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"
)

const (
	aKey       = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEdHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dH alice@laptop"
	anotherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEhISEhISEhISEhISEhISEhISEhISEhISEhISEhISEhI"
)

func TestAPersonKeepsTheirKeys(t *testing.T) {
	d := openDoor(t, nil)
	alice, bob := d.token(t, "alice"), d.token(t, "bob")
	add := func(token, key, label string) answer {
		t.Helper()
		return d.do(t, request{method: "POST", path: "/api/v1/me/keys", token: token, body: map[string]any{"key": key, "label": label}})
	}
	got := add(alice, aKey, "")
	got.wantStatus(t, http.StatusCreated)
	made := got.object(t)
	if made["type"] != "ssh-ed25519" || made["label"] != "alice@laptop" || made["last_used"] != nil ||
		!zuluTime.MatchString(made["created_at"].(string)) {
		t.Errorf("got %v", made)
	}
	add(bob, aKey, "").wantProblem(t, http.StatusConflict, "key.taken")
	add(alice, "nonsense", "").wantProblem(t, http.StatusUnprocessableEntity, "key.malformed")
	add(alice, "restrict "+anotherKey, "").wantProblem(t, http.StatusUnprocessableEntity, "key.options")
	if got := add(alice, anotherKey, "second").object(t); got["label"] != "second" {
		t.Errorf("got %v", got)
	}
	list := d.do(t, request{method: "GET", path: "/api/v1/me/keys", token: alice}).object(t)["keys"].([]any)
	if len(list) != 2 || list[0].(map[string]any)["fingerprint"] != made["fingerprint"] {
		t.Errorf("got %v", list)
	}
	remove := func(token string) answer {
		t.Helper()
		return d.do(t, request{method: "DELETE", path: fmt.Sprintf("/api/v1/me/keys/%v", made["id"]), token: token})
	}
	remove(bob).wantProblem(t, http.StatusNotFound, "key.not_found")
	remove(alice).wantStatus(t, http.StatusNoContent)
	remove(alice).wantProblem(t, http.StatusNotFound, "key.not_found")
	add(bob, aKey, "").wantStatus(t, http.StatusCreated)
	if list := d.do(t, request{method: "GET", path: "/api/v1/me/keys", token: d.token(t, "carol")}); list.text != `{"keys":[]}`+"\n" {
		t.Errorf("got %q", list.text)
	}
}
