package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"parley/store/engine"
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

// Query implements engine.DB.
func (s *statements) Query(ctx context.Context, query string, args ...any) (engine.Rows, error) {
	stmt, err := s.prepare(ctx, query) //nolint:sqlclosecheck // the pool keeps it
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...) //nolint:rowserrcheck // the caller does
}

// Exec implements engine.DB. The readers' connections refuse it: they cannot
// write.
func (s *statements) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := s.db.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// ExecEach implements engine.DB.
func (s *statements) ExecEach(ctx context.Context, query string, lists [][]any) ([]int64, error) {
	return each(ctx, s, query, lists)
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

// Query implements engine.DB. It ignores its context: see transaction.
func (t *transaction) Query(_ context.Context, query string, args ...any) (engine.Rows, error) {
	stmt, err := t.stmt(query) //nolint:sqlclosecheck // ends with the transaction
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(context.Background(), args...) //nolint:rowserrcheck // the caller does
}

// Exec implements engine.DB, likewise.
func (t *transaction) Exec(_ context.Context, query string, args ...any) (int64, error) {
	stmt, err := t.stmt(query) //nolint:sqlclosecheck // ends with the transaction
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// ExecEach implements engine.DB.
func (t *transaction) ExecEach(ctx context.Context, query string, lists [][]any) ([]int64, error) {
	return each(ctx, t, query, lists)
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

func each(ctx context.Context, db engine.DB, query string, lists [][]any) ([]int64, error) {
	changed := make([]int64, len(lists))
	for i, args := range lists {
		var err error
		if changed[i], err = db.Exec(ctx, query, args...); err != nil {
			return nil, err
		}
	}
	return changed, nil
}
