package chat_test

import (
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/store/storetest"
)

// weapons are what a terminal obeys instead of showing, and what turns text
// around or hides in it.
var weapons = []string{
	"\x1b[2J\x1b[H", "\x1b]0;owned\x07", "\x1b]52;c;ZXZpbA==\x07", "\x1b[6n", "\x1bc", "\u009b31m", "\u009d0;x\u009c", "\x9b31m",
	"a\x00b", "a\rb\bc", "\x7f", "\x0e", "\xff\xfe", "\xc0\x80", "\xed\xa0\x80",
}

// disguises are lawful text that is made harmless where it is shown.
var disguises = []string{
	"\u202egnp.exe", "a\u2066b\u2069", "ad\u200bmin", "tag\U000e0041\U000e007f", "x\u2028y", "z" + strings.Repeat("\u0300", 50),
}

func TestWeaponsAreTakenInNoField(t *testing.T) {
	t.Parallel()
	core, clock := newCore(t)
	alice := core.User(t, "alice")
	room := makeRoom(t, core, domain.RoomPublic, alice)
	if _, err := core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: "hello"}); err != nil {
		t.Fatal(err)
	}
	fields := fieldsOf(t, core, alice, room)
	for code, put := range fields {
		for _, weapon := range weapons {
			clock.pass(time.Hour)
			err := put(weapon)
			if kind := domain.KindOf(err); kind != domain.Invalid && kind != domain.NotFound || !strings.HasPrefix(domain.AsError(err).Code, code) {
				t.Errorf("%s: %q: got %v", code, weapon, err)
			}
			if got := domain.AsError(err); got != nil && strings.Contains(got.Message, weapon) {
				t.Errorf("%s: %q comes back in %q", code, weapon, got.Message)
			}
		}
	}
	for _, text := range disguises {
		clock.pass(time.Hour)
		if strings.ContainsRune(domain.VisibleLine(text), '\u202e') || domain.VisibleLine(text) == text {
			t.Errorf("%q is shown as it is", text)
		}
		for _, field := range []string{"message.", "room.topic", "draft.content", "presence.status"} {
			if err := fields[field](text); err != nil {
				t.Errorf("%s: %q: %v", field, text, err)
			}
		}
		for _, field := range []string{"room.name", "room", "reaction.emoji", "user", "member.role", "room.notify"} {
			if err := fields[field](text); err == nil {
				t.Errorf("%s took %q", field, text)
			}
		}
	}
}

// fieldsOf puts a text into each field that takes one, by the code with which a
// refusal begins.
func fieldsOf(t *testing.T, core *storetest.Core, alice auth.Actor, room domain.Address) map[string]func(text string) error {
	return map[string]func(text string) error{
		"message.": func(text string) error {
			return second(core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: "a" + text + "b"}))
		},
		"message": func(text string) error { return second(core.Chat.Edit(t.Context(), alice, room, 1, "a"+text+"b")) },
		"room.topic": func(text string) error {
			topic := "a" + text + "b"
			return second(core.Chat.ChangeRoom(t.Context(), alice, room, chat.RoomChange{Topic: &topic}))
		},
		"room.name": func(text string) error {
			name := "a" + text + "b"
			return second(core.Chat.ChangeRoom(t.Context(), alice, room, chat.RoomChange{Name: &name}))
		},
		"room": func(text string) error {
			return second(core.Chat.Create(t.Context(), alice, chat.Creation{Name: "a" + text, Kind: domain.RoomPublic}))
		},
		"room.top": func(text string) error {
			return second(core.Chat.Create(t.Context(), alice, chat.Creation{Name: "fine", Kind: domain.RoomPublic, Topic: "a" + text + "b"}))
		},
		"draft.content": func(text string) error { return core.Chat.SetDraft(t.Context(), alice, room, text, nil) },
		"presence.status": func(text string) error {
			status := "a" + text + "b"
			return second(core.Chat.SetPresence(t.Context(), alice, nil, &status))
		},
		"presence.state": func(text string) error {
			state := domain.State("online" + text)
			return second(core.Chat.SetPresence(t.Context(), alice, &state, nil))
		},
		"reaction.emoji": func(text string) error { return core.Chat.React(t.Context(), alice, room, 1, "👍"+text, true) },
		"user": func(text string) error {
			_, _, err := core.Chat.Open(t.Context(), alice, []string{"bob" + text})
			return err
		},
		"user.": func(text string) error {
			return core.Chat.Invite(t.Context(), alice, room, "bob"+text)
		},
		"member.role": func(text string) error {
			return core.Chat.SetRole(t.Context(), alice, room, "alice", domain.RoleOwner+domain.Role(text))
		},
		"room.notify": func(text string) error {
			notify := domain.NotifyAll + domain.Notify(text)
			return second(core.Chat.Configure(t.Context(), alice, room, chat.Settings{Notify: &notify}, nil))
		},
		"message.nonce": func(text string) error {
			return second(core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: "x", Nonce: "n" + text}))
		},
	}
}
