package httpapi_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
)

func TestTwoScreensOfAPersonStayInStep(t *testing.T) {
	d := openDoor(t, nil)
	people := d.callers(t, "alice", "bob", "carol")
	alice, bob, carol := people[0], people[1], people[2]
	alice.sends("lobby", "hi")
	one, two, other := d.live(t, bob.token), d.live(t, bob.token), d.live(t, alice.token)
	one.follow("lobby", -1) // the second follows nothing, and is told all the same
	other.follow("lobby", -1)

	one.say(object{"type": "read", "room": "lobby", "seq": 1})
	two.wantEvent(object{"type": "read", "room_id": 1.0, "room": "lobby", "seq": 1.0})
	one.wantSilence()
	if room := bob.get("/rooms/lobby"); room["read"] != 1.0 { // though it may not be stored yet
		t.Errorf("got %v", room)
	}
	both := func(want object) {
		t.Helper()
		one.wantEvent(want)
		two.wantEvent(want)
	}
	bob.ok("PUT /rooms/lobby/draft", object{"content": "so *far*"})
	both(object{"type": "draft", "room_id": 1.0, "room": "lobby", "content": "so *far*"})
	bob.ok("PUT /rooms/lobby/settings", object{"notify": "all"})
	both(object{"type": "room", "room_id": 1.0, "room": "lobby", "change": "settings", "kind": "public", "muted": false, "notify": "all"})
	bob.makes("mine", "public")
	both(object{"type": "room", "room_id": 2.0, "room": "mine", "change": "added", "kind": "public", "username": "bob", "role": "owner"})
	carol.ok("POST /rooms", object{"name": "den", "kind": "private", "topic": "bears"})
	carol.ok("PUT /rooms/den/members/bob", nil)
	both(object{
		"type": "room", "room_id": 3.0, "room": "den", "change": "added", "kind": "private", "topic": "bears",
		"username": "carol", "role": "invited",
	})
	bob.ok("PUT /rooms/den/members/bob", nil)
	both(object{
		"type": "room", "room_id": 3.0, "room": "den", "change": "added", "kind": "private", "topic": "bears",
		"username": "bob", "role": "member",
	})
	carol.sends("@bob", "psst")
	both(object{"type": "room", "room_id": 4.0, "change": "added", "kind": "direct", "username": "carol", "role": "member"})
	one.wantSilence()
	two.wantSilence()
	other.wantSilence()
}

func TestTypingIsToldToTheOthersInTheRoom(t *testing.T) {
	d := openDoor(t, nil)
	people := d.callers(t, "alice", "bob", "carol")
	alice, bob, carol := people[0], people[1], people[2]
	alice.makes("den", "private", bob)
	mine, alsoMine, hers, outside := d.live(t, alice.token), d.live(t, alice.token), d.live(t, bob.token), d.live(t, carol.token)
	for _, s := range []*socket{mine, alsoMine, hers} {
		s.follow("den", -1)
	}
	outside.follow("lobby", -1)
	mine.say(object{"type": "typing", "room": "den"})
	hers.wantEvent(object{"type": "typing", "room_id": 2.0, "room": "den", "username": "alice"})
	for range 50 { // more than a few a second are dropped, and never refused
		mine.say(object{"type": "typing", "room": "den"})
	}
	for _, s := range []*socket{mine, alsoMine, outside} {
		s.wantSilence()
	}
	told := 0
	hers.say(`{"type":"mark"}`)
	for {
		event, err := hers.next()
		if err != nil {
			t.Fatal(err)
		}
		if event["type"] == "error" {
			break
		}
		if event["type"] == "typing" {
			told++
		}
	}
	if told > 10 {
		t.Errorf("bob was told %d times", told)
	}
	outside.say(object{"type": "typing", "room": "den"})
	outside.wantError("room.not_found")
}

func TestADirectConversationIsMadeByFollowingItAndBySending(t *testing.T) {
	d := openDoor(t, nil)
	people := d.callers(t, "alice", "bob", "carol")
	one, two := d.live(t, people[0].token), d.live(t, people[1].token)
	made := one.follow("@bob", -1)
	if diff := cmp.Diff(object{"type": "subscribed", "room_id": 2.0, "head": 0.0, "first": 1.0, "read": 0.0}, made); diff != "" {
		t.Error(diff)
	}
	if again := two.follow("@ALICE", 0); again["room_id"] != 2.0 {
		t.Errorf("got %v", again)
	}
	one.say(object{"type": "send", "room": "@bob", "content": "psst", "nonce": "n-1"})
	one.wantEach("ack", "message", "room") // in whatever order
	two.wantEvent(object{"type": "message", "room_id": 2.0, "seq": 1.0, "author": aliceAuthor, "content": "psst", "nonce": "n-1"})
	two.wantEvent(object{"type": "room", "room_id": 2.0, "change": "added", "kind": "direct", "username": "alice", "role": "member"})
	two.say(object{"type": "send", "room": "2", "content": "what?", "nonce": "n-2", "reply_to": 1})
	one.want("message")
	one.say(object{"type": "send", "room": "@bob,carol", "content": "us three", "nonce": "n-3"})
	if ack := one.want("ack"); ack["room_id"] != 3.0 || ack["seq"] != 1.0 {
		t.Errorf("got %v", ack)
	}
	one.say(object{"type": "unsubscribe", "room": "@bob"})
	if left := one.want("unsubscribed"); left["room_id"] != 2.0 || left["room"] != nil {
		t.Errorf("got %v", left)
	}
}

func TestPresenceIsToldAtMostOnceASecond(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := openDoor(t, nil)
	alice, bob := d.caller(t, "alice"), d.caller(t, "bob")
	s, other := d.live(t, alice.token), d.live(t, bob.token)
	s.follow("lobby", -1)
	other.follow("lobby", -1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		pace := time.NewTicker(60 * time.Millisecond)
		defer pace.Stop()
		for i := range 20 { // an event for each would be 20, in more than a second
			<-pace.C
			bob.call("PATCH /me", object{"status": fmt.Sprint("status ", i)})
			if i%4 == 0 {
				bob.call("PATCH /me", object{"state": []string{"away", "dnd"}[i/4%2]})
			}
		}
	}()
	var told []time.Time
	for status := any(nil); status != "status 19"; {
		users := s.want("presence")["users"].([]any)
		told = append(told, time.Now())
		for _, one := range users {
			if one := one.(object); one["username"] == "bob" {
				status = one["status"]
			}
		}
	}
	<-done
	if len(told) > 5 {
		t.Errorf("alice was told %d times", len(told))
	}
	other.conn.Close(websocket.StatusNormalClosure, "")
	for {
		users := s.want("presence")["users"].([]any)
		if one := users[len(users)-1].(object); one["state"] == "offline" {
			if len(one) != 2 || one["username"] != "bob" {
				t.Errorf("got %v", one)
			}
			return
		}
	}
}
