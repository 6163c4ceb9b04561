package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/httpapi"
	"parley/store/storetest"
)

// Each call's refusals, and that each is described.

func TestEveryCallSaysWhyItIsRefused(t *testing.T) {
	d := openDoor(t, nil)
	people := d.callers(t, "alice", "bob", "carol")
	alice, bob, carol := people[0], people[1], people[2]
	alice.makes("open", "public", bob)
	alice.makes("den", "private", bob)
	alice.makes("shelf", "public", bob)
	alice.makes("pond", "public")
	alice.sends("shelf", "kept")
	alice.ok("PATCH /rooms/shelf", object{"archived": true})
	alice.sends("lobby", "hi") // 1
	alice.sends("open", "hi")  // 3
	alice.sends("den", "hi")   // 3
	const thumb = "/reactions/%F0%9F%91%8D"
	known := d.described(t)
	for _, c := range []struct {
		who    *caller
		call   string
		body   any
		status int
		code   string
	}{
		{bob, "GET /rooms?all=private", nil, 422, "request.invalid"},
		{bob, "GET /rooms?after=a", nil, 422, "request.invalid"},
		{bob, "GET /rooms?limit=5", nil, 422, "request.invalid"},
		{bob, "GET /rooms?all=public&limit=0", nil, 422, "request.invalid"},
		{bob, "GET /rooms?all=public&limit=201", nil, 422, "request.invalid"},
		{bob, "GET /rooms?all=public&after=No", nil, 422, "room.name"},
		{bob, "GET /rooms?kind=public", nil, 422, "request.unknown_field"},

		{bob, "POST /rooms", object{"name": "open", "kind": "public"}, 409, "room.name_taken"},
		{bob, "POST /rooms", object{"name": "den", "kind": "public"}, 409, "room.name_taken"},
		{bob, "POST /rooms", object{"name": "1st", "kind": "public"}, 422, "room.name"},
		{bob, "POST /rooms", object{"kind": "public"}, 422, "room.name"},
		{bob, "POST /rooms", object{"name": "new"}, 422, "request.invalid"},
		{bob, "POST /rooms", object{"name": "new", "kind": "secret"}, 422, "request.invalid"},
		{bob, "POST /rooms", object{"name": "new", "kind": "public", "topic": strings.Repeat("x", 251)}, 422, "room.topic"},
		{bob, "POST /rooms", object{"name": "new", "kind": "public", "members": []string{"alice"}}, 422, "request.invalid"},
		{bob, "POST /rooms", object{"name": "new", "kind": "public", "owner": "bob"}, 422, "request.unknown_field"},
		{bob, "POST /rooms", object{"kind": "direct"}, 422, "room.members"},
		{bob, "POST /rooms", object{"kind": "direct", "members": []string{}}, 422, "room.members"},
		{bob, "POST /rooms", object{"kind": "direct", "members": []any{1}}, 422, "request.invalid"},
		{bob, "POST /rooms", object{"kind": "direct", "members": []string{"nobody-here"}}, 404, "user.not_found"},
		{bob, "POST /rooms", object{"kind": "direct", "members": []string{"al"}}, 422, "user.name_length"},
		{bob, "POST /rooms", object{"kind": "direct", "members": []string{"alice", ""}}, 422, "user.name_length"},
		{bob, "POST /rooms", object{"kind": "direct", "members": strings.Split(strings.Repeat("alice ", 9)+"alice", " ")}, 422, "room.members"},
		{bob, "POST /rooms", object{"kind": "direct", "members": []string{"alice"}, "name": "x"}, 422, "request.invalid"},
		{bob, "POST /rooms", object{"kind": "direct", "members": []string{"alice"}, "topic": "x"}, 422, "request.invalid"},

		{bob, "GET /rooms/nowhere", nil, 404, "room.not_found"},
		{bob, "GET /rooms/@nobody-here", nil, 404, "user.not_found"},
		{bob, "GET /rooms/@al", nil, 422, "user.name_length"},
		{bob, "GET /rooms/@a,", nil, 422, "user.name_length"},
		{bob, "GET /rooms/@alice", nil, 404, "room.not_found"},
		{bob, "GET /rooms/@al%69ce%00", nil, 422, "user.name_characters"},
		{bob, "GET /rooms/%ff", nil, 422, "room.name"},

		{bob, "PATCH /rooms/open", object{"name": "mine"}, 403, "room.forbidden"},
		{bob, "PATCH /rooms/open", object{"topic": "mine"}, 403, "room.forbidden"},
		{carol, "PATCH /rooms/open", object{"archived": true}, 403, "room.not_member"},
		{carol, "PATCH /rooms/den", object{"topic": "mine"}, 404, "room.not_found"},
		{alice, "PATCH /rooms/open", object{"name": "den"}, 409, "room.name_taken"},
		{alice, "PATCH /rooms/open", object{"name": "Den"}, 422, "room.name"},
		{alice, "PATCH /rooms/open", object{"topic": "a\nb"}, 422, "room.topic"},
		{alice, "PATCH /rooms/open", object{"kind": "private"}, 422, "request.unknown_field"},
		{alice, "PATCH /rooms/open", object{"archived": "yes"}, 422, "request.invalid"},
		{alice, "PATCH /rooms/shelf", object{"topic": "x"}, 409, "room.archived"},

		{bob, "DELETE /rooms/open", nil, 403, "room.forbidden"},
		{carol, "DELETE /rooms/den", nil, 404, "room.not_found"},

		{carol, "GET /rooms/den/members", nil, 404, "room.not_found"},
		{bob, "GET /rooms/den/members?after=-1", nil, 422, "request.invalid"},
		{bob, "GET /rooms/den/members?limit=0", nil, 422, "request.invalid"},
		{bob, "GET /rooms/den/members?prefix=" + strings.Repeat("a", 65), nil, 422, "request.invalid"},

		{carol, "PUT /rooms/den/members/carol", nil, 404, "room.not_found"},
		{carol, "PUT /rooms/open/members/bob", nil, 403, "room.not_member"},
		{bob, "PUT /rooms/open/members/nobody-here", nil, 404, "user.not_found"},
		{bob, "PUT /rooms/open/members/a%2Fb", nil, 404, "user.not_found"},
		{bob, "PUT /rooms/open/members/%ff%fe%00", nil, 404, "user.not_found"},
		{bob, "PUT /rooms/open/members/" + strings.Repeat("a", 65), nil, 422, "request.invalid"},
		{bob, "PUT /rooms/open/members/carol", object{"role": "member"}, 403, "room.forbidden"},
		{alice, "PUT /rooms/open/members/carol", object{"role": "member"}, 404, "member.not_found"},
		{alice, "PUT /rooms/open/members/bob", object{"role": "king"}, 422, "request.invalid"},
		{alice, "PUT /rooms/open/members/bob", object{"role": "invited"}, 422, "request.invalid"},
		{alice, "PUT /rooms/open/members/bob", object{"rank": "owner"}, 422, "request.unknown_field"},
		{alice, "PUT /rooms/open/members/alice", object{"role": "member"}, 409, "room.last_owner"},
		{carol, "PUT /rooms/shelf/members/carol", nil, 409, "room.archived"},

		{bob, "DELETE /rooms/lobby/members/bob", nil, 409, "room.lobby"},
		{alice, "DELETE /rooms/open/members/alice", nil, 409, "room.last_owner"},
		{bob, "DELETE /rooms/open/members/alice", nil, 403, "room.forbidden"},
		{alice, "DELETE /rooms/open/members/carol", nil, 404, "member.not_found"},
		{alice, "DELETE /rooms/open/members/nobody-here", nil, 404, "user.not_found"},

		{carol, "GET /rooms/den/messages", nil, 404, "room.not_found"},
		{carol, "GET /rooms/den/pins", nil, 404, "room.not_found"},
		{carol, "GET /rooms/den/here", nil, 404, "room.not_found"},
		{carol, "POST /rooms/open/messages", object{"content": "hi"}, 403, "room.not_member"},
		{carol, "POST /rooms/@nobody-here/messages", object{"content": "hi"}, 404, "user.not_found"},
		{bob, "POST /rooms/shelf/messages", object{"content": "hi"}, 409, "room.archived"},

		{bob, "GET /rooms/lobby/messages/2", nil, 404, "message.not_found"},
		{bob, "GET /rooms/lobby/messages/0", nil, 422, "request.invalid"},
		{bob, "GET /rooms/lobby/messages/-1", nil, 422, "request.invalid"},
		{bob, "GET /rooms/lobby/messages/1e0", nil, 422, "request.invalid"},
		{bob, "GET /rooms/lobby/messages/9007199254740992", nil, 422, "request.invalid"},
		{bob, "GET /rooms/lobby/messages/99999999999999999999", nil, 422, "request.invalid"},
		{bob, "GET /rooms/open/messages/1", nil, 404, "message.not_found"}, // a change has that place
		{bob, "GET /rooms/lobby/messages/2/versions", nil, 404, "message.not_found"},
		{bob, "GET /rooms/lobby/messages/1/versions", nil, 403, "room.forbidden"},

		{bob, "PATCH /rooms/lobby/messages/1", object{"content": "mine"}, 403, "message.not_yours"},
		{bob, "PATCH /rooms/lobby/messages/9", object{"content": "mine"}, 404, "message.not_found"},
		{alice, "PATCH /rooms/lobby/messages/1", object{"content": " "}, 422, "message.empty"},
		{alice, "PATCH /rooms/lobby/messages/1", object{"content": strings.Repeat("x", 4001)}, 422, "message.too_long"},
		{alice, "PATCH /rooms/lobby/messages/1", object{"content": "a", "reply_to": 1}, 422, "request.unknown_field"},
		{alice, "PATCH /rooms/lobby/messages/1", object{}, 422, "request.invalid"},
		{alice, "PATCH /rooms/shelf/messages/3", object{"content": "new"}, 409, "room.archived"},
		{bob, "DELETE /rooms/lobby/messages/1", nil, 403, "room.forbidden"},
		{bob, "DELETE /rooms/lobby/messages/9", nil, 404, "message.not_found"},
		{alice, "DELETE /rooms/shelf/messages/3", nil, 409, "room.archived"},

		{bob, "PUT /rooms/lobby/messages/9" + thumb, nil, 404, "message.not_found"},
		{bob, "PUT /rooms/lobby/messages/1/reactions/x", nil, 422, "reaction.emoji"},
		{bob, "DELETE /rooms/lobby/messages/1/reactions/%2F", nil, 422, "reaction.emoji"},
		{carol, "PUT /rooms/open/messages/3" + thumb, nil, 403, "room.not_member"},
		{bob, "PUT /rooms/shelf/messages/3" + thumb, nil, 409, "room.archived"},
		{bob, "PUT /rooms/lobby/messages/1/reactions/", nil, 404, "request.not_found"},

		{bob, "PUT /rooms/open/messages/3/pin", nil, 403, "room.forbidden"},
		{alice, "PUT /rooms/open/messages/9/pin", nil, 404, "message.not_found"},
		{alice, "PUT /rooms/open/messages/1/pin", nil, 404, "message.not_found"},
		{alice, "DELETE /rooms/shelf/messages/3/pin", nil, 409, "room.archived"},
		{alice, "POST /rooms/open/messages/3/pin", nil, 405, "request.method"},

		{carol, "PUT /rooms/den/read", object{"seq": 0}, 404, "room.not_found"},
		{bob, "PUT /rooms/den/read", object{"seq": 99}, 422, "read.seq"},
		{bob, "PUT /rooms/den/read", object{"seq": -1}, 422, "request.invalid"},
		{carol, "PUT /rooms/open/draft", object{"content": "x"}, 403, "room.not_member"},
		{carol, "PUT /rooms/den/draft", object{"content": "x"}, 404, "room.not_found"},
		{bob, "PUT /rooms/den/draft", object{"content": strings.Repeat("x", 4001)}, 422, "draft.content"},
		{bob, "PUT /rooms/den/draft", object{"content": "\x1b[2J"}, 422, "draft.content"},
		{bob, "PUT /rooms/den/draft", object{}, 422, "request.invalid"},
		{carol, "PUT /rooms/open/settings", object{"muted": true}, 403, "room.not_member"},
		{carol, "PUT /rooms/den/settings", object{"muted": true}, 404, "room.not_found"},
		{bob, "PUT /rooms/den/settings", object{"notify": "loud"}, 422, "request.invalid"},
		{bob, "PUT /rooms/den/settings", object{"muted": 1}, 422, "request.invalid"},

		{bob, "GET /users/nobody-here", nil, 404, "user.not_found"},
		{bob, "GET /users/al", nil, 404, "user.not_found"},
		{bob, "GET /users/%2e%2e", nil, 404, "user.not_found"},
		{bob, "GET /users/" + strings.Repeat("a", 65), nil, 422, "request.invalid"},
		{bob, "PATCH /me", object{"state": "offline"}, 422, "request.invalid"},
		{bob, "PATCH /me", object{"status": strings.Repeat("x", 101)}, 422, "presence.status"},
		{bob, "PATCH /me", object{"admin": true}, 422, "request.unknown_field"},

		{alice, "PATCH /rooms/lobby", object{"topic": "x"}, 403, "room.forbidden"},
		{alice, "DELETE /rooms/lobby", nil, 403, "room.forbidden"},
	} {
		t.Run(c.call, func(t *testing.T) {
			c.who.call(c.call, c.body).wantProblem(t, c.status, c.code)
			if c.status != 405 && c.code != "request.not_found" {
				known.wantStatus(t, c.call, c.status)
			}
		})
	}
}

