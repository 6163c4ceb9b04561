package storetest

import (
	"sync"
	"testing"

	"parley/domain"
	"parley/store"
)

var roomTests = map[string]func(*testing.T, *fixture){
	"the lobby is there from the beginning": func(t *testing.T, f *fixture) {
		room, err := f.Room(t.Context(), domain.Address{Name: domain.Lobby})
		want := domain.Room{ID: room.ID, Name: "lobby", Kind: domain.RoomPublic, Extent: domain.Extent{First: 1}}
		if err != nil || room != want || room.ID == 0 {
			t.Errorf("got %+v, %v", room, err)
		}
	},
	"a room is found by name and by id": func(t *testing.T, f *fixture) {
		id, author := f.room(t, "dev"), f.user(t, "alice")
		f.fill(t, id, author, 3)
		want := domain.Room{ID: id, Name: "dev", Kind: domain.RoomPublic, Extent: domain.Extent{First: 1, Head: 3}}
		for _, address := range []domain.Address{{Name: "dev"}, {ID: id}} {
			if room, err := f.Room(t.Context(), address); err != nil || room != want {
				t.Errorf("%s: got %+v, %v", address, room, err)
			}
		}
		direct := InsertRoom(t, f.db, f.config, "", domain.RoomDirect)
		if room, err := f.Room(t.Context(), domain.Address{ID: direct}); err != nil || room.Kind != domain.RoomDirect || room.Name != "" {
			t.Errorf("a direct room: %+v, %v", room, err)
		}
	},
	"a room that is not there is not found": func(t *testing.T, f *fixture) {
		for _, address := range []domain.Address{
			{Name: "nowhere"}, {ID: 4711}, {ID: -1}, {Direct: "bob"}, {}, {Name: "a\x00b"}, {Name: "\xff"}, {Name: "LOBBY"},
		} {
			_, err := f.Room(t.Context(), address)
			WantError(t, err, domain.NotFound, "room.not_found")
		}
	},
	"a marker moves forward only": func(t *testing.T, f *fixture) {
		room, user := f.room(t, "dev"), f.user(t, "alice")
		for _, step := range []struct {
			to, at domain.Seq
			moved  bool
		}{{5, 5, true}, {3, 5, false}, {5, 5, false}, {0, 5, false}, {-1, 5, false}, {6, 6, true}} {
			at, moved, err := f.MoveMarker(t.Context(), user, room, step.to)
			if err != nil || at != step.at || moved != step.moved {
				t.Errorf("to %d: at %d, moved %v, %v", step.to, at, moved, err)
			}
			if at, err := f.Marker(t.Context(), user, room); err != nil || at != step.at {
				t.Errorf("after %d it is at %d, %v", step.to, at, err)
			}
		}
	},
	"of markers moved at once the furthest stays": concurrentMarkers,
	"a marker needs a user and a room": func(t *testing.T, f *fixture) {
		room, user := f.room(t, "dev"), f.user(t, "alice")
		_, _, err := f.MoveMarker(t.Context(), user, room+1000, 1)
		WantError(t, err, domain.NotFound, "room.not_found")
		_, _, err = f.MoveMarker(t.Context(), user+1000, room, 1)
		WantError(t, err, domain.NotFound, "user.not_found")
		if at, err := f.Marker(t.Context(), user+1000, room+1000); err != nil || at != 0 {
			t.Errorf("a stranger's marker is at %d, %v", at, err)
		}
	},
	"reading a room does not make one a member": func(t *testing.T, f *fixture) {
		room, user := f.room(t, "dev"), f.user(t, "alice")
		_, _, err := f.MoveMarker(t.Context(), user, room, 1)
		must(t, err)
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM members WHERE joined_at IS NULL`); n != 1 {
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
				at, _, err := engines[i%2].MoveMarker(t.Context(), user, room, to)
				if err != nil || at < to || at < last {
					t.Errorf("moved to %d: at %d after %d, %v", to, at, last, err)
					return
				}
				last = at
			}
		})
	}
	moving.Wait()
	if at, err := f.Marker(t.Context(), user, room); err != nil || at != 80 {
		t.Errorf("the marker is at %d, %v", at, err)
	}
}
