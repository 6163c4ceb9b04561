package broadcast_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/wire"
)

// register is a ledger of the lobby that says who may be there.
type register struct {
	*ledger
	mu      sync.Mutex // held over commits, so that answers are of one moment
	in      map[domain.UserID]bool
	over    bool          // nothing will be committed any more
	changed chan struct{} // closed and replaced when in or over changes
}

func (r *register) commit(change domain.Change, user domain.UserID) domain.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	if change == "" {
		return r.ledger.commit(lobby)
	}
	r.in[user] = change == domain.Joined
	r.news()
	return r.change(change, user)
}

func (r *register) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	r.news()
}

func (r *register) news() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// ask tells whether a user may join, as of when, and what to wait for else.
func (r *register) ask(user domain.UserID) (room broadcast.Joining, in, over bool, changed <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.joining(), r.in[user], r.over, r.changed
}

// visitor is one subscription of a user who comes as often as they may and
// asks, if eager, for all that they missed.
type visitor struct {
	*broadcast.Subscription
	register *register
	user     domain.UserID
	eager    bool
	since    domain.Seq // when they were let in
	at       domain.Seq // the last that they saw
}

// visit reads until nothing is committed any more and all that may be was read.
// It may have joined already.
func (v *visitor) visit(ctx context.Context, joined bool) error {
	for {
		if joined {
			ended, err := v.stay(ctx)
			if err != nil || !ended {
				return err
			}
			if err := v.nothing(ctx); err != nil {
				return err
			}
		}
		room, in, over, changed := v.register.ask(v.user)
		switch {
		case !in && over:
			return v.nothing(ctx)
		case !in:
			select {
			case <-changed:
			case <-ctx.Done():
				return ctx.Err()
			}
			joined = false
			continue
		}
		if err := v.enter(ctx, room); err != nil {
			return err
		}
		joined = true
	}
}

func (v *visitor) enter(ctx context.Context, room broadcast.Joining) error {
	if v.since = room.Head; !v.eager {
		v.at = room.Head
	}
	_, err := v.Join(ctx, room, v.at, nil)
	return err
}

// stay reads until the user is put out, or to the end.
func (v *visitor) stay(ctx context.Context) (ended bool, err error) {
	for {
		if room, in, over, _ := v.register.ask(v.user); over && in && v.at == room.Head {
			return false, nil
		}
		batch, err := v.Next(ctx)
		if err != nil {
			return false, fmt.Errorf("at %d: %w", v.at, err)
		}
		for _, line := range batch {
			seq := line.Event.Seq
			ends := line.Event.Ends(v.user) && seq > v.since
			switch {
			case !ofHistory(line): // it lagged, is told something, or is to look whether all is over
			case ended:
				return true, fmt.Errorf("got %d after the end at %d", seq, v.at)
			case seq == v.at+1, ends && seq > v.at:
				v.at, ended = seq, ends
			default:
				return false, fmt.Errorf("got %d after %d", seq, v.at)
			}
		}
		if ended && v.Follows(lobby) {
			return true, errors.New("follows after the end")
		}
		if ended {
			return true, nil
		}
	}
}

func ofHistory(line *wire.Line) bool {
	return line.Event.Type == domain.EventMessage || line.Event.Type == domain.EventMember
}

// nothing fails if anything of the history waits.
func (v *visitor) nothing(ctx context.Context) error {
	v.Reply(wire.NewReply("mark"))
	batch, err := v.Next(ctx)
	for _, line := range batch {
		if ofHistory(line) {
			err = fmt.Errorf("got %s after the end at %d", line.JSON, v.at)
		}
	}
	return err
}

// step is something that is committed.
type step struct {
	change domain.Change // "" for messages
	user   domain.UserID
	times  int
	lost   bool // on the way to the hub
}

