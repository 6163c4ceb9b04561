package tui_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/chat"
	"parley/sshui/tui"
	"parley/store"
	"parley/store/storetest"
)

func TestAMessageThatWasNotStoredSaysSoAndCanBeSentAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the database's time-out")
	}
	file := filepath.Join(t.TempDir(), "parley.db")
	core := storetest.NewCoreOn(t, store.Config{SQLitePath: file})
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")

	release := lock(t, file)
	alice.Press("is anybody there?", enter)
	alice.Sees("...", "is anybody there?")
	alice.Press("the screen still takes what I write")
	alice.Sees("> the screen still takes what I write")
	alice.Sees("!", "not sent:", "Ctrl+R sends again")
	release()
	alice.Press(ctrlR)
	alice.SeesNo("not sent:")
	alice.Press("\x15", "second", enter)
	alice.Until("both as stored", func(screen string) bool {
		return !strings.Contains(screen, "...") && strings.Contains(screen, "second")
	})
	if got := messages(t, core); !slices.Equal(got, []string{"is anybody there?", "second"}) {
		t.Errorf("the room holds %q", got)
	}
}

func TestMessagesArriveInTheOrderInWhichTheyWereWritten(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")
	var want []string
	for i := range 40 { // more than may be sent at once
		want = append(want, "line "+itoa(i))
		alice.Press(want[i], enter)
	}
	alice.Sees("line 39")
	alice.Until("nothing on its way", func(screen string) bool { return !strings.Contains(screen, "  ...") })
	if got := messages(t, core); !slices.Equal(got, want) {
		t.Errorf("the room holds %q", got)
	}
}

// Another process wrote in between, so this one reads both messages from the
// history, which keeps no nonces.
func TestAMessageThatComesBackThroughTheHistoryIsShownOnce(t *testing.T) {
	core := newCore(t)
	elsewhere := core.Beside(t)
	bob := elsewhere.User(t, "bobby")
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")
	say(t, elsewhere, bob, "from elsewhere")
	alice.Press("from here", enter)
	alice.Until("it once, as stored", func(screen string) bool {
		return strings.Contains(screen, "from elsewhere") &&
			strings.Count(screen, "from here") == 1 && !strings.Contains(screen, "  ...")
	})
}

// While nothing can be stored, what waits is bounded.
func TestTooManyUnsentMessagesAreRefusedAndStayInTheLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "parley.db")
	core := storetest.NewCoreOn(t, store.Config{SQLitePath: file})
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.Sees("1 here")
	release := lock(t, file)
	defer release()
	for i := range 101 {
		alice.Press("line "+itoa(i), enter)
	}
	alice.Sees("too many of your messages are not sent yet", "> line 100")
}

func TestAMessageThatIsNotStoredYetIsKeptWhileAnotherRoomIsInView(t *testing.T) {
	file := filepath.Join(t.TempDir(), "parley.db")
	core := storetest.NewCoreOn(t, store.Config{SQLitePath: file})
	reader := core.User(t, "alice")
	makeRoom(t, core, "dev", reader)
	alice := watch(t, core, reader, reference)
	alice.Sees("› #lobby", "#dev")
	release := lock(t, file)
	alice.Press("for the lobby", enter)
	alice.Sees("  ...", "for the lobby")
	alice.Press(alt2)
	alice.Sees("› #dev")
	alice.Press(ctrlD)
	alice.Sees("a message is not sent yet; press Ctrl+C to leave without it")
	release()
	alice.Press(alt1)
	alice.Sees("› #lobby", "for the lobby")
	alice.Until("it as stored", func(screen string) bool { return !strings.Contains(screen, "  ...") })
	if got := messages(t, core); !slices.Equal(got, []string{"for the lobby"}) {
		t.Errorf("the room holds %q", got)
	}
}

func TestAReadMarkerThatCouldNotBeWrittenIsTriedAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the database's time-out")
	}
	file := filepath.Join(t.TempDir(), "parley.db")
	core := storetest.NewCoreOn(t, store.Config{SQLitePath: file})
	reader, bob := core.User(t, "alice"), core.User(t, "bobby")
	alice := watch(t, core, reader, reference)
	alice.Sees("1 here")
	seq := say(t, core, bob, "read me")
	release := lock(t, file)
	alice.Sees("read me")
	<-time.After(5 * time.Second) // the first try is given up
	release()
	storetest.Eventually(t, "the marker is written", func() bool {
		view, err := core.Chat.Room(t.Context(), reader, domain.Address{Name: domain.Lobby})
		return err == nil && view.Read == seq
	})
}

