package httpapi_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// follow follows a room from now on, or after a seq if it is not negative.
func (s *socket) follow(room string, after int) map[string]any {
	s.tb.Helper()
	frame := object{"type": "subscribe", "room": room}
	if after >= 0 {
		frame["after"] = after
	}
	s.say(frame)
	return s.want("subscribed")
}

// wantEvent takes the next event that is no presence and fails unless it is
// the given one, but for its times.
func (s *socket) wantEvent(want object) {
	s.tb.Helper()
	for {
		event, err := s.next()
		if err != nil {
			s.tb.Fatalf("waiting for %v: %v", want, err)
		}
		if event["type"] == "presence" {
			continue
		}
		for _, name := range []string{"at", "created_at", "edited_at"} {
			if text, ok := event[name].(string); ok && !zuluTime.MatchString(text) {
				s.tb.Errorf("%s is %s", name, text)
			}
			delete(event, name)
		}
		if diff := cmp.Diff(want, event); diff != "" {
			s.tb.Fatal(diff)
		}
		return
	}
}

// wantSilence fails if anything but presence came before the answer to a frame.
func (s *socket) wantSilence() {
	s.tb.Helper()
	s.say(`{"type":"mark"}`)
	for {
		event, err := s.next()
		if err != nil {
			s.tb.Fatal(err)
		}
		switch event["type"] {
		case "presence":
		case "error":
			if event["code"] == "frame.type" {
				return
			}
			fallthrough
		default:
			s.tb.Fatalf("got %v, want nothing", event)
		}
	}
}

// changesOf makes one of each change in a private room den, whose id is 2.
func changesOf(alice, bob, carol *caller) {
	alice.ok("POST /rooms/den/messages", object{"content": "hi", "nonce": "n-1"})
	bob.ok("POST /rooms/den/messages", object{"content": "*hi* @alice", "reply_to": 3, "nonce": "n-2"})
	alice.ok("PATCH "+at("den", 3), object{"content": "hi, @bob"})
	bob.ok("PUT "+at("den", 3)+"/reactions/%F0%9F%91%8D", nil)
	bob.ok("DELETE "+at("den", 3)+"/reactions/%F0%9F%91%8D", nil)
	alice.ok("PUT "+at("den", 3)+"/pin", nil)
	alice.ok("DELETE "+at("den", 3)+"/pin", nil)
	bob.ok("DELETE "+at("den", 4), nil)
	alice.ok("PUT /rooms/den/members/bob", object{"role": "moderator"})
	alice.ok("PATCH /rooms/den", object{"topic": "bears"})
	alice.ok("PATCH /rooms/den", object{"archived": true})
	alice.ok("PATCH /rooms/den", object{"archived": false})
	alice.ok("PUT /rooms/den/members/carol", nil)
	carol.ok("PUT /rooms/den/members/carol", nil)
	alice.ok("DELETE /rooms/den/members/carol", nil)
}

var (
	aliceAuthor = object{"id": 1.0, "username": "alice"}
	bobAuthor   = object{"id": 2.0, "username": "bob"}
	mentionBob  = []any{object{"kind": "paragraph", "nodes": []any{
		object{"kind": "text", "text": "hi, "}, object{"kind": "mention", "text": "bob"},
	}}}
)

