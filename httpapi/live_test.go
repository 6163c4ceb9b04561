package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
)

func TestAConnectionBeginsWithHello(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	s, res := d.dial(t, "/api/v1/ws", &websocket.DialOptions{Subprotocols: []string{"parley.v1", "bearer." + token}})
	if s == nil {
		t.Fatalf("refused with %d", res.StatusCode)
	}
	if s.conn.Subprotocol() != "parley.v1" {
		t.Errorf("the server chose %q", s.conn.Subprotocol())
	}
	hello := s.wantNext("hello")
	if hello["epoch"] != d.Chat.Epoch() || hello["epoch"] == "" {
		t.Errorf("epoch is %v", hello["epoch"])
	}
	delete(hello, "epoch")
	want := map[string]any{"type": "hello", "user": map[string]any{"id": 1.0, "username": "alice"}, "heartbeat": 25.0}
	if diff := cmp.Diff(want, hello); diff != "" {
		t.Error(diff)
	}
}

func TestASocketNeedsATokenWhereItBelongs(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	for name, c := range map[string]struct {
		path    string
		options *websocket.DialOptions
		code    string
	}{
		"nothing":                   {"/api/v1/ws", nil, "auth.token_required"},
		"in the address":            {"/api/v1/ws?token=" + token, nil, "auth.token_required"},
		"a subprotocol alone":       {"/api/v1/ws", &websocket.DialOptions{Subprotocols: []string{"bearer." + token}}, "auth.token_required"},
		"a bad one as subprotocol":  {"/api/v1/ws", &websocket.DialOptions{Subprotocols: []string{"parley.v1", "bearer.x"}}, "auth.invalid_token"},
		"a bad one in the header":   {"/api/v1/ws", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer x"}}}, "auth.invalid_token"},
		"another scheme":            {"/api/v1/ws", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Basic " + token}}}, "auth.token_required"},
		"an empty bearer protocol":  {"/api/v1/ws", &websocket.DialOptions{Subprotocols: []string{"parley.v1", "bearer."}}, "auth.token_required"},
		"a scheme without a token ": {"/api/v1/ws", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer"}}}, "auth.token_required"},
	} {
		s, res := d.dial(t, c.path, c.options)
		if s != nil {
			t.Errorf("%s: let in", name)
			continue
		}
		if res.StatusCode != http.StatusUnauthorized || res.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: got %d", name, res.StatusCode)
		}
		if !strings.Contains(d.Log.String(), c.code) {
			t.Errorf("%s: the log does not say %s", name, c.code)
		}
	}
	for name, c := range map[string]struct {
		header map[string]string
		status int
	}{
		"no upgrade":      {nil, http.StatusUpgradeRequired},
		"another upgrade": {map[string]string{"Connection": "upgrade", "Upgrade": "h2c"}, http.StatusUpgradeRequired},
		"an old version":  {map[string]string{"Connection": "keep-alive, Upgrade", "Upgrade": "WebSocket", "Sec-WebSocket-Version": "8"}, http.StatusUpgradeRequired},
		"a bad key": {map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "short",
		}, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			d.do(t, request{method: "GET", path: "/api/v1/ws", token: token, header: c.header}).wantProblem(t, c.status, "request.upgrade")
		})
	}
}

