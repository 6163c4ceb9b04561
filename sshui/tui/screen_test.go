package tui_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/sshui/tui"
	"parley/store/storetest"
)

var reference = tui.Size{Width: 80, Height: 24}

const (
	enter    = "\r"
	ctrlC    = "\x03"
	ctrlD    = "\x04"
	ctrlR    = "\x12"
	ctrlY    = "\x19"
	altEnter = "\x1b\r"
	pageUp   = "\x1b[5~"
	pageDown = "\x1b[6~"
	endKey   = "\x1b[F"
	up       = "\x1b[A"
	down     = "\x1b[B"
	escape   = "\x1b"
	f1       = "\x1bOP"
	blur     = "\x1b[O"
	focus    = "\x1b[I"
)

func TestTwoPeopleSeeEachOthersMessages(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), reference)
	bob := watch(t, core, core.User(t, "bob"), reference)
	alice.Sees("#lobby", "2 here")
	bob.Sees("2 here")
	alice.Press("hello bob", enter)
	bob.Sees("alice", "hello bob")
	bob.Press("hello alice", enter)
	alice.Sees("hello bob", "hello alice")
	if screen := bob.Sees("hello alice"); strings.Index(screen, "hello bob") > strings.Index(screen, "hello alice") {
		t.Errorf("bob sees the answer before the question:\n%s", screen)
	}
}

func TestAPasteNeverSendsAndIsOneMessage(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")
	alice.Paste("first line\nsecond line\r\nthird line\x07\n")
	alice.Sees("> first line", "third line")
	if got := messages(t, core); len(got) != 0 {
		t.Fatalf("pasting sent %q", got)
	}
	alice.Press(enter)
	alice.Until("the message", func(screen string) bool {
		return strings.Contains(screen, "third") && strings.HasSuffix(screen, "\n>")
	})
	alice.SeesNo("...")
	if got := messages(t, core); len(got) != 1 || got[0] != "first line\nsecond line\nthird line" {
		t.Errorf("the room holds %q", got)
	}
}

func TestAltEnterBeginsANewLine(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")
	alice.Press("one", altEnter, "two", "\n", "three", enter)
	alice.Until("an empty composer", func(screen string) bool {
		return strings.Contains(screen, "three") && strings.HasSuffix(screen, "\n>")
	})
	alice.SeesNo("...")
	if got := messages(t, core); len(got) != 1 || got[0] != "one\ntwo\nthree" {
		t.Errorf("the room holds %q", got)
	}
}

func TestNewMessagesNeverMoveAViewThatIsScrolledUp(t *testing.T) {
	core := newCore(t)
	history(t, core, 100)
	bob := core.User(t, "bob")
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("message number 100")
	alice.Press(pageUp)
	before := alice.SeesNo("message number 100")
	for i := range 5 {
		say(t, core, bob, "news "+itoa(i))
	}
	after := alice.Sees("↓ 5 new")
	if body(before) != body(after) {
		t.Errorf("the view moved:\n%s\nbecame\n%s", before, after)
	}
	alice.Press(endKey)
	alice.Sees("news 4")
	alice.SeesNo("new ·")
}

func TestHistoryLoadsWithoutASeam(t *testing.T) {
	core := newCore(t)
	history(t, core, 450)
	alice := watch(t, core, core.User(t, "alice"), reference)
	lowest := numbersIn(alice.Sees("message number 450"))[0]
	for lowest > 1 {
		alice.Press(pageUp)
		screen := alice.Until("older messages", func(screen string) bool {
			numbers := numbersIn(screen)
			return len(numbers) > 0 && numbers[0] < lowest
		})
		numbers := numbersIn(screen)
		for i := 1; i < len(numbers); i++ {
			if numbers[i] != numbers[i-1]+1 {
				t.Fatalf("message %d is followed by %d:\n%s", numbers[i-1], numbers[i], screen)
			}
		}
		if last := numbers[len(numbers)-1]; last < lowest-1 {
			t.Fatalf("the messages from %d to %d were skipped", last, lowest)
		}
		lowest = numbers[0]
	}
	alice.Press(endKey)
	alice.Sees("message number 450")
}

