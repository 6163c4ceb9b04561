package domain

// State is how present somebody is.
type State string

// The states. Offline is nobody's choice: it is what those are who have no
// connection.
const (
	Online       State = "online"
	Away         State = "away"
	DoNotDisturb State = "dnd"
	Offline      State = "offline"
)

// ParseState reads a state that somebody can choose. Its error is Invalid,
// presence.state.
func ParseState(s string) (State, error) {
	switch state := State(s); state {
	case Online, Away, DoNotDisturb:
		return state, nil
	}
	return "", &Error{
		Kind: Invalid, Code: "presence.state", Field: "state",
		Message: "a presence is online, away or dnd",
	}
}

// MaxStatus is the longest status text, in characters.
const MaxStatus = 100

// CleanStatus trims a status text and checks it; it may be empty. Its error is
// Invalid, presence.status.
func CleanStatus(status string) (string, error) {
	status, ok := cleanLine(status, MaxStatus)
	if !ok {
		return "", &Error{
			Kind: Invalid, Code: "presence.status", Field: "status",
			Message: "a status is one line of at most 100 characters, without control characters",
		}
	}
	return status, nil
}

// Presence is how present a person is, and what they say of it.
type Presence struct {
	User   Author
	State  State
	Status string // empty for none
	Came   bool   // in an event: they were offline before
}