func TestNoCallOfRoomsAndPeopleIsForStrangers(t *testing.T) {
	d := openDoor(t, nil)
	stranger := &caller{tb: t, door: d, name: "nobody"}
	for _, call := range []string{
		"GET /rooms", "POST /rooms", "GET /rooms/lobby", "PATCH /rooms/lobby", "DELETE /rooms/lobby",
		"GET /rooms/lobby/members", "PUT /rooms/lobby/members/bob", "DELETE /rooms/lobby/members/bob",
		"GET /rooms/lobby/messages", "POST /rooms/lobby/messages", "GET /rooms/lobby/messages/1", "PATCH /rooms/lobby/messages/1",
		"DELETE /rooms/lobby/messages/1", "GET /rooms/lobby/messages/1/versions", "PUT /rooms/lobby/messages/1/pin",
		"DELETE /rooms/lobby/messages/1/pin", "PUT /rooms/lobby/messages/1/reactions/x", "DELETE /rooms/lobby/messages/1/reactions/x",
		"GET /rooms/lobby/pins", "PUT /rooms/lobby/read", "PUT /rooms/lobby/draft", "PUT /rooms/lobby/settings",
		"GET /rooms/lobby/here", "GET /users/bob", "GET /me", "PATCH /me",
	} {
		stranger.refused(call, object{}, 401, "auth.token_required")
		d.described(t).wantStatus(t, call, 401)
	}
}