func TestAResizeKeepsTheLineThatIsRead(t *testing.T) {
	core := newCore(t)
	history(t, core, 100)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("message number 100")
	alice.Press(pageUp, pageUp)
	alice.Until("the middle", func(screen string) bool { n := numbersIn(screen); return len(n) > 0 && n[0] < 60 })
	first := numbersIn(alice.Sees("#lobby"))[0]
	for _, size := range []tui.Size{{Width: 40, Height: 12}, {Width: 120, Height: 40}, {Width: 80, Height: 24}} {
		alice.Resize(size)
		alice.Until("the same first line at "+itoa(size.Width), func(screen string) bool {
			n := numbersIn(screen)
			return strings.Count(screen, "\n") == size.Height-1 && len(n) > 0 && n[0] == first
		})
	}
}

func TestTheUnreadLineStandsWhereReadingStopped(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	say(t, core, bob, "read before")
	first := watch(t, core, alice, reference)
	first.Sees("read before")
	first.Press("/quit", enter)
	if err := first.Wait(); err != nil {
		t.Fatalf("leaving gave %v", err)
	}
	say(t, core, alice, "my own message is never unread")
	say(t, core, bob, "not seen yet")
	screen := watch(t, core, alice, reference).Sees("not seen yet", "unread")
	rows := strings.Split(screen, "\n")
	for i, row := range rows {
		if strings.Contains(row, "─ unread ─") && !strings.Contains(rows[i+1], "not seen yet") {
			t.Errorf("the line stands above %q:\n%s", rows[i+1], screen)
		}
	}
}

func TestWhatArrivesWhileTheTerminalIsInTheBackgroundIsUnread(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	screen := watch(t, core, alice, reference)
	screen.Sees("1 here")
	say(t, core, bob, "seen at once")
	screen.Sees("seen at once")
	screen.LookAway()
	say(t, core, bob, "not seen")
	screen.Sees("unread", "not seen", "↓ 1 new")
	screen.Press(focus)
	screen.SeesNo("1 new")
}

func TestTheReadMarkerFollowsWhatWasSeen(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	screen := watch(t, core, alice, reference)
	screen.Sees("1 here")
	seq := say(t, core, bob, "look")
	screen.Sees("look")
	screen.Press(ctrlD)
	if err := screen.Wait(); err != nil {
		t.Fatal(err)
	}
	view, err := core.Chat.Room(t.Context(), alice, domain.Address{Name: domain.Lobby})
	if err != nil || view.Read != seq {
		t.Errorf("the marker is %d (%v), want %d", view.Read, err, seq)
	}
}

func TestCommands(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")
	for _, c := range []struct{ typed, sees string }{
		{"/hlep", "unknown /hlep: did you mean /help?"},
		{"/frobnicate", "unknown /frobnicate: /help lists"},
		{"/me", "say what you do"},
		{"/mouse maybe", "say /mouse on or /mouse off"},
		{"/mouse on", "mouse on"},
	} {
		alice.Press(c.typed, enter)
		alice.Sees(c.sees)
		alice.Press(ctrlC)
	}
	alice.Press("/me waves", enter)
	alice.Sees("alice waves")
	alice.Press("//etc/motd", enter)
	alice.Sees("/etc/motd")
	if got := messages(t, core); len(got) != 2 || got[0] != "/me waves" || got[1] != "/etc/motd" {
		t.Errorf("the room holds %q", got)
	}
}

func TestHelpListsTheKeysAndCommands(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), tui.Size{Width: 80, Height: 120})
	alice.Sees("1 here")
	for _, open := range []string{f1, "/help" + enter} {
		alice.Press(open)
		alice.Sees("Ctrl+Y", "paste what was cut", "/quit", "/me ACTION", "TZ")
		alice.Press(escape)
		alice.SeesNo("paste what was cut")
	}
}

func TestEditingIsThatOfAShell(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")
	alice.Press("world", "\x01", "hello ", "\x05", "!") // Ctrl+A, Ctrl+E
	alice.Sees("> hello world!")
	alice.Press("\x17") // Ctrl+W
	alice.Until("the first word alone", func(s string) bool { return strings.HasSuffix(s, "> hello") })
	alice.Press(ctrlY, "\x1bb", "\x1bb", "brave new ") // Alt+B twice
	alice.Sees("> brave new hello world!")
	alice.Press("\x15") // Ctrl+U
	alice.Until("what follows the cursor", func(s string) bool { return strings.HasSuffix(s, "\n> hello world!") })
	alice.Press("\x0b") // Ctrl+K
	alice.Until("nothing", func(s string) bool { return strings.HasSuffix(s, "\n>") })
	alice.Press("one", enter)
	alice.Sees("one")
	alice.Press("two", enter, up, up)
	alice.Sees("> one")
	alice.Press(down)
	alice.Sees("> two")
}

