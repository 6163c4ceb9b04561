package chat_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// hold takes a SQLite database's write lock until release is called.
func hold(t *testing.T, config store.Config) (release func()) {
	t.Helper()
	tx, err := storetest.DB(t, config).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`UPDATE instance SET revision = revision`); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
			t.Error(err)
		}
	}
}

// wait is what Submit gives.
type wait = func(context.Context) (chat.Sent, error)

// submit hands in a message that must be accepted.
func submit(t *testing.T, core *storetest.Core, actor auth.Actor, content string) wait {
	t.Helper()
	wait, err := core.Chat.Submit(t.Context(), actor, lobby, chat.Draft{Content: content})
	if err != nil {
		t.Fatalf("submit %q: %v", content, err)
	}
	return wait
}

func TestWhileTheServerIsAwaySendsAreUnavailableAndThenAllRecovers(t *testing.T) {
	proxy := storetest.NewProxy(t, storetest.Postgres(t))
	core := storetest.NewCoreOn(t, proxy.Config())
	alice := core.User(t, "alice")
	live := follow(t, core, alice, lobby, broadcast.Live)
	send(t, core, alice, "before")
	proxy.TakeAway()
	for range 3 {
		_, err := core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: "lost"})
		storetest.WantError(t, err, domain.Unavailable, "store.unavailable")
		_, err = core.Chat.Messages(t.Context(), alice, lobby, chat.Span{})
		storetest.WantError(t, err, domain.Unavailable, "store.unavailable")
	}
	proxy.BringBack()
	storetest.Eventually(t, "messages are stored again", func() bool {
		_, err := core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: "after", Nonce: "one message, however often"})
		return err == nil
	})
	if got := contents(t, core, alice); !slices.Equal(got, []string{"before", "after"}) {
		t.Errorf("the lobby holds %q", got)
	}
	for i, event := range events(t, live, 2) {
		if event.Seq != domain.Seq(i+1) {
			t.Errorf("event %d is %+v", i, event)
		}
	}
}

func TestWhileTheFileIsLockedSendsAreUnavailableAndReadersReadOn(t *testing.T) {
	t.Parallel() // it waits for the clock
	config := storetest.SQLite(t)
	core := storetest.NewCoreOn(t, config)
	alice := core.User(t, "alice")
	send(t, core, alice, "before")
	release := hold(t, config)
	answered := make(chan error)
	go func() {
		_, err := core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: "lost"})
		answered <- err
	}()
	if got := contents(t, core, alice); !slices.Equal(got, []string{"before"}) {
		t.Errorf("meanwhile the lobby shows %q", got)
	}
	storetest.WantError(t, <-answered, domain.Unavailable, "store.unavailable")
	release()
	send(t, core, alice, "after")
	if got := contents(t, core, alice); !slices.Equal(got, []string{"before", "after"}) {
		t.Errorf("the lobby holds %q", got)
	}
}

// The server commits and its answer is lost: the message is found by its nonce,
// acknowledged like any other and shown to all who follow.
func TestAMessageWhoseCommitWasLostIsFoundAndAcknowledged(t *testing.T) {
	proxy := storetest.NewProxy(t, storetest.Postgres(t))
	core := storetest.NewCoreOn(t, proxy.Config())
	alice := core.User(t, "alice")
	live := follow(t, core, alice, lobby, broadcast.Live)
	proxy.LoseCommit(true)
	draft := chat.Draft{Content: "hello", Nonce: "n"}
	sent, err := core.Chat.Send(t.Context(), alice, lobby, draft)
	if err != nil || sent.Message.Seq != 1 || sent.Nonce != "n" {
		t.Fatalf("got %+v, %v", sent, err)
	}
	if event := events(t, live, 1)[0]; !cmp.Equal(event.Message, sent.Message) || event.Nonce != "n" {
		t.Errorf("shown was %+v, sent %+v", event, sent)
	}
	proxy.LoseCommit(false)
	_, err = core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: "never arrived", Nonce: "m"})
	storetest.WantError(t, err, domain.Unavailable, "store.unavailable")
	if again, err := core.Chat.Send(t.Context(), alice, lobby, draft); err != nil || !cmp.Equal(again.Message, sent.Message) {
		t.Errorf("sent again: %+v, %v", again, err)
	}
	if got := contents(t, core, alice); !slices.Equal(got, []string{"hello"}) {
		t.Errorf("the lobby holds %q", got)
	}
}

