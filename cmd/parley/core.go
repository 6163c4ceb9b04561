package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/domain/limiter"
	"parley/store"
)

// databaseFile is the embedded database in DATA_DIR.
const databaseFile = "parley.db"

// hostKeyFile is the SSH host key in DATA_DIR.
const hostKeyFile = "ssh_host_ed25519_key"

// core is everything behind the two doors.
type core struct {
	engine store.Engine
	auth   *auth.Service
	chat   *chat.Service
	hub    *broadcast.Hub
}

// openStore opens the database and applies pending migrations, whose names it
// gives. The caller closes the engine.
func openStore(ctx context.Context, c *config) (store.Engine, []string, error) {
	if err := os.MkdirAll(c.dataDir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make DATA_DIR: %w", err)
	}
	engine, err := store.Open(ctx, store.Config{
		Postgres:   c.postgres,
		SQLitePath: filepath.Join(c.dataDir, databaseFile),
	})
	if err != nil {
		return nil, nil, fmt.Errorf("open the database: %w", err)
	}
	applied, err := engine.Migrate(ctx)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("migrate the database: %w", err), engine.Close())
	}
	return engine, applied, nil
}

// newCore puts the parts behind the doors together on an open store.
func newCore(ctx context.Context, c *config, engine store.Engine, log *slog.Logger) (*core, error) {
	root, err := encryption.OpenRoot(ctx, engine, c.keyring)
	if err != nil {
		return nil, err
	}
	people, err := auth.NewService(auth.Config{
		Store: engine, Windows: limiter.NewWindows(engine, time.Now),
		Root: root, Keyring: c.keyring, Keys: c.signingKeys,
		TokenLife: c.tokenLife, PasswordCost: c.loginCost, Registration: c.registration,
		Now: time.Now, Log: log,
	})
	if err != nil {
		return nil, err
	}
	history := chat.NewHistory(engine, c.keyring, log)
	hub := broadcast.New(history, log)
	rooms, err := chat.NewService(ctx, chat.Config{
		Store: engine, History: history, Keyring: c.keyring, Root: root, Hub: hub,
		EditWindow: c.editWindow, Now: time.Now, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	return &core{engine: engine, auth: people, chat: rooms, hub: hub}, nil
}

// withCore runs a command of the console on the core, migrations applied.
func (c *console) withCore(work func(*core) error) (err error) {
	conf, err := loadConfig(c.environ, c.envFile)
	if err != nil {
		return err
	}
	engine, _, err := openStore(c.ctx, conf)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	// Results are printed; the log is for what went wrong.
	log := newLogger(c.stderr, max(conf.logLevel, slog.LevelWarn), conf.logFormat)
	parts, err := newCore(c.ctx, conf, engine, log)
	if err != nil {
		return err
	}
	return work(parts)
}
