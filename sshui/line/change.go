package line

import (
	"fmt"

	"parley/domain"
)

// Told is what a change of a room's history says, safe to show; "" for any
// other event. It begins where no user name can.
func Told(e *domain.Event) string {
	if say := changes[e.Type]; say != nil {
		if text := say(e); text != "" {
			return "-- " + text
		}
	}
	return ""
}

var changes = map[domain.EventType]func(e *domain.Event) string{
	domain.EventEdited: func(e *domain.Event) string {
		return fmt.Sprintf("%s edited %d: %s", name(e.Message.Author), e.Target, indented(e.Message.Content))
	},
	domain.EventDeleted: func(e *domain.Event) string {
		return fmt.Sprintf("%s deleted %d", name(e.By), e.Target)
	},
	domain.EventReaction: func(e *domain.Event) string {
		format := "%s took %s off %d"
		if e.Added {
			format = "%s put %s to %d"
		}
		return fmt.Sprintf(format, name(e.User), domain.VisibleLine(e.Emoji), e.Target)
	},
	domain.EventPin: func(e *domain.Event) string {
		did := "unpinned"
		if e.Added {
			did = "pinned"
		}
		return fmt.Sprintf("%s %s %d", name(e.User), did, e.Target)
	},
	domain.EventMember: memberTold,
	domain.EventRoom:   roomTold,
}

// roles say what somebody with a role is.
var roles = map[domain.Role]string{
	domain.RoleMember: "a member", domain.RoleModerator: "a moderator", domain.RoleOwner: "an owner",
}

func memberTold(e *domain.Event) string {
	by, who := name(e.By), name(e.User)
	return map[domain.Change]string{
		domain.Joined:  who + " joined",
		domain.Left:    who + " left",
		domain.Removed: by + " removed " + who,
		domain.Invited: by + " invited " + who,
		domain.RoleSet: by + " made " + who + " " + roles[e.Role],
	}[e.Change]
}

func roomTold(e *domain.Event) string {
	by := name(e.By)
	topic := by + " took the topic away"
	if e.Topic != "" {
		topic = by + " set the topic: " + domain.VisibleLine(e.Topic)
	}
	return map[domain.Change]string{
		domain.TopicSet:   topic,
		domain.Renamed:    by + " renamed the room to " + domain.VisibleLine(e.Room),
		domain.Archived:   by + " archived the room: it can be read and no more",
		domain.Unarchived: by + " took the room out of the archive",
		domain.Ended:      by + " deleted the room",
	}[e.Change]
}

func name(who domain.Author) string { return domain.VisibleLine(who.Name) }

// Start is where a reader of a room began: the messages after a seq, as they
// were when the room's newest was Head.
type Start struct{ After, Head domain.Seq }

// IsNews reports whether an event says what its reader was not shown. A message
// that is read from the history comes as it is now, so what changed it before
// that is no news.
func (s Start) IsNews(e *domain.Event) bool {
	return e.Target <= s.After || e.Seq > s.Head
}
