package chat_test

import (
	"testing"

	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

func TestWhereSomebodyWasIsKeptForTheirNextScreen(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		if at, err := core.Chat.Place(t.Context(), alice); err != nil || at != (chat.Place{}) {
			t.Errorf("before she was anywhere she is at %+v, %v", at, err)
		}
		send(t, core, bob, "hello")
		room := makeRoom(t, core, "private", alice)
		core.Chat.KeepPlace(alice, chat.Place{Room: 1, Seq: 1})
		core.Chat.KeepPlace(alice, chat.Place{Room: room.ID, Seq: 1})
		core.Chat.KeepPlace(alice, chat.Place{Room: -1, Seq: 1}) // nowhere
		if at, err := core.Chat.Place(t.Context(), alice); err != nil || at != (chat.Place{Room: room.ID, Seq: 1}) {
			t.Errorf("a screen that opens at once opens at %+v, %v", at, err)
		}
		core.Stop() // which writes what waits
		again := core.Beside(t)
		if at, err := again.Chat.Place(t.Context(), alice); err != nil || at != (chat.Place{Room: room.ID, Seq: 1}) {
			t.Errorf("her next screen opens at %+v, %v", at, err)
		}
		if at, err := again.Chat.Place(t.Context(), bob); err != nil || at != (chat.Place{}) {
			t.Errorf("bob is at %+v, %v", at, err)
		}
	})
}
