package tui_test

import (
	"strings"
	"testing"

	"parley/domain"
	"parley/domain/chat"
	"parley/sshui/tui"
	"parley/store/storetest"
)

const oscNotice = "\a\x1b]9;Parley: "

func TestAMentionOutOfViewRingsAndIsTold(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	dev := makeRoom(t, core, "dev", bob, alice)
	screen := watch(t, core, alice, reference)
	screen.Sees("#dev")
	tell(t, core, bob, dev, "nothing for anybody")
	screen.Sees("#dev        1│")
	say(t, core, bob, "@alice, in view")
	screen.Sees("in view")
	tell(t, core, bob, dev, "@alice, are you there?")
	screen.Sees("#dev       !2│")
	rung := func() []string {
		return strings.Split(screen.Written(), oscNotice)[1:]
	}
	screen.Until("one notice", func(string) bool { return len(rung()) == 1 })
	if !strings.HasPrefix(rung()[0], "bobby in #dev: @alice, are you there?\a") {
		t.Errorf("the notice is %.60q", rung()[0])
	}
	screen.LookAway()
	say(t, core, bob, "@alice, in view but out of sight")
	screen.Until("another", func(string) bool { return len(rung()) == 2 })
	screen.Obeys("/bell off", "bell off")
	tell(t, core, bob, dev, "@alice, once more")
	screen.Sees("#dev       !3│")
	screen.Obeys("/bell all", "bell all")
	tell(t, core, bob, dev, "to nobody")
	screen.Until("a third", func(string) bool { return len(rung()) == 3 })
}

func TestNobodyIsRungWhoDoesNotWantToBe(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	dev := makeRoom(t, core, "dev", bob, alice)
	screen := watch(t, core, alice, reference)
	screen.Sees("#dev")
	screen.Press("/dnd", enter)
	screen.Sees("not to be disturbed")
	tell(t, core, bob, dev, "@alice, please")
	screen.Sees("#dev       !1│")
	screen.Press("/back", enter)
	screen.Sees("shown as here")
	screen.Press(alt2)
	screen.Sees("please")
	screen.Press("/mute", enter)
	screen.Sees("#dev is muted")
	screen.Press(alt1)
	screen.Sees("› #lobby", "~#dev")
	tell(t, core, bob, dev, "@alice, hello")
	screen.Sees("#dev       !1│")
	if strings.Contains(screen.Written(), oscNotice) {
		t.Error("the terminal was told")
	}
}

func TestTheWindowTitleCountsWhatIsUnread(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	dev := makeRoom(t, core, "dev", bob, alice)
	screen := watch(t, core, alice, reference)
	screen.Sees("#dev")
	tell(t, core, bob, dev, "one")
	tell(t, core, bob, dev, "two")
	screen.Sees("2│")
	for _, sequence := range []string{"\x1b[22;2t", "\x1b]2;#lobby - Parley\a", "\x1b]2;(2) #lobby - Parley\a"} {
		screen.Until("the title", func(string) bool { return strings.Contains(screen.Written(), sequence) })
	}
	screen.Press("/quit", enter)
	check(t, screen.Wait())
	if !strings.HasSuffix(screen.Written(), "\x1b[23;2t") {
		t.Error("the title is not put back")
	}
}

func TestThemesAreChosenAndNoneAssumesABackground(t *testing.T) {
	core := newCore(t)
	say(t, core, core.User(t, "bobby"), "hello")
	screen := watch(t, core, core.User(t, "alice"), reference, "COLORTERM=truecolor")
	screen.Sees("hello")
	if written := screen.Written(); !strings.Contains(written, "\x1b]11;?") {
		t.Error("the terminal is not asked for its background")
	}
	// Light comes first: on a dark ground, dark would draw nothing anew.
	for _, theme := range []struct{ name, has string }{
		{"light", "38;2;"}, {"dark", "38;2;"}, {"16", "1m"}, {"contrast", "\x1b[1m"}, {"auto", "38;2;"},
	} {
		before := len(screen.Written())
		screen.Press("/theme "+theme.name, enter)
		screen.Sees("theme " + theme.name)
		written := screen.Written()[before:]
		if !strings.Contains(written, theme.has) {
			t.Errorf("%s is drawn with %q", theme.name, written)
		}
		if theme.name == "16" || theme.name == "contrast" {
			if strings.Contains(written, "38;2;") || strings.Contains(written, "38;5;") {
				t.Errorf("%s is drawn with other colours: %q", theme.name, written)
			}
		}
		if strings.Contains(written, "48;2;") || strings.Contains(written, "48;5;") {
			t.Errorf("%s paints a background: %q", theme.name, written)
		}
	}
}

