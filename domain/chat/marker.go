package chat

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
)

const (
	// markerInterval is how often a user's markers are written at most.
	markerInterval = time.Second
	// markerTick is how often it is asked whose are due.
	markerTick = 100 * time.Millisecond
	// maxMoving is how many users one transaction serves at most, and
	// maxMarkers how many markers it moves, but for a user who alone has more.
	maxMoving  = 200
	maxMarkers = 2000
)

// MarkRead moves the actor's marker forward to seq and tells their other
// screens; from is the screen that need not be told, or nil. It returns once
// that is stored. A seq behind the marker changes nothing. Errors: as of enter,
// read.seq (Invalid) for one that the room does not have.
func (s *Service) MarkRead(
	ctx context.Context, actor auth.Actor, address domain.Address, seq domain.Seq, from *broadcast.Subscription,
) error {
	stored, err := s.mark(ctx, actor, address, seq, from)
	if err != nil || stored == nil {
		return err
	}
	return stored(ctx)
}

// NoteRead is MarkRead that does not wait for the store.
func (s *Service) NoteRead(
	ctx context.Context, actor auth.Actor, address domain.Address, seq domain.Seq, from *broadcast.Subscription,
) error {
	_, err := s.mark(ctx, actor, address, seq, from)
	return err
}

func (s *Service) mark(
	ctx context.Context, actor auth.Actor, address domain.Address, seq domain.Seq, from *broadcast.Subscription,
) (stored func(context.Context) error, err error) {
	room, err := s.look(ctx, actor, address, readRoom)
	if err != nil {
		return nil, err
	}
	if seq < 0 || seq > room.Head {
		return nil, &domain.Error{
			Kind: domain.Invalid, Code: "read.seq", Field: "seq",
			Message: fmt.Sprintf("a read marker is between 0 and the room's head, %d", room.Head),
		}
	}
	if seq <= room.Read {
		return nil, nil //nolint:nilnil // nothing moves, so nothing is stored
	}
	stored, moved := s.markers.move(actor.ID(), room.ID, seq)
	if moved {
		s.hub.Tell(actor.ID(), domain.Event{
			Type: domain.EventRead, RoomID: room.ID, Room: room.Name, Seq: seq, User: actor.Author(),
		}, from)
	}
	return stored, nil
}

// markers gathers the moves of read markers, so that a user costs at most one
// write a second however many rooms they scroll through, and those who are due
// at once share a transaction.
type markers struct {
	store   Members
	logger  *slog.Logger
	wake    chan struct{} // holds a token when somebody is due at once
	stopped chan struct{} // closed when nothing is written any more

	mu    sync.Mutex // guards users
	users map[domain.UserID]*moves
}

// moves are those of one user. They are guarded by markers.mu, but that what is
// being written does not change until it is.
type moves struct {
	waiting map[domain.RoomID]domain.Seq // not written yet
	writing map[domain.RoomID]domain.Seq // being written; nil if nothing is
	stored  map[domain.RoomID]domain.Seq // written in the last second: who asked before may not know
	place   *Place                       // not written yet
	kept    *Place                       // the newest, written or not
	written time.Time                    // when the last write began
	done    *outcome                     // of the write that takes what is waiting
	current *outcome                     // of the one under way
}

// at is how far a room's marker stands or is about to; 0 if that is not known.
func (u *moves) at(room domain.RoomID) domain.Seq {
	return max(u.waiting[room], u.writing[room], u.stored[room])
}

// outcome is that of one write.
type outcome struct {
	over chan struct{} // closed once err is set
	err  error
}

func newMarkers(store Members, logger *slog.Logger) *markers {
	return &markers{
		store: store, logger: logger,
		wake: make(chan struct{}, 1), stopped: make(chan struct{}), users: map[domain.UserID]*moves{},
	}
}

// at is how far a marker stands or is about to; 0 if that is not known here.
func (m *markers) at(user domain.UserID, room domain.RoomID) domain.Seq {
	m.mu.Lock()
	defer m.mu.Unlock()
	if u := m.users[user]; u != nil {
		return u.at(room)
	}
	return 0
}

// place is where a user is, if the store may not know it yet.
func (m *markers) place(user domain.UserID) (Place, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if u := m.users[user]; u != nil && u.kept != nil {
		return *u.kept, true
	}
	return Place{}, false
}

// move notes that a marker moves, and reports whether that is news. Stored
// waits until it is written; it is nil if it is.
func (m *markers) move(user domain.UserID, room domain.RoomID, to domain.Seq) (stored func(context.Context) error, moved bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.of(user)
	switch {
	case u.stored[room] >= to:
		return nil, false
	case u.writing[room] >= to:
		return m.await(u.current), false
	}
	moved = u.at(room) < to
	u.waiting[room] = max(u.waiting[room], to)
	return m.schedule(u), moved
}

