package tui_test

import (
	"strconv"
	"strings"
	"testing"
)

func TestARoomThatIsComeBackToIsRead(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	dev := makeRoom(t, core, "dev", bob, alice)
	screen := watch(t, core, alice, reference)
	screen.Sees("› #lobby")
	screen.Press(alt2)
	screen.Sees("› #dev", "1 here")
	screen.Press(alt1)
	screen.Sees("› #lobby")
	tell(t, core, bob, dev, "news, @alice")
	screen.Sees("#dev       !1│")
	screen.Press(alt2)
	screen.Sees("› #dev", "news")
	screen.SeesNo("!1│")
	screen.Until("no count in the title", func(string) bool {
		written := screen.Written()
		return strings.HasPrefix(written[strings.LastIndex(written, "\x1b]2;"):], "\x1b]2;#dev")
	})
}

func TestARoomThatWasPutAsideComesBackWithoutWhatWasRead(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	dev := makeRoom(t, core, "dev", bob, alice)
	for i := range 9 {
		makeRoom(t, core, "room"+strconv.Itoa(i), alice)
	}
	tell(t, core, bob, dev, "news")
	screen := watch(t, core, alice, reference)
	screen.Sees("› #dev", "─ unread ─", "news")
	for i := range 9 {
		screen.Press(ctrlN)
		screen.Sees("› #room"+strconv.Itoa(i), "Nobody has said anything yet")
	}
	screen.Press(alt2)
	if seen := screen.Sees("› #dev", "news"); strings.Contains(seen, "unread") {
		t.Errorf("what was read is marked as unread:\n%s", seen)
	}
}

func TestNothingIsPickedForARoomThatIsGone(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	say(t, core, bob, "innocent")
	dev := makeRoom(t, core, "dev", bob, alice)
	tell(t, core, bob, dev, "news")
	screen := watch(t, core, alice, reference)
	screen.Sees("1 here")
	screen.Press(alt2)
	screen.Sees("› #dev", "news")
	screen.Press(altUp, "+")
	screen.Sees("react with:")
	check(t, core.Chat.Remove(t.Context(), bob, dev, "alice"))
	screen.Sees("#dev: bobby removed you", "innocent")
	screen.SeesNo("react with:")
}

func TestCtrlCTakesAQuestionAwayWithTheChoice(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	say(t, core, alice, "a mess")
	screen := watch(t, core, alice, reference)
	screen.Sees("a mess")
	screen.Press(altUp, "d")
	screen.Sees("delete this message?")
	screen.Press(ctrlC)
	screen.SeesNo("delete this message?")
}