func TestPreferencesComeWithTheConnection(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	say(t, core, core.User(t, "bobby"), "hello")
	screen := watch(t, core, alice, reference, "LC_PARLEY=theme=16,bell=all mouse", "COLORTERM=truecolor")
	screen.Sees("hello")
	if written := screen.Written(); strings.Contains(written, "38;2;") || !strings.Contains(written, "\x1b[?1002h") {
		t.Error("the theme or the mouse is not as asked for")
	}
	nonsense := watch(t, core, alice, reference, "LC_PARLEY=theme=\x1b[31m,bell=loud,=,;,reader=maybe")
	nonsense.Sees("hello")
}

func TestAScreenReaderHearsLinesThatOnlyFollowUponEachOther(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	dev := makeRoom(t, core, "dev", bob, alice)
	say(t, core, bob, "before")
	screen := watch(t, core, alice, reference, "LC_PARLEY=reader")
	screen.Sees("-- #lobby --", "bobby: before", ">")
	if screen.AltScreen() {
		t.Error("the alternate screen is on")
	}
	say(t, core, bob, "a *new* one")
	screen.Sees("bobby: a new one")
	screen.Press("and mine", enter)
	screen.Sees("alice: and mine")
	say(t, core, bob, "long"+strings.Repeat(" and longer", 300)+" indeed")
	screen.Sees("longer indeed", cursor)
	tell(t, core, bob, dev, "elsewhere")
	screen.Press(alt2)
	screen.Sees("-- #dev --", "bobby: elsewhere")
	screen.Press(altUp)
	screen.Sees("chosen: ", "bobby: elsewhere")
	screen.Press("q", "/who", enter)
	screen.Sees("#dev: 1 here of 2")
	screen.Press("/jion", enter)
	screen.Sees("error: unknown /jion")
	if strings.ContainsAny(screen.Written(), "│─┌█") {
		t.Error("something is drawn")
	}
	screen.Press(ctrlU, "/reader off", enter)
	screen.Sees("› #dev", "│")
	screen.Press("/reader on", enter)
	screen.Sees("screen reader mode")
	screen.SeesNo("│")
}

func TestTheCursorIsInTheLineAfterSomethingWasSaid(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	screen := watch(t, core, alice, reference, "LC_PARLEY=reader")
	screen.Sees("-- #lobby --", cursor)
	screen.Press("so")
	screen.Sees("> so")
	for _, text := range []string{"first", "second"} {
		say(t, core, bob, text)
		screen.Sees("bobby: " + text)
		storetest.Eventually(t, "the cursor stands behind what was typed", func() bool {
			x, _ := screen.Cursor()
			return x == len("> so")
		})
	}
}

func TestTheTerminalIsSafeFromEverythingThatPeopleWrite(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	const weapon = "w\u202ee\u2066a\u200bp\U000e0041on\u2069\u202c"
	at := makeRoom(t, core, "dev", bob, alice)
	topic, away := weapon, domain.Away
	_, err := core.Chat.ChangeRoom(t.Context(), bob, at, chat.RoomChange{Topic: &topic})
	check(t, err)
	status := weapon
	_, err = core.Chat.SetPresence(t.Context(), bob, &away, &status)
	check(t, err)
	first := tell(t, core, bob, at, weapon+" @alice")
	_, err = core.Chat.Send(t.Context(), bob, at, chat.Draft{Content: "answer " + weapon, ReplyTo: first})
	check(t, err)
	check(t, core.Chat.React(t.Context(), bob, at, first, "👨\u200d👩\u200d👧", true))
	check(t, core.Chat.SetDraft(t.Context(), alice, at, "draft "+weapon, nil))
	screen := watch(t, core, alice, tui.Size{Width: 120, Height: 40})
	screen.Sees("#dev")
	screen.Press(alt2)
	screen.Sees("› #dev", "weapon @alice", "↳ bobby: weapon @alice", "answer weapon", "set the topic: weapon", "> draft weapon")
	screen.Press("\x15/whois bobby", enter)
	screen.Sees("weapon; a member since")
	screen.Press(ctrlG)
	screen.Sees("go to:")
	for _, r := range "\u202e\u2066\u200b\u2069\u202c\U000e0041" {
		if strings.ContainsRune(screen.Written(), r) {
			t.Errorf("%U reaches the terminal", r)
		}
	}
}
