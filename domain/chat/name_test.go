package chat_test

import (
	"fmt"
	"sync"
	"testing"

	"parley/domain"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// Two rooms want one name at the same time, through two processes: one of them
// gets it, and the other is told so.
func TestANameIsHadByOneRoom(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		cores := []*storetest.Core{core, core.Beside(t)}
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		rooms := []domain.Address{
			namedRoom(t, core, "first", domain.RoomPrivate, alice), namedRoom(t, core, "second", domain.RoomPublic, alice),
		}
		for round := range 5 {
			name := fmt.Sprint("wanted", round)
			errs := make([]error, 3)
			var renaming sync.WaitGroup
			for i, room := range rooms {
				renaming.Go(func() {
					_, errs[i] = cores[i].Chat.ChangeRoom(t.Context(), alice, room, chat.RoomChange{Name: &name})
				})
			}
			renaming.Go(func() {
				_, errs[2] = cores[1].Chat.Create(t.Context(), bob, chat.Creation{Name: name, Kind: domain.RoomPublic})
			})
			renaming.Wait()
			had := 0
			for _, err := range errs {
				if err == nil {
					had++
				} else {
					storetest.WantError(t, err, domain.Conflict, "room.name_taken")
				}
			}
			if had != 1 {
				t.Errorf("%d rooms have the name %s", had, name)
			}
		}
	})
}

// A deleted room is found no more, and its name can be had again.
func TestTheNameOfADeletedRoomIsFree(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		room := namedRoom(t, core, "dev", domain.RoomPublic, alice)
		if err := core.Chat.DeleteRoom(t.Context(), alice, domain.Address{Name: "dev"}); err != nil {
			t.Fatal(err)
		}
		for _, address := range []domain.Address{room, {Name: "dev"}} {
			_, err := core.Chat.Room(t.Context(), alice, address)
			storetest.WantError(t, err, domain.NotFound, "room.not_found")
		}
		view, err := core.Chat.Create(t.Context(), bob, chat.Creation{Name: "dev", Kind: domain.RoomPrivate})
		if err != nil || view.ID == room.ID || view.Head != 0 || view.Role != domain.RoleOwner {
			t.Errorf("%+v, %v", view, err)
		}
		if listed, err := core.Chat.Directory(t.Context(), alice, "", 0); err != nil || len(listed) != 1 {
			t.Errorf("the directory has %+v, %v", listed, err)
		}
	})
}

// The last owner stays until there is another, also if two of them leave at the
// same time.
func TestARoomKeepsAnOwner(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		cores := []*storetest.Core{core, core.Beside(t)}
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		room := namedRoom(t, core, "dev", domain.RoomPrivate, alice, bob)
		for _, err := range []error{
			core.Chat.Leave(t.Context(), alice, room),
			core.Chat.SetRole(t.Context(), alice, room, "alice", domain.RoleMember),
			core.Chat.Remove(t.Context(), alice, room, "alice"),
		} {
			storetest.WantError(t, err, domain.Conflict, "room.last_owner")
		}
		if err := core.Chat.SetRole(t.Context(), alice, room, "BOB", domain.RoleOwner); err != nil {
			t.Fatal(err)
		}
		errs := make([]error, 2)
		var leaving sync.WaitGroup
		leaving.Go(func() { errs[0] = cores[0].Chat.Leave(t.Context(), alice, room) })
		leaving.Go(func() { errs[1] = cores[1].Chat.Leave(t.Context(), bob, room) })
		leaving.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("both of %v", errs)
		}
		for _, err := range errs {
			if err != nil {
				storetest.WantError(t, err, domain.Conflict, "room.last_owner")
			}
		}
	})
}
