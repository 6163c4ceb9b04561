package httpapi_test

import (
	"strings"
	"testing"
)

// What the core decides reaches the wire: a sample of calls by every role.

// seats are the roles in the order of the tables below; somebody of each
// carries its name.
var seats = []string{"stranger", "invited", "member", "moderator", "owner", "admin"}

// seated is the room den with somebody in every role.
type seated struct {
	by        map[string]*caller
	bystander *caller // a member whom a call may concern
}

// refill lets the bystander in again if they were removed.
func (s seated) refill() {
	if s.bystander.call("GET /rooms/den", nil).object(s.bystander.tb)["role"] == nil {
		s.by["owner"].ok("PUT /rooms/den/members/bystander", nil)
		s.bystander.ok("PUT /rooms/den/members/bystander", nil)
	}
}

func seat(t *testing.T, kind string) seated {
	t.Helper()
	d := openDoor(t, nil)
	by := map[string]*caller{}
	for _, role := range seats {
		by[role] = d.caller(t, role+"1")
	}
	d.caller(t, "newcomer")
	if err := d.Auth.SetAdmin(t.Context(), "admin1", true); err != nil {
		t.Fatal(err)
	}
	owner := by["owner"]
	owner.makes("den", kind, by["member"], by["moderator"])
	owner.ok("PUT /rooms/den/members/moderator1", object{"role": "moderator"})
	owner.ok("PUT /rooms/den/members/invited1", nil)
	owner.sends("den", "hi") // 7
	return seated{by, d.caller(t, "bystander")}
}

func TestCallsByEveryRole(t *testing.T) {
	rooms := map[string]seated{"public": seat(t, "public"), "private": seat(t, "private")}
	const ok, unseen, outside, low = "ok", "404 room.not_found", "403 room.not_member", "403 room.forbidden"
	for _, c := range []struct {
		call            string
		body            any
		public, private []string
	}{
		{"GET /rooms/den", nil, []string{ok, ok, ok, ok, ok, ok}, []string{unseen, ok, ok, ok, ok, unseen}},
		{"GET /rooms/den/messages", nil, []string{ok, ok, ok, ok, ok, ok}, []string{unseen, outside, ok, ok, ok, unseen}},
		{"GET /rooms/den/members", nil, []string{ok, ok, ok, ok, ok, ok}, []string{unseen, outside, ok, ok, ok, unseen}},
		{"POST /rooms/den/messages", object{"content": "me too"}, []string{outside, outside, ok, ok, ok, outside}, []string{unseen, outside, ok, ok, ok, unseen}},
		{"PUT /rooms/den/messages/7/reactions/%F0%9F%91%8D", nil, []string{outside, outside, ok, ok, ok, outside}, []string{unseen, outside, ok, ok, ok, unseen}},
		{"PUT /rooms/den/draft", object{"content": "x"}, []string{outside, outside, ok, ok, ok, outside}, []string{unseen, outside, ok, ok, ok, unseen}},
		{"PUT /rooms/den/members/newcomer", nil, []string{outside, outside, ok, ok, ok, outside}, []string{unseen, outside, low, ok, ok, unseen}},
		{"PUT /rooms/den/messages/7/pin", nil, []string{outside, outside, low, ok, ok, ok}, []string{unseen, outside, low, ok, ok, unseen}},
		{"GET /rooms/den/messages/7/versions", nil, []string{outside, outside, low, ok, ok, ok}, []string{unseen, outside, low, ok, ok, unseen}},
		{"PATCH /rooms/den", object{"topic": "bears"}, []string{outside, outside, low, ok, ok, ok}, []string{unseen, outside, low, ok, ok, unseen}},
		{"DELETE /rooms/den/members/bystander", nil, []string{outside, outside, low, ok, ok, ok}, []string{unseen, outside, low, ok, ok, unseen}},
		{"PUT /rooms/den/members/bystander", object{"role": "moderator"}, []string{outside, outside, low, low, ok, ok}, []string{unseen, outside, low, low, ok, unseen}},
		{"PATCH /rooms/den", object{"archived": false}, []string{outside, outside, low, low, ok, ok}, []string{unseen, outside, low, low, ok, unseen}},
	} {
		for kind, wants := range map[string][]string{"public": c.public, "private": c.private} {
			t.Run(kind+" "+c.call, func(t *testing.T) {
				for i, role := range seats {
					rooms[kind].refill()
					got := rooms[kind].by[role].call(c.call, c.body)
					if status, code, refused := strings.Cut(wants[i], " "); refused {
						got.wantProblem(t, map[string]int{"404": 404, "403": 403}[status], code)
					} else if got.status >= 300 {
						t.Errorf("it is refused: %s", got.text)
					}
					if t.Failed() {
						t.Fatalf("that was by %s", role)
					}
				}
			})
		}
	}
}

