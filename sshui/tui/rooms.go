package tui

import (
	"math"
	"slices"
	"time"

	"parley/domain"
)

const (
	// maxOpen is how many rooms are kept as they were left, to be back at once.
	maxOpen = 8
	// keptOfRoom is about how much of a room out of view is kept, in messages.
	keptOfRoom = 2 * pageSize
)

// room is a room whose history is loaded, and where its reader was in it.
type room struct {
	id       domain.RoomID
	timeline timeline
	people   people
	opened   bool // the first page is here
	loading  bool // history is being read
	marked   domain.Seq
	typing   map[string]time.Time // who is writing, by when that was told last
	cursor   int                  // in the draft
	answer   answer
}

func (r *room) address() domain.Address { return domain.Address{ID: r.id} }

func (s *screen) newRoom(id domain.RoomID) *room {
	return &room{
		id: id, cursor: math.MaxInt, timeline: timeline{
			look: s.look, me: s.config.Actor.Author(), follow: true, attached: true, height: 1,
		},
	}
}

// rooms are those whose history is loaded, the one that was in view last at
// the end.
type rooms struct{ list []*room }

func (r *rooms) find(id domain.RoomID) *room {
	for _, open := range r.list {
		if open.id == id {
			return open
		}
	}
	return nil
}

// touch puts a room at the end, and drops the one that was left longest ago if
// they are too many: not one with something that is not sent yet.
func (r *rooms) touch(open *room) {
	r.remove(open.id)
	r.list = append(r.list, open)
	if len(r.list) <= maxOpen {
		return
	}
	for i, old := range r.list[:maxOpen] {
		if len(old.timeline.pending) == 0 && old.answer.to == nil {
			r.list = slices.Delete(r.list, i, i+1)
			return
		}
	}
}

func (r *rooms) remove(id domain.RoomID) {
	r.list = slices.DeleteFunc(r.list, func(open *room) bool { return open.id == id })
}

// pending counts the messages that are not stored yet.
func (r *rooms) pending() (n int) {
	for _, open := range r.list {
		n += len(open.timeline.pending)
	}
	return n
}
