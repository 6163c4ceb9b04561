package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// statements is a pool of connections with its prepared statements. They are
// prepared when first used, since the tables may not be there before.
type statements struct {
	db *sql.DB

	mu       sync.Mutex // guards prepared; never held over I/O
	prepared map[string]*sql.Stmt
}

func newStatements(db *sql.DB, connections int) *statements {
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return &statements{db: db, prepared: map[string]*sql.Stmt{}}
}

func (s *statements) find(query string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.prepared[query]
}

func (s *statements) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt := s.find(query); stmt != nil {
		return stmt, nil
	}
	stmt, err := s.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other, ok := s.prepared[query]; ok {
		return other, stmt.Close() //nolint:sqlclosecheck // the other one stays
	}
	s.prepared[query] = stmt
	return stmt, nil
}

func (s *statements) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.prepare(ctx, query) //nolint:sqlclosecheck // the pool keeps it
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// transaction holds the database's write lock. Its statements do not watch a
// context: none of them waits for anything, and a watcher for each would cost
// more than most of them.
type transaction struct {
	pool    *statements
	tx      *sql.Tx
	own     map[string]*sql.Stmt
	unknown []string // queries that the pool has not prepared yet
}

// query ignores its context: see transaction.
func (t *transaction) query(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := t.stmt(query) //nolint:sqlclosecheck // ends with the transaction
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(context.Background(), args...)
}

func (t *transaction) exec(query string, args ...any) (sql.Result, error) {
	stmt, err := t.stmt(query) //nolint:sqlclosecheck // ends with the transaction
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(context.Background(), args...)
}

func (t *transaction) stmt(query string) (*sql.Stmt, error) {
	if stmt := t.own[query]; stmt != nil {
		return stmt, nil
	}
	if shared := t.pool.find(query); shared != nil {
		t.own[query] = t.tx.StmtContext(context.Background(), shared)
		return t.own[query], nil
	}
	// The pool's only connection is ours, so it cannot prepare anything now.
	stmt, err := t.tx.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	t.own[query] = stmt
	t.unknown = append(t.unknown, query)
	return stmt, nil
}

// queryer runs a query that gives rows: the readers, or a transaction.
type queryer interface {
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// all reads every row of a query.
func all[T any](ctx context.Context, q queryer, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.query(ctx, query, args...)
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

// first reads the first row of a query; sql.ErrNoRows if there is none.
func first[T any](ctx context.Context, q queryer, scan func(*sql.Rows) (T, error), query string, args ...any) (T, error) {
	list, err := all(ctx, q, scan, query, args...)
	if err == nil && len(list) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		var none T
		return none, err
	}
	return list[0], nil
}

// scalar scans a row of one column.
func scalar[T any](rows *sql.Rows) (T, error) {
	var value T
	err := rows.Scan(&value)
	return value, err
}
