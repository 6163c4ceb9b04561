package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/store"
)

var crowdTests = map[string]func(*testing.T, *fixture){
	"two processes that write messages and changes leave no gap": concurrentEvents,
	"nobody waits for another who waits for them":                everythingAtOnce,
}

// concurrentEvents lets two processes append to two rooms and change them,
// while others read along.
func concurrentEvents(t *testing.T, f *fixture) {
	const writers, rounds = 8, 10
	s := newStage(t, f)
	other := *s
	other.room = f.create(t, chat.NewRoom{Name: "other", Kind: domain.RoomPublic, Creator: s.alice})
	f.add(t, draft(other.room, s.bob, "1", "one"), draft(other.room, s.bob, "2", "two"))
	engines := []store.Engine{f.Engine, f.beside(t)}
	var mu sync.Mutex
	given := map[domain.RoomID][]domain.Seq{s.room: span[domain.Seq](1, 5), other.room: {1, 2}}
	note := func(room domain.RoomID, seq domain.Seq, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			t.Errorf("refused: %v", err)
		} else if seq > 0 {
			given[room] = append(given[room], seq)
		}
	}
	var writing, reading sync.WaitGroup
	written := make(chan struct{})
	for i, room := range []domain.RoomID{s.room, other.room} {
		reading.Go(func() { followEvents(t, engines[i], room, written) })
	}
	for w := range writers {
		writing.Go(func() {
			engine := engines[w%2]
			for round := range rounds {
				here, there := s, &other
				if (w+round)%2 == 0 {
					here, there = there, here
				}
				text := fmt.Sprint(w, " ", round)
				entries := []chat.Entry{draft(here.room, s.bob, text, text), draft(there.room, s.alice, text, text)}
				appended, err := engine.Append(t.Context(), entries)
				if err != nil {
					t.Errorf("append: %v", err)
					return
				}
				for i, result := range appended {
					note(entries[i].RoomID, result.Seq, result.Err)
				}
				changes := []chat.Change{
					here.reaction(2, s.bob, text, true), there.member(domain.Joined, s.carol), here.topic(text),
					here.reaction(2, s.bob, text, false), there.member(domain.Left, s.carol), there.pin(2, round%2 == 0),
				}
				changed, err := engine.Apply(t.Context(), changes)
				if err != nil {
					t.Errorf("apply: %v", err)
					return
				}
				for i, result := range changed {
					note(changes[i].RoomID, result.Seq, result.Err)
				}
			}
		})
	}
	writing.Wait()
	close(written)
	reading.Wait()
	for room, seqs := range given {
		slices.Sort(seqs)
		if head := f.head(t, room); !slices.Equal(seqs, span(1, head)) {
			t.Errorf("room %d has head %d and gave %v", room, head, seqs)
		}
		followEvents(t, f.Engine, room, written)
	}
	wantCounted(t, f)
}

// followEvents reads a room to its end, page by page, and once more after all
// is written. No page leaves anything out or is too long.
func followEvents(t *testing.T, engine store.Engine, room domain.RoomID, written <-chan struct{}) {
	t.Helper()
	last := domain.Seq(0)
	for n, over := 0, false; ; n++ {
		limit := 1 + n%7
		messages, changes, err := engine.Events(t.Context(), room, last, limit)
		if err != nil {
			t.Errorf("read: %v", err)
			return
		}
		var seqs []domain.Seq
		for _, m := range messages {
			seqs = append(seqs, m.Seq)
		}
		for _, c := range changes {
			seqs = append(seqs, c.Seq)
		}
		if slices.Sort(seqs); len(seqs) > limit || !slices.Equal(seqs, span(last+1, last+domain.Seq(len(seqs)))) {
			t.Errorf("after %d, limit %d: %v", last, limit, seqs)
			return
		}
		last += domain.Seq(len(seqs))
		if len(seqs) > 0 {
			continue
		}
		if over {
			return
		}
		select {
		case <-written:
			over = true // and yet something may have come in between
		default:
		}
	}
}