// lines are the events of changesOf from the third on, as somebody who follows
// is told.
func lines() []object {
	events := []object{
		{"type": "message", "seq": 3.0, "author": aliceAuthor, "content": "hi", "nonce": "n-1"},
		{
			"type": "message", "seq": 4.0, "author": bobAuthor, "content": "*hi* @alice", "nonce": "n-2", "reply_to": 3.0,
			"quote": object{"username": "alice", "text": "hi"}, "mentions": []any{"alice"},
			"nodes": []any{object{"kind": "paragraph", "nodes": []any{
				object{"kind": "emphasis", "nodes": []any{object{"kind": "text", "text": "hi"}}},
				object{"kind": "text", "text": " "},
				object{"kind": "mention", "text": "alice"},
			}}},
		},
		{"type": "edited", "seq": 5.0, "target": 3.0, "content": "hi, @bob", "mentions": []any{"bob"}, "nodes": mentionBob},
		{"type": "reaction", "seq": 6.0, "target": 3.0, "emoji": "👍", "username": "bob", "added": true},
		{"type": "reaction", "seq": 7.0, "target": 3.0, "emoji": "👍", "username": "bob", "added": false},
		{"type": "pin", "seq": 8.0, "target": 3.0, "username": "alice", "added": true},
		{"type": "pin", "seq": 9.0, "target": 3.0, "username": "alice", "added": false},
		{"type": "deleted", "seq": 10.0, "target": 4.0, "username": "bob"},
		{"type": "member", "seq": 11.0, "change": "role", "username": "bob", "by": "alice", "role": "moderator"},
		{"type": "room", "seq": 12.0, "change": "topic", "kind": "private", "topic": "bears", "username": "alice"},
		{"type": "room", "seq": 13.0, "change": "archived", "kind": "private", "topic": "bears", "username": "alice"},
		{"type": "room", "seq": 14.0, "change": "unarchived", "kind": "private", "topic": "bears", "username": "alice"},
		{"type": "member", "seq": 15.0, "change": "invited", "username": "carol", "by": "alice", "role": "invited"},
		{"type": "member", "seq": 16.0, "change": "joined", "username": "carol", "role": "member"},
		{"type": "member", "seq": 17.0, "change": "removed", "username": "carol", "by": "alice"},
	}
	for _, event := range events {
		event["room_id"], event["room"] = 2.0, "den"
	}
	return events
}

func TestEveryChangeReachesThoseWhoFollow(t *testing.T) {
	d := openDoor(t, nil)
	people := d.callers(t, "alice", "bob", "carol")
	people[0].makes("den", "private", people[1])
	live, old := d.live(t, people[1].token), d.live(t, people[1].token)
	live.follow("den", -1)
	changesOf(people[0], people[1], people[2])
	for _, want := range lines() {
		live.wantEvent(want)
	}
	live.wantSilence()

	// Whoever was away is told the same, each change with its target as it is
	// now, and nothing that was deleted.
	want := lines()
	want[0]["content"], want[0]["mentions"], want[0]["nodes"] = "hi, @bob", []any{"bob"}, mentionBob
	want[1] = object{
		"type": "message", "room_id": 2.0, "room": "den", "seq": 4.0, "author": bobAuthor, "content": "", "deleted": true, "reply_to": 3.0,
	}
	delete(want[0], "nonce")
	want[9]["topic"] = "bears"
	if head := old.follow("den", 2)["head"]; head != 17.0 {
		t.Errorf("head is %v", head)
	}
	for _, want := range want {
		old.wantEvent(want)
	}
	old.wantSilence()
}

// What the API says of its events is what they are.
func TestTheDescriptionKnowsEveryEventAndItsFields(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := openDoor(t, nil)
	var spec struct {
		Paths map[string]map[string]struct{ Description string }
	}
	if err := json.Unmarshal([]byte(d.do(t, request{method: "GET", path: "/api/v1/openapi.json"}).text), &spec); err != nil {
		t.Fatal(err)
	}
	text := spec.Paths["/api/v1/ws"]["get"].Description
	known := map[string]map[string]bool{} // the fields by type, and change of those without a place
	kind := func(event map[string]any) string {
		if event["seq"] == nil && event["change"] != nil {
			return fmt.Sprint(event["type"], " ", event["change"])
		}
		return fmt.Sprint(event["type"])
	}
	for _, example := range regexp.MustCompile(`(?m)^\{.*\}`).FindAllString(text, -1) {
		var event map[string]any
		if err := json.Unmarshal([]byte(example), &event); err != nil {
			t.Fatalf("%s: %v", example, err)
		}
		fields := map[string]bool{}
		for name := range event {
			fields[name] = true
		}
		known[kind(event)] = fields
	}
	seen := map[string]bool{}
	check := func(event map[string]any) {
		name := kind(event)
		seen[name] = true
		for field := range event {
			if !known[name][field] {
				t.Errorf("a %s has the field %s, which is not described", name, field)
			}
		}
		if change, ok := event["change"].(string); ok && !strings.Contains(text, change) {
			t.Errorf("the change %s is not described", change)
		}
	}
	people := d.callers(t, "alice", "bob", "carol")
	alice, bob, carol := people[0], people[1], people[2]
	s := d.live(t, bob.token)
	alice.makes("den", "private", bob)
	check(s.follow("den", 0))
	changesOf(alice, bob, carol)
	bob.ok("PUT /rooms/den/draft", object{"content": "x"})
	bob.ok("PUT /rooms/den/settings", object{"muted": true})
	bob.ok("PUT /rooms/den/read", object{"seq": 4})
	bob.ok("PATCH /me", object{"status": "here"})
	carol.sends("@bob", "psst")
	for _, withdrawing := range []*caller{carol, bob} { // one takes it back, the other declines
		if withdrawing == carol {
			carol.makes("attic", "private")
		}
		carol.ok("PUT /rooms/attic/members/bob", nil)
		withdrawing.ok("DELETE /rooms/attic/members/bob", nil)
	}
	typist := d.live(t, alice.token)
	typist.follow("den", -1)
	typist.say(object{"type": "typing", "room": "den"})
	s.say(object{"type": "send", "room": "den", "content": "hi", "nonce": "n"})
	s.say(`{"type":"send","room":"den","content":"","nonce":"n"}`)
	s.say(object{"type": "unsubscribe", "room": "lobby"})
	for _, kind := range []string{"presence", "typing", "unsubscribed", "ack", "error", "read"} {
		for !seen[kind] {
			event, err := s.next()
			if err != nil {
				t.Fatal(err)
			}
			check(event)
		}
	}
	for name := range known {
		mine := []string{"subscribe", "unsubscribe", "send"}
		unusual := []string{"hello", "lagged", "bye"}
		if !seen[name] && !slices.Contains(mine, name) && !slices.Contains(unusual, name) {
			t.Errorf("%s is described and was not seen", name)
		}
	}
}

