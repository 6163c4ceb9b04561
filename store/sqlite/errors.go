package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"parley/domain"
	"parley/domain/auth"
)

// translate classifies an error of the driver. A context that ended stays
// visible to errors.Is.
func translate(ctx context.Context, err error) error {
	var known *domain.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if cause := ctx.Err(); cause != nil {
		if !errors.Is(err, cause) {
			err = fmt.Errorf("%w: %w", cause, err)
		}
		return domain.Unreachable(err)
	}
	if code(err) == brokenReference {
		// Rooms and messages are read before anything points at them.
		e := auth.ErrUserNotFound()
		e.Err = err
		return e
	}
	if errors.Is(err, sql.ErrConnDone) || unreachable(code(err)) {
		return domain.Unreachable(err)
	}
	return err
}

// code is SQLite's extended result code of an error; 0 if it has none.
func code(err error) int {
	var failure *sqlite.Error
	if errors.As(err, &failure) {
		return failure.Code()
	}
	return 0
}

// unreachable reports whether an extended result code says that the file
// cannot be used right now: somebody else writes, the disk is full or failing.
func unreachable(code int) bool {
	switch code & 0xff { // the primary code
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_PROTOCOL, lib.SQLITE_FULL, lib.SQLITE_IOERR,
		lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY, lib.SQLITE_PERM, lib.SQLITE_NOMEM:
		return true
	}
	return false
}

// brokenReference is the extended result code of a row that points at one that
// does not exist.
const brokenReference = lib.SQLITE_CONSTRAINT_FOREIGNKEY

// lostCommit says that it is not known whether a transaction was committed.
type lostCommit struct{ err error }

func (e *lostCommit) Error() string { return "commit: " + e.err.Error() }
func (e *lostCommit) Unwrap() error { return e.err }
