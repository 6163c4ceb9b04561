package tui

import (
	"slices"
	"strings"

	"parley/domain"
	"parley/domain/chat"
)

// listed is a room in the list at the left.
type listed struct {
	chat.View
	title  string
	person domain.UserID // whom a direct conversation is with, if it is one person
}

// invited reports whether the reader may join and has not.
func (lr *listed) invited() bool { return lr.Role == domain.RoleInvited }

// called reports whether the reader should be called by a message in the room:
// by one that mentions them or, where they asked for it or are alone with
// somebody, by any.
func (lr *listed) called(mentioned bool) bool {
	switch {
	case lr.Muted || lr.Notify == domain.NotifyNone:
		return false
	case mentioned || lr.Notify == domain.NotifyAll:
		return true
	}
	return lr.Kind == domain.RoomDirect
}

// roomList is the list of rooms at the left, and which of them is in view.
type roomList struct {
	me      domain.UserID
	rooms   []*listed
	current domain.RoomID
	states  map[domain.UserID]domain.State // of those whom direct conversations are with
	version int                            // changes with everything that is drawn
	first   int                            // the first row in view
}

// set replaces the whole list.
func (rl *roomList) set(views []chat.View) {
	rl.rooms = rl.rooms[:0:0]
	for _, view := range views {
		rl.rooms = append(rl.rooms, rl.entry(view))
	}
	slices.SortStableFunc(rl.rooms, compareListed)
	rl.version++
}

func (rl *roomList) entry(view chat.View) *listed {
	lr := &listed{View: view, title: domain.VisibleLine(view.Title(rl.me))}
	lr.Draft = cleanTyped(view.Draft)
	if view.Kind == domain.RoomDirect && len(view.People) <= 2 {
		for _, person := range view.People {
			if person.ID != rl.me || len(view.People) == 1 {
				lr.person = person.ID
			}
		}
	}
	return lr
}

// compareListed puts the lobby first, then what has a name, by name; then
// direct conversations, as they come.
func compareListed(a, b *listed) int {
	if ra, rb := a.rank(), b.rank(); ra != rb {
		return ra - rb
	}
	return strings.Compare(a.Name, b.Name)
}

func (lr *listed) rank() int {
	switch {
	case lr.Name == domain.Lobby:
		return 0
	case lr.Kind != domain.RoomDirect:
		return 1
	}
	return 2
}

// put adds a room or replaces what was known of it, unless that is newer: events
// came since the view was read. A new direct conversation comes before the
// others.
func (rl *roomList) put(view chat.View) *listed {
	i := rl.index(view.ID)
	if i >= 0 && view.Head < rl.rooms[i].Head {
		return rl.rooms[i]
	}
	rl.version++
	fresh := rl.entry(view)
	if i >= 0 {
		*rl.rooms[i] = *fresh
		fresh = rl.rooms[i]
		slices.SortStableFunc(rl.rooms, compareListed) // it may have another name
		return fresh
	}
	at := 0
	for at < len(rl.rooms) && compareListed(rl.rooms[at], fresh) < 0 {
		at++
	}
	rl.rooms = slices.Insert(rl.rooms, at, fresh)
	return fresh
}

func (rl *roomList) remove(id domain.RoomID) {
	rl.rooms = slices.DeleteFunc(rl.rooms, func(lr *listed) bool { return lr.ID == id })
	rl.version++
}

func (rl *roomList) index(id domain.RoomID) int {
	return slices.IndexFunc(rl.rooms, func(lr *listed) bool { return lr.ID == id })
}

// find gives a room of the list, or nil.
func (rl *roomList) find(id domain.RoomID) *listed {
	if i := rl.index(id); i >= 0 {
		return rl.rooms[i]
	}
	return nil
}

// named gives the room of a name, or nil.
func (rl *roomList) named(name string) *listed {
	for _, lr := range rl.rooms {
		if lr.Name == name && name != "" {
			return lr
		}
	}
	return nil
}

// walk gives the room that is so many further down the list, around its ends.
func (rl *roomList) walk(by int) *listed {
	n := len(rl.rooms)
	if n == 0 {
		return nil
	}
	return rl.rooms[((max(rl.index(rl.current), 0)+by)%n+n)%n]
}

// at gives the nth room of the list, from 1, or nil.
func (rl *roomList) at(n int) *listed {
	if n < 1 || n > len(rl.rooms) {
		return nil
	}
	return rl.rooms[n-1]
}

// nextUnread gives the next room below the current one, and around, in which
// there is something to read: one that calls the reader before any other. It
// is nil if there is none.
func (rl *roomList) nextUnread() *listed {
	var best *listed
	urgency := 0
	from := max(rl.index(rl.current), 0)
	for i := 1; i <= len(rl.rooms); i++ {
		lr := rl.rooms[(from+i)%len(rl.rooms)]
		if u := lr.urgency(); lr.ID != rl.current && u > urgency {
			best, urgency = lr, u
		}
	}
	return best
}

// urgency is 2 for a room that calls the reader, 1 for one with something to
// read or to answer, 0 for none.
func (lr *listed) urgency() int {
	switch {
	case lr.Mentions > 0, lr.Unread > 0 && lr.Kind == domain.RoomDirect && !lr.Muted:
		return 2
	case lr.Unread > 0 && !lr.Muted, lr.invited():
		return 1
	}
	return 0
}

// count notes a message of somebody else that came into a room out of view.
func (rl *roomList) count(lr *listed, mentioned bool) {
	lr.Unread = min(lr.Unread+1, chat.MaxUnread)
	if mentioned {
		lr.Mentions = min(lr.Mentions+1, chat.MaxUnread)
	}
	rl.version++
}

// read notes how many messages of a room are left to read.
func (rl *roomList) read(lr *listed, unread, mentions int) {
	if lr.Unread != unread || lr.Mentions != mentions {
		lr.Unread, lr.Mentions = unread, mentions
		rl.version++
	}
}

// waiting counts what there is to read in the rooms that are not muted.
func (rl *roomList) waiting() (unread int) {
	for _, lr := range rl.rooms {
		if !lr.Muted && !lr.invited() {
			unread += lr.Unread
		}
	}
	return unread
}

// setState notes how present somebody is.
func (rl *roomList) setState(user domain.UserID, state domain.State) {
	if rl.states == nil {
		rl.states = map[domain.UserID]domain.State{}
	}
	if rl.states[user] == state {
		return
	}
	known := slices.ContainsFunc(rl.rooms, func(lr *listed) bool { return lr.person == user })
	if known {
		rl.states[user] = state
		rl.version++
	}
}
