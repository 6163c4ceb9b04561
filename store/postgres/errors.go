package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
)

// violated says what it means that a constraint refused a row.
var violated = map[string]func() *domain.Error{
	"rooms_name":      chat.ErrNameTaken,
	"changes_by":      auth.ErrUserNotFound,
	"changes_user":    auth.ErrUserNotFound,
	"rooms_creator":   auth.ErrUserNotFound,
	"reactions_user":  auth.ErrUserNotFound,
	"members_user":    auth.ErrUserNotFound,
	"members_room":    domain.ErrRoomNotFound,
	"messages_author": auth.ErrUserNotFound,
	"messages_room":   domain.ErrRoomNotFound,
	"sessions_user":   auth.ErrUserNotFound,
	"ssh_keys_user":   auth.ErrUserNotFound,
}

// translate classifies an error met on a connection. A context that ended stays
// visible to errors.Is.
func translate(ctx context.Context, conn *pgx.Conn, err error) error {
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
	var failure *pgconn.PgError
	if errors.As(err, &failure) {
		if meaning, ok := violated[failure.ConstraintName]; ok && class(failure) == integrityViolation {
			e := meaning()
			e.Err = err
			return e
		}
		if unreachable(failure) {
			return domain.Unreachable(err)
		}
	}
	if conn.IsClosed() { // whatever broke it
		return domain.Unreachable(err)
	}
	return err
}

// The SQLSTATE classes and codes that are told apart (PostgreSQL, appendix A).
const (
	connectionException    = "08"
	integrityViolation     = "23"
	invalidTransaction     = "25" // a standby, or a transaction that idled too long
	transactionRollback    = "40" // serialization failure, deadlock
	insufficientResources  = "53"
	objectNotInState       = "55" // a lock that was not to be had
	operatorIntervention   = "57" // shutdown, statement timeout
	systemError            = "58"
	transactionUnresolved  = "08007"
	deadlockDetected       = "40P01"
	statementCompletionOff = "40003"
)

func class(e *pgconn.PgError) string {
	if len(e.Code) < 2 {
		return ""
	}
	return e.Code[:2]
}

// unreachable reports whether the same call can succeed a moment later.
func unreachable(e *pgconn.PgError) bool {
	switch class(e) {
	case connectionException, invalidTransaction, transactionRollback, insufficientResources,
		objectNotInState, operatorIntervention, systemError:
		return true
	}
	return false
}

// rolledBack reports whether a failed COMMIT certainly left nothing behind: the
// server said so itself, and not while it was going away.
func rolledBack(err error) bool {
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return true
	}
	var failure *pgconn.PgError
	if !errors.As(err, &failure) || failure.Code == transactionUnresolved || failure.Code == statementCompletionOff {
		return false
	}
	switch class(failure) {
	case connectionException, operatorIntervention, systemError:
		return false
	}
	return true
}

// lostCommit says that it is not known whether a transaction was committed.
type lostCommit struct{ err error }

func (e *lostCommit) Error() string { return "commit: " + e.err.Error() }
func (e *lostCommit) Unwrap() error { return e.err }

func isLost(err error) bool {
	var lost *lostCommit
	return errors.As(err, &lost)
}
