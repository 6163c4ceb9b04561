package httpapi_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// at is the address of a message.
func at(room string, seq int) string { return fmt.Sprintf("/rooms/%s/messages/%d", room, seq) }

func TestAMessageIsEditedAndItsAuthorSeesWhatItSaid(t *testing.T) {
	d := openDoor(t, nil)
	alice, bob := d.caller(t, "alice"), d.caller(t, "bob")
	seq := alice.sends("lobby", "frist")
	edited := alice.ok("PATCH "+at("lobby", seq), object{"content": " *first*, @bob "}).object(t)
	if !zuluTime.MatchString(edited["edited_at"].(string)) || edited["content"] != "*first*, @bob" || edited["nodes"] == nil {
		t.Errorf("got %v", edited)
	}
	if diff := cmp.Diff([]any{"bob"}, edited["mentions"]); diff != "" {
		t.Error(diff)
	}
	alice.ok("PATCH "+at("lobby", seq), object{"content": "the first"})
	one := bob.get(at("lobby", seq))
	if one["content"] != "the first" || one["seq"] != 1.0 || one["mentions"] != nil || one["nodes"] != nil {
		t.Errorf("got %v", one)
	}
	versions := alice.list(at("lobby", seq)+"/versions", "versions")
	if got := column(versions, "content"); got != "frist *first*, @bob" || len(versions[0]) != 2 || !zuluTime.MatchString(versions[1]["created_at"].(string)) {
		t.Errorf("got %v", versions)
	}
	bob.refused("GET "+at("lobby", seq)+"/versions", nil, 403, "room.forbidden")
	bob.refused("PATCH "+at("lobby", seq), object{"content": "mine"}, 403, "message.not_yours")
}

func TestADeletedMessageLeavesItsPlace(t *testing.T) {
	d := openDoor(t, nil)
	alice, bob := d.caller(t, "alice"), d.caller(t, "bob")
	seq := alice.sends("lobby", "oh no")
	alice.ok("PATCH "+at("lobby", seq), object{"content": "oh no no"})
	bob.ok("PUT "+at("lobby", seq)+"/reactions/%F0%9F%91%8D", nil)
	bob.ok("POST /rooms/lobby/messages", object{"content": "why?", "reply_to": seq})
	bob.refused("DELETE "+at("lobby", seq), nil, 403, "room.forbidden")
	for range 2 { // the second time nothing changes
		if gone := alice.call("DELETE "+at("lobby", seq), nil); gone.status != http.StatusNoContent || gone.text != "" {
			t.Errorf("got %d %q", gone.status, gone.text)
		}
	}
	left := bob.get(at("lobby", seq))
	delete(left, "created_at")
	delete(left, "edited_at")
	want := object{
		"room_id": 1.0, "room": "lobby", "seq": 1.0, "author": object{"id": 1.0, "username": "alice"}, "content": "", "deleted": true,
	}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Error(diff)
	}
	page := bob.list("/rooms/lobby/messages", "messages")
	if got := column(page, "deleted"); got != "true <nil>" {
		t.Errorf("got %s", got)
	}
	if diff := cmp.Diff(object{"username": "alice", "text": "", "deleted": true}, page[1]["quote"]); diff != "" {
		t.Error(diff)
	}
	if got := alice.list(at("lobby", seq)+"/versions", "versions"); len(got) != 0 {
		t.Errorf("its earlier versions are still there: %v", got)
	}
	alice.refused("PATCH "+at("lobby", seq), object{"content": "back"}, 409, "message.deleted")
	alice.refused("PUT "+at("lobby", seq)+"/reactions/%F0%9F%91%8D", nil, 409, "message.deleted")
	alice.refused("POST /rooms/lobby/messages", object{"content": "re", "reply_to": seq}, 404, "message.not_found")
}

