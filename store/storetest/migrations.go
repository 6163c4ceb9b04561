package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"parley/domain"
	"parley/migrations"
	"parley/store"
)

var migrationTests = map[string]func(*testing.T, store.Config){
	"migrating twice applies each migration once": func(t *testing.T, config store.Config) {
		engine := OpenEmpty(t, config)
		names, err := engine.Migrate(t.Context())
		must(t, err)
		if want := len(migrations.Versions(migrations.SQLite())); len(names) != want || names[0] != "0001_core.sql" || !slices.IsSorted(names) {
			t.Errorf("applied %v, want %d", names, want)
		}
		if names, err := engine.Migrate(t.Context()); err != nil || len(names) != 0 {
			t.Errorf("the second time: %v, %v", names, err)
		}
		if names, err := OpenEmpty(t, config).Migrate(t.Context()); err != nil || len(names) != 0 {
			t.Errorf("by another process: %v, %v", names, err)
		}
	},
	"processes that migrate at once share the work": func(t *testing.T, config store.Config) {
		const processes = 4
		applied := make([][]string, processes)
		var migrating sync.WaitGroup
		for i := range processes {
			migrating.Go(func() {
				engine, err := store.Open(t.Context(), config)
				if err != nil {
					t.Errorf("process %d: %v", i, err)
					return
				}
				if applied[i], err = engine.Migrate(t.Context()); err != nil {
					t.Errorf("process %d: %v", i, err)
				}
				if err := engine.Ready(t.Context()); err != nil {
					t.Errorf("process %d is not ready: %v", i, err)
				}
				if err := engine.Close(); err != nil {
					t.Errorf("process %d: %v", i, err)
				}
			})
		}
		migrating.Wait()
		all := slices.Sorted(slices.Values(slices.Concat(applied...)))
		if want := len(migrations.Versions(migrations.SQLite())); len(all) != want {
			t.Errorf("applied %v, want %d", all, want)
		}
	},
	"what the first release wrote outlives the migrations after it":  fromFirstRelease,
	"what the second release wrote outlives the migrations after it": fromSecondRelease,
	"a database of a later release is refused": func(t *testing.T, config store.Config) {
		engine := OpenEmpty(t, config)
		_, err := engine.Migrate(t.Context())
		must(t, err)
		Exec(t, DB(t, config), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (4711, true)`)
		WantError(t, engine.Ready(t.Context()), domain.Unavailable, "store.newer")
		_, err = engine.Migrate(t.Context())
		WantError(t, err, domain.Unavailable, "store.newer")
	},
	"migrating outlasts those who still write": func(t *testing.T, config store.Config) {
		if testing.Short() {
			return // it takes longer than a connection waits for a lock
		}
		migrateTo(t, config, 2)
		engine, ctx := OpenEmpty(t, config), t.Context()
		writer, err := DB(t, config).Conn(ctx)
		must(t, err)
		exec := func(statement string) {
			t.Helper()
			_, err := writer.ExecContext(ctx, statement)
			must(t, err)
		}
		exec(map[bool]string{false: "BEGIN IMMEDIATE", true: "BEGIN"}[config.Postgres != nil])
		exec(inDialect(config, secondRelease[0])) // a registration has begun
		migrated := make(chan error, 1)
		go func() {
			_, err := engine.Migrate(ctx)
			migrated <- err
		}()
		if config.Postgres == nil {
			time.Sleep(3500 * time.Millisecond)
		} else {
			locked := `SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass`
			for Scalar[int](t, DB(t, config), locked) == 0 {
				time.Sleep(10 * time.Millisecond)
			}
		}
		exec(`SELECT count(*) FROM rooms`) // and goes on
		exec("COMMIT")
		must(t, <-migrated)
		must(t, engine.Ready(ctx))
	},
	"a database is ready once it has its tables": func(t *testing.T, config store.Config) {
		engine := OpenEmpty(t, config)
		WantError(t, engine.Ready(t.Context()), domain.Unavailable, "store.not_migrated")
		_, err := engine.Migrate(t.Context())
		must(t, err)
		must(t, engine.Ready(t.Context()))
	},
}