func TestFramesAndTheirAnswers(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := openDoor(t, nil)
	alice := d.live(t, d.token(t, "alice"))
	bob := d.live(t, d.token(t, "bob"))

	want := map[string]any{"type": "subscribed", "room_id": 1.0, "room": "lobby", "head": 0.0, "first": 1.0, "read": 0.0}
	if diff := cmp.Diff(want, alice.subscribe(-1)); diff != "" {
		t.Error(diff)
	}
	bob.subscribe(0)
	for _, s := range []*socket{alice, bob} { // both came within a second
		came := s.wantNext("presence")
		want := map[string]any{"type": "presence", "room_id": 1.0, "room": "lobby", "users": []any{
			map[string]any{"username": "alice", "state": "online"}, map[string]any{"username": "bob", "state": "online"},
		}}
		if diff := cmp.Diff(want, came); diff != "" {
			t.Error(diff)
		}
	}

	alice.say(map[string]any{"type": "send", "room": "lobby", "content": "hi", "nonce": "n-1"})
	ack := alice.want("ack")
	if diff := cmp.Diff(map[string]any{"type": "ack", "nonce": "n-1", "room_id": 1.0, "seq": 1.0}, ack); diff != "" {
		t.Error(diff)
	}
	message := bob.wantNext("message")
	if !zuluTime.MatchString(message["created_at"].(string)) {
		t.Errorf("created_at is %v", message["created_at"])
	}
	delete(message, "created_at")
	want = map[string]any{
		"type": "message", "room_id": 1.0, "room": "lobby", "seq": 1.0, "content": "hi", "nonce": "n-1",
		"author": map[string]any{"id": 1.0, "username": "alice"},
	}
	if diff := cmp.Diff(want, message); diff != "" {
		t.Error(diff)
	}

	bob.say(map[string]any{"type": "typing", "room": "#lobby"})
	if typing := alice.want("typing"); typing["username"] != "bob" || typing["room_id"] != 1.0 {
		t.Errorf("got %v", typing)
	}
	bob.say(map[string]any{"type": "read", "room": "1", "seq": 1})
	bob.say(map[string]any{"type": "send", "room": "lobby", "content": "re", "reply_to": 1, "nonce": nil})
	got := bob.wantEach("ack", "message") // in whatever order
	if ack := got["ack"]; ack["nonce"] == "" || ack["nonce"] != got["message"]["nonce"] || ack["seq"] != 2.0 {
		t.Errorf("got %v", ack)
	}
	if reply := alice.want("message"); reply["reply_to"] != 1.0 {
		t.Errorf("got %v", reply)
	}

	bob.say(map[string]any{"type": "unsubscribe", "room": "lobby"})
	if left := bob.wantNext("unsubscribed"); left["room"] != "lobby" || left["room_id"] != 1.0 {
		t.Errorf("got %v", left)
	}
	went := alice.wantNext("presence")["users"]
	if diff := cmp.Diff([]any{map[string]any{"username": "bob", "state": "offline"}}, went); diff != "" {
		t.Error(diff)
	}
	alice.say(send("without bob"))
	alice.want("message")
	bob.say(map[string]any{"type": "subscribe", "room": "lobby", "after": 2})
	if again := bob.wantNext("subscribed"); again["head"] != 3.0 || again["read"] != 1.0 {
		t.Errorf("got %v", again)
	}
	if missed := bob.wantNext("message"); missed["content"] != "without bob" || missed["nonce"] != nil {
		t.Errorf("got %v", missed)
	}
}

