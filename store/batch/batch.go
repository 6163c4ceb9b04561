// Package batch decides what becomes of each entry of one append: whether it
// is new, a repeat or refused, and which seq it gets. It is the part of an
// append that both engines share; it knows nothing of SQL and does no I/O.
package batch

import (
	"fmt"
	"time"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/encryption"
)

// Key is what a nonce is unique by.
type Key struct {
	Room   domain.RoomID
	Author domain.UserID
	Nonce  chat.NonceDigest
}

// KeyOf is the key of an entry's nonce.
func KeyOf(e chat.Entry) Key { return Key{Room: e.RoomID, Author: e.Author, Nonce: e.Nonce} }

// Place is an author in a room.
type Place struct {
	Room   domain.RoomID
	Author domain.UserID
}

// PlaceOf is the place of an entry.
func PlaceOf(e chat.Entry) Place { return Place{Room: e.RoomID, Author: e.Author} }

// Nonce is what a nonce stands for.
type Nonce struct {
	Content   chat.NonceDigest
	Seq       domain.Seq
	CreatedAt time.Time
}

// Answer says what an entry with this nonce gets: the message that it repeats,
// or ErrNonceReused. It reports false if the nonce is too old to count.
func (n Nonce) Answer(e chat.Entry) (chat.Appended, bool) {
	if n.CreatedAt.Before(Timestamp(e.CreatedAt).Add(-domain.NonceLife)) {
		return chat.Appended{}, false
	}
	if n.Content != e.Content {
		return chat.Appended{Err: chat.ErrNonceReused()}, true
	}
	return chat.Appended{Seq: n.Seq, CreatedAt: n.CreatedAt, Repeated: true}, true
}

// Message is an entry that got its place.
type Message struct {
	chat.Entry
	Seq    domain.Seq
	Sealed encryption.Sealed
}

// Plan is what shall be written, and what the entries are answered once it is.
type Plan struct {
	Results  []chat.Appended // one for each entry
	Messages []Message       // the new ones, with their nonces
	Grown    []domain.RoomID // the rooms that got messages
}

// Head is where a room's numbering stands, and whether the room is archived.
type Head struct {
	Seq      domain.Seq
	Archived bool
}

// Make plans an append. Heads holds the head of each room that exists, its rows
// locked by the caller; known holds the stored nonces of the entries, and roles
// the roles at their Places. Make advances heads and adds to known.
func Make(
	entries []chat.Entry, heads map[domain.RoomID]Head, known map[Key]Nonce, roles map[Place]domain.Role,
) Plan {
	plan := Plan{
		Results:  make([]chat.Appended, len(entries)),
		Messages: make([]Message, 0, len(entries)),
	}
	grown := map[domain.RoomID]bool{}
	for i, e := range entries {
		head, exists := heads[e.RoomID]
		if !exists {
			plan.Results[i].Err = domain.ErrRoomNotFound()
			continue
		}
		key := KeyOf(e)
		if nonce, used := known[key]; used {
			if answer, counts := nonce.Answer(e); counts {
				plan.Results[i] = answer
				continue
			}
		}
		if e.May != nil {
			if refusal := e.May(roles[PlaceOf(e)]); refusal != nil {
				plan.Results[i].Err = refusal
				continue
			}
		}
		if head.Archived {
			plan.Results[i].Err = chat.ErrArchived()
			continue
		}
		seq := head.Seq + 1
		sealed, err := e.Seal(seq)
		if err != nil {
			plan.Results[i].Err = fmt.Errorf("seal the message: %w", err)
			continue
		}
		e.CreatedAt = Timestamp(e.CreatedAt)
		plan.Messages = append(plan.Messages, Message{Entry: e, Seq: seq, Sealed: sealed})
		plan.Results[i] = chat.Appended{Seq: seq, CreatedAt: e.CreatedAt}
		heads[e.RoomID] = Head{Seq: seq}
		known[key] = Nonce{Content: e.Content, Seq: seq, CreatedAt: e.CreatedAt}
		if !grown[e.RoomID] {
			grown[e.RoomID] = true
			plan.Grown = append(plan.Grown, e.RoomID)
		}
	}
	return plan
}

// Forgotten is how many nonces one transaction removes at most: a few hundredths
// of a second of work, even in a big table.
const Forgotten = 500

// Rooms lists each room of the entries once.
func Rooms(entries []chat.Entry) []domain.RoomID {
	seen := make(map[domain.RoomID]bool)
	var rooms []domain.RoomID
	for _, e := range entries {
		if !seen[e.RoomID] {
			seen[e.RoomID] = true
			rooms = append(rooms, e.RoomID)
		}
	}
	return rooms
}

// Places lists once each place whose role matters to an entry.
func Places(entries []chat.Entry) []Place {
	seen := make(map[Place]bool)
	var places []Place
	for _, e := range entries {
		if place := PlaceOf(e); e.May != nil && !seen[place] {
			seen[place] = true
			places = append(places, place)
		}
	}
	return places
}

// Timestamp is a time as both engines keep it: UTC, whole microseconds, no
// monotonic reading.
func Timestamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
