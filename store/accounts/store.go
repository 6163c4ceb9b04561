// Package accounts keeps who people are and how they get in: accounts, their
// sessions and keys, the attempts that are counted, and the sealed root. It is
// the part of both engines whose SQL is the same.
package accounts

import (
	"context"
	"errors"
	"slices"

	"parley/store/engine"
)

// Store implements the ports auth.Store, limiter.Store and encryption.Store.
type Store struct{ queries *engine.Queries }

// New makes a store on an engine.
func New(on engine.Engine) *Store {
	return &Store{engine.NewQueries(on, slices.Concat(
		accountQueries, sessionQueries, traceQueries, keyQueries, attemptQueries, rootQueries,
	))}
}

// errNoInstance says that the database lacks what its first migration puts in.
var errNoInstance = errors.New("the instance's row is missing")

func raiseRevision(ctx context.Context, t engine.Tx) error {
	_, err := t.Exec(ctx, addRevision)
	return err
}
