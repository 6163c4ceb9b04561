package wire

import "parley/domain"

// Room is a room as its viewer sees it, at every door.
type Room struct {
	RoomID    domain.RoomID   `json:"room_id"`
	Room      string          `json:"room,omitempty" doc:"Its name; a direct conversation has none"`
	Title     string          `json:"title" doc:"What I call it: #lobby, @bob"`
	Kind      domain.RoomKind `json:"kind" enum:"public,private,direct"`
	Topic     string          `json:"topic,omitempty"`
	Archived  bool            `json:"archived,omitempty" doc:"It can be read and no more"`
	CreatedAt string          `json:"created_at" format:"date-time"`
	Head      domain.Seq      `json:"head" doc:"The newest seq; 0 if nothing happened yet"`
	First     domain.Seq      `json:"first" doc:"The oldest seq that is kept"`
	Role      domain.Role     `json:"role,omitempty" enum:"invited,member,moderator,owner" doc:"What I am there; left out if I am not in it"`
	Members   int             `json:"members" doc:"How many have joined"`
	Usernames []string        `json:"usernames,omitempty" nullable:"false" doc:"Who is in a direct conversation, me among them"`
	Read      domain.Seq      `json:"read" doc:"How far I have read"`
	Unread    int             `json:"unread" doc:"Messages of others above read, counted up to 100; 0 in a room I am not in"`
	Mentions  int             `json:"mentions" doc:"Those of them that call me"`
	Muted     bool            `json:"muted,omitempty"`
	Notify    domain.Notify   `json:"notify,omitempty" enum:"all,mentions,none"`
	Draft     string          `json:"draft,omitempty" doc:"What I have not sent yet"`
}

// Member is somebody in a room, or invited to it.
type Member struct {
	Username string        `json:"username"`
	UserID   domain.UserID `json:"user_id"`
	Role     domain.Role   `json:"role" enum:"invited,member,moderator,owner"`
	JoinedAt string        `json:"joined_at,omitempty" format:"date-time" doc:"Left out while invited"`
}

// FromMember gives a member's written shape.
func FromMember(m domain.Member) Member {
	return Member{Username: m.User.Name, UserID: m.User.ID, Role: m.Role, JoinedAt: TimeOrNone(m.JoinedAt)}
}
