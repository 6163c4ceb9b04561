package sqlite

import (
	"context"
	"fmt"

	"github.com/pressly/goose/v3"
	lib "modernc.org/sqlite/lib"

	"parley/migrations"
	"parley/store/engine"
	"parley/store/schema"
)

// Migrate applies the pending migrations and names them. Another process may
// do the same at the same time.
func (s *Store) Migrate(ctx context.Context) ([]string, error) {
	var names []string
	for {
		before, err := s.pending(ctx)
		if err != nil || len(before) == 0 {
			return names, err
		}
		applied, failure := schema.Apply(ctx, goose.DialectSQLite3, s.writer.db, migrations.SQLite())
		names = append(names, applied...)
		if failure == nil {
			return names, nil
		}
		// Another process that migrates a big file holds it for longer than a
		// connection waits.
		if primary := code(failure) & 0xff; (primary == lib.SQLITE_BUSY || primary == lib.SQLITE_LOCKED) && ctx.Err() == nil {
			continue
		}
		// Each migration is one transaction. If one failed since another
		// process was faster, fewer are pending now.
		after, err := s.pending(ctx)
		if err != nil || len(after) >= len(before) {
			return names, fmt.Errorf("migrate: %w", translate(ctx, failure))
		}
	}
}

// Ready says whether the database can be read and has every migration.
func (s *Store) Ready(ctx context.Context) error {
	pending, err := s.pending(ctx)
	if err != nil {
		return err
	}
	return schema.Ready(pending)
}

// pending lists the migrations that the database does not have.
func (s *Store) pending(ctx context.Context) ([]int64, error) {
	var applied []int64
	err := s.read(ctx, func(ctx context.Context) error {
		begun, _, err := engine.First(ctx, s.reader, engine.Scalar[int], `
			SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'goose_db_version'`)
		if err != nil || begun == 0 {
			return err
		}
		applied, err = engine.All(ctx, s.reader, engine.Scalar[int64], `
			SELECT version_id FROM goose_db_version WHERE is_applied`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for pending migrations: %w", err)
	}
	return schema.Missing(migrations.SQLite(), applied)
}
