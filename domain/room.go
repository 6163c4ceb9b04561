package domain

import "time"

// RoomID numbers a room for good.
type RoomID int64

// RoomKind says who may see a room.
type RoomKind string

// The kinds of room.
const (
	RoomPublic  RoomKind = "public"
	RoomPrivate RoomKind = "private"
	RoomDirect  RoomKind = "direct"
)

// Lobby is the room that always exists and that everyone is in.
const Lobby = "lobby"

// MaxRoomName is the longest room name, in characters.
const MaxRoomName = 32

// Seq numbers the events of one room: 1, 2, 3 ... without a gap, in commit
// order. 0 stands before the first event.
type Seq int64

// Extent is the part of a room's numbering that is kept.
type Extent struct {
	First Seq // the oldest seq that is kept; 1 in a room nothing was removed from
	Head  Seq // the newest seq; 0 in a room where nothing happened yet
}

// Room is an ordered conversation.
type Room struct {
	ID        RoomID
	Name      string // empty for a direct conversation
	Kind      RoomKind
	Topic     string // one line; empty for none
	Archived  bool   // it can be read and no more
	CreatedAt time.Time
	Extent
}

// MaxTopic is the longest topic of a room, in characters.
const MaxTopic = 250

// CleanTopic trims a topic and checks it; it may be empty. Its error is
// Invalid, room.topic.
func CleanTopic(topic string) (string, error) {
	topic, ok := cleanLine(topic, MaxTopic)
	if !ok {
		return "", &Error{
			Kind: Invalid, Code: "room.topic", Field: "topic",
			Message: "a topic is one line of at most 250 characters, without control characters",
		}
	}
	return topic, nil
}

// CheckRoomName says whether name can name a room. Its error is Invalid,
// room.name.
func CheckRoomName(name string) error {
	ok := name != "" && len(name) <= MaxRoomName
	for i, r := range name {
		letter := r >= 'a' && r <= 'z'
		ok = ok && (letter || i > 0 && (r >= '0' && r <= '9' || r == '_' || r == '-'))
	}
	if ok {
		return nil
	}
	return &Error{
		Kind: Invalid, Code: "room.name", Field: "room",
		Message: "a room name has 1 to 32 of a-z, 0-9, _ and -, and begins with a letter",
	}
}

// ErrRoomNotFound answers for a room that does not exist and, so that nobody
// can tell the difference, for one that the caller may not see.
func ErrRoomNotFound() *Error {
	return &Error{Kind: NotFound, Code: "room.not_found", Field: "room", Message: "there is no such room"}
}
