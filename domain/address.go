package domain

import (
	"strconv"
	"strings"
)

// Address is how a person names a room: "lobby", "#lobby", "@bob" or "17".
// Exactly one field is set.
type Address struct {
	Name   string // a named room
	Direct string // the caller's direct conversation with this user
	ID     RoomID // the room of that id
}

// ParseAddress reads an address. Its errors are Invalid: room.name, or
// user.name_length and user.name_characters for a direct address.
func ParseAddress(s string) (Address, error) {
	if name, ok := strings.CutPrefix(s, "@"); ok {
		if err := CheckUserName(name); err != nil {
			return Address{}, err
		}
		return Address{Direct: name}, nil
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
