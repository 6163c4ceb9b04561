package tui_test

import (
	"strings"
	"testing"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/sshui/tui"
	"parley/store/storetest"
)

const (
	altA   = "\x1ba"
	alt1   = "\x1b1"
	alt2   = "\x1b2"
	altUp  = "\x1b[1;3A"
	ctrlG  = "\x07"
	ctrlN  = "\x0e"
	ctrlP  = "\x10"
	tab    = "\t"
	ctrlO  = "\x0f"
	ctrlU  = "\x15"
	cursor = "\n>"
)

func TestTheListSaysWhatIsUnreadAndAltAGoesThere(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	dev, zoo := makeRoom(t, core, "dev", bob, alice), makeRoom(t, core, "zoo", bob, alice)
	screen := watch(t, core, alice, reference)
	screen.Sees("› #lobby", "#dev", "#zoo")
	tell(t, core, bob, dev, "just so")
	screen.Sees("#dev        1│")
	tell(t, core, bob, zoo, "look, @alice")
	screen.Sees("#zoo       !1│")
	screen.Press(altA)
	screen.Sees("› #zoo", "─ unread ─", "bobby        look, @alice")
	screen.SeesNo("!1")
	screen.Press(altA)
	screen.Sees("› #dev", "just so")
	screen.Press(altA)
	screen.Sees("nothing is unread")
}

func TestRoomsAreWalkedByKeys(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	makeRoom(t, core, "dev", alice)
	makeRoom(t, core, "zoo", alice)
	screen := watch(t, core, alice, reference)
	screen.Sees("› #lobby")
	for _, step := range []struct{ keys, sees string }{
		{alt2, "› #dev"},
		{ctrlN, "› #zoo"},
		{ctrlN, "› #lobby"},
		{ctrlP, "› #zoo"},
		{alt1, "› #lobby"},
		{ctrlG + "zo" + enter, "› #zoo"},
		{ctrlG + "d" + enter, "› #dev"},
		{ctrlG + "nothing of that name", "nothing matches"},
		{escape, "› #dev"},
	} {
		screen.Press(step.keys)
		screen.Sees(step.sees)
	}
}

func TestTheSwitcherFindsPeopleAndPublicRoomsToo(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	makeRoom(t, core, "garden", bob)
	screen := watch(t, core, alice, reference)
	screen.Sees("1 here")
	screen.Press(ctrlG, "gar")
	screen.Sees("› #garden", "join: 1 member")
	screen.Press(enter)
	screen.Sees("› #garden", "alice joined")
	screen.Press(alt1)
	screen.Sees("› #lobby")
	screen.Press(ctrlG, "bob")
	screen.Sees("@bobby", "write to them")
	screen.Press(enter)
	screen.Sees("@bobby", cursor)
}

func TestTabCompletesNamesRoomsCommandsAndEmoji(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	makeRoom(t, core, "garden", bob)
	say(t, core, bob, "hello")
	screen := watch(t, core, alice, reference)
	screen.Sees("hello")
	for typed, want := range map[string]string{
		"hi @bo":     "> hi @bobby",
		"see #lo":    "> see #lobby",
		"/crea":      "> /create",
		"yes :tad":   "> yes 🎉",
		"/whois bo":  "> /whois bobby",
		"/theme con": "> /theme contrast",
		"/join gar":  "> /join garden",
	} {
		screen.Press(ctrlU, typed, tab)
		screen.Sees(want)
	}
	screen.Press(ctrlU, "/m", tab)
	screen.Sees("> /me", "/me  /mouse  /msg  /mute")
	screen.Press(tab)
	screen.Sees("> /mouse")
}

func TestEveryRoomHasADraftThatOutlivesTheConnection(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	makeRoom(t, core, "dev", alice)
	d := openDoor(t, core)
	screen := d.enter(t, "alice", reference)
	screen.Press("for the lobby", alt2)
	screen.Sees("› #dev", cursor)
	screen.Press("for dev", alt1)
	screen.Sees("› #lobby", "> for the lobby")
	screen.Press(alt2)
	screen.Sees("› #dev", "> for dev")
	screen.Press(" and more")
	screen.Sees("> for dev and more")
	awaitKept(t, core, alice, func(at chat.Place, view chat.View) bool {
		return at.Room == view.ID && view.Draft == "for dev and more"
	})
	screen.Close()
	again := d.enter(t, "alice", reference)
	again.Sees("› #dev", "> for dev and more")
	again.Press(alt1)
	again.Sees("› #lobby", "> for the lobby")
}

// tooLong is a draft of more than is kept of one, and tooLongEnd its last line.
var tooLong, tooLongEnd = strings.Repeat("word ", domain.MaxContent/5) + "\nand the end", "and the end"

