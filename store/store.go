// Package store opens the engine that keeps everything: PostgreSQL, or the
// embedded SQLite. It has no rules of its own; they are the domain's, and the
// ports' comments say what both engines promise.
package store

import (
	"context"
	"errors"

	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/domain/limiter"
	"parley/store/postgres"
	"parley/store/sqlite"
)

// Engine is everything that an engine does: all ports, and its own upkeep.
type Engine interface {
	auth.Store
	limiter.Store
	chat.Log
	chat.Rooms
	chat.Members
	chat.People
	encryption.Store
	Upkeep
}

// Upkeep is what an engine does for itself.
type Upkeep interface {
	// Migrate applies the pending migrations and names them, in order.
	Migrate(ctx context.Context) ([]string, error)
	// Ready fails unless the database answers and has all migrations.
	Ready(ctx context.Context) error
	// Close waits for the calls in progress.
	Close() error
}

// Config says which engine to open.
type Config struct {
	Postgres   *postgres.Config // the server, if one is used
	SQLitePath string           // else the database file; its directory exists
}

// Store is an open engine.
type Store struct{ Engine }

// Open opens the engine that the configuration names. It applies no migrations.
func Open(ctx context.Context, config Config) (*Store, error) {
	if config.Postgres != nil {
		engine, err := postgres.Open(ctx, *config.Postgres)
		if err != nil {
			return nil, err
		}
		return &Store{engine}, nil
	}
	if config.SQLitePath == "" {
		return nil, errors.New("neither a PostgreSQL server nor a database file is configured")
	}
	engine, err := sqlite.Open(ctx, config.SQLitePath)
	if err != nil {
		return nil, err
	}
	return &Store{engine}, nil
}