// wantCounted fails unless every room knows how many have joined it.
func wantCounted(tb testing.TB, f *fixture) {
	tb.Helper()
	if wrong := Lines(tb, f.db, `SELECT r.id, r.members, (SELECT count(*) FROM members m
		WHERE m.room_id = r.id AND m.role IN ('member', 'moderator', 'owner')) AS joined FROM rooms r
		WHERE r.members <> (SELECT count(*) FROM members m
			WHERE m.room_id = r.id AND m.role IN ('member', 'moderator', 'owner'))`); wrong != "" {
		tb.Errorf("rooms that count their members wrongly:\n%s", wrong)
	}
}

// everythingAtOnce does all that takes locks, in orders that differ, from two
// processes. A deadlock would fail one of them.
func everythingAtOnce(t *testing.T, f *fixture) {
	const rounds = 15
	s := newStage(t, f)
	engines := []store.Engine{f.Engine, f.beside(t)}
	rooms := []domain.RoomID{f.lobby(t)}
	for i := range 4 {
		rooms = append(rooms, f.create(t, chat.NewRoom{Name: fmt.Sprint("room", i), Kind: domain.RoomPublic, Creator: s.alice}))
	}
	var registered atomic.Int64
	backwards := slices.Clone(rooms)
	slices.Reverse(backwards)
	calls := map[string]func(store.Engine, int, int) error{
		"append": func(engine store.Engine, who, round int) error {
			var entries []chat.Entry
			for _, room := range backwards {
				text := fmt.Sprint(who, " ", round)
				entry := draft(room, s.carol, text, text)
				entry.Mentions = []chat.Mention{{User: s.bob, How: chat.ByName}, {User: chat.Everyone, How: chat.ByRoom}}
				entries = append(entries, entry)
			}
			_, err := engine.Append(t.Context(), entries)
			return err
		},
		"come and go": func(engine store.Engine, _, round int) error {
			var changes []chat.Change
			for _, room := range backwards[:4] {
				what := []domain.Change{domain.Joined, domain.Left}[round%2]
				changes = append(changes, memberOf(room, what, s.carol), memberOf(room, what, s.bob))
			}
			_, err := engine.Apply(t.Context(), changes)
			return err
		},
		"read": func(engine store.Engine, _, round int) error {
			to := map[domain.RoomID]domain.Seq{}
			for _, room := range rooms {
				to[room] = domain.Seq(round + 1)
			}
			_, err := engine.MoveMarkers(t.Context(), []chat.Progress{
				{User: s.carol, Markers: to, Place: &chat.Place{Room: s.room}},
				{User: s.bob, Markers: to, Place: &chat.Place{Room: s.room}},
			})
			return err
		},
		"register": func(engine store.Engine, _, _ int) error {
			_, err := engine.CreateAccount(t.Context(), auth.NewAccount{
				Name: fmt.Sprint("user", registered.Add(1)), PasswordHash: "hash", CreatedAt: moment,
			})
			return err
		},
		"create": func(engine store.Engine, _, round int) error {
			_, _, err := engine.CreateRoom(t.Context(), chat.NewRoom{
				Kind: domain.RoomDirect, Direct: fmt.Sprint("direct ", round), Creator: s.bob,
				Members: []domain.UserID{s.carol, s.bob}, CreatedAt: moment,
			})
			return err
		},
		"keep": func(engine store.Engine, _, round int) error {
			return errors.Join(
				engine.SetDraft(t.Context(), s.bob, rooms[round%len(rooms)], sealed(0, "draft")),
				engine.SetProfile(t.Context(), s.bob, domain.Away, sealed(0, "status")),
			)
		},
	}
	var working sync.WaitGroup
	for name, call := range calls {
		for who, engine := range engines {
			working.Go(func() {
				for round := range rounds {
					err := call(engine, who, round)
					for errors.Is(err, context.DeadlineExceeded) {
						err = call(engine, who, round) // a busy machine is no deadlock
					}
					if err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
				}
			})
		}
	}
	working.Wait()
	wantCounted(t, f)
}