func TestADraftThatIsTooLongForAMessageStaysWhole(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	makeRoom(t, core, "dev", alice)
	say(t, core, alice, "to be edited")
	screen := watch(t, core, alice, reference)
	screen.Sees("› #lobby", "#dev", "to be edited")
	screen.Paste(tooLong)
	screen.Sees(tooLongEnd, "4012/4000")
	screen.Press(alt2)
	screen.Sees("› #dev", cursor)
	awaitKept(t, core, alice, func(chat.Place, chat.View) bool {
		view, err := core.Chat.Room(t.Context(), alice, lobby)
		return err == nil && view.Draft == tooLong[:domain.MaxContent]
	})
	screen.Press(alt1)
	screen.Sees("› #lobby", tooLongEnd, "4012/4000")
	screen.Press(altUp, "e")
	screen.Sees("> to be edited")
	screen.Press(alt2)
	screen.Sees("› #dev", cursor)
	screen.Press(alt1)
	screen.Sees("> to be edited")
	screen.Press(escape)
	screen.Sees(tooLongEnd, "4012/4000")
	screen.Press(ctrlC, alt2)
	screen.Sees("› #dev", cursor)
	screen.Press(alt1)
	screen.Sees("› #lobby", cursor)
}

// What another screen makes of the part that it knows is newer.
func TestADraftThatIsTooLongCanBeBroughtBackAfterAnotherScreenChangedIt(t *testing.T) {
	for name, away := range map[string]bool{"in view": false, "in another room": true} {
		t.Run(name, func(t *testing.T) {
			core := newCore(t)
			alice := core.User(t, "alice")
			makeRoom(t, core, "dev", alice)
			first := watch(t, core, alice, reference)
			first.Sees("› #lobby", "#dev")
			first.Paste(tooLong)
			first.Sees(tooLongEnd)
			if away {
				first.Press(alt2)
				first.Sees("› #dev")
			}
			awaitKept(t, core, alice, func(chat.Place, chat.View) bool {
				view, err := core.Chat.Room(t.Context(), alice, lobby)
				return err == nil && view.Draft != ""
			})
			check(t, core.Chat.SetDraft(t.Context(), alice, lobby, "written elsewhere", nil))
			if away {
				first.Press("here", alt1)
			}
			first.Sees("> written elsewhere", "another screen changed this; Ctrl+Y brings back what was here")
			first.Press(ctrlY)
			first.Sees(tooLongEnd)
		})
	}
}

func TestADraftIsTheSameOnAllScreens(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	first := watch(t, core, alice, reference)
	second := watch(t, core, alice, tui.Size{Width: 100, Height: 30})
	first.Sees("1 here")
	second.Sees("1 here")
	first.Press("begun here")
	second.Sees("> begun here")
	second.Press(" and sent there", enter)
	second.Sees("alice", "begun here and sent there")
	first.Until("an empty line", func(screen string) bool { return strings.HasSuffix(screen, cursor) })
}

func TestALostTerminalComesBackToTheMessagesItShowed(t *testing.T) {
	core := newCore(t)
	history(t, core, 300)
	alice := core.User(t, "alice")
	d := openDoor(t, core)
	screen := d.enter(t, "alice", reference)
	screen.Press(endKey)
	screen.Sees("message number 300")
	screen.Press(strings.Repeat(pageUp, 5))
	before := screen.Until("older messages", func(text string) bool {
		n := numbersIn(text)
		return len(n) > 0 && n[len(n)-1] < 230
	})
	last := numbersIn(before)[len(numbersIn(before))-1]
	awaitKept(t, core, alice, func(at chat.Place, _ chat.View) bool { return at.Seq == domain.Seq(last) })
	screen.Close()
	again := d.enter(t, "alice", reference)
	again.Until("the same last message", func(text string) bool {
		n := numbersIn(text)
		return len(n) > 0 && n[len(n)-1] == last
	})
}

func TestWhoLeavesOnPurposeBeginsWithWhatIsNew(t *testing.T) {
	core := newCore(t)
	history(t, core, 100)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	screen := watch(t, core, alice, reference)
	screen.Sees("1 here")
	screen.Press(endKey)
	screen.Sees("message number 100")
	screen.Press(pageUp, pageUp)
	screen.SeesNo("message number 100")
	screen.Press("/quit", enter)
	check(t, screen.Wait())
	say(t, core, bob, "you missed this")
	watch(t, core, alice, reference).Sees("unread", "you missed this")
}

