package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMembersAreInvitedJoinGetRolesAndLeave(t *testing.T) {
	d := openDoor(t, nil)
	people := d.callers(t, "Alice", "bob", "carol")
	alice, bob, carol := people[0], people[1], people[2]
	alice.makes("den", "private")
	if got := alice.call("PUT /rooms/den/members/BOB", object{}); got.status != http.StatusNoContent || got.text != "" {
		t.Errorf("an invitation is answered %d %q", got.status, got.text)
	}
	invited := bob.get("/rooms/den")
	if invited["role"] != "invited" || invited["head"] != 0.0 || invited["room"] != "den" {
		t.Errorf("bob sees %v", invited)
	}
	bob.refused("GET /rooms/den/messages", nil, 403, "room.not_member")
	bob.ok("PUT /rooms/den/members/Bob", nil)
	bob.ok("PUT /rooms/den/members/bob", nil) // again: nothing changes
	list := bob.list("/rooms/den/members", "members")
	for _, one := range list {
		if at, _ := one["joined_at"].(string); !zuluTime.MatchString(at) {
			t.Errorf("joined_at is %v", one)
		}
		delete(one, "joined_at")
	}
	want := []map[string]any{
		{"username": "Alice", "user_id": 1.0, "role": "owner"}, {"username": "bob", "user_id": 2.0, "role": "member"},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
	bob.refused("PUT /rooms/den/members/carol", nil, 403, "room.forbidden")
	bob.refused("PUT /rooms/den/members/bob", object{"role": "owner"}, 403, "room.forbidden")
	alice.ok("PUT /rooms/den/members/bob", object{"role": "moderator"})
	bob.ok("PUT /rooms/den/members/carol", nil)
	carol.ok("DELETE /rooms/den/members/carol", nil) // declines
	carol.refused("GET /rooms/den", nil, 404, "room.not_found")
	bob.ok("PUT /rooms/den/members/carol", nil)
	bob.ok("DELETE /rooms/den/members/carol", nil) // takes it back
	carol.refused("PUT /rooms/den/members/carol", nil, 404, "room.not_found")
	alice.refused("DELETE /rooms/den/members/alice", nil, 409, "room.last_owner")
	alice.ok("PUT /rooms/den/members/bob", object{"role": "owner"})
	alice.ok("DELETE /rooms/den/members/ALICE", nil)
	alice.refused("GET /rooms/den", nil, 404, "room.not_found")
	if got := column(bob.list("/rooms/den/members", "members"), "username"); got != "bob" {
		t.Errorf("left are %s", got)
	}
	bob.refused("DELETE /rooms/den/members/alice", nil, 404, "member.not_found")
}

func TestMembersComeInPagesAndByTheBeginningOfTheirNames(t *testing.T) {
	d := openDoor(t, nil)
	alice := d.caller(t, "alice")
	for i := range 4 {
		d.caller(t, fmt.Sprint("Al-", i))
	}
	var all string
	for after, pages := 0.0, 0; ; pages++ {
		page := alice.get(fmt.Sprintf("/rooms/lobby/members?limit=2&after=%v", after))
		for _, one := range page["members"].([]any) {
			all += fmt.Sprint(one.(object)["user_id"])
		}
		if page["next"] == nil {
			break
		}
		if after = page["next"].(float64); pages > 4 {
			t.Fatal("it never ends")
		}
	}
	if all != "12345" {
		t.Errorf("got %s", all)
	}
	for prefix, want := range map[string]string{
		"al": "alice Al-0 Al-1 Al-2 Al-3", "AL-": "Al-0 Al-1 Al-2 Al-3", "al_": "", "%25": "", "x": "", "%F0%9F%91%8D": "", "a%00": "", "%ff": "",
	} {
		if got := column(alice.list("/rooms/lobby/members?prefix="+prefix, "members"), "username"); got != want {
			t.Errorf("%s: got %s, want %s", prefix, got, want)
		}
	}
}
