package broadcast

import (
	"context"
	"slices"
	"sync"
	"time"

	"parley/domain"
	"parley/domain/wire"
)

// newsPause is how long changes of presence are gathered: there is at most one
// event in that time and room, and none of what is as it was before.
const newsPause = time.Second

// attendance is somebody's being in a room, by however many subscriptions. It
// outlives the last of them until that was told. It is guarded by room.mu.
type attendance struct {
	person *person
	count  int
	told   domain.Presence // what the room's readers were told last
	shown  bool            // somebody who asked was told otherwise since
	noted  bool            // it is in the room's list of changes
}

func (a *attendance) now() domain.Presence {
	if a.count == 0 {
		return domain.Presence{User: a.person.user, State: domain.Offline}
	}
	return *a.person.now.Load()
}

// news is where presence changed since it was told last.
type news struct {
	wake chan struct{} // holds one token when there is any

	mu     sync.Mutex // guards what follows
	rooms  map[*room]struct{}
	people map[*person]struct{}
}

func (n *news) addRoom(r *room) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.rooms == nil {
		n.rooms = map[*room]struct{}{}
	}
	n.rooms[r] = struct{}{}
	n.nudge()
}

func (n *news) addPerson(p *person) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.people == nil {
		n.people = map[*person]struct{}{}
	}
	n.people[p] = struct{}{}
	n.nudge()
}

func (n *news) nudge() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *news) takeRooms() map[*room]struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	rooms := n.rooms
	n.rooms = nil
	return rooms
}

func (n *news) takePeople() map[*person]struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	people := n.people
	n.people = nil
	return people
}

// Here lists who is in a room through this process and how present they are,
// in no order.
func (h *Hub) Here(id domain.RoomID) []domain.Presence {
	r := h.find(id)
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	people := make([]domain.Presence, 0, len(r.here))
	for _, a := range r.here {
		now := a.now()
		if now != a.told { // the news is under way; if it is undone, whoever asks now must hear of that
			a.shown = true
		}
		if a.count > 0 {
			people = append(people, now)
		}
	}
	return people
}

// HereIDs lists who is in a room through this process, in no order.
func (h *Hub) HereIDs(id domain.RoomID) []domain.UserID {
	r := h.find(id)
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	users := make([]domain.UserID, 0, len(r.here))
	for user, a := range r.here {
		if a.count > 0 {
			users = append(users, user)
		}
	}
	return users
}

// enter counts one more subscription of a user. The caller holds r.mu.
func (r *room) enter(m *member) {
	person := m.sub.person
	a := r.here[person.user.ID]
	if a == nil {
		a = &attendance{told: domain.Presence{User: person.user, State: domain.Offline}}
		r.here[person.user.ID] = a
	}
	a.person = person
	if a.count++; a.count == 1 {
		r.note(a)
	}
}

// exit undoes enter. The caller holds r.mu.
func (r *room) exit(m *member) {
	a := r.here[m.sub.user.ID]
	if a.count--; a.count == 0 {
		r.note(a)
	}
}

// note has it told soon that somebody's presence in the room may have changed.
// The caller holds r.mu.
func (r *room) note(a *attendance) {
	if !a.noted {
		a.noted = true
		r.changed = append(r.changed, a)
		r.hub.news.addRoom(r)
	}
}

// watchPresence tells, until ctx ends, what is new within a second, at most
// once a second.
func (h *Hub) watchPresence(ctx context.Context) {
	idle := time.NewTicker(idleCheck)
	defer idle.Stop()
	var due <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-idle.C:
			h.checkIdle()
		case <-h.news.wake:
			if due == nil {
				due = time.After(newsPause)
			}
		case <-due:
			due = nil
			h.tellPresence()
		}
	}
}

// tellPresence tells every room what changed there since it was told last.
func (h *Hub) tellPresence() {
	for p := range h.news.takePeople() {
		for _, r := range h.roomsOf(p) {
			r.mu.Lock()
			if a := r.here[p.user.ID]; a != nil {
				r.note(a)
			}
			r.mu.Unlock()
		}
	}
	for r := range h.news.takeRooms() {
		r.tellPresence()
	}
}

// roomsOf lists the rooms that a person follows by any connection, some of
// them more than once.
func (h *Hub) roomsOf(p *person) []*room {
	h.mu.RLock()
	subs := slices.Clone(p.subs)
	h.mu.RUnlock()
	var rooms []*room
	for _, s := range subs {
		s.mu.Lock()
		for _, m := range s.rooms {
			rooms = append(rooms, m.room)
		}
		s.mu.Unlock()
	}
	return rooms
}

// tellPresence tells those who asked for it what changed in the room. Nobody
// is told of their own coming and going alone.
func (r *room) tellPresence() {
	r.mu.Lock()
	people, alone := r.takeChanges()
	wanted := slices.ContainsFunc(r.members, func(m *member) bool { return m.sub.presence })
	r.mu.Unlock()
	if len(people) == 0 || !wanted {
		return
	}
	line := wire.NewLine(domain.Event{
		Type: domain.EventPresence, RoomID: r.id, Room: *r.name.Load(), People: people,
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		if m.sub.presence && m.sub.user.ID != alone {
			m.sub.offerMoment(m, line)
		}
	}
}

// takeChanges gives who is to be told of, and, if that is one person who came
// or went, their id. The caller holds r.mu.
func (r *room) takeChanges() (people []domain.Presence, alone domain.UserID) {
	for _, a := range r.changed {
		a.noted = false
		if a.count == 0 {
			delete(r.here, a.person.user.ID)
		}
		now := a.now()
		if now != a.told || a.shown {
			news := now
			news.Came = a.told.State == domain.Offline && now.State != domain.Offline
			people = append(people, news)
			alone = 0
			if len(people) == 1 && (now.State == domain.Offline) != (a.told.State == domain.Offline) {
				alone = now.User.ID
			}
		}
		a.told, a.shown = now, false
	}
	clear(r.changed)
	r.changed = r.changed[:0]
	return people, alone
}