func drawStep(t *rapid.T) step {
	return step{
		change: rapid.SampledFrom([]domain.Change{"", "", domain.Joined, domain.Left, domain.Removed}).Draw(t, "change"),
		user:   domain.UserID(rapid.IntRange(1, 3).Draw(t, "user")),
		times:  rapid.SampledFrom([]int{1, 1, 2, 5, 50, 300}).Draw(t, "times"),
		lost:   rapid.IntRange(0, 5).Draw(t, "lost") == 0,
	}
}

// perform commits a step and publishes it, as one commit.
func (s step) perform(register *register, hub *broadcast.Hub) {
	var events []domain.Event
	for n := range s.times {
		if n > 0 {
			s.change = "" // messages follow in the same commit
		}
		events = append(events, register.commit(s.change, s.user))
	}
	if !s.lost {
		hub.Publish(events...)
	}
}

// gossip does all of what is of the moment, over and over, until ctx ends.
func gossip(ctx context.Context, hub *broadcast.Hub) {
	for n := 0; ctx.Err() == nil; n++ {
		user := domain.UserID(n%3 + 1)
		hub.SetPresence(domain.Presence{User: author(user), State: domain.Online, Status: fmt.Sprint(n)})
		hub.TellPresence()
		hub.Tell(user, domain.Event{Type: domain.EventRead, RoomID: lobby, Seq: 1}, nil)
		hub.Signal(domain.Event{Type: domain.EventTyping, RoomID: lobby, User: author(user)}, broadcast.Audience{Except: user})
		hub.Here(lobby)
		passing := hub.Subscribe(author(user), broadcast.Options{Presence: true})
		_, _ = passing.JoinAll(ctx, []broadcast.Joining{inLobby})
		passing.Active()
		passing.Close(broadcast.ErrLeft)
	}
}

// Whoever comes, goes, is put out, reads slowly or loses events on the way:
// those who are in see every event once and in order, and nobody sees one after
// that which ended it for them.
func TestStaysEndWhereTheyEndAndMissNothingBefore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		register := &register{ledger: newLedger(), in: map[domain.UserID]bool{1: true, 2: true}, changed: make(chan struct{})}
		hub := newHub(register.ledger)
		register.commit("", 0) // from then on it is known up to where one was let in
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var watch sync.WaitGroup
		watch.Go(func() { _ = hub.Run(ctx) })
		watch.Go(func() { gossip(ctx, hub) })
		defer watch.Wait()
		defer cancel()

		steps := rapid.SliceOfN(rapid.Custom(drawStep), 1, 40).Draw(rt, "steps")
		starts := rapid.SliceOfN(rapid.IntRange(0, len(steps)), 1, 8).Draw(rt, "starts")
		done := make(chan error, len(starts))
		begin := make([]chan struct{}, len(starts))
		visitors := make([]*visitor, len(starts))
		for i := range starts {
			v := &visitor{register: register, user: domain.UserID(i%3 + 1), eager: i%2 == 0}
			v.Subscription = hub.Subscribe(author(v.user), broadcast.Options{Presence: i == 0})
			defer v.Close(broadcast.ErrLeft)
			room, in, _, _ := register.ask(v.user)
			if in { // it follows and does not read yet
				if err := v.enter(ctx, room); err != nil {
					rt.Fatal(err)
				}
			}
			begin[i], visitors[i] = make(chan struct{}), v
			go func() {
				<-begin[i]
				done <- v.visit(ctx, in)
			}()
		}
		for n, step := range steps {
			for i, start := range starts {
				if start == n {
					close(begin[i])
				}
			}
			step.perform(register, hub)
		}
		register.finish()
		hub.Check() // what finds lost last events, without its 2 s
		for i, start := range starts {
			if start == len(steps) {
				close(begin[i])
			}
			visitors[i].Reply(wire.NewReply("over"))
		}
		for range starts {
			if err := <-done; err != nil {
				rt.Error(err)
			}
		}
		cancel()
		watch.Wait()
		for _, v := range visitors {
			v.Close(broadcast.ErrLeft)
		}
		if n := hub.Rooms(); n != 0 {
			rt.Errorf("%d rooms are kept for nobody", n)
		}
	})
}
