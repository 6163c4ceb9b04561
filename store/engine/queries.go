package engine

import (
	"context"
	"fmt"
	"time"

	"parley/store/batch"
)

// Queries are the queries of one package, rewritten for an engine once.
type Queries struct {
	engine Engine
	own    map[string]string // as the engine wants them, by how they are written
}

// NewQueries rewrites a package's queries; it can run no others.
func NewQueries(engine Engine, written []string) *Queries {
	q := &Queries{engine: engine, own: make(map[string]string, len(written))}
	for _, query := range written {
		q.own[query] = engine.Rewrite(query)
	}
	return q
}

// Own gives a query as the engine has it.
func (q *Queries) Own(query string) string {
	own, ok := q.own[query]
	if !ok {
		panic("a query that is not listed: " + query)
	}
	return own
}

// Read runs fn on a connection: see Engine. What says what for, in its error.
func (q *Queries) Read(ctx context.Context, what string, fn func(context.Context, Tx) error) error {
	err := q.engine.Read(ctx, func(ctx context.Context, db DB) error { return fn(ctx, Tx{q, db}) })
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Write runs fn in one transaction: see Engine. What says what for, in its error.
func (q *Queries) Write(ctx context.Context, what string, fn func(context.Context, Tx) error) error {
	err := q.engine.Write(ctx, func(ctx context.Context, db DB) error { return fn(ctx, Tx{q, db}) })
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Lost says that it is not known whether what failed took hold.
func (q *Queries) Lost(err error) bool { return q.engine.Lost(err) }

// Tx runs queries on a connection or in a transaction.
type Tx struct {
	queries *Queries
	db      DB
}

// Query runs a query that gives rows; All and First read them.
func (t Tx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	return t.db.Query(ctx, t.queries.Own(query), args...)
}

// Exec runs a statement and gives how many rows it changed.
func (t Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return t.db.Exec(ctx, t.queries.Own(query), args...)
}

// ExecEach is Exec for each list of arguments, in their order and in one round
// trip; of none it asks nothing.
func (t Tx) ExecEach(ctx context.Context, query string, lists [][]any) ([]int64, error) {
	if len(lists) == 0 {
		return nil, nil
	}
	return t.db.ExecEach(ctx, t.queries.Own(query), lists)
}

// Time makes a parameter of a time.
func (t Tx) Time(at time.Time) any { return t.queries.engine.Time(batch.Timestamp(at)) }

// Texts makes a parameter for {anytext}.
func (t Tx) Texts(list []string) any { return t.queries.engine.Texts(list) }

// Numbers makes a parameter for {any} of ids or seqs.
func Numbers[T ~int64](t Tx, list []T) any {
	plain := make([]int64, len(list))
	for i, n := range list {
		plain[i] = int64(n)
	}
	return t.queries.engine.Numbers(plain)
}