func TestAFaultOfAFrameLeavesTheConnectionOpen(t *testing.T) {
	d := openDoor(t, nil)
	s := d.live(t, d.token(t, "alice"))
	for frame, code := range map[string]string{
		``:                                       "frame.json",
		`{`:                                      "frame.json",
		`nonsense`:                               "frame.json",
		`[]`:                                     "frame.json",
		`{"type":"typing","room":"lobby"} {}`:    "frame.json",
		`{}`:                                     "frame.type",
		`{"type":"dance"}`:                       "frame.type",
		`{"type":5}`:                             "frame.type",
		`{"Type":"typing","room":"lobby"}`:       "frame.type",
		`{"type":"typing"}`:                      "frame.missing_field",
		`{"type":"send","room":"lobby"}`:         "frame.missing_field",
		`{"type":"read","room":"lobby"}`:         "frame.missing_field",
		`{"type":"typing","room":5}`:             "frame.value",
		`{"type":"typing","room":{"id":1}}`:      "frame.value",
		`{"type":"typing","room":"lobby","x":1}`: "frame.unknown_field",
		`{"type":"typing","room":"lobby","content":"a"}`:                   "frame.unknown_field",
		`{"type":"typing","room":"lobby","room":"lobby"}`:                  "frame.repeated_field",
		`{"type":"typing","room":"Lobby"}`:                                 "room.name",
		`{"type":"typing","room":"nowhere"}`:                               "room.not_found",
		`{"type":"subscribe","room":"@bob"}`:                               "user.not_found",
		`{"type":"subscribe","room":"lobby","after":-1}`:                   "frame.value",
		`{"type":"subscribe","room":"lobby","after":"1"}`:                  "frame.value",
		`{"type":"subscribe","room":"lobby","after":1.5}`:                  "frame.value",
		`{"type":"subscribe","room":"lobby","after":1e3}`:                  "frame.value",
		`{"type":"subscribe","room":"lobby","after":9007199254740992}`:     "frame.value",
		`{"type":"unsubscribe","room":"nowhere"}`:                          "room.not_found",
		`{"type":"read","room":"lobby","seq":1}`:                           "read.seq",
		`{"type":"read","room":"lobby","seq":true}`:                        "frame.value",
		`{"type":"send","room":"lobby","content":" "}`:                     "message.empty",
		`{"type":"send","room":"lobby","content":7}`:                       "frame.value",
		`{"type":"send","room":"lobby","content":"\u001b[0m"}`:             "message.control",
		`{"type":"send","room":"lobby","content":"a","reply_to":9}`:        "message.not_found",
		`{"type":"send","room":"lobby","content":"a","nonce":""}`:          "message.nonce",
		`{"type":"send","room":"lobby","content":"a","nonce":"a\u0000"}`:   "message.nonce",
		`{"type":"send","room":"nowhere","content":"a","nonce":"n"}`:       "room.not_found",
		`{"type":"send","room":"lobby","content":"a","nonce":"n","n":"n"}`: "frame.unknown_field",
	} {
		s.say(frame)
		event := s.wantNext("error")
		if event["code"] != code || event["message"] == "" {
			t.Errorf("%s: got %v, want %s", frame, event, code)
		}
		if strings.Contains(frame, `"nonce":"n"`) && event["nonce"] != "n" {
			t.Errorf("%s: the answer names nonce %v", frame, event["nonce"])
		}
	}
	s.say(send("still here"))
	s.wantNext("ack")
}

func TestFaultsOfTheConnectionCloseIt(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	for name, c := range map[string]struct {
		kind websocket.MessageType
		data []byte
		code websocket.StatusCode
	}{
		"invalid UTF-8":    {websocket.MessageText, []byte("{\"type\":\"typing\",\"room\":\"\xff\"}"), websocket.StatusInvalidFramePayloadData},
		"a binary frame":   {websocket.MessageBinary, []byte(`{"type":"typing","room":"lobby"}`), websocket.StatusUnsupportedData},
		"a frame too big":  {websocket.MessageText, []byte(`{"type":"` + strings.Repeat("x", 64<<10) + `"}`), websocket.StatusMessageTooBig},
		"a frame very big": {websocket.MessageText, []byte(strings.Repeat("x", 1<<20)), websocket.StatusMessageTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			s := d.live(t, token)
			_ = s.write(c.kind, c.data) // the server may close before it is all sent
			s.wantClosed(c.code)
		})
	}
	s := d.live(t, token)
	frame := `{"type":"typing","room":"lobby"}`
	s.say(frame + strings.Repeat(" ", 64<<10-len(frame)))
	s.say(send("exactly 64 KiB are taken"))
	s.wantNext("ack")
}

func TestTwoClientsSeeOneOrder(t *testing.T) {
	d := openDoor(t, nil)
	const each = 25
	clients := []*socket{d.live(t, d.token(t, "alice")), d.live(t, d.token(t, "bob"))}
	for _, s := range clients {
		s.subscribe(0)
	}
	for i := range each {
		for c, s := range clients {
			s.say(send(fmt.Sprintf("%d-%d", c, i)))
		}
	}
	var seen [2][]string
	for c, s := range clients {
		for i := range 2 * each {
			message := s.want("message")
			if message["seq"] != float64(i+1) {
				t.Fatalf("client %d got %v at place %d", c, message, i+1)
			}
			seen[c] = append(seen[c], message["content"].(string))
		}
	}
	if diff := cmp.Diff(seen[0], seen[1]); diff != "" {
		t.Error(diff)
	}
	late := d.live(t, d.token(t, "carol"))
	late.subscribe(40)
	for i := 41; i <= 2*each; i++ {
		if message := late.want("message"); message["seq"] != float64(i) || message["content"] != seen[0][i-1] {
			t.Errorf("a late client got %v at place %d", message, i)
		}
	}
}

