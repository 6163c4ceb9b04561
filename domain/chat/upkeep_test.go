package chat_test

import (
	"testing"
	"testing/synctest"
	"time"

	"parley/domain/chat"
	"parley/store/storetest"
)

func TestOldNoncesAndAttemptsAreRemovedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := storetest.SQLite(t)
		clock := &clock{at: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
		core := storetest.NewCoreWith(t, config, func(s *storetest.Settings) { s.Now = clock.now })
		alice := core.User(t, "alice") // who logged in once
		send(t, core, alice, "hello")
		db := storetest.DB(t, config)
		count := func(table string) int { return storetest.Scalar[int](t, db, `SELECT count(*) FROM `+table) }
		for _, step := range []struct {
			pass             time.Duration
			nonces, attempts int
		}{{0, 1, 1}, {time.Hour, 1, 0}, {24 * time.Hour, 0, 0}} {
			clock.pass(step.pass)
			<-time.After(11 * time.Minute) // the bubble's time, which jumps
			synctest.Wait()
			if nonces, attempts := count("nonces"), count("attempts"); nonces != step.nonces || attempts != step.attempts {
				t.Errorf("%s later %d nonces and %d attempts are kept, want %d and %d",
					step.pass, nonces, attempts, step.nonces, step.attempts)
			}
		}
		page, err := core.Chat.Messages(t.Context(), alice, lobby, chat.Span{})
		if err != nil || len(page.Messages) != 1 {
			t.Errorf("%d messages are kept, %v", len(page.Messages), err)
		}
	})
}

func TestTheEpochIsTheDatabasesOwn(t *testing.T) {
	core, _ := newCore(t)
	if epoch := core.Chat.Epoch(); epoch == "" || epoch != core.Beside(t).Chat.Epoch() {
		t.Errorf("the epoch is %q", epoch)
	}
	if other := storetest.NewCoreOn(t, storetest.EmptySQLite(t)); other.Chat.Epoch() == core.Chat.Epoch() {
		t.Error("two databases have one epoch")
	}
}
