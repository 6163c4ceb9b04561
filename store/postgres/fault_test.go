package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
	"parley/store/postgres"
	"parley/store/storetest"
)

// atRisk opens a store whose server can be taken away, with a user and the
// lobby.
func atRisk(t *testing.T) (store.Engine, *storetest.Proxy, domain.UserID, domain.RoomID) {
	t.Helper()
	proxy := storetest.NewProxy(t, storetest.Postgres(t))
	engine := storetest.Open(t, proxy.Config())
	account, err := engine.CreateAccount(t.Context(), auth.NewAccount{Name: "alice", PasswordHash: "hash", CreatedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	lobby, err := engine.Look(t.Context(), 0, chat.Where{Name: domain.Lobby})
	if err != nil {
		t.Fatal(err)
	}
	return engine, proxy, account.ID, lobby.ID
}

func message(user domain.UserID, room domain.RoomID, nonce byte) chat.Entry {
	return chat.Entry{
		RoomID: room, Author: user, CreatedAt: time.Now(), Nonce: chat.NonceDigest{nonce},
		Seal: func(domain.Seq) (encryption.Sealed, error) {
			return encryption.Sealed{Token: "token", KeyID: "key"}, nil
		},
	}
}

func TestACommitWhoseAnswerIsLostCanBeLookedUp(t *testing.T) {
	t.Parallel()
	engine, proxy, user, lobby := atRisk(t)
	want := domain.Seq(0)
	for i, done := range []bool{true, false, true} {
		entry := message(user, lobby, byte(i))
		proxy.LoseCommit(done)
		_, err := engine.Append(t.Context(), []chat.Entry{entry})
		storetest.WantError(t, err, domain.Unavailable, "message.unknown")
		sent, err := engine.Sent(t.Context(), entry)
		if done {
			want++
		}
		if err != nil || (sent.Seq != 0) != done || done && sent.Seq != want {
			t.Errorf("commit %d: looked up %+v, %v, want seq %d", i, sent, err, want)
		}
		results, err := engine.Append(t.Context(), []chat.Entry{entry})
		if !done {
			want++
		}
		if err != nil || results[0].Seq != want || results[0].Repeated != done {
			t.Errorf("commit %d: sent again %+v, %v, want seq %d", i, results, err, want)
		}
	}
}

func TestALostCommitOfAnythingElseIsUnavailable(t *testing.T) {
	t.Parallel()
	engine, proxy, _, _ := atRisk(t)
	proxy.LoseCommit(false)
	bob := auth.NewAccount{Name: "bob", PasswordHash: "hash", CreatedAt: time.Now()}
	_, err := engine.CreateAccount(t.Context(), bob)
	storetest.WantError(t, err, domain.Unavailable, "store.unavailable")
	if _, err := engine.CreateAccount(t.Context(), bob); err != nil {
		t.Error(err)
	}
}

func TestAServerThatIsAwayIsUnavailableAndComesBackByItself(t *testing.T) {
	t.Parallel()
	engine, proxy, user, lobby := atRisk(t)
	for range 2 {
		proxy.TakeAway()
		for _, call := range storetest.Calls(engine, user, lobby) {
			if err := call.Do(t.Context()); domain.KindOf(err) != domain.Unavailable {
				t.Errorf("while it is away, %s: got %v", call.Name, err)
			}
		}
		proxy.BringBack()
		if _, err := engine.Append(t.Context(), []chat.Entry{message(user, lobby, 1)}); err != nil {
			t.Errorf("once it is back: %v", err)
		}
	}
	if err := engine.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestARoomThatAnotherNodeHoldsIsUnavailableAndHarmsNoOther(t *testing.T) {
	t.Parallel()
	config := storetest.Postgres(t)
	engine := storetest.Open(t, config)
	db := storetest.DB(t, config)
	account, err := engine.CreateAccount(t.Context(), auth.NewAccount{Name: "alice", PasswordHash: "hash", CreatedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	held := storetest.InsertRoom(t, db, config, "held", domain.RoomPublic)
	free := storetest.InsertRoom(t, db, config, "free", domain.RoomPublic)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`SELECT * FROM rooms WHERE id = $1 FOR UPDATE`, held); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error)
	go func() {
		_, err := engine.Append(t.Context(), []chat.Entry{message(account.ID, held, 1)})
		waiting <- err
	}()
	if _, err := engine.Append(t.Context(), []chat.Entry{message(account.ID, free, 1)}); err != nil {
		t.Errorf("in the other room: %v", err)
	}
	if err := <-waiting; domain.KindOf(err) != domain.Unavailable || domain.HasCode(err, "message.unknown") {
		t.Errorf("in the room that is held: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if results, err := engine.Append(t.Context(), []chat.Entry{message(account.ID, held, 1)}); err != nil || results[0].Seq != 1 {
		t.Errorf("afterwards: %+v, %v", results, err)
	}
}

func TestAConnectionOnWhichCommitsAreNotDurableIsRefused(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"off", "local"} {
		proxy := storetest.NewProxy(t, storetest.Postgres(t))
		proxy.Force("synchronous_commit", mode)
		engine, err := store.Open(t.Context(), proxy.Config())
		if err == nil {
			_ = engine.Close()
			t.Errorf("a server with synchronous_commit %s was taken", mode)
		} else if !strings.Contains(err.Error(), "synchronous_commit") {
			t.Errorf("the error does not name it: %v", err)
		}
	}
}

func TestAServersOwnDefaultDoesNotWeakenCommits(t *testing.T) {
	t.Parallel()
	config := storetest.Postgres(t)
	storetest.Exec(t, storetest.DB(t, config), `ALTER DATABASE `+config.Postgres.Name+` SET synchronous_commit = off`)
	if off := storetest.Scalar[string](t, storetest.DB(t, config), `SHOW synchronous_commit`); off != "off" {
		t.Fatalf("the default is %s", off)
	}
	storetest.OpenEmpty(t, config) // asserts it on the connection
}

func TestOpeningFailsSoonAndWithoutThePasswordWhereThereIsNoServer(t *testing.T) {
	t.Parallel()
	proxy := storetest.NewProxy(t, storetest.Postgres(t))
	proxy.TakeAway()
	config := *proxy.Config().Postgres
	config.Password = `se'cr\et pass`
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := postgres.Open(ctx, config)
	if domain.KindOf(err) != domain.Unavailable || ctx.Err() != nil {
		t.Errorf("got %v", err)
	}
	if err != nil && strings.Contains(err.Error(), "cr\\et") {
		t.Errorf("the error shows the password: %v", err)
	}
}

// Nothing arrives any more and nobody says so. Each call gives up after its
// time; what was on its way arrives late and counts once.
func TestAServerThatFallsSilentIsUnavailableAndNothingIsStoredTwice(t *testing.T) {
	t.Parallel()
	engine, proxy, user, lobby := atRisk(t)
	for i, silence := range []func(){proxy.Freeze, proxy.FreezeAtCommit} {
		entry := message(user, lobby, byte(i))
		silence()
		_, err := engine.Append(t.Context(), []chat.Entry{entry})
		storetest.WantError(t, err, domain.Unavailable, []string{"store.unavailable", "message.unknown"}[i])
		_, err = engine.Sent(t.Context(), entry)
		storetest.WantError(t, err, domain.Unavailable, "store.unavailable")
		proxy.Thaw()
		want := domain.Seq(i + 1)
		var results []chat.Appended
		storetest.Eventually(t, "it can be sent again", func() bool {
			results, err = engine.Append(t.Context(), []chat.Entry{entry})
			return err == nil
		})
		if results[0].Seq != want || results[0].Err != nil {
			t.Errorf("sent again: %+v, want seq %d", results[0], want)
		}
		records, err := engine.Messages(t.Context(), lobby, chat.Range{Limit: 10})
		if err != nil || len(records) != int(want) {
			t.Errorf("%d messages are stored, %v", len(records), err)
		}
	}
}

// As on a standby, or where an operator made it so.
func TestADatabaseThatOnlyReadsIsUnavailableToWritersAlone(t *testing.T) {
	t.Parallel()
	engine, proxy, user, lobby := atRisk(t)
	setReadOnly := func(value string) {
		db := storetest.DB(t, proxy.Config())
		storetest.Exec(t, db, `SET default_transaction_read_only = off`)
		storetest.Exec(t, db, `ALTER DATABASE `+proxy.Config().Postgres.Name+` SET default_transaction_read_only = `+value)
		proxy.TakeAway() // the setting is for new connections
		proxy.BringBack()
	}
	setReadOnly("on")
	for _, call := range storetest.Calls(engine, user, lobby) {
		err := call.Do(t.Context())
		if call.Writes && domain.KindOf(err) != domain.Unavailable || !call.Writes && err != nil {
			t.Errorf("%s: got %v", call.Name, err)
		}
	}
	setReadOnly("off")
	for _, call := range storetest.Calls(engine, user, lobby) {
		// A connection that was broken while idle costs one call.
		storetest.Eventually(t, call.Name+" is answered again", func() bool { return call.Do(t.Context()) == nil })
	}
}

// The server ends connections under the store, as an operator or a restart
// does. Calls fail as Unavailable at worst and the next ones are answered.
func TestConnectionsThatTheServerEndsAreReplaced(t *testing.T) {
	t.Parallel()
	config := storetest.Postgres(t)
	engine := storetest.Open(t, config)
	db := storetest.DB(t, config)
	for range 5 {
		if _, err := engine.Epoch(t.Context()); err != nil {
			t.Errorf("got %v", err)
		}
		storetest.Exec(t, db, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'parley'`)
		storetest.Eventually(t, "the store answers again", func() bool {
			_, err := engine.Epoch(t.Context())
			if err != nil && domain.KindOf(err) != domain.Unavailable {
				t.Errorf("got %v", err)
			}
			return err == nil
		})
	}
}
