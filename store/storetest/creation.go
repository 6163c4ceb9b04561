package storetest

import (
	"errors"
	"slices"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
)

var creationTests = map[string]func(*testing.T, *fixture){
	"a new room has its creator as owner, and its topic": func(t *testing.T, f *fixture) {
		alice := f.user(t, "alice")
		id := f.create(t, chat.NewRoom{
			Name: "dev", Kind: domain.RoomPrivate, Creator: alice,
			SealTopic: func(id domain.RoomID) (encryption.Sealed, error) { return sealed(domain.Seq(id), "topic"), nil },
		})
		got, err := f.Look(t.Context(), alice, chat.Where{Name: "dev"})
		must(t, err)
		want := chat.Access{
			Room:   domain.Room{ID: id, Name: "dev", Kind: domain.RoomPrivate, CreatedAt: stored, Extent: domain.Extent{First: 1}},
			Sealed: sealed(domain.Seq(id), "topic"), Creator: alice, Members: 1, Role: domain.RoleOwner, Notify: domain.NotifyMentions,
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("got (-want +got):\n%s", diff)
		}
	},
	"what cannot be made leaves nothing": func(t *testing.T, f *fixture) {
		alice, cause := f.user(t, "alice"), errors.New("no key")
		f.create(t, chat.NewRoom{Name: "dev", Kind: domain.RoomPublic, Creator: alice})
		before := f.rows(t)
		for _, room := range []chat.NewRoom{
			{Name: "new", Kind: domain.RoomPublic, Creator: alice + 1000},
			{Kind: domain.RoomDirect, Direct: "1,2", Creator: alice + 1000, Members: []domain.UserID{alice}},
			{Kind: domain.RoomDirect, Direct: "1,2", Creator: alice, Members: []domain.UserID{alice, alice + 1000}},
		} {
			_, created, err := f.CreateRoom(t.Context(), room)
			WantError(t, err, domain.NotFound, "user.not_found")
			if created {
				t.Errorf("made: %+v", room)
			}
		}
		for _, name := range []string{"dev", domain.Lobby} {
			_, _, err := f.CreateRoom(t.Context(), chat.NewRoom{Name: name, Kind: domain.RoomPrivate, Creator: alice})
			WantError(t, err, domain.Conflict, "room.name_taken")
		}
		_, _, err := f.CreateRoom(t.Context(), chat.NewRoom{
			Name: "new", Kind: domain.RoomPublic, Creator: alice,
			SealTopic: func(domain.RoomID) (encryption.Sealed, error) { return encryption.Sealed{}, cause },
		})
		if !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		if after := f.rows(t); after != before {
			t.Errorf("something changed:\n%s", gocmp.Diff(before, after))
		}
	},
	"a direct conversation is there once": func(t *testing.T, f *fixture) {
		alice, bob := f.user(t, "alice"), f.user(t, "bob")
		direct := chat.NewRoom{
			Kind: domain.RoomDirect, Direct: "1,2", Creator: bob, Members: []domain.UserID{alice, bob}, CreatedAt: moment,
		}
		id := f.create(t, direct)
		direct.Creator = alice
		again, created, err := f.CreateRoom(t.Context(), direct)
		if err != nil || created || again != id {
			t.Errorf("the second time: %d, %v, %v", again, created, err)
		}
		access, err := f.Look(t.Context(), alice, chat.Where{Direct: "1,2"})
		if err != nil || access.ID != id || access.Creator != bob || access.Members != 2 || access.Role != domain.RoleMember {
			t.Errorf("found %+v, %v", access, err)
		}
	},
	"two processes that open one conversation at once open the same": func(t *testing.T, f *fixture) {
		alice, bob := f.user(t, "alice"), f.user(t, "bob")
		engines := []store.Engine{f.Engine, f.beside(t)}
		for _, key := range []string{"one", "two", "three", "four", "five"} {
			var ids [8]domain.RoomID
			var made [8]bool
			var opening sync.WaitGroup
			for i := range ids {
				opening.Go(func() {
					var err error
					ids[i], made[i], err = engines[i%2].CreateRoom(t.Context(), chat.NewRoom{
						Kind: domain.RoomDirect, Direct: key, Creator: alice, Members: []domain.UserID{alice, bob}, CreatedAt: moment,
					})
					if err != nil {
						t.Errorf("opener %d: %v", i, err)
					}
				})
			}
			opening.Wait()
			times := 0
			for i := range made {
				if made[i] {
					times++
				}
			}
			if same := slices.Compact(ids[:]); len(same) != 1 || same[0] == 0 || times != 1 {
				t.Errorf("they got %v, made %d times", ids, times)
			}
		}
	},
	"of those who want one name at once one gets it": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		engines := []store.Engine{f.Engine, f.beside(t)}
		var mu sync.Mutex
		got := 0
		var making sync.WaitGroup
		for i := range 6 {
			making.Go(func() {
				var err error
				if i%3 > 0 {
					_, _, err = engines[i%2].CreateRoom(t.Context(), chat.NewRoom{
						Name: "wanted", Kind: domain.RoomPublic, Creator: s.alice, CreatedAt: moment,
					})
				} else {
					var results []chat.Changed
					if results, err = engines[i%2].Apply(t.Context(), []chat.Change{s.rename("wanted")}); err == nil {
						err = results[0].Err
					}
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					got++
				} else if !domain.HasCode(err, "room.name_taken") {
					t.Errorf("got %v", err)
				}
			})
		}
		making.Wait()
		// The second of two renames finds the room so named already.
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM rooms WHERE name = 'wanted'`); n != 1 || got < 1 || got > 2 {
			t.Errorf("%d got it, %d have it", got, n)
		}
	},
	"the directory lists public rooms by the bytes of their names": directoryOrder,
}

// directoryNames are in the order of their bytes, which no language's own
// order is.
var directoryNames = []string{"a", "a-b", "a-z", "a1", "a_b", "ab", "b", "b-", "lobby", "z", "z9", "z_"}

func directoryOrder(t *testing.T, f *fixture) {
	alice, bob := f.user(t, "alice"), f.user(t, "bob")
	for i := range directoryNames {
		if name := directoryNames[(i*5+3)%len(directoryNames)]; name != domain.Lobby {
			f.create(t, chat.NewRoom{Name: name, Kind: domain.RoomPublic, Creator: alice})
		}
	}
	hidden := f.create(t, chat.NewRoom{Name: "c-gone", Kind: domain.RoomPublic, Creator: alice})
	f.create(t, chat.NewRoom{Name: "c-private", Kind: domain.RoomPrivate, Creator: alice})
	f.create(t, chat.NewRoom{Kind: domain.RoomDirect, Direct: "1,2", Creator: alice, Members: []domain.UserID{alice, bob}})
	f.apply(t, chat.Change{RoomID: hidden, Type: domain.EventRoom, Change: domain.Ended, By: alice, At: moment})
	for _, limit := range []int{1, 2, 5, 100} {
		var names []string
		for after := ""; ; after = names[len(names)-1] {
			list, err := f.Directory(t.Context(), alice, after, limit)
			must(t, err)
			for _, access := range list {
				names = append(names, access.Name)
				if want := access.Name != domain.Lobby; (access.Role == domain.RoleOwner) != want || access.Kind != domain.RoomPublic {
					t.Errorf("listed %+v", access)
				}
			}
			if len(list) < limit {
				break
			}
		}
		if !slices.Equal(names, directoryNames) {
			t.Errorf("by %d they are %v", limit, names)
		}
	}
	if list, err := f.Directory(t.Context(), bob, "a_b", 1); err != nil || len(list) != 1 || list[0].Role != domain.RoleNone {
		t.Errorf("bob sees %+v, %v", list, err)
	}
	for _, limit := range []int{0, -1} {
		if list, err := f.Directory(t.Context(), bob, "", limit); err != nil || len(list) != 0 {
			t.Errorf("%d rooms: %+v, %v", limit, list, err)
		}
	}
}
