package storetest

import (
	"maps"
	"sync"
	"testing"

	"parley/domain"
	"parley/domain/chat"
	"parley/store"
)

var roomTests = map[string]func(*testing.T, *fixture){
	"the lobby is there from the beginning": func(t *testing.T, f *fixture) {
		lobby, err := f.Look(t.Context(), 0, chat.Where{Name: domain.Lobby})
		want := chat.Access{
			Room: domain.Room{
				ID: lobby.ID, Name: "lobby", Kind: domain.RoomPublic, CreatedAt: lobby.CreatedAt, Extent: domain.Extent{First: 1},
			},
			Notify: domain.NotifyMentions,
		}
		if err != nil || lobby != want || lobby.ID == 0 || lobby.CreatedAt.IsZero() {
			t.Errorf("got %+v, %v", lobby, err)
		}
	},
	"a room is found by name and by id": func(t *testing.T, f *fixture) {
		id, author := f.room(t, "dev"), f.user(t, "alice")
		f.fill(t, id, author, 3)
		for _, where := range []chat.Where{{Name: "dev"}, {ID: id}} {
			room, err := f.Look(t.Context(), author, where)
			if err != nil || room.ID != id || room.Name != "dev" || room.Kind != domain.RoomPublic || room.Head != 3 || room.First != 1 {
				t.Errorf("%+v: got %+v, %v", where, room, err)
			}
		}
		direct := InsertRoom(t, f.db, f.config, "", domain.RoomDirect)
		if room, err := f.Look(t.Context(), author, chat.Where{ID: direct}); err != nil || room.Kind != domain.RoomDirect || room.Name != "" {
			t.Errorf("a direct room: %+v, %v", room, err)
		}
	},
	"a room that is not there is not found": func(t *testing.T, f *fixture) {
		for _, where := range []chat.Where{
			{Name: "nowhere"}, {ID: 4711}, {ID: -1}, {Direct: "1,2"}, {}, {Name: "a\x00b"}, {Name: "\xff"}, {Name: "LOBBY"},
		} {
			_, err := f.Look(t.Context(), 0, where)
			WantError(t, err, domain.NotFound, "room.not_found")
		}
	},
	"a marker moves forward only": func(t *testing.T, f *fixture) {
		room, user := f.room(t, "dev"), f.user(t, "alice")
		for _, step := range []struct {
			to, at domain.Seq
			moved  bool
		}{{5, 5, true}, {3, 5, false}, {5, 5, false}, {0, 5, false}, {-1, 5, false}, {6, 6, true}} {
			moved, err := moveMarkers(t.Context(), f, user, map[domain.RoomID]domain.Seq{room: step.to, room + 1000: 7})
			want := map[domain.RoomID]domain.Seq{}
			if step.moved {
				want[room] = step.at
			}
			if err != nil || !maps.Equal(moved, want) {
				t.Errorf("to %d: moved %v, %v", step.to, moved, err)
			}
			if at := f.marker(t, user, room); at != step.at {
				t.Errorf("after %d it is at %d", step.to, at)
			}
		}
	},
	"of markers moved at once the furthest stays": concurrentMarkers,
	"a marker needs a user and a room": func(t *testing.T, f *fixture) {
		room, user := f.room(t, "dev"), f.user(t, "alice")
		moved, err := moveMarkers(t.Context(), f, user, map[domain.RoomID]domain.Seq{room + 1000: 1})
		if err != nil || len(moved) != 0 {
			t.Errorf("in no room it moved %v, %v", moved, err)
		}
		_, err = moveMarkers(t.Context(), f, user+1000, map[domain.RoomID]domain.Seq{room: 1})
		WantError(t, err, domain.NotFound, "user.not_found")
		if at := f.marker(t, user+1000, room); at != 0 {
			t.Errorf("a stranger's marker is at %d", at)
		}
	},
	"of users whose markers move in one unit each has an answer": func(t *testing.T, f *fixture) {
		room, other := f.room(t, "dev"), f.room(t, "ops")
		alice, bob := f.user(t, "alice"), f.user(t, "bob")
		_, err := moveMarkers(t.Context(), f, alice, map[domain.RoomID]domain.Seq{other: 9})
		must(t, err)
		to := map[domain.RoomID]domain.Seq{room: 3, other: 4, other + 1000: 1}
		moved, err := f.MoveMarkers(t.Context(), []chat.Progress{
			{User: bob + 1000, Markers: to, Place: &chat.Place{Room: room}},
			{User: bob, Markers: to, Place: &chat.Place{Room: room, Seq: 2}},
			{User: alice, Markers: to},
			{User: alice + 2000},
		})
		must(t, err)
		for i, want := range []map[domain.RoomID]domain.Seq{nil, {room: 3, other: 4}, {room: 3}, nil} {
			if strange := i%3 == 0; !maps.Equal(moved[i].Markers, want) || domain.HasCode(moved[i].Err, "user.not_found") != strange {
				t.Errorf("answer %d is %+v", i, moved[i])
			}
		}
		if at := f.marker(t, alice, other); at != 9 {
			t.Errorf("alice's marker went back to %d", at)
		}
		for user, want := range map[domain.UserID]chat.Place{bob: {Room: room, Seq: 2}, alice: {}} {
			if at, err := f.Place(t.Context(), user); err != nil || at != want {
				t.Errorf("user %d is at %+v, %v", user, at, err)
			}
		}
	},
	"reading a room does not make one a member": func(t *testing.T, f *fixture) {
		room, user := f.room(t, "dev"), f.user(t, "alice")
		_, err := moveMarkers(t.Context(), f, user, map[domain.RoomID]domain.Seq{room: 1})
		must(t, err)
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM members WHERE joined_at IS NULL AND role IS NULL`); n != 1 {
			t.Errorf("%d readers have not joined", n)
		}
	},
	"the epoch is the database's own and stays": func(t *testing.T, f *fixture) {
		first, err := f.Epoch(t.Context())
		must(t, err)
		again, err := f.beside(t).Epoch(t.Context())
		must(t, err)
		if first == "" || first != again {
			t.Errorf("the epoch is %q and %q", first, again)
		}
	},
}

func concurrentMarkers(t *testing.T, f *fixture) {
	room, user := f.room(t, "dev"), f.user(t, "alice")
	engines := []store.Engine{f.Engine, f.beside(t)}
	var moving sync.WaitGroup
	for i := range 8 {
		moving.Go(func() {
			last := domain.Seq(0)
			for step := range 10 {
				to := domain.Seq(step*8 + i + 1)
				moved, err := moveMarkers(t.Context(), engines[i%2], user, map[domain.RoomID]domain.Seq{room: to})
				access, lookErr := f.Look(t.Context(), user, chat.Where{ID: room})
				if err != nil || lookErr != nil || access.Read < to || access.Read < last || len(moved) > 0 && moved[room] != to {
					t.Errorf("moved %v to %d: at %d after %d, %v, %v", moved, to, access.Read, last, err, lookErr)
					return
				}
				last = access.Read
			}
		})
	}
	moving.Wait()
	if at := f.marker(t, user, room); at != 80 {
		t.Errorf("the marker is at %d", at)
	}
}
