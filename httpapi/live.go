package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/wire"
)

const (
	// liveProtocol is the subprotocol that the server answers with.
	liveProtocol = "parley.v1"
	// tokenProtocol precedes the token where a browser cannot set a header.
	tokenProtocol = "bearer."
	// frameSize is where a frame is full: events that do not fit go into the
	// next.
	frameSize = 32 << 10
)

// serveLive is GET /api/v1/ws.
func (s *Server) serveLive(w http.ResponseWriter, r *http.Request) {
	if !s.origins.allow(r) {
		refuseOrigin(w, r)
		return
	}
	call := callOf(r.Context())
	actor, err := s.recognize(r.Context(), call.origin, liveToken(r))
	if err != nil {
		s.refuse(r.Context(), err).write(w, r)
		return
	}
	call.actor = actor
	s.accept(w, r, actor, liveDialect{}, func(_ context.Context, c *socket) error {
		c.reply(wire.NewReply(hello{
			Type: "hello", User: wire.Author{ID: actor.ID(), Username: actor.Name()},
			Epoch: s.chat.Epoch(), Heartbeat: int(heartbeat / time.Second),
		}))
		return nil
	})
}

// liveToken takes the access token from the Authorization header or, next to
// parley.v1, from the subprotocols; never from the address.
func liveToken(r *http.Request) string {
	if token := bearerToken(r.Header.Get("Authorization")); token != "" {
		return token
	}
	known, token := false, ""
	for _, protocol := range strings.Split(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), ",") {
		protocol = strings.TrimSpace(protocol)
		known = known || protocol == liveProtocol
		if text, ok := strings.CutPrefix(protocol, tokenProtocol); ok {
			token = text
		}
	}
	if !known {
		return ""
	}
	return token
}

// What the server says besides the events of rooms.
type (
	hello struct {
		Type      string      `json:"type"`
		User      wire.Author `json:"user"`
		Epoch     string      `json:"epoch"`
		Heartbeat int         `json:"heartbeat"` // seconds
	}
	unsubscribed struct {
		Type   string        `json:"type"`
		RoomID domain.RoomID `json:"room_id"`
		Room   string        `json:"room,omitempty"`
	}
	ack struct {
		Type   string        `json:"type"`
		Nonce  string        `json:"nonce"`
		RoomID domain.RoomID `json:"room_id"`
		Seq    domain.Seq    `json:"seq"`
	}
	liveError struct {
		Type       string  `json:"type"`
		Code       string  `json:"code"`
		Message    string  `json:"message"`
		Nonce      string  `json:"nonce,omitempty"`
		RetryAfter float64 `json:"retry_after,omitempty"` // seconds
	}
)

// liveDialect is the protocol of /api/v1/ws.
type liveDialect struct{}

func (liveDialect) protocols() []string { return []string{liveProtocol} }

// write joins events into frames, one line of JSON for each.
func (liveDialect) write(c *socket, batch []*wire.Line) error {
	for len(batch) > 0 {
		n, size := 1, len(batch[0].JSON)
		for n < len(batch) && size+1+len(batch[n].JSON) <= frameSize {
			size += 1 + len(batch[n].JSON)
			n++
		}
		frame := batch[0].JSON // alone, it needs no copy
		if n > 1 {
			frame = c.frame[:0]
			for i, line := range batch[:n] {
				if i > 0 {
					frame = append(frame, '\n')
				}
				frame = append(frame, line.JSON...)
			}
			if cap(frame) <= keptBuffer {
				c.frame = frame
			}
		}
		if err := c.send(frame); err != nil {
			return err
		}
		batch = batch[n:]
	}
	return nil
}

func (liveDialect) receive(ctx context.Context, c *socket, data []byte) {
	f, err := parseFrame(data)
	var room domain.Address
	if err == nil {
		room, err = domain.ParseAddress(f.room)
	}
	if err == nil {
		err = commands[f.kind].do(ctx, c, room, f)
	}
	if err != nil {
		c.refuse(err, f.nonce)
	}
}

func (liveDialect) ack(sent chat.Sent) *wire.Line {
	return wire.NewReply(ack{Type: "ack", Nonce: sent.Nonce, RoomID: sent.Message.RoomID, Seq: sent.Message.Seq})
}

func (liveDialect) refusal(e *domain.Error, nonce string) *wire.Line {
	// Rounded up to a millisecond: an earlier return would be refused again.
	wait := (e.RetryAfter + time.Millisecond - 1).Truncate(time.Millisecond)
	return wire.NewReply(liveError{
		Type: "error", Code: e.Code, Message: e.Message, Nonce: nonce, RetryAfter: wait.Seconds(),
	})
}

func (liveDialect) bye(why *broadcast.Bye) []byte {
	return wire.NewBye(why.Code, why.Message, why.Reconnect).JSON
}

func subscribe(ctx context.Context, c *socket, room domain.Address, f frame) error {
	after := broadcast.Live
	if f.after != nil {
		if after = *f.after; after < 0 {
			return errFrame("frame.value", "after is not negative")
		}
	}
	_, err := c.live.Follow(ctx, room, after, func(view chat.View) *wire.Line {
		return wire.NewSubscribed(view.Room, view.Read)
	})
	return err
}

func unsubscribe(ctx context.Context, c *socket, address domain.Address, _ frame) error {
	room, err := c.live.Unfollow(ctx, address)
	if err != nil {
		return err
	}
	c.reply(wire.NewReply(unsubscribed{Type: "unsubscribed", RoomID: room.ID, Room: room.Name}))
	return nil
}

func send(ctx context.Context, c *socket, room domain.Address, f frame) error {
	c.post(ctx, room, chat.Draft{Content: f.content, Nonce: f.nonce, ReplyTo: f.replyTo})
	return nil
}

func read(ctx context.Context, c *socket, room domain.Address, f frame) error {
	return c.server.chat.NoteRead(ctx, c.actor, room, f.seq, c.live.Subscription)
}

func typing(ctx context.Context, c *socket, room domain.Address, _ frame) error {
	return c.server.chat.Typing(ctx, c.actor, room)
}
