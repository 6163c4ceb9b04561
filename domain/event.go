package domain

import "time"

// EventType names what happened; it is the "type" of the event's line of JSON.
type EventType string

// The events of a room's history. Each has a Seq of its own; all but
// EventMessage are changes.
const (
	EventMessage  EventType = "message"
	EventEdited   EventType = "edited"
	EventDeleted  EventType = "deleted"
	EventReaction EventType = "reaction"
	EventPin      EventType = "pin"
	EventMember   EventType = "member" // joined, left, was removed, invited, given a role
	EventRoom     EventType = "room"   // got another topic or name, was archived, deleted
)

// The events of the moment: they are kept nowhere and may be dropped. A
// EventRoom without a Seq tells one user that a room became theirs, or that
// they set it otherwise.
const (
	EventRead     EventType = "read"
	EventDraft    EventType = "draft"
	EventTyping   EventType = "typing"
	EventPresence EventType = "presence"
)

// Change says which of its possible changes an EventMember or EventRoom is.
type Change string

// The changes of a member.
const (
	Joined  Change = "joined"
	Left    Change = "left"
	Removed Change = "removed"
	Invited Change = "invited"
	RoleSet Change = "role"
)

// The changes of a room.
const (
	TopicSet   Change = "topic"
	Renamed    Change = "renamed"
	Archived   Change = "archived"
	Unarchived Change = "unarchived"
	Ended      Change = "deleted" // nothing follows it
	Added      Change = "added"   // to one user: you are in this room now, or invited to it
	Configured Change = "settings"
)

// Event is something that happened in a room, as its readers are told.
type Event struct {
	Type    EventType
	RoomID  RoomID
	Room    string     // the room's name; empty for a direct conversation
	Seq     Seq        // its place in the history; for EventRead, the marker; else 0
	At      time.Time  // when a change was made
	Message Message    // for EventMessage; for EventEdited, the message as it stands now
	Nonce   string     // for EventMessage, live only: so that a screen knows its own
	Target  Seq        // the message that was edited, deleted, reacted to or pinned
	User    Author     // who is typing, came, read, reacted, pinned, or is the member
	By      Author     // who did it to them; in EventRoom, who did it
	Change  Change     // for EventMember and EventRoom
	Added   bool       // for EventReaction and EventPin: put there (true) or taken away
	Emoji   string     // for EventReaction
	Role    Role       // for EventMember
	Topic   string     // for EventRoom
	Kind    RoomKind   // for EventRoom
	Content string     // for EventDraft
	Muted   bool       // for EventRoom settings
	Notify  Notify     // for EventRoom settings
	People  []Presence // for EventPresence
}

// Ends reports whether nothing of the room comes after the event for this
// user: they left or were removed, or the room was deleted.
func (e *Event) Ends(user UserID) bool {
	switch e.Type {
	case EventMember:
		return e.User.ID == user && (e.Change == Left || e.Change == Removed)
	case EventRoom:
		return e.Change == Ended
	default:
		return false
	}
}