func TestWhatOneConnectionPipelinesKeepsItsOrder(t *testing.T) {
	d := openDoor(t, nil)
	s := d.live(t, d.token(t, "alice"))
	s.subscribe(0)
	const burst = 30
	for i := range burst {
		s.say(map[string]any{"type": "send", "room": "lobby", "content": fmt.Sprint(i), "nonce": fmt.Sprint(i)})
	}
	acks, messages := 0, 0
	for acks < burst || messages < burst {
		event, err := s.next()
		switch {
		case err != nil:
			t.Fatal(err)
		case event["type"] == "ack":
			if event["nonce"] != fmt.Sprint(acks) || event["seq"] != float64(acks+1) {
				t.Errorf("ack %d is %v", acks, event)
			}
			acks++
		case event["type"] == "message":
			if event["content"] != fmt.Sprint(messages) {
				t.Errorf("message %d is %v", messages, event)
			}
			messages++
		}
	}
}

func TestAFloodIsLimitedAndToldWhenToComeBack(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	screens := []*socket{d.live(t, token), d.live(t, token)}
	for i := range 60 {
		screens[i%2].say(map[string]any{"type": "send", "room": "lobby", "content": "x", "nonce": fmt.Sprint(i)})
	}
	refused := 0
	for _, s := range screens {
		for range 30 {
			event, err := s.next()
			if err != nil {
				t.Fatal(err)
			}
			if event["type"] == "error" {
				refused++
				if wait, _ := event["retry_after"].(float64); event["code"] != "limit.messages" || event["nonce"] == nil || wait <= 0 || wait > 5 {
					t.Errorf("got %v", event)
				}
			}
		}
	}
	if refused == 0 || refused > 30 {
		t.Errorf("%d of 60 were refused", refused)
	}
	got := d.do(t, request{method: "POST", path: "/api/v1/rooms/lobby/messages", token: token, body: map[string]any{"content": "x"}})
	if got.status != http.StatusCreated { // a tenth of a second may have passed
		got.wantProblem(t, http.StatusTooManyRequests, "limit.messages")
		if got.header.Get("Retry-After") != "1" {
			t.Errorf("Retry-After is %q", got.header.Get("Retry-After"))
		}
	}
}

func TestARepeatedNonceIsAcknowledgedWithTheSamePlace(t *testing.T) {
	d := openDoor(t, nil)
	s := d.live(t, d.token(t, "alice"))
	s.subscribe(0)
	frame := map[string]any{"type": "send", "room": "lobby", "content": "once", "nonce": "n-1"}
	s.say(frame)
	s.say(frame)
	s.say(map[string]any{"type": "send", "room": "lobby", "content": "other", "nonce": "n-1"})
	s.say(send("last"))
	for range 2 {
		if ack := s.want("ack"); ack["seq"] != 1.0 {
			t.Errorf("got %v", ack)
		}
	}
	if refused := s.wantError("message.nonce_reused"); refused["nonce"] != "n-1" {
		t.Errorf("got %v", refused)
	}
	s2 := d.live(t, d.token(t, "bob"))
	s2.subscribe(0)
	for _, want := range []string{"once", "last"} {
		if message := s2.want("message"); message["content"] != want {
			t.Errorf("got %v, want %s", message, want)
		}
	}
}

func TestAPersonCanPostByOneCallAndFollowByAnother(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	s := d.live(t, token)
	s.subscribe(-1)
	old := d.first(t, d.token(t, "bob"))
	d.do(t, request{method: "POST", path: "/api/v1/rooms/lobby/messages", token: token, body: map[string]any{"content": "hi", "nonce": "n"}}).
		wantStatus(t, http.StatusCreated)
	if message := s.want("message"); message["content"] != "hi" || message["nonce"] != "n" {
		t.Errorf("got %v", message)
	}
	if message := old.want("message"); message["content"] != "hi" || message["username"] != "alice" {
		t.Errorf("got %v", message)
	}
}
