package storetest

import (
	"slices"
	"sync"
	"testing"

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
	"a database is ready once it has its tables": func(t *testing.T, config store.Config) {
		engine := OpenEmpty(t, config)
		WantError(t, engine.Ready(t.Context()), domain.Unavailable, "store.not_migrated")
		_, err := engine.Migrate(t.Context())
		must(t, err)
		must(t, engine.Ready(t.Context()))
	},
}
