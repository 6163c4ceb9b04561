// Package schema brings a database's tables up to date: the part of migrating
// that both engines share. How applied migrations are read, and how several
// processes keep out of each other's way, is the engines' own.
package schema

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/pressly/goose/v3"

	"parley/domain"
	"parley/migrations"
)

// Apply applies the pending migrations of a tree and names them, in order. With
// an error come the names of those that were applied before it.
func Apply(ctx context.Context, dialect goose.Dialect, db *sql.DB, tree fs.FS) ([]string, error) {
	provider, err := goose.NewProvider(dialect, db, tree, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, err
	}
	results, err := provider.Up(ctx)
	var partial *goose.PartialError
	if errors.As(err, &partial) {
		results = partial.Applied
	}
	var names []string
	for _, result := range results {
		names = append(names, path.Base(result.Source.Path))
	}
	return names, err
}

// Missing lists the migrations of a tree that were not applied. It refuses a
// database that has some of a later release, of which this one does not know what
// they need: Unavailable, store.newer.
func Missing(tree fs.FS, applied []int64) ([]int64, error) {
	known := migrations.Versions(tree)
	if newest := slices.Max(append(applied, 0)); newest > slices.Max(known) {
		return nil, &domain.Error{
			Kind: domain.Unavailable, Code: "store.newer",
			Message: fmt.Sprintf("the database belongs to a later release: it has migration %d, and this one knows %d; "+
				"run that release, or restore the backup from before it", newest, slices.Max(known)),
		}
	}
	return slices.DeleteFunc(known, func(version int64) bool { return slices.Contains(applied, version) }), nil
}

// Ready gives the error of a database that misses migrations: Unavailable,
// store.not_migrated; nil if it misses none.
func Ready(missing []int64) error {
	if len(missing) == 0 {
		return nil
	}
	return &domain.Error{
		Kind: domain.Unavailable, Code: "store.not_migrated",
		Message: "the database does not have all of its tables yet",
	}
}
