package migrations_test

import (
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/migrations"
)

func TestBothEnginesHaveTheSameMigrations(t *testing.T) {
	names := func(tree fs.FS) []string {
		names, err := fs.Glob(tree, "*")
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	if diff := cmp.Diff(names(migrations.Postgres()), names(migrations.SQLite())); diff != "" {
		t.Errorf("file names differ (-postgres +sqlite):\n%s", diff)
	}
}

func TestMigrationsAreNumberedFromOneWithoutAGap(t *testing.T) {
	versions := migrations.Versions(migrations.SQLite())
	if len(versions) == 0 {
		t.Fatal("no migrations are embedded")
	}
	for i, version := range versions {
		if version != int64(i+1) {
			t.Errorf("migration %d has the number %d", i+1, version)
		}
	}
}