func TestAnInvitationIsTakenOrDeclined(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	for _, name := range []string{"attic", "cellar"} {
		_, err := core.Chat.Create(t.Context(), bob, chat.Creation{Name: name, Kind: domain.RoomPrivate})
		check(t, err)
	}
	screen := watch(t, core, alice, reference)
	screen.Sees("› #lobby")
	check(t, core.Chat.Invite(t.Context(), bob, domain.Address{Name: "attic"}, "alice"))
	screen.Sees("+#attic", "bobby invites you to #attic")
	check(t, core.Chat.Invite(t.Context(), bob, domain.Address{Name: "cellar"}, "alice"))
	screen.Sees("+#cellar")
	screen.Press(alt2)
	screen.Sees("You are invited to #attic", "/join attic takes the invitation")
	screen.Press("/join attic", enter)
	screen.Sees("› #attic", "alice joined")
	screen.Press("/part cellar", enter)
	screen.Sees("#cellar: you left")
	screen.SeesNo("+#cellar")
	check(t, core.Chat.Invite(t.Context(), bob, domain.Address{Name: "cellar"}, "alice"))
	screen.Sees("+#cellar")
	check(t, core.Chat.Remove(t.Context(), bob, domain.Address{Name: "cellar"}, "alice"))
	screen.Sees("#cellar: bobby removed you")
	screen.SeesNo("+#cellar")
}

func TestReadingOnOneScreenClearsTheOther(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	dev := makeRoom(t, core, "dev", bob, alice)
	first, second := watch(t, core, alice, reference), watch(t, core, alice, reference)
	first.Sees("› #lobby", "#dev")
	second.Sees("› #lobby", "#dev")
	tell(t, core, bob, dev, "news")
	first.Sees("#dev        1│")
	second.Sees("#dev        1│")
	first.Press(alt2)
	first.Sees("news")
	second.SeesNo("1│")
}

func TestRoomsComeAndGoOnAllScreensOfAPerson(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	screen := watch(t, core, alice, reference)
	screen.Sees("› #lobby")
	makeRoom(t, core, "dev", alice)
	screen.Sees("#dev")
	screen.Press(alt2)
	screen.Sees("› #dev")
	screen.Press("half a thought")
	screen.Sees("> half a thought")
	check(t, core.Chat.DeleteRoom(t.Context(), alice, domain.Address{Name: "dev"}))
	screen.Sees("› #lobby", "#dev: alice deleted the room")
	screen.Press(ctrlY)
	screen.Sees("> half a thought")
}

func TestAMessageToSomebodyNewShowsOnTheirScreen(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	screen := watch(t, core, alice, reference)
	screen.Sees("› #lobby")
	tell(t, core, bob, domain.Address{Direct: "alice"}, "psst")
	screen.Sees("@bobby      1│")
	screen.Press(altA)
	screen.Sees("bobby        psst")
}

func TestTypingAndPresenceNeverMoveTheLayout(t *testing.T) {
	core := newCore(t)
	history(t, core, 30)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	screen := watch(t, core, alice, reference)
	screen.Press(endKey)
	before := screen.Sees("message number 30", "1 here")
	other := watch(t, core, bob, reference)
	screen.Sees("2 here")
	other.Press("so")
	after := screen.Sees("bobby is writing …")
	if body(before) != body(after) {
		t.Errorf("the view moved:\n%s\nbecame\n%s", before, after)
	}
	other.Press("\x15")
	screen.SeesNo("bobby is writing")
}

func TestWhoJoinsARoomBeginsAtItsEnd(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	at := makeRoom(t, core, "dev", bob)
	for i := range 20 {
		tell(t, core, bob, at, "message number "+itoa(i+1)+"\nof two lines")
	}
	screen := watch(t, core, alice, reference)
	screen.Sees("1 here")
	screen.Press("/join dev", enter)
	screen.Sees("alice joined", "message number 20")
	screen.SeesNo("unread")
}

// awaitKept waits until the core keeps what a screen left there: where somebody
// was, and what they wrote in the room dev.
func awaitKept(t *testing.T, core *storetest.Core, who auth.Actor, kept func(chat.Place, chat.View) bool) {
	t.Helper()
	storetest.Eventually(t, "it is kept", func() bool {
		at, err := core.Chat.Place(t.Context(), who)
		check(t, err)
		view, err := core.Chat.Room(t.Context(), who, domain.Address{Name: "dev"})
		return kept(at, view) && (err == nil || domain.KindOf(err) == domain.NotFound)
	})
}

func TestWhatISayElsewhereIsNotUnreadEvenWhereItBeginsARoom(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	screen := watch(t, core, alice, reference)
	screen.Sees("› #lobby")
	tell(t, core, alice, domain.Address{Direct: "bobby"}, "said by a script")
	if shown := screen.Sees("@bobby"); strings.Contains(shown, "1│") {
		t.Errorf("what I said is unread:\n%s", shown)
	}
	tell(t, core, bob, domain.Address{Direct: "alice"}, "an answer")
	screen.Sees("@bobby      1│")
}
