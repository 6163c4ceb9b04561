package tui_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"parley/domain"
	"parley/domain/chat"
)

var lobby = domain.Address{Name: domain.Lobby}

func TestAMessageIsChosenAndAnswered(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	say(t, core, bob, "is anybody *here*?")
	say(t, core, bob, "hello?")
	screen := watch(t, core, alice, reference)
	screen.Sees("hello?")
	screen.Press(altUp)
	screen.Sees("›bobby        hello?", "r answer, e edit")
	screen.Press(up)
	screen.Sees("›bobby        is anybody here?")
	screen.Press("r", "I am", enter)
	screen.Sees("↳ bobby: is anybody here?", "I am")
	screen.Until("it as stored", func(text string) bool { return !strings.Contains(text, "  ...") })
	page, err := core.Chat.Messages(t.Context(), alice, lobby, span())
	check(t, err)
	if last := page.Messages[len(page.Messages)-1]; last.ReplyTo != page.Messages[0].Seq || last.Content != "I am" {
		t.Errorf("stored is %+v", last)
	}
	screen.Press(ctrlO, "u")
	screen.Sees("›bobby        is anybody here?")
}

func TestAnAnswerCanBeDropped(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	say(t, core, bob, "hello?")
	screen := watch(t, core, alice, reference)
	screen.Sees("hello?")
	screen.Press(altUp, "r", "never mind")
	screen.Sees("↳ answering bobby: hello?", "> never mind")
	screen.Press(escape)
	screen.SeesNo("answering")
	screen.Sees("> never mind")
}

func TestOnesOwnMessageIsEditedAndTheDraftStays(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	say(t, core, alice, "a messag")
	say(t, core, bob, "hm?")
	screen, other := watch(t, core, alice, reference), watch(t, core, bob, reference)
	screen.Sees("hm?")
	screen.Press("a draft", altUp, "e")
	screen.Sees("you can edit your own messages only")
	screen.Press(up, "e")
	screen.Sees("editing: a messag", "> a messag")
	screen.Press(ctrlU, "a message", enter)
	screen.Sees("a message (edited)", "> a draft")
	other.Sees("a message (edited)")
}

func TestAMessageIsDeletedAfterAsking(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	say(t, core, alice, "oh no")
	screen := watch(t, core, alice, reference)
	screen.Sees("oh no")
	screen.Press(altUp, "d")
	screen.Sees("delete this message? y deletes it")
	screen.Press("n")
	screen.SeesNo("delete this message?")
	screen.Press("d")
	screen.Sees("delete this message?", "oh no")
	screen.Press("y")
	screen.Sees("alice        (deleted)")
	screen.SeesNo("oh no")
}

func TestAReactionIsPickedByItsName(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	say(t, core, bob, "it works")
	screen := watch(t, core, alice, reference)
	screen.Sees("it works")
	screen.Press(altUp, "+")
	screen.Sees("react with:", "› 👍 +1", "❤️ heart")
	screen.Press("tad", enter)
	screen.Sees("[🎉\u00a01]")
	screen.Press(altUp, "+")
	screen.Sees("› 🎉 tada")
	screen.Press(enter)
	screen.SeesNo("[🎉\u00a01]")
}

func TestAMessageIsCopiedToTheTerminalsClipboard(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	say(t, core, bob, "copy\u202e me")
	screen := watch(t, core, alice, reference)
	screen.Sees("copy me")
	screen.Press(altUp, "c")
	screen.Sees("copied")
	want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte("copy me"))
	screen.Until("the sequence", func(string) bool { return strings.Contains(screen.Written(), want) })
}

func TestAMessagesLinksAreListedWhole(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	long := "https://example.org/" + strings.Repeat("long/", 20) + "end"
	say(t, core, bob, "see [the plan]("+long+") and https://example.org/b")
	screen := watch(t, core, alice, reference)
	screen.Sees("the plan")
	screen.Press(altUp, "o")
	screen.Sees("Links:", " 1 https://example.org/long/", " 2 https://example.org/b")
	if !strings.Contains(screen.Written(), "\x1b]8;;"+long) {
		t.Error("the terminal is not told where the link leads")
	}
	screen.Press("2")
	screen.Sees("copied")
}

func TestAMessageIsPinnedAndFoundAgain(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	at := makeRoom(t, core, "dev", alice, bob)
	pinned := tell(t, core, bob, at, "the address is 12 Main Street")
	for i := range 250 {
		if i%20 == 0 {
			bob = core.User(t, "writer"+itoa(i))
			_, err := core.Chat.Join(t.Context(), bob, at)
			check(t, err)
		}
		tell(t, core, bob, at, "message number "+itoa(i))
	}
	screen := watch(t, core, alice, reference)
	screen.Sees("#dev")
	check(t, core.Chat.Pin(t.Context(), alice, at, pinned, true))
	screen.Press(alt2)
	screen.Sees("› #dev", "message number")
	screen.Press(endKey)
	screen.Sees("message number 249")
	screen.Press("/pins", enter)
	screen.Sees("pinned:", "bobby: the address is 12 Main Street")
	screen.Press(enter)
	screen.Sees("›bobby        the address is 12 Main Street (pinned)")
}

func TestALongPasteIsFoldedAndUnfolded(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	say(t, core, bob, "first line"+strings.Repeat("\nmore", 18)+"\nthe last line")
	screen := watch(t, core, alice, reference)
	screen.Sees("first line", "… 8 more lines")
	screen.Press(altUp, "x")
	screen.SeesNo("more lines")
	screen.Press("x")
	screen.Sees("… 8 more lines")
}

func TestWhileAMessageIsChosenLettersWriteNothing(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	say(t, core, bob, "hello")
	screen := watch(t, core, alice, reference)
	screen.Sees("hello")
	screen.Press("rec", altUp, "z")
	screen.Sees("a message is chosen", "> rec")
	screen.Paste("pasted")
	screen.Press("q", "de")
	screen.Sees("> recde")
}

func TestWhoIsNotAllowedToIsTold(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	at := makeRoom(t, core, "dev", bob, alice)
	tell(t, core, bob, at, "not yours")
	archived := true
	screen := watch(t, core, alice, reference)
	screen.Press(alt2)
	screen.Sees("not yours")
	screen.Press(altUp, "d", "y")
	screen.Sees("moderator")
	_, err := core.Chat.ChangeRoom(t.Context(), bob, at, chat.RoomChange{Archived: &archived})
	check(t, err)
	screen.Sees("#dev (archived)")
	screen.Press("too late", enter)
	screen.Sees("not sent: this room is archived")
}
