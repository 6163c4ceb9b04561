// Package postgres is the store for installations with a PostgreSQL server,
// which several nodes may share. It refuses to run on a connection on which a
// commit would not be durable.
package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/domain"
	"parley/store/accounts"
	"parley/store/rooms"
)

const (
	// timeout bounds every call, waiting for a connection included.
	timeout = 3 * time.Second
	// connectTimeout is how soon a server that does not answer counts as away.
	connectTimeout = 3 * time.Second
	// connections is how many connections a node opens at most.
	connections = 16
)

// Config says where the server is. Connections use what the environment says
// beyond it, such as PGSSLROOTCERT.
type Config struct {
	Host     string // name, address, or directory of the socket
	Port     uint16 // 0 for 5432
	Name     string // of the database
	User     string
	Password string
	SSLMode  string // as libpq has it; empty for prefer
}

// Store keeps everything in one PostgreSQL database.
type Store struct {
	*accountStore
	*roomStore
	pool *pgxpool.Pool
}

// What is embedded needs names that differ.
type (
	accountStore = accounts.Store
	roomStore    = rooms.Store
)

// Open connects to the database. It applies no migrations. No error of it
// holds the password.
func Open(ctx context.Context, config Config) (*Store, error) {
	settings, err := config.pool()
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	s := &Store{pool: pool}
	s.accountStore, s.roomStore = accounts.New(lent(s)), rooms.New(lent(s))
	if err := s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error { return conn.Ping(ctx) }); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return s, nil
}

// Close waits for the calls in progress.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}

func (c Config) pool() (*pgxpool.Config, error) {
	settings, err := pgxpool.ParseConfig(c.conninfo())
	if err != nil {
		return nil, fmt.Errorf("read the database's settings: %w", err)
	}
	settings.MaxConns = connections
	settings.PingTimeout = connectTimeout
	settings.AfterConnect = assertDurable
	conn := settings.ConnConfig
	conn.ConnectTimeout = connectTimeout
	conn.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	if c.Password != "" {
		conn.Password = c.Password
	}
	conn.RuntimeParams["application_name"] = "parley"
	conn.RuntimeParams["synchronous_commit"] = "on"
	conn.RuntimeParams["timezone"] = "UTC"
	conn.RuntimeParams["statement_timeout"] = millis(timeout)
	// A node that vanished in the middle of a transaction holds its rooms no
	// longer than a transaction may last.
	conn.RuntimeParams["idle_in_transaction_session_timeout"] = millis(timeout)
	return settings, nil
}

// conninfo leaves the password out: what is never in it is in no error either.
func (c Config) conninfo() string {
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace
	port, mode := c.Port, c.SSLMode
	if port == 0 {
		port = 5432
	}
	if mode == "" {
		mode = "prefer"
	}
	return fmt.Sprintf("host='%s' port='%d' dbname='%s' user='%s' sslmode='%s'",
		quote(c.Host), port, quote(c.Name), quote(c.User), quote(mode))
}

func millis(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// assertDurable refuses a connection whose commits could be lost: a server or
// a pooler in between may not take over what a connection asks for.
func assertDurable(ctx context.Context, conn *pgx.Conn) error {
	var mode string
	if err := conn.QueryRow(ctx, "SELECT current_setting('synchronous_commit')").Scan(&mode); err != nil {
		return fmt.Errorf("read synchronous_commit: %w", err)
	}
	if mode != "on" {
		return fmt.Errorf("synchronous_commit is %s on a new connection, not on", mode)
	}
	return nil
}

// read runs fn on a connection, bounds it in time and classifies its error.
// Several queries in it are not one atomic unit.
func (s *Store) read(ctx context.Context, fn func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return domain.Unreachable(err)
	}
	defer conn.Release()
	return translate(ctx, conn.Conn(), fn(ctx, conn.Conn()))
}

// write runs fn in one transaction, in which each statement sees what was
// committed before it. A commit of which it is not known whether it took hold
// is Unavailable with a lostCommit as its cause; after any other error nothing
// was changed.
func (s *Store) write(ctx context.Context, fn func(context.Context, pgx.Tx) error) error {
	return s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
		if err != nil {
			return err
		}
		if err = fn(ctx, tx); err == nil {
			err = ctx.Err() // ended before the commit: nothing happens, for certain
		}
		if err != nil {
			rollback(ctx, tx)
			return err
		}
		return commit(ctx, tx)
	})
}

// rollback gives the connection back clean; if that fails pgx closes it, which
// the server takes for a rollback too.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	_ = tx.Rollback(ctx)
}

// commit is not given up when its caller goes away: the answer is wanted.
func commit(ctx context.Context, tx pgx.Tx) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	err := tx.Commit(ctx)
	if err == nil || rolledBack(err) {
		return err
	}
	return domain.Unreachable(&lostCommit{err})
}