// Nobody can tell a room that they may not see from one that does not exist.
func TestAnUnseenRoomAnswersAsNone(t *testing.T) {
	d := openDoor(t, nil)
	alice, mallory := d.caller(t, "alice"), d.caller(t, "mallory")
	alice.makes("hidden", "private")
	alice.sends("hidden", "secret")
	screen := d.live(t, mallory.token)
	for _, c := range []struct {
		call string
		body any
	}{
		{"GET /rooms/ROOM", nil},
		{"PATCH /rooms/ROOM", object{"topic": "x"}},
		{"PATCH /rooms/ROOM", object{"name": "mine"}},
		{"DELETE /rooms/ROOM", nil},
		{"GET /rooms/ROOM/members", nil},
		{"PUT /rooms/ROOM/members/mallory", nil},
		{"PUT /rooms/ROOM/members/alice", nil},
		{"PUT /rooms/ROOM/members/nobody-here", nil},
		{"PUT /rooms/ROOM/members/mallory", object{"role": "owner"}},
		{"DELETE /rooms/ROOM/members/mallory", nil},
		{"DELETE /rooms/ROOM/members/alice", nil},
		{"GET /rooms/ROOM/messages", nil},
		{"GET /rooms/ROOM/messages?after=0", nil},
		{"POST /rooms/ROOM/messages", object{"content": "hi"}},
		{"POST /rooms/ROOM/messages", object{"content": ""}},
		{"POST /rooms/ROOM/messages", object{"content": "hi", "reply_to": 1}},
		{"GET /rooms/ROOM/messages/1", nil},
		{"PATCH /rooms/ROOM/messages/1", object{"content": "hi"}},
		{"DELETE /rooms/ROOM/messages/1", nil},
		{"GET /rooms/ROOM/messages/1/versions", nil},
		{"PUT /rooms/ROOM/messages/1/reactions/%F0%9F%91%8D", nil},
		{"DELETE /rooms/ROOM/messages/1/reactions/x", nil},
		{"PUT /rooms/ROOM/messages/1/pin", nil},
		{"DELETE /rooms/ROOM/messages/1/pin", nil},
		{"GET /rooms/ROOM/pins", nil},
		{"PUT /rooms/ROOM/read", object{"seq": 99}},
		{"PUT /rooms/ROOM/draft", object{"content": "x"}},
		{"PUT /rooms/ROOM/settings", object{"muted": true}},
		{"GET /rooms/ROOM/here", nil},
	} {
		ask := func(room string) answer {
			got := mallory.call(strings.Replace(c.call, "ROOM", room, 1), c.body)
			for _, own := range []string{"X-Request-Id", "Date"} {
				got.header.Del(own)
			}
			return got
		}
		none := ask("nowhere")
		none.wantProblem(t, 404, "room.not_found")
		for _, room := range []string{"hidden", "%23hidden", "2"} {
			got := ask(room)
			if got.status != none.status || got.text != none.text || len(got.header) != len(none.header) {
				t.Errorf("%s: of %s it is %d %s, of none %s", c.call, room, got.status, got.text, none.text)
			}
		}
	}
	for _, kind := range []string{"subscribe", "unsubscribe", "typing", "send", "read"} {
		frame := object{"type": kind, "room": "nowhere"}
		switch kind {
		case "send":
			frame["content"] = "hi"
		case "read":
			frame["seq"] = 1
		}
		screen.say(frame)
		none := screen.wantNext("error")
		frame["room"] = "hidden"
		screen.say(frame)
		got := screen.wantNext("error")
		if none["code"] != "room.not_found" || got["code"] != none["code"] || got["message"] != none["message"] || len(got) != len(none) {
			t.Errorf("%s is answered %v, of none %v", kind, got, none)
		}
	}
}
