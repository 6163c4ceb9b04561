package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestARoomIsMadeChangedAndDeleted(t *testing.T) {
	d := openDoor(t, nil)
	alice := d.caller(t, "alice")
	made := alice.call("POST /rooms", object{"name": "kitchen", "kind": "private", "topic": " what we eat "})
	made.wantStatus(t, http.StatusCreated)
	room := made.object(t)
	delete(room, "created_at")
	want := object{
		"room_id": 2.0, "room": "kitchen", "title": "#kitchen", "kind": "private", "topic": "what we eat",
		"head": 0.0, "first": 1.0, "role": "owner", "members": 1.0, "read": 0.0, "unread": 0.0, "mentions": 0.0,
		"notify": "mentions",
	}
	if diff := cmp.Diff(want, room); diff != "" {
		t.Error(diff)
	}
	changed := alice.ok("PATCH /rooms/kitchen", object{"name": "pantry", "topic": "", "archived": true}).object(t)
	if changed["room"] != "pantry" || changed["topic"] != nil || changed["archived"] != true || changed["room_id"] != 2.0 {
		t.Errorf("got %v", changed)
	}
	alice.refused("GET /rooms/kitchen", nil, 404, "room.not_found")
	alice.refused("POST /rooms/pantry/messages", object{"content": "hi"}, 409, "room.archived")
	if back := alice.ok("PATCH /rooms/2", object{"archived": false}).object(t); back["archived"] != nil || back["room"] != "pantry" {
		t.Errorf("got %v", back)
	}
	alice.ok("PATCH /rooms/2", object{})
	if gone := alice.call("DELETE /rooms/pantry", nil); gone.status != http.StatusNoContent || gone.text != "" {
		t.Errorf("got %d %q", gone.status, gone.text)
	}
	for _, path := range []string{"pantry", "2", "%23pantry"} {
		alice.refused("GET /rooms/"+path, nil, 404, "room.not_found")
	}
	if rooms := column(alice.list("/rooms", "rooms"), "room"); rooms != "lobby" {
		t.Errorf("left are %s", rooms)
	}
}

func TestMyRoomsComeWithWhatWaitsThere(t *testing.T) {
	d := openDoor(t, nil)
	people := d.callers(t, "alice", "bob", "carol")
	alice, bob, carol := people[0], people[1], people[2]
	alice.makes("zoo", "public", bob)
	alice.makes("ark", "private", bob)
	carol.makes("den", "private")
	carol.ok("PUT /rooms/den/members/bob", nil)
	alice.sends("ark", "one")
	alice.sends("ark", "two, @bob")
	alice.sends("@bob", "psst")
	alice.sends("@Carol,BOB", "us three")
	bob.ok("PUT /rooms/zoo/draft", object{"content": "not yet"})
	list := bob.list("/rooms", "rooms")
	for name, want := range map[string]string{
		"title": "#lobby #ark #den #zoo @alice, carol @alice", "unread": "0 2 0 0 1 1", "mentions": "0 1 0 0 0 0",
		"role": "member member invited member member member", "head": "0 4 0 2 1 1",
		"draft": "<nil> <nil> <nil> not yet <nil> <nil>",
	} {
		if got := column(list, name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	for _, one := range list { // each alone says the same
		for _, room := range []map[string]any{
			bob.get(fmt.Sprint("/rooms/", one["room_id"])),
			bob.call(fmt.Sprintf("PUT /rooms/%v/settings", one["room_id"]), object{}).object(t),
		} {
			if room["room_id"] != nil && (room["unread"] != one["unread"] || room["mentions"] != one["mentions"]) {
				t.Errorf("got %v, in the list it is %v", room, one)
			}
		}
	}
	if diff := cmp.Diff([]any{"alice", "bob", "carol"}, list[4]["usernames"]); diff != "" {
		t.Error(diff)
	}
}

func TestTheDirectoryListsPublicRoomsPageByPage(t *testing.T) {
	d := openDoor(t, nil)
	alice, bob := d.caller(t, "alice"), d.caller(t, "bob")
	for i := range 5 {
		alice.makes(fmt.Sprint("room", i), "public")
	}
	alice.makes("hidden", "private")
	var all string
	for after, pages := "", 0; ; pages++ {
		page := bob.get("/rooms?all=public&limit=2&after=" + after)
		for _, room := range page["rooms"].([]any) {
			all += fmt.Sprint(room.(object)["room"], room.(object)["role"], " ")
		}
		if page["next"] == nil {
			break
		}
		if after = page["next"].(string); pages > 4 {
			t.Fatal("it never ends")
		}
	}
	if want := "lobbymember room0<nil> room1<nil> room2<nil> room3<nil> room4<nil> "; all != want {
		t.Errorf("got %s, want %s", all, want)
	}
}

func TestADirectConversationIsMadeOnce(t *testing.T) {
	d := openDoor(t, nil)
	alice, bob := d.caller(t, "alice"), d.caller(t, "bob")
	d.caller(t, "carol")
	open := func(c *caller, status int, members ...string) map[string]any {
		t.Helper()
		got := c.call("POST /rooms", object{"kind": "direct", "members": members})
		got.wantStatus(t, status)
		return got.object(t)
	}
	made := open(alice, http.StatusCreated, "BOB")
	if made["title"] != "@bob" || made["kind"] != "direct" || made["room"] != nil || made["members"] != 2.0 || made["role"] != "member" {
		t.Errorf("got %v", made)
	}
	for _, again := range []map[string]any{
		open(alice, http.StatusOK, "bob"), open(alice, http.StatusOK, "@bob", "alice"), open(bob, http.StatusOK, "alice"),
		alice.get("/rooms/@bob"), alice.get("/rooms/%40BOB"), bob.get("/rooms/@alice"),
	} {
		if again["room_id"] != made["room_id"] {
			t.Errorf("got %v", again)
		}
	}
	three := open(alice, http.StatusCreated, "carol", "bob")
	if alice.get("/rooms/@bob,carol")["room_id"] != three["room_id"] || alice.get("/rooms/@carol%2Cbob")["room_id"] != three["room_id"] {
		t.Error("the three are not found by their names")
	}
	if self := open(alice, http.StatusCreated, "alice"); self["title"] != "@alice" || self["members"] != 1.0 {
		t.Errorf("with oneself: %v", self)
	}
	// Whoever did not open it sees it once somebody wrote.
	if rooms := column(bob.list("/rooms", "rooms"), "title"); rooms != "#lobby" {
		t.Errorf("bob sees %s", rooms)
	}
	alice.sends("@bob", "hi")
	if rooms := column(bob.list("/rooms", "rooms"), "title"); rooms != "#lobby @alice" {
		t.Errorf("bob sees %s", rooms)
	}
}

func TestAPermalinkLeadsToAPage(t *testing.T) {
	d := openDoor(t, nil)
	for path, status := range map[string]int{"/r/1/42": 200, "/r/0/1": 404, "/r/1/0": 404, "/r/lobby/1": 404, "/r/1": 200, "/r/1/2/3": 404} {
		got := d.do(t, request{method: "GET", path: path})
		if page := strings.HasPrefix(got.header.Get("Content-Type"), "text/html"); got.status != status || page != (status == 200) {
			t.Errorf("%s is answered %d %s", path, got.status, got.header.Get("Content-Type"))
		}
	}
}
