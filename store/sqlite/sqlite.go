// Package sqlite is the embedded store: one database file, written by one
// connection at a time. It refuses to run on a connection on which a commit
// would not be durable.
package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"parley/store/accounts"
	"parley/store/rooms"
)

const (
	// timeout bounds every call, waiting for the writer included.
	timeout = 3 * time.Second
	// readers is how many connections read beside the writer.
	readers = 4
)

// Store keeps everything in one SQLite file.
type Store struct {
	*accountStore
	*roomStore
	writer *statements // one connection; its transactions are immediate
	reader *statements // several connections, which cannot write
}

// What is embedded needs names that differ.
type (
	accountStore = accounts.Store
	roomStore    = rooms.Store
)

// Open opens the database file, making it if there is none; its directory must
// exist. It applies no migrations.
func Open(ctx context.Context, path string) (*Store, error) {
	return open(ctx, path, func(c driver.Connector) driver.Connector { return c })
}

// open lets wrap interpose on the writer's connections.
func open(ctx context.Context, path string, wrap func(driver.Connector) driver.Connector) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	// SQLite would make the file readable for everyone. What it puts beside
	// the file gets the file's own mode.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	writing, err := connectorTo(path, writerPragmas)
	if err != nil {
		return nil, err
	}
	reading, err := connectorTo(path, readerPragmas)
	if err != nil {
		return nil, err
	}
	s := &Store{
		writer: newStatements(sql.OpenDB(wrap(writing)), 1),
		reader: newStatements(sql.OpenDB(reading), readers),
	}
	s.accountStore, s.roomStore = accounts.New(lent(s)), rooms.New(lent(s))
	for _, pool := range []*statements{s.writer, s.reader} {
		if err := pool.db.PingContext(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("open the database: %w", translate(ctx, err)), s.Close())
		}
	}
	return s, nil
}

// Close waits for the calls in progress.
func (s *Store) Close() error {
	return errors.Join(s.reader.db.Close(), s.writer.db.Close())
}

// pragma is a setting that a connection must have, in the form in which SQLite
// reports it.
type pragma struct {
	name, value string
	word        string // by which it is set, where that is not the value
}

// shared holds on every connection. synchronous 2 is FULL: without it a commit
// may be lost when the power goes. secure_delete 2 is FAST: what is deleted is
// overwritten wherever that costs no more writing.
var sharedPragmas = []pragma{
	{name: "busy_timeout", value: "3000"},
	{name: "journal_mode", value: "wal"},
	{name: "synchronous", value: "2"},
	{name: "foreign_keys", value: "1"},
}

var (
	writerPragmas = append([]pragma{{name: "cache_size", value: "-32000"}, {name: "wal_autocheckpoint", value: "4000"}, {name: "secure_delete", value: "2", word: "fast"}}, sharedPragmas...)
	readerPragmas = append([]pragma{{name: "cache_size", value: "-8000"}, {name: "query_only", value: "1"}}, sharedPragmas...)
)

// connectorTo opens connections that have the pragmas, or fails to.
func connectorTo(path string, pragmas []pragma) (driver.Connector, error) {
	query := url.Values{"_txlock": {"immediate"}, "_dqs": {"0"}, "_defensive": {"1"}}
	for _, p := range pragmas {
		query.Add("_pragma", p.name+"("+cmp.Or(p.word, p.value)+")")
	}
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	base, err := sqlite.NewConnector(dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return &assertingConnector{Connector: base, pragmas: pragmas}, nil
}

// assertingConnector reads every pragma back on each connection it opens:
// SQLite ignores a pragma that it does not know or cannot apply.
type assertingConnector struct {
	driver.Connector
	pragmas []pragma
}

// busyPause is how long a connection waits before it tries again.
const busyPause = 5 * time.Millisecond

// Connect tries for a while: of two connections that turn a fresh file to its
// journal mode at once, SQLite tells one that the file is locked without waiting
// for its busy_timeout, since the two would wait for each other.
func (c *assertingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	over := time.NewTimer(timeout)
	defer over.Stop()
	for {
		conn, err := c.connect(ctx)
		if code(err)&0xff != lib.SQLITE_BUSY {
			return conn, err
		}
		select {
		case <-time.After(busyPause):
		case <-over.C:
			return nil, err
		case <-ctx.Done():
			return nil, err
		}
	}
}

func (c *assertingConnector) connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range c.pragmas {
		if err := assertPragma(ctx, conn, p); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

func assertPragma(ctx context.Context, conn driver.Conn, p pragma) error {
	queryer, ok := conn.(driver.QueryerContext)
	if !ok {
		return errors.New("the driver's connection cannot be queried")
	}
	rows, err := queryer.QueryContext(ctx, "PRAGMA "+p.name, nil)
	if err != nil {
		return fmt.Errorf("read pragma %s: %w", p.name, err)
	}
	value := make([]driver.Value, 1)
	if err := errors.Join(rows.Next(value), rows.Close()); err != nil {
		return fmt.Errorf("read pragma %s: %w", p.name, err)
	}
	if got := fmt.Sprint(value[0]); got != p.value {
		return fmt.Errorf("pragma %s is %s on a new connection, not %s", p.name, got, p.value)
	}
	return nil
}
