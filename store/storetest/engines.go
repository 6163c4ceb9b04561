package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"

	"parley/store"
)

// Engines runs a test once for each engine, on a database of its own that has
// all tables and no people. Under -short only SQLite is asked.
func Engines(t *testing.T, test func(t *testing.T, config store.Config)) {
	t.Helper()
	for _, engine := range []struct {
		name  string
		fresh func(testing.TB) store.Config
	}{{"sqlite", SQLite}, {"postgres", Postgres}} {
		t.Run(engine.name, func(t *testing.T) { test(t, engine.fresh(t)) })
	}
}

// EmptySQLite names a database file in the test's own folder that does not
// exist yet.
func EmptySQLite(tb testing.TB) store.Config {
	return store.Config{SQLitePath: filepath.Join(tb.TempDir(), "parley.db")}
}

// SQLite makes a database file with all tables in the test's own folder: a copy
// of one that each process makes once.
func SQLite(tb testing.TB) store.Config {
	tb.Helper()
	config := EmptySQLite(tb)
	template, err := sqliteTemplate()
	must(tb, err)
	must(tb, os.WriteFile(config.SQLitePath, template, 0o600))
	return config
}

// sqliteTemplate is the file of a database with all tables and no people.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "parley-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "parley.db")
	engine, err := store.Open(context.Background(), store.Config{SQLitePath: path})
	if err != nil {
		return nil, err
	}
	_, err = engine.Migrate(context.Background())
	if err = errors.Join(err, engine.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// Open opens a database, with all its tables, until the test ends.
func Open(tb testing.TB, config store.Config) store.Engine {
	tb.Helper()
	engine := OpenEmpty(tb, config)
	_, err := engine.Migrate(tb.Context())
	must(tb, err)
	return engine
}

// OpenEmpty opens a database as it is until the test ends.
func OpenEmpty(tb testing.TB, config store.Config) store.Engine {
	tb.Helper()
	engine, err := store.Open(tb.Context(), config)
	must(tb, err)
	tb.Cleanup(func() {
		if err := engine.Close(); err != nil {
			tb.Errorf("close the store: %v", err)
		}
	})
	return engine
}

// DB is the way around a store: SQL for what no port can do, such as making a
// row that must not be. It is closed when the test ends.
func DB(tb testing.TB, config store.Config) *sql.DB {
	tb.Helper()
	driver := "sqlite"
	if config.Postgres != nil {
		driver = "pgx"
	}
	db, err := sql.Open(driver, sourceOf(config))
	must(tb, err)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// Exec runs a statement on a DB.
func Exec(tb testing.TB, db *sql.DB, query string) {
	tb.Helper()
	if _, err := db.ExecContext(tb.Context(), query); err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
}

// Scalar reads one value with a DB.
func Scalar[T any](tb testing.TB, db *sql.DB, query string) (value T) {
	tb.Helper()
	if err := db.QueryRowContext(tb.Context(), query).Scan(&value); err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
	return value
}

// Lines reads rows of any shape with a DB, as a person would see them: one a
// line.
func Lines(tb testing.TB, db *sql.DB, query string, args ...any) string {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), query, args...)
	must(tb, err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	must(tb, err)
	var lines strings.Builder
	for rows.Next() {
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(any)
		}
		must(tb, rows.Scan(row...))
		for _, value := range row {
			if cell, ok := value.(*any); ok {
				fmt.Fprint(&lines, *cell, " ")
			}
		}
		lines.WriteByte('\n')
	}
	must(tb, rows.Err())
	return lines.String()
}

func sourceOf(config store.Config) string {
	c := config.Postgres
	if c == nil {
		pragmas := url.Values{"_pragma": {"busy_timeout(5000)", "foreign_keys(1)"}}
		return (&url.URL{Scheme: "file", Path: config.SQLitePath, RawQuery: pragmas.Encode()}).String()
	}
	source := url.URL{
		Scheme: "postgres", User: url.UserPassword(c.User, c.Password),
		Host: net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), Path: "/" + c.Name,
		RawQuery: url.Values{"sslmode": {c.SSLMode}}.Encode(),
	}
	return source.String()
}

// Eventually waits until a condition holds, asking again and again, and fails
// the test if it does not within a time that only a fault takes.
func Eventually(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatalf("it never came to this: %s", what)
		}
	}
}
