package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// socket is a client's end of a WebSocket.
type socket struct {
	tb      testing.TB
	conn    *websocket.Conn
	waiting []map[string]any // events of the last frame not taken yet
	frames  int
}

// dial opens a WebSocket or gives the answer that refused it.
func (d *door) dial(tb testing.TB, path string, options *websocket.DialOptions) (*socket, *http.Response) {
	tb.Helper()
	if options == nil {
		options = &websocket.DialOptions{}
	}
	options.HTTPClient = &http.Client{Transport: d.client.Transport}
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	conn, res, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(d.URL, "http")+path, options)
	if err != nil {
		if res == nil {
			tb.Fatalf("dial %s: %v", path, err)
		}
		return nil, res
	}
	conn.SetReadLimit(1 << 20)
	tb.Cleanup(func() { conn.CloseNow() })
	return &socket{tb: tb, conn: conn}, res
}

// live opens /api/v1/ws with a token and takes the hello.
func (d *door) live(tb testing.TB, token string) *socket {
	tb.Helper()
	s, res := d.dial(tb, "/api/v1/ws", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if s == nil {
		tb.Fatalf("refused with %d", res.StatusCode)
	}
	s.want("hello")
	return s
}

// first opens /ws/chat and takes the first system message.
func (d *door) first(tb testing.TB, token string) *socket {
	tb.Helper()
	s, res := d.dial(tb, "/ws/chat?token="+token, nil)
	if s == nil {
		tb.Fatalf("refused with %d", res.StatusCode)
	}
	s.want("system")
	return s
}

// say sends a frame: a string as it is, anything else as JSON.
func (s *socket) say(v any) {
	s.tb.Helper()
	text, ok := v.(string)
	if !ok {
		encoded, err := json.Marshal(v)
		if err != nil {
			s.tb.Fatal(err)
		}
		text = string(encoded)
	}
	if err := s.write(websocket.MessageText, []byte(text)); err != nil {
		s.tb.Fatalf("write: %v", err)
	}
}

func (s *socket) write(kind websocket.MessageType, data []byte) error {
	ctx, cancel := context.WithTimeout(s.tb.Context(), patience)
	defer cancel()
	return s.conn.Write(ctx, kind, data)
}

// next gives the next event, or the error that ended the connection.
func (s *socket) next() (map[string]any, error) {
	for len(s.waiting) == 0 {
		ctx, cancel := context.WithTimeout(s.tb.Context(), patience)
		_, data, err := s.conn.Read(ctx)
		cancel()
		if err != nil {
			return nil, err
		}
		s.frames++
		for _, line := range bytes.Split(data, []byte("\n")) {
			var event map[string]any
			if err := json.Unmarshal(line, &event); err != nil {
				return nil, errors.Join(err, errors.New(string(line)))
			}
			s.waiting = append(s.waiting, event)
		}
	}
	event := s.waiting[0]
	s.waiting = s.waiting[1:]
	return event, nil
}

// want gives the next event of a type, leaving out others.
func (s *socket) want(kind string) map[string]any {
	s.tb.Helper()
	for {
		event, err := s.next()
		if err != nil {
			s.tb.Fatalf("waiting for %s: %v", kind, err)
		}
		if event["type"] == kind {
			return event
		}
	}
}

// wantNext fails unless the very next event is of a type.
func (s *socket) wantNext(kind string) map[string]any {
	s.tb.Helper()
	event, err := s.next()
	if err != nil {
		s.tb.Fatalf("waiting for %s: %v", kind, err)
	}
	if event["type"] != kind {
		s.tb.Fatalf("got %v, want %s", event, kind)
	}
	return event
}

// wantEach takes as many events as there are kinds and fails unless they are
// one of each, in whatever order.
func (s *socket) wantEach(kinds ...string) map[string]map[string]any {
	s.tb.Helper()
	got := map[string]map[string]any{}
	for range kinds {
		event, err := s.next()
		if err != nil {
			s.tb.Fatalf("waiting for %v: %v", kinds, err)
		}
		kind, _ := event["type"].(string)
		got[kind] = event
	}
	for _, kind := range kinds {
		if got[kind] == nil {
			s.tb.Fatalf("got %v, want each of %v", got, kinds)
		}
	}
	return got
}

// wantError fails unless the next error event has a code.
func (s *socket) wantError(code string) map[string]any {
	s.tb.Helper()
	event := s.want("error")
	if event["code"] != code || event["message"] == "" {
		s.tb.Errorf("got %v, want code %s", event, code)
	}
	return event
}

// wantClosed reads to the end and fails unless it has that status.
func (s *socket) wantClosed(code websocket.StatusCode) (last map[string]any) {
	s.tb.Helper()
	for {
		event, err := s.next()
		if err == nil {
			last = event
			continue
		}
		if got := websocket.CloseStatus(err); got != code {
			s.tb.Errorf("closed with %d (%v), want %d", got, err, code)
		}
		return last
	}
}

// subscribe follows the lobby after a seq, or from now on if it is negative.
func (s *socket) subscribe(after int) map[string]any {
	s.tb.Helper()
	frame := map[string]any{"type": "subscribe", "room": "lobby"}
	if after >= 0 {
		frame["after"] = after
	}
	s.say(frame)
	return s.want("subscribed")
}

func send(content string) map[string]any {
	return map[string]any{"type": "send", "room": "lobby", "content": content}
}