// keep notes where a user is.
func (m *markers) keep(user domain.UserID, at Place) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.of(user)
	u.place, u.kept = &at, &at
	m.schedule(u)
}

// of finds or makes a user's moves. The caller holds mu.
func (m *markers) of(user domain.UserID) *moves {
	u := m.users[user]
	if u == nil {
		u = &moves{waiting: map[domain.RoomID]domain.Seq{}, stored: map[domain.RoomID]domain.Seq{}}
		m.users[user] = u
	}
	return u
}

// schedule has a user's moves written soon, and gives what waits for it. The
// caller holds mu.
func (m *markers) schedule(u *moves) func(context.Context) error {
	if u.done == nil {
		u.done = &outcome{over: make(chan struct{})}
		if time.Since(u.written) >= markerInterval {
			select {
			case m.wake <- struct{}{}:
			default:
			}
		}
	}
	return m.await(u.done)
}

// await gives what waits for a write.
func (m *markers) await(done *outcome) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-done.over:
			return done.err
		case <-ctx.Done():
			return domain.Unreachable(ctx.Err())
		case <-m.stopped:
			select {
			case <-done.over: // by the last write
				return done.err
			default:
				return errBacklog()
			}
		}
	}
}

// run writes markers until ctx ends, and then what waits.
func (m *markers) run(ctx context.Context) {
	defer close(m.stopped)
	tick := time.NewTicker(markerTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			m.write(0)
			return
		case <-tick.C:
		case <-m.wake:
		}
		m.write(markerInterval)
	}
}

// dueMoves is what one user's write takes.
type dueMoves struct {
	Progress
	done *outcome
}

// write stores what waits of everybody whose last write is an interval ago. What
// was taken is seen through, even if the service stops. While the store is away
// each round costs one attempt, and what it took waits again.
func (m *markers) write(interval time.Duration) {
	var away error
	for due := m.due(interval); len(due) > 0; {
		n := unit(due)
		away = m.writeUnit(due[:n], away)
		due = due[n:]
	}
	if away != nil {
		m.logger.Warn("read markers were not stored; will try again", "err", away)
	}
}

// unit is how many of those who are due share the next transaction.
func unit(due []dueMoves) (users int) {
	for moving := 0; users < min(len(due), maxMoving); users++ {
		if moving += len(due[users].Markers); users > 0 && moving > maxMarkers {
			break
		}
	}
	return users
}

// writeUnit stores what waits of some users in one transaction, unless the
// store is away already, and answers those who wait. What fails for a reason of
// its own is stored user by user, so that one that is bad harms nobody else. It
// gives why the store is away, or nil.
func (m *markers) writeUnit(due []dueMoves, away error) error {
	results, err := []Moved(nil), away
	if err == nil {
		results, err = m.moveAll(due)
	}
	unavailable := domain.KindOf(err) == domain.Unavailable
	switch {
	case err == nil:
		for i, d := range due {
			m.conclude(d, results[i].Err)
		}
	case unavailable || len(due) == 1:
		for _, d := range due {
			m.conclude(d, err)
		}
	default:
		for i := range due {
			away = m.writeUnit(due[i:i+1], away)
		}
		return away
	}
	if unavailable {
		return err
	}
	return nil
}

func (m *markers) moveAll(due []dueMoves) ([]Moved, error) {
	ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
	defer cancel()
	users := make([]Progress, len(due))
	for i, d := range due {
		users[i] = d.Progress
	}
	return m.store.MoveMarkers(ctx, users)
}

// conclude answers those who wait for a write.
func (m *markers) conclude(d dueMoves, err error) {
	m.mu.Lock()
	u := m.users[d.User]
	u.writing = nil
	switch domain.KindOf(err) {
	case domain.Unavailable:
		for room, seq := range d.Markers {
			u.waiting[room] = max(u.waiting[room], seq)
		}
		if u.place == nil {
			u.place = d.Place
		}
		m.schedule(u)
	case -1:
		maps.Copy(u.stored, d.Markers)
	default:
		m.logger.Error("read markers cannot be stored", "user_id", d.User, "err", err)
	}
	m.mu.Unlock()
	d.done.err = err
	close(d.done.over)
}

// due takes what is to be written now.
func (m *markers) due(interval time.Duration) []dueMoves {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	var list []dueMoves
	for user, u := range m.users {
		switch {
		case now.Sub(u.written) < interval:
		case u.done == nil:
			delete(m.users, user) // idle: the next one starts anew
		default:
			list = append(list, dueMoves{Progress{user, u.waiting, u.place}, u.done})
			u.waiting, u.writing = map[domain.RoomID]domain.Seq{}, u.waiting
			u.place, u.current, u.done, u.written = nil, u.done, nil, now
		}
	}
	return list
}