// The commit is lost and the server is gone as well, so nobody can say.
func TestAnOutcomeThatNobodyKnowsIsToldSo(t *testing.T) {
	proxy := storetest.NewProxy(t, storetest.Postgres(t))
	core := storetest.NewCoreOn(t, proxy.Config())
	alice := core.User(t, "alice")
	proxy.VanishAtCommit()
	draft := chat.Draft{Content: "hello", Nonce: "n"}
	_, err := core.Chat.Send(t.Context(), alice, lobby, draft)
	storetest.WantError(t, err, domain.Unavailable, "message.unknown")
	proxy.BringBack()
	var sent chat.Sent
	storetest.Eventually(t, "it can be sent again", func() bool {
		sent, err = core.Chat.Send(t.Context(), alice, lobby, draft)
		return err == nil
	})
	if got := contents(t, core, alice); sent.Message.Seq != 1 || !slices.Equal(got, []string{"hello"}) {
		t.Errorf("sent %+v, the lobby holds %q", sent, got)
	}
}

func TestACallerWhoLeavesIsToldThatTheOutcomeIsUnknown(t *testing.T) {
	config := storetest.SQLite(t)
	core := storetest.NewCoreOn(t, config)
	alice := core.User(t, "alice")
	release := hold(t, config)
	waiting := submit(t, core, alice, "hello")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := waiting(ctx)
	storetest.WantError(t, err, domain.Unavailable, "message.unknown")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the cause is not told: %v", err)
	}
	release()
	storetest.Eventually(t, "it is stored all the same", func() bool { return len(contents(t, core, alice)) == 1 })
}

func TestABadMessageHarmsNoOtherOfItsBatch(t *testing.T) {
	config := storetest.SQLite(t)
	core := storetest.NewCoreOn(t, config)
	alice, gone := core.User(t, "alice"), core.User(t, "gone")
	db := storetest.DB(t, config)
	db.SetMaxOpenConns(1)
	storetest.Exec(t, db, `PRAGMA foreign_keys = off`)
	storetest.Exec(t, db, fmt.Sprintf(`DELETE FROM users WHERE id = %d`, gone.ID()))
	release := hold(t, config)
	waits := []wait{submit(t, core, alice, "first")} // these gather while the first one waits for the lock
	for i := range 4 {
		waits = append(waits, submit(t, core, alice, fmt.Sprint("good ", i)), submit(t, core, gone, fmt.Sprint("bad ", i)))
	}
	release()
	for i, wait := range waits {
		_, err := wait(t.Context())
		if bad := i > 0 && i%2 == 0; bad {
			storetest.WantError(t, err, domain.NotFound, "user.not_found")
		} else if err != nil {
			t.Errorf("message %d: %v", i, err)
		}
	}
	if got, want := contents(t, core, alice), []string{"first", "good 0", "good 1", "good 2", "good 3"}; !slices.Equal(got, want) {
		t.Errorf("the lobby holds %q, want %q", got, want)
	}
}

func TestWhatWasAcceptedIsStoredBeforeTheStop(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		const people, each = 20, 30
		core := storetest.NewCoreOn(t, config)
		var actors []auth.Actor
		for i := range people {
			actors = append(actors, core.User(t, fmt.Sprint("user", i)))
		}
		var waits []wait
		for n := range each {
			for _, actor := range actors {
				waits = append(waits, submit(t, core, actor, fmt.Sprint("message ", n)))
			}
		}
		core.Stop()
		for i, wait := range waits {
			if sent, err := wait(t.Context()); err != nil || sent.Message.Seq != domain.Seq(i+1) {
				t.Fatalf("message %d: %+v, %v", i+1, sent, err)
			}
		}
		view, err := core.Beside(t).Chat.Room(t.Context(), actors[0], lobby)
		if err != nil || view.Head != people*each {
			t.Errorf("stored are %d, %v", view.Head, err)
		}
	})
}

func TestAfterTheStopNothingIsAccepted(t *testing.T) {
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	core.Stop()
	_, err := core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: "too late"})
	storetest.WantError(t, err, domain.Unavailable, "message.busy")
}

// While nothing can be stored the queue fills up to its bound and no further;
// what it holds is stored once that is possible.
func TestAFullQueueRefusesAtOnce(t *testing.T) {
	config := storetest.SQLite(t)
	core := storetest.NewCoreOn(t, config)
	var actors []auth.Actor
	for i := range 60 {
		actors = append(actors, core.User(t, fmt.Sprint("user", i)))
	}
	release := hold(t, config)
	var waits []wait
	refused := 0
	for n := range 1800 {
		wait, err := core.Chat.Submit(t.Context(), actors[n%len(actors)], lobby, chat.Draft{Content: "hello"})
		if err != nil {
			storetest.WantError(t, err, domain.Unavailable, "message.busy")
			refused++
			continue
		}
		waits = append(waits, wait)
	}
	release()
	if refused == 0 || len(waits) < 1024 {
		t.Errorf("%d were accepted, %d refused", len(waits), refused)
	}
	for _, wait := range waits {
		if _, err := wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if view, err := core.Chat.Room(t.Context(), actors[0], lobby); err != nil || view.Head != domain.Seq(len(waits)) {
		t.Errorf("stored are %d of %d, %v", view.Head, len(waits), err)
	}
}
