// Package wire writes an event as its one line of JSON, made once for all who
// receive it, whatever door they came through. It reads nothing: what clients
// send is the front ends' business.
package wire

import (
	"encoding/json"
	"sync"
	"time"

	"parley/domain"
)

// TimeLayout is how a time is written: RFC 3339, UTC, always six decimals.
const TimeLayout = "2006-01-02T15:04:05.000000Z"

// Time writes a time as every answer and event does.
func Time(t time.Time) string { return t.UTC().Format(TimeLayout) }

// Line is an event and its encodings. It is shared by all its readers and must
// not be changed.
type Line struct {
	Event domain.Event
	JSON  []byte // the line of JSON, without the newline

	once  sync.Once
	other []byte
}

// NewLine encodes an event.
func NewLine(event domain.Event) *Line {
	return &Line{Event: event, JSON: Encode(event)}
}

// NewReply wraps a line that is not an event of a room: an answer to one
// connection.
func NewReply(v any) *Line { return &Line{JSON: marshal(v)} }

// Other gives the line in another encoding, made by encode for the first who
// asks and kept for the rest. All readers of a process use one other encoding.
func (l *Line) Other(encode func(domain.Event) []byte) []byte {
	l.once.Do(func() { l.other = encode(l.Event) })
	return l.other
}

// Author is a person as events and messages name them.
type Author struct {
	ID       domain.UserID `json:"id"`
	Username string        `json:"username"`
}

// Message is a message as every door shows it.
type Message struct {
	RoomID    domain.RoomID `json:"room_id"`
	Room      string        `json:"room,omitempty"`
	Seq       domain.Seq    `json:"seq"`
	Author    Author        `json:"author"`
	Content   string        `json:"content"`
	CreatedAt string        `json:"created_at"`
	ReplyTo   domain.Seq    `json:"reply_to,omitempty"`
}

// FromMessage gives a message's written shape.
func FromMessage(m domain.Message) Message {
	return Message{
		RoomID: m.RoomID, Room: m.Room, Seq: m.Seq,
		Author:  Author{ID: m.Author.ID, Username: m.Author.Name},
		Content: m.Content, CreatedAt: Time(m.CreatedAt), ReplyTo: m.ReplyTo,
	}
}

type messageEvent struct {
	Type domain.EventType `json:"type"`
	Message
	Nonce string `json:"nonce,omitempty"`
}

type momentEvent struct {
	Type     domain.EventType `json:"type"`
	RoomID   domain.RoomID    `json:"room_id"`
	Room     string           `json:"room,omitempty"`
	Seq      domain.Seq       `json:"seq,omitempty"`
	Username string           `json:"username,omitempty"`
	Online   *bool            `json:"online,omitempty"`
}

// Encode writes an event as one line of JSON, without the newline.
func Encode(e domain.Event) []byte {
	switch e.Type {
	case domain.EventMessage:
		return marshal(messageEvent{Type: e.Type, Message: FromMessage(e.Message), Nonce: e.Nonce})
	case domain.EventRead:
		return marshal(momentEvent{Type: e.Type, RoomID: e.RoomID, Room: e.Room, Seq: e.Seq})
	case domain.EventPresence:
		return marshal(momentEvent{Type: e.Type, RoomID: e.RoomID, Room: e.Room, Username: e.User.Name, Online: &e.Online})
	default:
		return marshal(momentEvent{Type: e.Type, RoomID: e.RoomID, Room: e.Room, Username: e.User.Name})
	}
}

func marshal(v any) []byte {
	line, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own plain structs always encode
	}
	return line
}
