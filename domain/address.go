package domain

import (
	"slices"
	"strconv"
	"strings"
)

// Address is how a person names a room: "lobby", "#lobby", "@bob" or "17".
// Exactly one field is set.
type Address struct {
	Name   string // a named room
	Direct string // the caller's direct conversation with these users: "bob", "bob,carol"
	ID     RoomID // the room of that id
}

// ParseAddress reads an address. Its errors are Invalid: room.name, or
// user.name_length, user.name_characters and room.members for a direct address.
func ParseAddress(s string) (Address, error) {
	if names, ok := strings.CutPrefix(s, "@"); ok {
		return DirectAddress(strings.Split(names, ",")...)
	}
	if s != "" && s[0] >= '1' && s[0] <= '9' {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			return Address{ID: RoomID(id)}, nil
		}
	}
	name := strings.TrimPrefix(s, "#")
	if err := CheckRoomName(name); err != nil {
		return Address{}, err
	}
	return Address{Name: name}, nil
}

// DirectAddress is the caller's conversation with some people. Its errors are
// those of CheckUserName, and room.members (Invalid) for too many of them.
func DirectAddress(names ...string) (Address, error) {
	names = slices.Clone(names)
	for i, name := range names {
		names[i] = strings.TrimPrefix(strings.TrimSpace(name), "@")
		if err := CheckUserName(names[i]); err != nil {
			return Address{}, err
		}
	}
	if len(names) == 0 || len(names) >= MaxDirect {
		return Address{}, &Error{
			Kind: Invalid, Code: "room.members", Field: "members",
			Message: "a direct conversation is with 1 to 8 other people",
		}
	}
	return Address{Direct: strings.Join(names, ",")}, nil
}

// People are those whom a direct address names; nil for any other.
func (a Address) People() []string {
	if a.Direct == "" {
		return nil
	}
	return strings.Split(a.Direct, ",")
}

// String is the address as a person would write it.
func (a Address) String() string {
	switch {
	case a.Direct != "":
		return "@" + a.Direct
	case a.ID != 0:
		return strconv.FormatInt(int64(a.ID), 10)
	default:
		return a.Name
	}
}
