package chat_test

import (
	"testing"

	"parley/domain"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

func TestWhatWaitsIsTheSameInEveryViewOfARoom(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		room := makeRoom(t, core, domain.RoomPublic, alice, bob)
		for _, text := range []string{"one", "two @bob"} {
			if _, err := core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: text}); err != nil {
				t.Fatal(err)
			}
		}
		single, err := core.Chat.Room(t.Context(), bob, room)
		if err != nil {
			t.Fatal(err)
		}
		views := map[string]chat.View{"the room": single}
		directory, err := core.Chat.Directory(t.Context(), bob, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		views["the directory"] = directory[0] // dev comes before lobby
		mine, err := core.Chat.Rooms(t.Context(), bob)
		if err != nil {
			t.Fatal(err)
		}
		views["the list"] = mine[1]
		for where, view := range views {
			if view.ID != room.ID || view.Unread != 2 || view.Mentions != 1 {
				t.Errorf("%s: %s has %d unread and %d mentions", where, view.Name, view.Unread, view.Mentions)
			}
		}
		if view, err := core.Chat.Room(t.Context(), core.User(t, "carol"), room); err != nil || view.Unread != 0 {
			t.Errorf("for who is not in it %d wait, %v", view.Unread, err)
		}
	})
}
