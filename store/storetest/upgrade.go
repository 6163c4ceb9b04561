package storetest

import (
	"fmt"
	"testing"

	"github.com/pressly/goose/v3"

	"parley/domain"
	"parley/domain/auth"
	"parley/migrations"
	"parley/store"
)

// migrateTo brings a database to the schema of an earlier release.
func migrateTo(tb testing.TB, config store.Config, version int64) {
	tb.Helper()
	dialect, tree := goose.DialectSQLite3, migrations.SQLite()
	if config.Postgres != nil {
		dialect, tree = goose.DialectPostgres, migrations.Postgres()
	}
	provider, err := goose.NewProvider(dialect, DB(tb, config), tree, goose.WithDisableGlobalRegistry(true))
	must(tb, err)
	_, err = provider.UpTo(tb.Context(), version)
	must(tb, err)
}

func fromFirstRelease(t *testing.T, config store.Config) {
	migrateTo(t, config, 1)
	db, now, blob := DB(t, config), "1795428000000000", "x'%02x'"
	if config.Postgres != nil {
		now, blob = "'2026-11-23T10:00:00Z'", `'\x%02x'`
	}
	for _, row := range []string{
		`INSERT INTO users (name, folded_name, password_hash, created_at) VALUES ('Alice', 'alice', 'hash', %s)`,
		`INSERT INTO members (room_id, user_id, read_seq, joined_at) VALUES (1, 1, 1, %s)`,
		`INSERT INTO messages (room_id, seq, author_id, token, key_id, created_at) VALUES (1, 1, 1, 'token', 'key', %s)`,
		`INSERT INTO nonces (room_id, author_id, nonce, content, seq, created_at)
			VALUES (1, 1, ` + fmt.Sprintf(blob, 1) + `, ` + fmt.Sprintf(blob, 2) + `, 1, %s)`,
		`INSERT INTO attempts (rule, key, subject, at) VALUES ('log-in', '192.0.2.1', 'subject', %s)`,
	} {
		Exec(t, db, fmt.Sprintf(row, now))
	}
	Exec(t, db, `UPDATE rooms SET head_seq = 1`)
	Exec(t, db, `UPDATE instance SET revision = 7, root_token = 'root', root_key_id = 'key'`)
	engine := OpenEmpty(t, config)
	WantError(t, engine.Ready(t.Context()), domain.Unavailable, "store.not_migrated")
	names, err := engine.Migrate(t.Context())
	must(t, err)
	if len(names) != len(migrations.Versions(migrations.SQLite()))-1 || names[0] != "0002_sessions.sql" {
		t.Errorf("applied %v", names)
	}
	f := &fixture{Engine: engine, config: config, db: db}
	account, err := f.AccountByName(t.Context(), "alice")
	must(t, err)
	root, err := f.Root(t.Context())
	must(t, err)
	revision, err := f.Revision(t.Context())
	must(t, err)
	marker := f.marker(t, account.ID, f.lobby(t))
	if account.Name != "Alice" || account.Generation != 1 || root.Token != "root" || revision != 7 || marker != 1 {
		t.Errorf("got %+v, root %v, revision %d, marker %d", account, root, revision, marker)
	}
	if n := Scalar[int](t, db, `SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM nonces) + (SELECT count(*) FROM attempts)`); n != 3 {
		t.Errorf("%d rows outlived the migration, want 3", n)
	}
	session := f.logIn(t, account.ID, moment)
	if f.lasting(t, session.ID) != 1 {
		t.Error("no session can be made")
	}
	_, err = f.AddKey(t.Context(), newKey(account.ID, "laptop"), 20)
	must(t, err)
	must(t, f.ChangeAccount(t.Context(), account.ID, auth.AccountChange{Void: true}))
}