func TestReactionsArePutAndTakenBack(t *testing.T) {
	d := openDoor(t, nil)
	alice, bob := d.caller(t, "alice"), d.caller(t, "bob")
	seq := alice.sends("lobby", "hi")
	put := func(c *caller, method, emoji string) {
		t.Helper()
		c.ok(method+" "+at("lobby", seq)+"/reactions/"+url.PathEscape(emoji), nil)
	}
	put(bob, "PUT", "👍")
	put(bob, "PUT", "👍") // again: nothing changes
	put(alice, "PUT", "👍")
	put(alice, "PUT", "❤")
	put(bob, "PUT", "❤️")
	put(bob, "PUT", "👨‍👩‍👧‍👦")
	put(bob, "DELETE", "❤")
	put(alice, "DELETE", "🎉") // was not there
	want := []any{
		object{"emoji": "👍", "count": 2.0, "usernames": []any{"bob", "alice"}, "mine": true},
		object{"emoji": "❤️", "count": 1.0, "usernames": []any{"alice"}, "mine": true},
		object{"emoji": "👨‍👩‍👧‍👦", "count": 1.0, "usernames": []any{"bob"}, "mine": false},
	}
	if diff := cmp.Diff(want, alice.get(at("lobby", seq))["reactions"]); diff != "" {
		t.Error(diff)
	}
}

func TestPinsAndWhatHappenedComeWithTheHistory(t *testing.T) {
	d := openDoor(t, nil)
	people := d.callers(t, "alice", "bob", "carol")
	alice, bob, carol := people[0], people[1], people[2]
	alice.makes("den", "private", bob)
	seq := bob.sends("den", "keep this")
	alice.ok("PUT "+at("den", seq)+"/pin", nil)
	if pins := alice.list("/rooms/den/pins", "messages"); len(pins) != 1 || pins[0]["content"] != "keep this" || pins[0]["pinned"] != true {
		t.Errorf("pinned are %v", pins)
	}
	alice.ok("PATCH /rooms/den", object{"topic": "bears"})
	alice.ok("DELETE "+at("den", seq)+"/pin", nil)
	bob.ok("DELETE /rooms/den/members/bob", nil)
	alice.ok("PUT /rooms/den/members/carol", nil)
	page := alice.list("/rooms/den/messages", "notices")
	for _, notice := range page {
		if !zuluTime.MatchString(notice["at"].(string)) || notice["room_id"] != 2.0 || notice["room"] != "den" {
			t.Errorf("got %v", notice)
		}
		for _, name := range []string{"at", "room_id", "room"} {
			delete(notice, name)
		}
	}
	want := []map[string]any{
		{"type": "member", "seq": 1.0, "change": "invited", "username": "bob", "by": "alice", "role": "invited"},
		{"type": "member", "seq": 2.0, "change": "joined", "username": "bob", "role": "member"},
		{"type": "pin", "seq": 4.0, "target": 3.0, "username": "alice", "added": true},
		{"type": "room", "seq": 5.0, "change": "topic", "kind": "private", "topic": "bears", "username": "alice"},
		{"type": "pin", "seq": 6.0, "target": 3.0, "username": "alice", "added": false},
		{"type": "member", "seq": 7.0, "change": "left", "username": "bob"},
		{"type": "member", "seq": 8.0, "change": "invited", "username": "carol", "by": "alice", "role": "invited"},
	}
	if diff := cmp.Diff(want, page); diff != "" {
		t.Error(diff)
	}
	if got := column(alice.list("/rooms/den/messages?after=5", "notices"), "seq"); got != "6 7 8" {
		t.Errorf("after 5: %s", got)
	}
	if pins := alice.list("/rooms/den/pins", "messages"); len(pins) != 0 {
		t.Errorf("still pinned: %v", pins)
	}
	carol.refused("GET /rooms/den/pins", nil, 403, "room.not_member")
}

func TestInADirectConversationEveryonePins(t *testing.T) {
	d := openDoor(t, nil)
	alice, bob := d.caller(t, "alice"), d.caller(t, "bob")
	seq := alice.sends("@bob", "hi")
	bob.ok("PUT "+at("@alice", seq)+"/pin", nil)
	bob.refused("DELETE "+at("@alice", seq), nil, 403, "message.not_yours")
	bob.refused("PUT /rooms/@alice/members/carol", nil, 409, "room.direct")
	bob.refused("DELETE /rooms/@alice/members/bob", nil, 409, "room.direct")
	bob.refused("DELETE /rooms/@alice/members/alice", nil, 409, "room.direct")
	bob.refused("PATCH /rooms/@alice", object{"topic": "x"}, 409, "room.direct")
	bob.refused("DELETE /rooms/@alice", nil, 409, "room.direct")
	d.caller(t, "carol").refused("GET /rooms/2/messages", nil, 404, "room.not_found")
}
