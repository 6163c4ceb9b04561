package tui_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
	alice.sees("1 here")

	release := lock(t, file)
	alice.press("is anybody there?", enter)
	alice.sees("...", "is anybody there?")
	alice.press("the screen still takes what I write")
	alice.sees("> the screen still takes what I write")
	alice.sees("!", "not sent:", "Ctrl+R sends it again")
	release()
	alice.press("\x12") // Ctrl+R
	alice.seesNo("not sent:")
	alice.press("\x15", "second", enter)
	alice.until("both as stored", func(screen string) bool {
		return !strings.Contains(screen, "...") && strings.Contains(screen, "second")
	})
	if got := messages(t, core); !slices.Equal(got, []string{"is anybody there?", "second"}) {
		t.Errorf("the room holds %q", got)
	}
}

func TestMessagesArriveInTheOrderInWhichTheyWereWritten(t *testing.T) {
	core := newCore(t)
	alice := watch(t, core, core.User(t, "alice"), reference)
	alice.sees("1 here")
	var want []string
	for i := range 40 { // more than may be sent at once
		want = append(want, "line "+itoa(i))
		alice.press(want[i], enter)
	}
	alice.sees("line 39")
	alice.until("nothing on its way", func(screen string) bool { return !strings.Contains(screen, "  ...") })
	if got := messages(t, core); !slices.Equal(got, want) {
		t.Errorf("the room holds %q", got)
	}
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
