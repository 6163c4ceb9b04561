package domain

// EventType names what happened; it is the "type" of the event's line of JSON.
type EventType string

// The events of a room. EventMessage belongs to the room's history and has a
// Seq; the others are of the moment, are kept nowhere and may be dropped.
const (
	EventMessage  EventType = "message"
	EventRead     EventType = "read"
	EventTyping   EventType = "typing"
	EventPresence EventType = "presence"
)

// Event is something that happened in a room, as its readers are told.
type Event struct {
	Type    EventType
	RoomID  RoomID
	Room    string  // the room's name; empty for a direct conversation
	Seq     Seq     // its place in the history; for EventRead, the marker; else 0
	Message Message // for EventMessage
	Nonce   string  // for EventMessage, live only: so that a screen knows its own
	User    Author  // who is typing, came, went or read
	Online  bool    // for EventPresence: came (true) or went
}
