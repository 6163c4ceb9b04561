package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/migrations"
	"parley/store"
	"parley/store/postgres"
)

// serverVariable names the PostgreSQL server that tests may make databases on,
// as a URL of a superuser. .ci/with-postgres sets it.
const serverVariable = "PARLEY_TEST_POSTGRES"

// templateLock is the advisory lock of whoever makes the template: "template".
const templateLock = 0x74656d706c617465

// Postgres makes a PostgreSQL database with all tables that is dropped when the
// test ends, on the server that PARLEY_TEST_POSTGRES names. Without one the
// test fails, except under -short. The database is a copy of a template, which
// stays on the server, one for each schema there ever was.
func Postgres(tb testing.TB) store.Config {
	tb.Helper()
	server := postgresServer(tb)
	template, err := template(tb.Context(), server)
	must(tb, err)
	return createDatabase(tb, server, template)
}

// EmptyPostgres is Postgres without tables.
func EmptyPostgres(tb testing.TB) store.Config {
	tb.Helper()
	return createDatabase(tb, postgresServer(tb), "template0")
}

// PostgresIn is EmptyPostgres in a language of its own, such as "en-US".
func PostgresIn(tb testing.TB, language string) store.Config {
	tb.Helper()
	return createDatabase(tb, postgresServer(tb), fmt.Sprintf("template0 LOCALE_PROVIDER icu ICU_LOCALE '%s'", language))
}

func postgresServer(tb testing.TB) *pgx.ConnConfig {
	tb.Helper()
	server := os.Getenv(serverVariable)
	if server == "" {
		if testing.Short() {
			tb.Skip("needs PostgreSQL") // testing.Short() alone excuses its absence
		}
		tb.Fatalf("%s does not name a server; run the tests with .ci/with-postgres, or with -short", serverVariable)
	}
	config, err := pgx.ParseConfig(server)
	must(tb, err)
	return config
}

func createDatabase(tb testing.TB, server *pgx.ConnConfig, template string) store.Config {
	tb.Helper()
	name := "parley_" + strings.ToLower(rand.Text())
	must(tb, administer(tb.Context(), server, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template)))
	tb.Cleanup(func() {
		if err := administer(context.Background(), server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			tb.Errorf("drop the test's database: %v", err)
		}
	})
	return configOf(server, name)
}

func configOf(server *pgx.ConnConfig, name string) store.Config {
	mode := "disable"
	if server.TLSConfig != nil {
		mode = "require"
	}
	return store.Config{Postgres: &postgres.Config{
		Host: server.Host, Port: server.Port, Name: name,
		User: server.User, Password: server.Password, SSLMode: mode,
	}}
}

// administer runs statements on the server's own database, one by one.
func administer(ctx context.Context, server *pgx.ConnConfig, statements ...string) error {
	conn, err := pgx.ConnectConfig(ctx, server)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

var (
	templateOnce sync.Once
	templateName string
	errTemplate  error
)

// template names the database that is copied, and makes it for the first who
// asks.
func template(ctx context.Context, server *pgx.ConnConfig) (string, error) {
	templateOnce.Do(func() { templateName, errTemplate = makeTemplate(context.WithoutCancel(ctx), server) })
	return templateName, errTemplate
}

// makeTemplate makes the template of this schema, unless another process did.
// It counts as made once it bears its final name.
func makeTemplate(ctx context.Context, server *pgx.ConnConfig) (name string, err error) {
	schema, err := schemaDigest()
	if err != nil {
		return "", err
	}
	name = "parley_template_" + schema
	conn, err := pgx.ConnectConfig(ctx, server)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }() // gives the lock back
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return "", err
	}
	var made bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&made)
	if err != nil || made {
		return name, err
	}
	draft := name + "_draft"
	if err := administer(ctx, server, "DROP DATABASE IF EXISTS "+draft+" WITH (FORCE)",
		"CREATE DATABASE "+draft+" TEMPLATE template0"); err != nil {
		return "", err
	}
	engine, err := store.Open(ctx, configOf(server, draft))
	if err != nil {
		return "", err
	}
	if _, err := engine.Migrate(ctx); err != nil {
		return "", err
	}
	if err := engine.Close(); err != nil {
		return "", err
	}
	return name, administer(ctx, server, fmt.Sprintf("ALTER DATABASE %s RENAME TO %s", draft, name))
}

// schemaDigest is the same for the same migrations.
func schemaDigest() (string, error) {
	sum := sha256.New()
	tree := migrations.Postgres()
	names, err := fs.Glob(tree, "*")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s\x00%s\x00", name, text) // a hash never fails
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}
