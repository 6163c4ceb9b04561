// Package engine is what an engine lends to the packages that keep things in
// both: SQL that is written once, and a few words for where the two differ. It
// has no SQL of its own. How a connection is got, how a transaction is run and
// what an error of the driver means is the engines' own.
package engine

import (
	"context"
	"time"
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
	// {claim} for doing so where they may be removed, {turn} for a value that
	// one transaction has at a time, until its end, {turn ?1} for such a value
	// for each text, {row} for what tells a table's rows apart.
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
