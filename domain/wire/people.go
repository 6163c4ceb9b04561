package wire

import "parley/domain"

// Present is somebody, and how present they are. In an event it may be somebody
// who went: their state is offline.
type Present struct {
	Username string       `json:"username"`
	State    domain.State `json:"state" enum:"online,away,dnd"`
	Status   string       `json:"status,omitempty" doc:"What they say of it"`
}

// FromPresence gives the written shape of a presence.
func FromPresence(p domain.Presence) Present {
	return Present{Username: p.User.Name, State: p.State, Status: p.Status}
}

// FromPresences gives the written shapes of presences, in their order; never
// nil.
func FromPresences(people []domain.Presence) []Present {
	written := make([]Present, len(people))
	for i, p := range people {
		written[i] = FromPresence(p)
	}
	return written
}

// Account is a person's own account as they see it.
type Account struct {
	ID        domain.UserID `json:"id"`
	Username  string        `json:"username" doc:"As first written"`
	CreatedAt string        `json:"created_at" format:"date-time"`
}

// FromUser gives the written shape of a user's own account.
func FromUser(u domain.User) Account {
	return Account{ID: u.ID, Username: u.Name, CreatedAt: Time(u.CreatedAt)}
}

// Me is a person's own account, and how present they want to be.
type Me struct {
	ID        domain.UserID `json:"id"`
	Username  string        `json:"username" doc:"As first written"`
	CreatedAt string        `json:"created_at" format:"date-time"`
	State     domain.State  `json:"state" enum:"online,away,dnd" doc:"What I chose; without a connection I am offline, after ten idle minutes away"`
	Status    string        `json:"status,omitempty" doc:"What I say of it"`
}

// NewMe gives the written shape of a user's own account and of what they chose.
func NewMe(u domain.User, chosen domain.Presence) Me {
	return Me{
		ID: u.ID, Username: u.Name, CreatedAt: Time(u.CreatedAt),
		State: chosen.State, Status: chosen.Status,
	}
}

// PresentMember is a member of a room, and how present they are.
type PresentMember struct {
	Member
	State  domain.State `json:"state"`
	Status string       `json:"status,omitempty"`
}

// NewPresentMember gives the written shape of a member and of their presence.
func NewPresentMember(m domain.Member, p domain.Presence) PresentMember {
	return PresentMember{Member: FromMember(m), State: p.State, Status: p.Status}
}
