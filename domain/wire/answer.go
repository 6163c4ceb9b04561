package wire

import "parley/domain"

// Subscribed answers a reader that follows a room from now on.
type Subscribed struct {
	Type   string        `json:"type"` // "subscribed"
	RoomID domain.RoomID `json:"room_id"`
	Room   string        `json:"room,omitempty"`
	Head   domain.Seq    `json:"head"`
	First  domain.Seq    `json:"first"`
	Read   domain.Seq    `json:"read"`
}

// NewSubscribed makes the answer for a room and how far its reader has read.
func NewSubscribed(room domain.Room, read domain.Seq) *Line {
	return NewReply(Subscribed{
		Type: "subscribed", RoomID: room.ID, Room: room.Name, Head: room.Head, First: room.First, Read: read,
	})
}

// Lagged tells a reader that it was too slow and that everything after a seq
// is read again from the store.
type Lagged struct {
	Type   string        `json:"type"` // "lagged"
	RoomID domain.RoomID `json:"room_id"`
	Room   string        `json:"room,omitempty"`
	After  domain.Seq    `json:"after"`
}

// Bye is the last line before a connection ends.
type Bye struct {
	Type      string `json:"type"` // "bye"
	Code      string `json:"code"`
	Message   string `json:"message"`
	Reconnect bool   `json:"reconnect"` // whether connecting again can help
}

// NewBye makes the last line.
func NewBye(code, message string, reconnect bool) *Line {
	return NewReply(Bye{Type: "bye", Code: code, Message: message, Reconnect: reconnect})
}