func TestWhatIsDoneTooOftenIsLimited(t *testing.T) {
	for _, c := range []struct {
		name, call, code string
		body             func(i int) any
	}{
		{"changes", "PATCH /rooms/lobby/messages/1", "limit.changes", func(i int) any { return object{"content": fmt.Sprint(i)} }},
		{"reactions", "PUT /rooms/lobby/messages/1/reactions/%F0%9F%91%8D", "limit.changes", nil},
		{"rooms", "POST /rooms", "limit.rooms", func(i int) any { return object{"name": fmt.Sprint("r", i), "kind": "public"} }},
		{"drafts", "PUT /rooms/lobby/draft", "limit.drafts", func(i int) any { return object{"content": fmt.Sprint(i)} }},
		{"settings", "PUT /rooms/lobby/settings", "limit.drafts", func(int) any { return object{"muted": true} }},
		{"presence", "PATCH /me", "limit.drafts", func(int) any { return object{"state": "away"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := openDoor(t, nil)
			alice := d.caller(t, "alice")
			alice.sends("lobby", "hi")
			for i := range 300 {
				var given any
				if c.body != nil {
					given = c.body(i)
				}
				got := alice.call(c.call, given)
				if got.status < 300 {
					continue
				}
				got.wantProblem(t, 429, c.code)
				if got.header.Get("Retry-After") == "" {
					t.Error("it is not said when to come back")
				}
				d.described(t).wantStatus(t, c.call, 429)
				return
			}
			t.Error("it is not limited")
		})
	}
}

func TestAMessageCanOnlyBeEditedForAWhile(t *testing.T) {
	core := storetest.NewCoreWith(t, storetest.SQLite(t), func(s *storetest.Settings) { s.EditWindow = 1 })
	d := openDoorOn(t, core, nil, func(*httpapi.Server) {})
	alice := d.caller(t, "alice")
	alice.refused("PATCH "+at("lobby", alice.sends("lobby", "hi")), object{"content": "ho"}, 403, "message.edit_window")
}