// archivedRoom opens alice's screen in a room in which bobby said something and
// which can only be read since. What it gives lets it be written to again.
func archivedRoom(t *testing.T, size tui.Size) (alice *viewer, undo func()) {
	t.Helper()
	core := newCore(t)
	reader, bob := core.User(t, "alice"), core.User(t, "bobby")
	at := makeRoom(t, core, "dev", bob, reader)
	tell(t, core, bob, at, "hello")
	archive := func(archived bool) {
		_, err := core.Chat.ChangeRoom(t.Context(), bob, at, chat.RoomChange{Archived: &archived})
		check(t, err)
	}
	archive(true)
	alice = watch(t, core, reader, size)
	alice.Sees("#dev (archived)", "hello") // where something is unread
	return alice, func() { archive(false) }
}

// notSent waits until so many messages are shown as not sent.
func notSent(v *viewer, n int) {
	v.Until(itoa(n)+" not sent", func(screen string) bool { return strings.Count(screen, "not sent: ") == n })
}

func TestAMessageThatWasNotSentCanBeDiscarded(t *testing.T) {
	alice, _ := archivedRoom(t, reference)
	alice.Press("first", enter, "second", enter)
	notSent(alice, 2)
	alice.Sees("Ctrl+R sends again; Alt+Up, d discards")
	alice.Press(altUp)
	alice.Sees("!›alice        second", "Ctrl+R sends it again, d discards it, c copy, Esc back")
	alice.Press(up)
	alice.Sees("!›alice        first")
	alice.Press("d")
	alice.Sees("discarded; Ctrl+Y brings it back", "! alice        second")
	alice.SeesNo("first")
	notSent(alice, 1)
	alice.Press(ctrlY)
	alice.Sees("> first")
	alice.Press(altUp, up)
	alice.Sees("›bobby        hello", "r answer, e edit, d delete")
	alice.Press(down, "d")
	notSent(alice, 0)
	alice.Press(ctrlU, ctrlD)
	check(t, alice.Wait())
}

func TestADiscardedMessageThatBeginsWithASlashComesBackAsItWasTyped(t *testing.T) {
	alice, _ := archivedRoom(t, reference)
	for _, typed := range []string{"//quit is a command", "/me waves"} {
		alice.Press(typed, enter)
		notSent(alice, 1)
		alice.Press(altUp, "d", ctrlY)
		alice.Sees("> " + typed)
		alice.Press(ctrlU)
	}
}

func TestWhatNeedsAStoredMessageIsNotDoneToOneThatWasNotSent(t *testing.T) {
	alice, undo := archivedRoom(t, reference)
	alice.Press("too late", enter)
	notSent(alice, 1)
	alice.Press(altUp)
	for _, act := range []string{"r", "e", "+", "p"} {
		alice.Press("z") // says something else
		alice.Sees("a message is chosen")
		alice.Press(act)
		alice.Sees("this message is not in the room", "!›alice        too late")
	}
	alice.Press("c")
	alice.Sees("copied")
	undo()
	alice.SeesNo("(archived)")
	alice.Press(altUp, ctrlR)
	alice.SeesNo("not sent:")
	alice.SeesNo("›alice")
}

// On a small terminal they are taller than the view.
func TestEveryMessageThatWasNotSentCanBeChosen(t *testing.T) {
	alice, _ := archivedRoom(t, tui.Size{Width: 40, Height: 12})
	for i := range 6 {
		alice.Press("line "+itoa(i), enter)
	}
	alice.Sees("line 5")
	alice.Until("nothing on its way", func(screen string) bool { return !strings.Contains(screen, "  ...") })
	for i := range 6 {
		alice.Press(altUp)
		alice.Sees("!›alice: line " + itoa(5-i))
	}
	alice.Sees("Ctrl+R again, d discard, Esc")
	alice.Press(altUp)
	alice.Sees("›bobby: hello")
	for i := range 6 {
		alice.Press(down)
		alice.Sees("!›alice: line " + itoa(i))
	}
	for range 6 {
		alice.Press("d", altUp)
	}
	alice.Sees("›bobby: hello")
	alice.SeesNo("alice: line")
}

// lock holds the database's write lock, as another program might, until the
// function it gives is called.
func lock(t *testing.T, file string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", file+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
		db.Close()
	}
}
