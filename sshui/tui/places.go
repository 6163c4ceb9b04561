package tui

import (
	"slices"
	"strings"

	"parley/domain"
	"parley/domain/chat"
)

// place is a room in the list at the left.
type place struct {
	chat.View
	title  string
	person domain.UserID // whom a direct conversation is with, if it is one person
}

// invited reports whether the reader may join and has not.
func (p *place) invited() bool { return p.Role == domain.RoleInvited }

// called reports whether the reader should be called by a message in the room:
// by one that mentions them or, where they asked for it or are alone with
// somebody, by any.
func (p *place) called(mentioned bool) bool {
	switch {
	case p.Muted || p.Notify == domain.NotifyNone:
		return false
	case mentioned || p.Notify == domain.NotifyAll:
		return true
	}
	return p.Kind == domain.RoomDirect
}

// places is the list of rooms, and which of them is in view.
type places struct {
	me      domain.UserID
	list    []*place
	current domain.RoomID
	states  map[domain.UserID]domain.State // of those whom direct conversations are with
	version int                            // changes with everything that is drawn
	first   int                            // the first row in view
}

// set replaces the whole list.
func (p *places) set(views []chat.View) {
	p.list = p.list[:0:0]
	for _, view := range views {
		p.list = append(p.list, p.place(view))
	}
	slices.SortStableFunc(p.list, comparePlaces)
	p.version++
}

func (p *places) place(view chat.View) *place {
	pl := &place{View: view, title: domain.VisibleLine(view.Title(p.me))}
	pl.Draft = cleanTyped(view.Draft)
	if view.Kind == domain.RoomDirect && len(view.People) <= 2 {
		for _, person := range view.People {
			if person.ID != p.me || len(view.People) == 1 {
				pl.person = person.ID
			}
		}
	}
	return pl
}

// comparePlaces puts the lobby first, then what has a name, by name; then
// direct conversations, as they come.
func comparePlaces(a, b *place) int {
	if ra, rb := a.rank(), b.rank(); ra != rb {
		return ra - rb
	}
	return strings.Compare(a.Name, b.Name)
}

func (p *place) rank() int {
	switch {
	case p.Name == domain.Lobby:
		return 0
	case p.Kind != domain.RoomDirect:
		return 1
	}
	return 2
}

// put adds a room or replaces what was known of it. A new direct conversation
// comes before the others.
func (p *places) put(view chat.View) *place {
	p.version++
	fresh := p.place(view)
	if i := p.index(view.ID); i >= 0 {
		*p.list[i] = *fresh
		fresh = p.list[i]
		slices.SortStableFunc(p.list, comparePlaces) // it may have another name
		return fresh
	}
	at := 0
	for at < len(p.list) && comparePlaces(p.list[at], fresh) < 0 {
		at++
	}
	p.list = slices.Insert(p.list, at, fresh)
	return fresh
}

func (p *places) remove(id domain.RoomID) {
	p.list = slices.DeleteFunc(p.list, func(pl *place) bool { return pl.ID == id })
	p.version++
}

func (p *places) index(id domain.RoomID) int {
	return slices.IndexFunc(p.list, func(pl *place) bool { return pl.ID == id })
}

// find gives a room of the list, or nil.
func (p *places) find(id domain.RoomID) *place {
	if i := p.index(id); i >= 0 {
		return p.list[i]
	}
	return nil
}

// named gives the room of a name, or nil.
func (p *places) named(name string) *place {
	for _, pl := range p.list {
		if pl.Name == name && name != "" {
			return pl
		}
	}
	return nil
}

// walk gives the room that is so many further down the list, around its ends.
func (p *places) walk(by int) *place {
	n := len(p.list)
	if n == 0 {
		return nil
	}
	return p.list[((max(p.index(p.current), 0)+by)%n+n)%n]
}

// at gives the nth room of the list, from 1, or nil.
func (p *places) at(n int) *place {
	if n < 1 || n > len(p.list) {
		return nil
	}
	return p.list[n-1]
}

// nextUnread gives the next room below the current one, and around, in which
// there is something to read: one that calls the reader before any other. It
// is nil if there is none.
func (p *places) nextUnread() *place {
	var best *place
	urgency := 0
	from := max(p.index(p.current), 0)
	for i := 1; i <= len(p.list); i++ {
		pl := p.list[(from+i)%len(p.list)]
		if u := pl.urgency(); pl.ID != p.current && u > urgency {
			best, urgency = pl, u
		}
	}
	return best
}

// urgency is 2 for a room that calls the reader, 1 for one with something to
// read or to answer, 0 for none.
func (p *place) urgency() int {
	switch {
	case p.Mentions > 0, p.Unread > 0 && p.Kind == domain.RoomDirect && !p.Muted:
		return 2
	case p.Unread > 0 && !p.Muted, p.invited():
		return 1
	}
	return 0
}

// count notes a message of somebody else that came into a room out of view.
func (p *places) count(pl *place, mentioned bool) {
	pl.Unread = min(pl.Unread+1, chat.MaxUnread)
	if mentioned {
		pl.Mentions = min(pl.Mentions+1, chat.MaxUnread)
	}
	p.version++
}

// read notes how many messages of a room are left to read.
func (p *places) read(pl *place, unread, mentions int) {
	if pl.Unread != unread || pl.Mentions != mentions {
		pl.Unread, pl.Mentions = unread, mentions
		p.version++
	}
}

// waiting counts what there is to read in the rooms that are not muted.
func (p *places) waiting() (unread int) {
	for _, pl := range p.list {
		if !pl.Muted && !pl.invited() {
			unread += pl.Unread
		}
	}
	return unread
}

// setState notes how present somebody is.
func (p *places) setState(user domain.UserID, state domain.State) {
	if p.states == nil {
		p.states = map[domain.UserID]domain.State{}
	}
	if p.states[user] == state {
		return
	}
	known := slices.ContainsFunc(p.list, func(pl *place) bool { return pl.person == user })
	if known {
		p.states[user] = state
		p.version++
	}
}
