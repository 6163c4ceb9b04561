// Package rooms keeps rooms, their members and the changes of their logs: the
// part of both engines whose SQL is the same. How a connection is got, how a
// transaction is run and what an error of the driver means is the engines' own.
package rooms

import (
	"context"
	"fmt"
	"time"

	"parley/store/batch"
)

// Engine is what an engine lends. SQL is written with the parameters ?1, ?2 ...
// and the words of Dialect.
type Engine struct {
	// Read runs fn on a connection, bounded in time, and classifies its error.
	// Several queries in it are not one atomic unit.
	Read func(ctx context.Context, fn func(context.Context, DB) error) error
	// Write runs fn in one transaction. After an error nothing was changed,
	// unless Lost says that this is not known.
	Write func(ctx context.Context, fn func(context.Context, DB) error) error
	Lost  func(error) bool
	Dialect
}

// Dialect is where the two engines' SQL and parameters differ.
type Dialect interface {
	// Rewrite puts the engine's own words into a query: {any ?1} for a list of
	// numbers, {anytext ?1} for one of texts, {lock} for locking the rows read,
	// {turn} for a value that one transaction has at a time, until its end.
	Rewrite(query string) string
	// Numbers and Texts make parameters for {any} and {anytext}.
	Numbers(list []int64) any
	Texts(list []string) any
	// Time makes a parameter of a time.
	Time(t time.Time) any
}

// DB runs statements: a connection, or a transaction.
type DB interface {
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	// Exec gives how many rows it changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// ExecEach is Exec for each list of arguments, in their order and in one
	// round trip.
	ExecEach(ctx context.Context, query string, lists [][]any) ([]int64, error)
}

// Rows are the rows of a query.
type Rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close() error
}

// Store implements the ports chat.Rooms, chat.Members, chat.People,
// chat.Reading and, of chat.Writing, Apply and Clear.
type Store struct {
	engine  Engine
	queries map[string]string // as the engine wants them, by how they are written here
}

// New makes a store on an engine.
func New(engine Engine) *Store {
	s := &Store{engine: engine, queries: map[string]string{}}
	for _, query := range queries() {
		s.queries[query] = engine.Rewrite(query)
	}
	return s
}

// Reads gives the queries that people wait for, as the engine has them, for
// its tests of what they cost.
func (s *Store) Reads() map[string]string {
	reads := map[string]string{}
	for name, query := range map[string]string{
		"oldest messages": oldestMessages, "newest messages": newestMessages, "single messages": messagesAt,
		"pinned messages": pinnedMessages, "changes": oldestChanges, "oldest notices": oldestNotices,
		"newest notices": newestNotices, "reactions": reactionsTo, "mentions": mentionsIn, "versions": versionsOf,
		"standings": standings, "standings among": standingsAmong, "direct people": directPeople, "directory": directory,
		"room by name": accessByName, "members": membersOf, "members by prefix": membersByPrefix, "named members": namedMembers,
		"number of pins": countPins,
	} {
		reads[name] = s.queries[query]
	}
	return reads
}

func (s *Store) read(ctx context.Context, what string, fn func(context.Context, tx) error) error {
	err := s.engine.Read(ctx, func(ctx context.Context, db DB) error { return fn(ctx, tx{s, db}) })
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (s *Store) write(ctx context.Context, what string, fn func(context.Context, tx) error) error {
	err := s.engine.Write(ctx, func(ctx context.Context, db DB) error { return fn(ctx, tx{s, db}) })
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// tx runs the queries of this package on a connection or in a transaction.
type tx struct {
	store *Store
	db    DB
}

func (t tx) query(ctx context.Context, query string, args ...any) (Rows, error) {
	own, ok := t.store.queries[query]
	if !ok {
		panic("a query that is not listed: " + query)
	}
	return t.db.Query(ctx, own, args...)
}

func (t tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	own, ok := t.store.queries[query]
	if !ok {
		panic("a statement that is not listed: " + query)
	}
	return t.db.Exec(ctx, own, args...)
}

// execEach is exec for each list of arguments; of none it asks nothing.
func (t tx) execEach(ctx context.Context, query string, lists [][]any) ([]int64, error) {
	own, ok := t.store.queries[query]
	if !ok {
		panic("a statement that is not listed: " + query)
	}
	if len(lists) == 0 {
		return nil, nil
	}
	return t.db.ExecEach(ctx, own, lists)
}

const turn = `SELECT {turn}`

// takeTurn waits until no other unit that took a turn is under way. It is taken
// before any row is locked.
func (t tx) takeTurn(ctx context.Context) error {
	_, err := t.exec(ctx, turn)
	return err
}

func (t tx) time(at time.Time) any { return t.store.engine.Time(batch.Timestamp(at)) }

// all reads every row of a query.
func all[T any](ctx context.Context, t tx, scan func(Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := t.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what it would
	var list []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, rows.Err()
}

// first reads the first row of a query and reports whether there is one.
func first[T any](ctx context.Context, t tx, scan func(Rows) (T, error), query string, args ...any) (T, bool, error) {
	list, err := all(ctx, t, scan, query, args...)
	if err != nil || len(list) == 0 {
		var none T
		return none, false, err
	}
	return list[0], true, nil
}

// scalar scans a row of one column.
func scalar[T any](rows Rows) (T, error) {
	var value T
	err := rows.Scan(&value)
	return value, err
}

// numbers makes a parameter of ids or seqs.
func numbers[T ~int64](t tx, list []T) any {
	plain := make([]int64, len(list))
	for i, n := range list {
		plain[i] = int64(n)
	}
	return t.store.engine.Numbers(plain)
}

// orNull makes a parameter of an id or seq of which 0 stands for none.
func orNull[T ~int64](n T) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

// stamp scans a time as either engine keeps it; NULL is the zero time.
type stamp struct{ at *time.Time }

// Scan implements sql.Scanner.
func (s stamp) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*s.at = time.Time{}
	case int64:
		*s.at = time.UnixMicro(value).UTC()
	case time.Time:
		*s.at = value.UTC()
	default:
		return fmt.Errorf("a time of type %T", value)
	}
	return nil
}
