package sqlite_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
	"parley/store/sqlite"
	"parley/store/storetest"
)

// seeded gives an open store with a user, and the lobby.
func seeded(t *testing.T, engine store.Engine) (domain.UserID, domain.RoomID) {
	t.Helper()
	account, err := engine.CreateAccount(t.Context(), auth.NewAccount{Name: "alice", PasswordHash: "hash", CreatedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	lobby, err := engine.Look(t.Context(), 0, chat.Where{Name: domain.Lobby})
	if err != nil {
		t.Fatal(err)
	}
	return account.ID, lobby.ID
}

func TestWhileSomebodyElseWritesWritesAreUnavailableAndReadsGoOn(t *testing.T) {
	t.Parallel()
	config := storetest.SQLite(t)
	engine := storetest.Open(t, config)
	user, lobby := seeded(t, engine)
	tx, err := storetest.DB(t, config).Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`UPDATE instance SET revision = revision`); err != nil { // takes the write lock
		t.Fatal(err)
	}
	for _, call := range storetest.Calls(engine, user, lobby) {
		if !call.Writes {
			if err := call.Do(t.Context()); err != nil {
				t.Errorf("%s: %v", call.Name, err)
			}
		}
	}
	errs := make(chan error)
	calls := 0
	for _, call := range storetest.Calls(engine, user, lobby) {
		if call.Writes {
			calls++
			go func() { errs <- call.Do(t.Context()) }()
		}
	}
	for range calls {
		if err := <-errs; domain.KindOf(err) != domain.Unavailable || domain.HasCode(err, "message.unknown") {
			t.Errorf("a write got %v", err)
		}
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	for _, call := range storetest.Calls(engine, user, lobby) {
		if err := call.Do(t.Context()); err != nil {
			t.Errorf("afterwards %s: %v", call.Name, err)
		}
	}
}

func TestAFullDiskIsUnavailableUntilThereIsRoomAgain(t *testing.T) {
	t.Parallel()
	config := storetest.SQLite(t)
	full := &fullDisk{}
	engine, err := sqlite.OpenWrapped(t.Context(), config.SQLitePath, full.wrap)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	user, lobby := seeded(t, engine)
	big := func(n int) []chat.Entry {
		return []chat.Entry{{
			RoomID: lobby, Author: user, CreatedAt: time.Now(), Nonce: chat.NonceDigest{byte(n), byte(n >> 8)},
			Seal: func(domain.Seq) (encryption.Sealed, error) {
				return encryption.Sealed{Token: strings.Repeat("x", 1<<16), KeyID: "key"}, nil
			},
		}}
	}
	if _, err := engine.Append(t.Context(), big(0)); err != nil {
		t.Fatal(err)
	}
	full.set(t, 1) // SQLite raises it to what the file has already
	_, err = engine.Append(t.Context(), big(1))
	storetest.WantError(t, err, domain.Unavailable, "store.unavailable")
	records, err := engine.Messages(t.Context(), lobby, chat.Range{Limit: 10})
	if err != nil || len(records) != 1 {
		t.Errorf("read %d messages, %v", len(records), err)
	}
	full.set(t, 1<<30)
	results, err := engine.Append(t.Context(), big(1))
	if err != nil || results[0].Seq != 2 || results[0].Repeated {
		t.Errorf("with room again: %+v, %v", results, err)
	}
}

// fullDisk limits how many pages the database may have.
type fullDisk struct{ conn fullConn }

func (f *fullDisk) wrap(c driver.Connector) driver.Connector { return &fullDiskConnector{c, f} }

func (f *fullDisk) set(t *testing.T, pages int) {
	t.Helper()
	rows, err := f.conn.QueryContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = rows.Next(make([]driver.Value, 1))
	_ = rows.Close()
}

type fullDiskConnector struct {
	driver.Connector
	disk *fullDisk
}

func (c *fullDiskConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err == nil {
		c.disk.conn = conn.(fullConn)
	}
	return conn, err
}

func TestAConnectionWithoutDurableCommitsIsRefused(t *testing.T) {
	path := storetest.EmptySQLite(t).SQLitePath
	for name, value := range map[string]string{
		"synchronous": "1", "foreign_keys": "1", "journal_mode": "wal", "busy_timeout": "3000", "no_such_pragma": "1",
	} {
		conn, err := sqlite.ConnectorWithout(t, path, name, value).Connect(t.Context())
		if err == nil {
			_ = conn.Close()
			t.Errorf("a connection without %s = %s was taken", name, value)
		} else if !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	}
}

func TestEveryConnectionIsDurable(t *testing.T) {
	path := storetest.SQLite(t).SQLitePath
	for name, pragmas := range map[string]map[string]string{
		"writer": {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "3000"},
		"reader": {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "3000", "query_only": "1"},
	} {
		db := sql.OpenDB(sqlite.ConnectorOf(t, name, path))
		t.Cleanup(func() { _ = db.Close() })
		for pragma, want := range pragmas {
			if got := storetest.Scalar[string](t, db, "PRAGMA "+pragma); got != want {
				t.Errorf("%s: %s is %s, want %s", name, pragma, got, want)
			}
		}
	}
}

func TestTheDatabaseIsForItsOwnerAlone(t *testing.T) {
	config := storetest.EmptySQLite(t)
	engine := storetest.Open(t, config)
	seeded(t, engine)
	files, err := filepath.Glob(config.SQLitePath + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("found %v, %v", files, err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", file, info.Mode(), err)
		}
	}
}

func TestAFileThatCannotBeUsedIsRefused(t *testing.T) {
	junk := filepath.Join(t.TempDir(), "junk.db")
	if err := os.WriteFile(junk, []byte(strings.Repeat("this is no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{junk, t.TempDir(), filepath.Join(t.TempDir(), "none", "parley.db")} {
		if engine, err := sqlite.Open(t.Context(), path); err == nil {
			_ = engine.Close()
			t.Errorf("%s was opened", path)
		}
	}
}

func TestAPathMayHoldAnyCharacters(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a b?c#d%41&e=ü")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "parley.db")
	engine := storetest.Open(t, store.Config{SQLitePath: path})
	if err := engine.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("the file: %v, %v", info, err)
	}
}

// The first to open a file turns it to its journal mode, which nobody may be
// reading meanwhile.
func TestOpeningAFreshFileWaitsForWhoeverReadsIt(t *testing.T) {
	t.Parallel()
	config := storetest.EmptySQLite(t)
	db := storetest.DB(t, config)
	storetest.Exec(t, db, `CREATE TABLE notes (text text)`)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow(`SELECT count(*) FROM notes`).Scan(&n); err != nil { // takes the read lock
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, func() { _ = tx.Rollback() })
	engine, err := sqlite.Open(t.Context(), config.SQLitePath)
	if err != nil {
		t.Fatal(err)
	}
	_ = engine.Close()
}
