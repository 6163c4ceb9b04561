// Package wire writes rooms, people and what is theirs, messages and events as
// JSON, in one shape for every door. An event is its one line, made once for all
// who receive it. It reads nothing: what clients send is the front ends'
// business.
package wire

import (
	"encoding/json"
	"sync"
	"time"

	"parley/domain"
	"parley/domain/markup"
)

// MaxSafe is the largest integer that every reader of JSON keeps exact (RFC
// 8259, section 6).
const MaxSafe = 1<<53 - 1

// TimeLayout is how a time is written: RFC 3339, UTC, always six decimals.
const TimeLayout = "2006-01-02T15:04:05.000000Z"

// Time writes a time as every answer and event does.
func Time(t time.Time) string { return t.UTC().Format(TimeLayout) }

// TimeOrNone writes a time that there may not be; "" for none.
func TimeOrNone(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return Time(t)
}

// Line is an event and its encodings. It is shared by all its readers and must
// not be changed.
type Line struct {
	Event domain.Event
	Nodes []markup.Node // of the Markdown of Event.Message; nil for plain text
	JSON  []byte        // the line of JSON, without the newline

	once  sync.Once
	other []byte
}

// NewLine parses and encodes an event.
func NewLine(event domain.Event) *Line {
	line := &Line{Event: event}
	line.Nodes = nodesOf(&line.Event)
	line.JSON = encode(&line.Event, line.Nodes)
	return line
}

// NewReply wraps a line that is not an event of a room: an answer to one
// connection.
func NewReply(v any) *Line { return &Line{JSON: Marshal(v)} }

// Other gives the line in another encoding, made by encode for the first who
// asks and kept for the rest. All readers of a process use one other encoding.
func (l *Line) Other(encode func(domain.Event) []byte) []byte {
	l.once.Do(func() { l.other = encode(l.Event) })
	return l.other
}

// Encode writes an event as one line of JSON, without the newline.
func Encode(event domain.Event) []byte { return encode(&event, nodesOf(&event)) }

// nodesOf parses the text that an event brings; nil if it brings none.
func nodesOf(e *domain.Event) []markup.Node {
	if e.Type == domain.EventMessage || e.Type == domain.EventEdited {
		return parse(&e.Message)
	}
	return nil
}

func parse(m *domain.Message) []markup.Node {
	if m.Deleted {
		return nil
	}
	return markup.Parse(m.Content)
}

// Marshal writes a struct of ours as one line of JSON, without the newline. It
// panics if the struct holds what JSON cannot.
func Marshal(v any) []byte {
	line, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own plain structs always encode
	}
	return line
}
