package wire

import (
	"parley/domain"
	"parley/domain/markup"
)

// place is how every event begins.
type place struct {
	Type   domain.EventType `json:"type"`
	RoomID domain.RoomID    `json:"room_id"`
	Room   string           `json:"room,omitempty"`
	Seq    domain.Seq       `json:"seq,omitempty"`
}

// The events as they are written. Fields without omitempty are always there.
type (
	messageEvent struct {
		Type domain.EventType `json:"type"`
		Message
		Nonce string `json:"nonce,omitempty"`
	}
	editedEvent struct {
		place
		Target   domain.Seq    `json:"target"`
		Content  string        `json:"content"`
		Nodes    []markup.Node `json:"nodes,omitempty"`
		Mentions []string      `json:"mentions,omitempty"`
		EditedAt string        `json:"edited_at"`
	}
	deletedEvent struct {
		place
		Target   domain.Seq `json:"target"`
		Username string     `json:"username"` // who deleted it
		At       string     `json:"at"`
	}
	reactionEvent struct {
		place
		Target   domain.Seq `json:"target"`
		Emoji    string     `json:"emoji"`
		Username string     `json:"username"`
		Added    bool       `json:"added"`
		At       string     `json:"at"`
	}
	pinEvent struct {
		place
		Target   domain.Seq `json:"target"`
		Username string     `json:"username"`
		Added    bool       `json:"added"`
		At       string     `json:"at"`
	}
	memberEvent struct {
		place
		Change   domain.Change `json:"change"`
		Username string        `json:"username"`
		By       string        `json:"by,omitempty"` // who did it to them
		Role     domain.Role   `json:"role,omitempty"`
		At       string        `json:"at"`
	}
	roomEvent struct {
		place
		Change   domain.Change   `json:"change"`
		Kind     domain.RoomKind `json:"kind,omitempty"`
		Topic    *string         `json:"topic,omitempty"`
		Username string          `json:"username,omitempty"` // who did it
		Role     domain.Role     `json:"role,omitempty"`
		Muted    *bool           `json:"muted,omitempty"`
		Notify   domain.Notify   `json:"notify,omitempty"`
		At       string          `json:"at,omitempty"`
	}
	draftEvent struct {
		place
		Content string `json:"content"`
	}
	typingEvent struct {
		place
		Username string `json:"username"`
	}
	presenceEvent struct {
		place
		Users []Present `json:"users"`
	}
)

// encode writes an event whose text was parsed already.
func encode(e *domain.Event, nodes []markup.Node) []byte {
	at := place{e.Type, e.RoomID, e.Room, e.Seq}
	switch e.Type {
	case domain.EventMessage:
		return Marshal(messageEvent{Type: e.Type, Message: fromMessage(&e.Message, nodes, 0), Nonce: e.Nonce})
	case domain.EventEdited:
		m := &e.Message
		return Marshal(editedEvent{at, e.Target, m.Content, nodes, m.Mentions, Time(m.EditedAt)})
	case domain.EventDeleted:
		return Marshal(deletedEvent{at, e.Target, e.By.Name, Time(e.At)})
	case domain.EventReaction:
		return Marshal(reactionEvent{at, e.Target, e.Emoji, e.User.Name, e.Added, Time(e.At)})
	case domain.EventPin:
		return Marshal(pinEvent{at, e.Target, e.User.Name, e.Added, Time(e.At)})
	case domain.EventMember:
		return Marshal(newMemberEvent(at, e))
	case domain.EventRoom:
		return Marshal(newRoomEvent(at, e))
	case domain.EventDraft:
		return Marshal(draftEvent{at, e.Content})
	case domain.EventTyping:
		return Marshal(typingEvent{at, e.User.Name})
	case domain.EventPresence:
		return Marshal(presenceEvent{at, FromPresences(e.People)})
	default: // EventRead is its place alone
		return Marshal(at)
	}
}

func newMemberEvent(at place, e *domain.Event) memberEvent {
	written := memberEvent{place: at, Change: e.Change, Username: e.User.Name, Role: e.Role, At: Time(e.At)}
	if e.By.ID != e.User.ID {
		written.By = e.By.Name
	}
	return written
}

func newRoomEvent(at place, e *domain.Event) roomEvent {
	written := roomEvent{
		place: at, Change: e.Change, Kind: e.Kind, Username: e.By.Name, Role: e.Role, At: TimeOrNone(e.At),
	}
	if e.Topic != "" || e.Change == domain.TopicSet {
		written.Topic = &e.Topic
	}
	if e.Change == domain.Configured {
		written.Muted, written.Notify = &e.Muted, e.Notify
	}
	return written
}
