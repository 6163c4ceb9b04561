package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"parley/domain"
	"parley/migrations"
	"parley/store/schema"
)

// migrationLock is the advisory lock of whoever migrates: "parley" in ASCII.
const migrationLock = 0x7061726c6579

// Migrate applies the pending migrations and names them. Another node that does
// the same waits until this one is through.
func (s *Store) Migrate(ctx context.Context) (names []string, err error) {
	pending, err := s.pending(ctx)
	if err != nil || len(pending) == 0 {
		return nil, err
	}
	settings := s.pool.Config().ConnConfig
	// A migration may take longer than a call of the store.
	delete(settings.RuntimeParams, "statement_timeout")
	delete(settings.RuntimeParams, "idle_in_transaction_session_timeout")
	db := stdlib.OpenDB(*settings)
	defer func() { err = errors.Join(err, db.Close()) }()
	lock, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", domain.Unreachable(err))
	}
	defer func() { err = errors.Join(err, lock.Close()) }() // closing db ends the session and so the lock
	if _, err := lock.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return nil, fmt.Errorf("migrate: %w", domain.Unreachable(err))
	}
	for {
		applied, err := schema.Apply(ctx, goose.DialectPostgres, db, migrations.Postgres())
		names = append(names, applied...)
		// Each migration is one transaction, and takes its locks in another
		// order than the nodes that still serve.
		var failure *pgconn.PgError
		if errors.As(err, &failure) && failure.Code == deadlockDetected {
			continue
		}
		if err != nil {
			return names, fmt.Errorf("migrate: %w", err)
		}
		return names, nil
	}
}

// Ready says whether the database answers and has every migration.
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
	err := s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		var begun bool
		err := conn.QueryRow(ctx, "SELECT to_regclass('goose_db_version') IS NOT NULL").Scan(&begun)
		if err != nil || !begun {
			return err
		}
		rows, err := conn.Query(ctx, "SELECT version_id FROM goose_db_version WHERE is_applied")
		if err != nil {
			return err
		}
		applied, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for pending migrations: %w", err)
	}
	return schema.Missing(migrations.Postgres(), applied)
}