// Whoever leaves or is removed hears of it, and of nothing after it.
func TestARoomIsSilentToThoseWhoAreOut(t *testing.T) {
	for name, out := range map[string]struct {
		end  func(alice, bob *caller)
		last object
	}{
		"leaving": {
			func(_, bob *caller) { bob.ok("DELETE /rooms/den/members/bob", nil) },
			object{"type": "member", "room_id": 2.0, "room": "den", "seq": 3.0, "change": "left", "username": "bob"},
		},
		"being removed": {
			func(alice, _ *caller) { alice.ok("DELETE /rooms/den/members/bob", nil) },
			object{"type": "member", "room_id": 2.0, "room": "den", "seq": 3.0, "change": "removed", "username": "bob", "by": "alice"},
		},
		"the room's end": {
			func(alice, _ *caller) { alice.ok("DELETE /rooms/den", nil) },
			object{"type": "room", "room_id": 2.0, "room": "den", "seq": 3.0, "change": "deleted", "kind": "private", "username": "alice"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDoor(t, nil)
			alice, bob := d.caller(t, "alice"), d.caller(t, "bob")
			alice.makes("den", "private", bob)
			screens := []*socket{d.live(t, bob.token), d.live(t, bob.token)}
			for _, s := range screens {
				s.follow("den", -1)
			}
			out.end(alice, bob)
			if name != "the room's end" {
				alice.sends("den", "without bob")
				alice.ok("PATCH /rooms/den", object{"topic": "secret"})
			}
			for _, s := range screens {
				s.wantEvent(out.last)
				s.wantSilence()
				s.say(object{"type": "subscribe", "room": "2", "after": 0})
				s.wantError("room.not_found")
				s.say(object{"type": "typing", "room": "2"})
				s.wantError("room.not_found")
			}
			bob.refused("GET /rooms/2/messages", nil, 404, "room.not_found")
		})
	}
}

func TestLeavingAPublicRoomEndsItsEventsToo(t *testing.T) {
	d := openDoor(t, nil)
	alice, bob := d.caller(t, "alice"), d.caller(t, "bob")
	alice.makes("yard", "public", bob)
	s := d.live(t, bob.token)
	s.follow("yard", -1)
	bob.ok("DELETE /rooms/yard/members/bob", nil)
	alice.sends("yard", "without bob")
	s.wantEvent(object{"type": "member", "room_id": 2.0, "room": "yard", "seq": 3.0, "change": "left", "username": "bob"})
	s.wantSilence()
	if again := s.follow("yard", 3); again["head"] != 4.0 { // by looking in from outside
		t.Errorf("got %v", again)
	}
	s.wantEvent(object{"type": "message", "room_id": 2.0, "room": "yard", "seq": 4.0, "author": aliceAuthor, "content": "without bob"})
}
