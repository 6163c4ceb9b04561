package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/coder/websocket"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/wire"
)

// serveFirstSocket is GET /ws/chat?token=..., as clients of the first API know
// it: they are let in first and told afterwards if their token is no good.
func (s *Server) serveFirstSocket(w http.ResponseWriter, r *http.Request) {
	if !s.origins.allow(r) {
		refuseOrigin(w, r)
		return
	}
	call := callOf(r.Context())
	actor, err := s.recognize(r.Context(), call.origin, r.URL.Query().Get("token"))
	if err != nil {
		if conn, peer, ok := s.open(w, r); ok {
			s.turnAway(r.Context(), conn, peer, err)
		}
		return
	}
	call.actor = actor
	s.accept(w, r, actor, firstDialect{arrival: firstArrival(actor.Name())}, func(ctx context.Context, c *socket) error {
		_, err := c.live.Follow(ctx, domain.Address{Name: domain.Lobby}, broadcast.Live, func(chat.View) *wire.Line {
			return wire.NewReply(firstNotice{Type: "system", Message: "Connected as " + actor.Name()})
		})
		return err
	})
}

// turnAway closes a connection whose token is no good.
func (s *Server) turnAway(ctx context.Context, conn *websocket.Conn, p *peer, err error) {
	c := &socket{server: s, conn: conn, peer: p}
	c.ctx, c.cancel = context.WithCancel(ctx)
	problem := s.refuse(ctx, err)
	if problem.Status == http.StatusUnauthorized {
		c.close(websocket.StatusPolicyViolation, problem.Detail)
	} else {
		c.close(websocket.StatusTryAgainLater, "try again in a moment")
	}
}

// What the first API says on its WebSocket.
type (
	firstNotice struct {
		Type    string `json:"type"` // "system"
		Message string `json:"message"`
	}
	firstEvent struct {
		Type      string `json:"type"` // "message"
		Username  string `json:"username"`
		Content   string `json:"content"`
		Timestamp string `json:"timestamp"`
	}
	firstError struct {
		Type    string `json:"type"` // "error"
		Code    string `json:"code"`
		Message string `json:"message"`
	}
)

// laggedLine begins the one answer of the hub that the first API does not
// know.
var laggedLine = []byte(`{"type":"lagged"`)

// encodeFirst writes an event as the first API does; nil for those it does not
// know. A message that was deleted meanwhile is left out.
func encodeFirst(e domain.Event) []byte {
	switch {
	case e.Type == domain.EventMessage && !e.Message.Deleted:
		return wire.Marshal(firstEvent{
			Type: "message", Username: e.Message.Author.Name,
			Content: e.Message.Content, Timestamp: firstTime(e.Message.CreatedAt),
		})
	case e.Type == domain.EventPresence:
		return firstNotices(e.People)
	default:
		return nil
	}
}

func firstArrival(name string) []byte {
	return wire.Marshal(firstNotice{Type: "system", Message: name + " joined the chat"})
}

// firstNotices tells who came and who went, a line for each.
func firstNotices(people []domain.Presence) []byte {
	var lines [][]byte
	for _, p := range people {
		switch {
		case p.Came:
			lines = append(lines, firstArrival(p.User.Name))
		case p.State == domain.Offline:
			lines = append(lines, wire.Marshal(firstNotice{Type: "system", Message: p.User.Name + " left the chat"}))
		}
	}
	return bytes.Join(lines, []byte{'\n'})
}

// firstDialect is the protocol of /ws/chat.
type firstDialect struct {
	arrival []byte // what the others are told of the peer's own coming
}

func (firstDialect) protocols() []string { return nil }

// write sends each event in a frame of its own: that is all its clients read.
func (d firstDialect) write(c *socket, batch []*wire.Line) error {
	for _, line := range batch {
		frame := line.JSON
		if line.Event.Type != "" {
			frame = line.Other(encodeFirst)
		}
		if len(frame) == 0 || bytes.HasPrefix(frame, laggedLine) {
			continue
		}
		for one := range bytes.SplitSeq(frame, []byte{'\n'}) {
			if bytes.Equal(one, d.arrival) {
				continue
			}
			if err := c.send(one); err != nil {
				return err
			}
		}
	}
	return nil
}

func (firstDialect) receive(ctx context.Context, c *socket, data []byte) {
	var f struct {
		Type    *string `json:"type"`
		Content string  `json:"content"`
	}
	err := json.Unmarshal(data, &f)
	if err == nil && f.Type != nil && *f.Type != "message" {
		err = errors.New("unknown type")
	}
	if err != nil {
		c.refuse(errFrame("frame.json", `send {"type": "message", "content": "..."}`), "")
		return
	}
	c.post(ctx, domain.Address{Name: domain.Lobby}, chat.Draft{Content: f.Content})
}

// ack says nothing: the message itself comes back.
func (firstDialect) ack(chat.Sent) *wire.Line { return nil }

func (firstDialect) refusal(e *domain.Error, _ string) *wire.Line {
	return wire.NewReply(firstError{Type: "error", Code: e.Code, Message: e.Message})
}

// bye says nothing: the closing status does.
func (firstDialect) bye(*broadcast.Bye) []byte { return nil }
