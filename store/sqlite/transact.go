package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"parley/domain"
)

// write runs fn in one transaction that holds the write lock from its start. A
// commit of which it is not known whether it took hold is Unavailable with a
// lostCommit as its cause; after any other error nothing was changed.
func (s *Store) write(ctx context.Context, fn func(*transaction) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	tx, err := s.writer.db.BeginTx(ctx, nil)
	if err != nil {
		return translate(ctx, err)
	}
	t := &transaction{pool: s.writer, tx: tx, own: map[string]*sql.Stmt{}}
	if err = fn(t); err == nil {
		err = ctx.Err() // ended before the commit: nothing happens, for certain
	}
	if err != nil {
		// Fails only if the transaction is over already.
		_ = tx.Rollback()
		return translate(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return domain.Unreachable(&lostCommit{err})
	}
	for _, query := range t.unknown {
		if _, err := s.writer.prepare(ctx, query); err != nil { //nolint:sqlclosecheck // the pool keeps it
			break // the next transaction tries again
		}
	}
	return nil
}

// read bounds fn in time and classifies its error. Several queries in it are
// not one atomic unit.
func (s *Store) read(ctx context.Context, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return translate(ctx, fn(ctx))
}

func isLost(err error) bool {
	var lost *lostCommit
	return errors.As(err, &lost)
}
