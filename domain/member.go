package domain

import "time"

// Role is what a member may do in a room, from the least to the most.
type Role string

// The roles. RoleNone is somebody who is not in the room.
const (
	RoleNone      Role = ""
	RoleInvited   Role = "invited"
	RoleMember    Role = "member"
	RoleModerator Role = "moderator"
	RoleOwner     Role = "owner"
)

// In reports whether the role is that of a member.
func (r Role) In() bool { return r == RoleMember || r == RoleModerator || r == RoleOwner }

// ParseRole reads a role that a member can be given. Its error is Invalid,
// member.role.
func ParseRole(s string) (Role, error) {
	if r := Role(s); r.In() {
		return r, nil
	}
	return RoleNone, &Error{
		Kind: Invalid, Code: "member.role", Field: "role",
		Message: "a role is member, moderator or owner",
	}
}

// Member is somebody in a room, or invited to it.
type Member struct {
	User     Author
	Role     Role
	JoinedAt time.Time // UTC, microseconds; zero while invited
}

// Notify says which messages of a room call its member.
type Notify string

// The ways to be notified.
const (
	NotifyAll      Notify = "all"
	NotifyMentions Notify = "mentions"
	NotifyNone     Notify = "none"
)

// ParseNotify reads a way to be notified. Its error is Invalid, room.notify.
func ParseNotify(s string) (Notify, error) {
	switch n := Notify(s); n {
	case NotifyAll, NotifyMentions, NotifyNone:
		return n, nil
	}
	return "", &Error{
		Kind: Invalid, Code: "room.notify", Field: "notify",
		Message: "notify is all, mentions or none",
	}
}

// MaxDirect is how many people a direct conversation has at most, the one who
// opens it among them.
const MaxDirect = 9