func TestCtrlCClearsThenAsksThenLeaves(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")
	alice.Press("a draft", ctrlC)
	alice.Sees("Ctrl+Y brings it back")
	alice.Press(ctrlY)
	alice.Sees("> a draft")
	alice.Press(ctrlC, ctrlC)
	alice.Sees("press Ctrl+C again to leave")
	alice.Press(ctrlC)
	if err := alice.Wait(); err != nil {
		t.Errorf("leaving gave %v", err)
	}
}

func TestAMessageThatIsRefusedStaysInTheComposer(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")
	alice.Paste(strings.Repeat("x", domain.MaxContent+1))
	alice.Sees("4001/4000")
	alice.Press(enter)
	alice.Sees("at most 4,000 characters", "4001/4000")
}

func TestTheServersGoodbyeEndsTheSession(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")
	core.Hub.Close(broadcast.Bye{Code: "server.shutdown", Message: "the server is shutting down", Reconnect: true})
	var bye *broadcast.Bye
	if err := alice.Wait(); !errors.As(err, &bye) || bye.Code != "server.shutdown" {
		t.Errorf("the session ended with %v", err)
	}
}

func TestTheTerminalIsPutBackOnLeaving(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")
	alice.Press("/quit", enter)
	if err := alice.Wait(); err != nil {
		t.Fatal(err)
	}
	if alice.AltScreen() {
		t.Error("the alternate screen is still on")
	}
	for _, sequence := range []string{"\x1b[?2004l", "\x1b[?1004l", "\x1b[23;2t"} {
		if !strings.Contains(alice.Written(), sequence) {
			t.Errorf("%q was not written", sequence)
		}
	}
}

// messages gives the texts in the lobby.
func messages(t *testing.T, core *storetest.Core) []string {
	t.Helper()
	reader, err := core.Auth.LogIn(t.Context(), reading(), "alice", storetest.Password)
	if err != nil {
		t.Fatal(err)
	}
	page, err := core.Chat.Messages(t.Context(), reader, domain.Address{Name: domain.Lobby}, span())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range page.Messages {
		texts = append(texts, m.Content)
	}
	return texts
}

func TestWhatIWriteIsShownAtOnceHoweverMuchIsUnread(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	history(t, core, 450)
	screen := watch(t, core, alice, reference)
	screen.Press("written before the room was open")
	screen.Sees("#lobby", "1 here", "> written before the room was open")
	screen.Press(enter)
	screen.Sees("alice", "written before the room was open", "message number 450")
	again := watch(t, core, alice, reference)
	again.Sees("#lobby", "1 here")
	again.Press(pageUp, pageUp)
	again.Press("written somewhere in the past", enter)
	again.Sees("written somewhere in the past")
	again.Until("it as stored", func(screen string) bool { return !strings.Contains(screen, "  ...") })
}

func TestAScreenThatLaggedAsksAgainWhoIsHere(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	live := core.Chat.Connect(alice, broadcast.Options{Presence: true})
	defer live.Close(broadcast.ErrLeft)
	people := tui.HereAfterLag(t.Context(), tui.Config{Chat: core.Chat, Actor: alice, Now: time.Now}, live)
	if len(people) != 1 || people[alice.ID()].User.Name != "alice" {
		t.Errorf("here are %v", people)
	}
}

func TestTheWheelScrollsWhenTheMouseIsOn(t *testing.T) {
	const wheelUp, wheelDown = "\x1b[<64;10;10M", "\x1b[<65;10;10M"
	core := newCore(t)
	history(t, core, 100)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("message number 100")
	if strings.Contains(alice.Written(), "\x1b[?1002h") {
		t.Error("the mouse is on from the start: the terminal cannot select text")
	}
	alice.Obeys("/mouse on", "mouse on")
	alice.Press(wheelUp, wheelUp)
	alice.SeesNo("message number 95")
	alice.Press(wheelDown, wheelDown, wheelDown)
	alice.Sees("message number 100")
	alice.Obeys("/mouse off", "mouse off")
	if !strings.Contains(alice.Written(), "\x1b[?1002l") {
		t.Error("the mouse stays on")
	}
}
