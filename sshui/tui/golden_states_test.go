package tui_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/sshui/tui"
	"parley/store/storetest"
)

// carolsRooms is a little of every kind of room, and in dev a little of
// everything that can become of a message.
func carolsRooms(t *testing.T, core *storetest.Core) auth.Actor {
	t.Helper()
	alice, bob, carol := core.User(t, "alice"), core.User(t, "bobby"), core.User(t, "carol")
	dev := makeRoom(t, core, "dev", alice, bob, carol)
	topic := "what we build, and when"
	_, err := core.Chat.ChangeRoom(t.Context(), alice, dev, chat.RoomChange{Topic: &topic})
	check(t, err)
	question := tell(t, core, alice, dev, "Who takes the *next* release, @carol?\n- notes\n- tag it with `git tag`")
	_, err = core.Chat.Send(t.Context(), bob, dev, chat.Draft{Content: "not me, see https://example.org/plan", ReplyTo: question})
	check(t, err)
	for _, person := range []auth.Actor{alice, carol} {
		check(t, core.Chat.React(t.Context(), person, dev, question, "👍", true))
	}
	typo := tell(t, core, bob, dev, "tomorow")
	_, err = core.Chat.Edit(t.Context(), bob, dev, typo, "tomorrow")
	check(t, err)
	check(t, core.Chat.Pin(t.Context(), alice, dev, typo, true))
	check(t, core.Chat.Delete(t.Context(), alice, dev, tell(t, core, alice, dev, "oops")))
	tell(t, core, bob, dev, "> quoted\n```\ncode()\n```")

	noise := makeRoom(t, core, "noise", bob, carol)
	muted := true
	_, err = core.Chat.Configure(t.Context(), carol, noise, chat.Settings{Muted: &muted}, nil)
	check(t, err)
	tell(t, core, bob, noise, "beep")
	_, err = core.Chat.Create(t.Context(), bob, chat.Creation{Name: "secret", Kind: domain.RoomPrivate})
	check(t, err)
	check(t, core.Chat.Invite(t.Context(), bob, domain.Address{Name: "secret"}, "carol"))
	tell(t, core, bob, domain.Address{Direct: "carol"}, "psst")
	return carol
}

// inEachSize opens carol's screen in each size, brings it into a state and
// compares it with the one that is kept.
func inEachSize(t *testing.T, state string, bring func(*viewer) string) {
	for _, size := range sizes {
		t.Run(fmt.Sprint(size.Width), func(t *testing.T) {
			core := newCore(t)
			screen := watch(t, core, carolsRooms(t, core), size)
			screen.Sees("1 here")
			golden(t, fmt.Sprintf("%s-%dx%d", state, size.Width, size.Height), bring(screen))
		})
	}
}

// inDev goes to the end of the room dev.
func inDev(v *viewer) {
	v.Press(alt2)
	v.Sees("#dev", "next release")
	v.Press(endKey)
	v.Sees("code()")
	v.SeesNo("new ·")
}

func TestGoldenRoom(t *testing.T) {
	inEachSize(t, "room", func(v *viewer) string {
		inDev(v)
		return v.Sees("code()", "(deleted)")
	})
}

func TestGoldenChosen(t *testing.T) {
	inEachSize(t, "chosen", func(v *viewer) string {
		inDev(v)
		v.Press(altUp, up) // past the newest, which is bobby's, too
		return v.Until("the message above is chosen", func(text string) bool {
			return strings.Contains(text, "›bobby: tomorrow") || strings.Contains(text, "›bobby        tomorrow")
		})
	})
}

func TestGoldenAnswer(t *testing.T) {
	inEachSize(t, "answer", func(v *viewer) string {
		inDev(v)
		v.Press(altUp, "r", "an answer")
		return v.Sees("↳ answering bobby", "> an answer")
	})
}

func TestGoldenSwitcher(t *testing.T) {
	inEachSize(t, "switcher", func(v *viewer) string {
		v.Press(ctrlG, "e")
		return v.Sees("go to: e", "#dev")
	})
}

func TestGoldenReaction(t *testing.T) {
	inEachSize(t, "reaction", func(v *viewer) string {
		inDev(v)
		v.Press(altUp, "+")
		return v.Sees("react with:", "👍 +1")
	})
}

func TestGoldenCompletion(t *testing.T) {
	inEachSize(t, "completion", func(v *viewer) string {
		inDev(v)
		v.Press("/m", tab, tab)
		return v.Sees("> /mouse")
	})
}

func TestGoldenInvitation(t *testing.T) {
	inEachSize(t, "invitation", func(v *viewer) string {
		v.Press("\x1b4")
		return v.Sees("You are invited to #secret")
	})
}

func TestGoldenPeople(t *testing.T) {
	inEachSize(t, "people", func(v *viewer) string {
		inDev(v)
		v.Press("/who", enter)
		return v.Sees("#dev: 1 here of 3", "bobby")
	})
}

func TestGoldenScreenReader(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprint(size.Width), func(t *testing.T) {
			core := newCore(t)
			screen := watch(t, core, carolsRooms(t, core), size, "LC_PARLEY=reader")
			golden(t, fmt.Sprintf("reader-%dx%d", size.Width, size.Height), screen.Sees("code()", cursor))
		})
	}
}

func TestTheListScrollsWithManyRooms(t *testing.T) {
	core := newCore(t)
	carol := core.User(t, "carol")
	for i := range 15 {
		makeRoom(t, core, "room-"+string(rune('a'+i)), carol)
	}
	screen := watch(t, core, carol, tui.Size{Width: 80, Height: 12})
	screen.Sees("#room-a", "↓ 8 more")
	screen.Press(ctrlP)
	screen.Sees("› #room-o", "↑ 8 more")
}
