package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/batch"
)

const sessionColumns = `s.id, s.user_id, s.door, s.device, s.address, s.created_at, s.used_at, s.ended_at`

// sessionRow is where a session's columns are scanned to.
type sessionRow struct {
	auth.Session
	address string
	ended   *time.Time
}

func (r *sessionRow) targets() []any {
	return []any{&r.ID, &r.UserID, &r.Door, &r.Device, &r.address, &r.CreatedAt, &r.UsedAt, &r.ended}
}

func (r *sessionRow) session() (auth.Session, error) {
	var err error
	r.Addr, err = netip.ParseAddr(r.address)
	r.CreatedAt, r.UsedAt, r.EndedAt = r.CreatedAt.UTC(), r.UsedAt.UTC(), orZero(r.ended)
	return r.Session, err
}

func scanSession(row pgx.CollectableRow) (auth.Session, error) {
	var r sessionRow
	if err := row.Scan(r.targets()...); err != nil {
		return auth.Session{}, err
	}
	return r.session()
}

const selectAccess = `SELECT ` + sessionColumns + `, u.id, u.name, u.password_hash, coalesce(u.email_token, ''),
		coalesce(u.email_key_id, ''), u.admin, u.disabled, u.generation, u.created_at
	FROM sessions s JOIN users u ON u.id = s.user_id
	WHERE s.ended_at IS NULL AND `

func scanAccess(row pgx.CollectableRow) (auth.Access, error) {
	var r sessionRow
	var a auth.Account
	err := row.Scan(append(r.targets(), &a.ID, &a.Name, &a.PasswordHash, &a.Email.Token, &a.Email.KeyID,
		&a.Admin, &a.Disabled, &a.Generation, &a.CreatedAt)...)
	if err != nil {
		return auth.Access{}, err
	}
	a.CreatedAt = a.CreatedAt.UTC()
	session, err := r.session()
	return auth.Access{Account: a, Session: session}, err
}

// CreateSession implements auth.SessionStore. Log-ins of one user pass one by
// one, and none passes a change of their account.
func (s *Store) CreateSession(ctx context.Context, n auth.NewSession) (session auth.Session, err error) {
	at := batch.Timestamp(n.At)
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := first(ctx, tx, pgx.RowTo[int],
			`SELECT 1 FROM users WHERE id = $1 AND generation = $2 AND NOT disabled FOR NO KEY UPDATE`, n.UserID, n.Generation)
		if errors.Is(err, pgx.ErrNoRows) {
			return auth.ErrAccessEnded()
		}
		if err != nil {
			return err
		}
		if err := useKey(ctx, tx, n, at); err != nil {
			return err
		}
		session, err = first(ctx, tx, scanSession, `
			INSERT INTO sessions AS s (user_id, door, device, address, created_at, used_at, refresh_hash)
			VALUES ($1, $2, $3, $4, $5, $5, $6) RETURNING `+sessionColumns,
			n.UserID, string(n.Door), n.Device, n.Addr.String(), at, hashOrNull(n.Refresh.Next))
		if err != nil {
			return err
		}
		if n.Address != "" {
			if _, err := tx.Exec(ctx, `
				INSERT INTO login_addresses AS a (user_id, address, used_at) VALUES ($1, $2, $3)
				ON CONFLICT ON CONSTRAINT login_addresses_pkey DO UPDATE SET used_at = greatest(a.used_at, excluded.used_at)`,
				n.UserID, n.Address, at); err != nil {
				return err
			}
		}
		result, err := tx.Exec(ctx, `
			DELETE FROM sessions WHERE id IN (
				SELECT id FROM sessions WHERE id IN (
					SELECT id FROM sessions WHERE user_id = $1 AND door <> 'ssh' ORDER BY used_at DESC, id DESC OFFSET $2)
				ORDER BY id FOR UPDATE)`, n.UserID, n.Keep)
		if err != nil || result.RowsAffected() == 0 {
			return err
		}
		return raiseRevision(ctx, tx)
	})
	if err != nil {
		return auth.Session{}, fmt.Errorf("create session: %w", err)
	}
	return session, nil
}

// useKey marks the key that opened the door, which must still be there.
func useKey(ctx context.Context, tx pgx.Tx, n auth.NewSession, at time.Time) error {
	if n.Key == 0 {
		return nil
	}
	result, err := tx.Exec(ctx, `UPDATE ssh_keys SET used_at = $1 WHERE id = $2 AND user_id = $3`, at, n.Key, n.UserID)
	if err == nil && result.RowsAffected() == 0 {
		err = auth.ErrAccessEnded()
	}
	return err
}

// Sessions implements auth.SessionStore.
func (s *Store) Sessions(ctx context.Context, user domain.UserID) (sessions []auth.Session, err error) {
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		sessions, err = all(ctx, conn, scanSession,
			`SELECT `+sessionColumns+` FROM sessions s WHERE s.user_id = $1 ORDER BY s.used_at DESC, s.id DESC`, user)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return sessions, nil
}

// Access implements auth.SessionStore.
func (s *Store) Access(ctx context.Context, ids []auth.SessionID) (found []auth.Access, err error) {
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		found, err = all(ctx, conn, scanAccess, selectAccess+`s.id = ANY($1)`, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	return found, nil
}

// Refresh implements auth.SessionStore.
func (s *Store) Refresh(
	ctx context.Context, id auth.SessionID, decide func(auth.Access, auth.RefreshState) (auth.Refreshed, error),
) error {
	err := s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		state, err := first(ctx, tx, scanRefreshState,
			`SELECT refresh_hash, spent_hash, spent_at FROM sessions WHERE id = $1 AND ended_at IS NULL FOR UPDATE`, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return auth.ErrSessionNotFound()
		}
		if err != nil {
			return err
		}
		access, err := first(ctx, tx, scanAccess, selectAccess+`s.id = $1`, id)
		if err != nil {
			return err
		}
		kept, err := decide(access, state)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			UPDATE sessions SET refresh_hash = $2, spent_hash = $3, spent_at = $4, used_at = $5, ended_at = $6 WHERE id = $1`,
			id, hashOrNull(kept.State.Next), hashOrNull(kept.State.Spent), timeOrNull(kept.State.SpentAt),
			kept.UsedAt, timeOrNull(kept.EndedAt)); err != nil {
			return err
		}
		if kept.EndedAt.IsZero() {
			return nil
		}
		return raiseRevision(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("refresh a session: %w", err)
	}
	return nil
}

func scanRefreshState(row pgx.CollectableRow) (auth.RefreshState, error) {
	var next, spent []byte
	var spentAt *time.Time
	var state auth.RefreshState
	if err := row.Scan(&next, &spent, &spentAt); err != nil {
		return state, err
	}
	copy(state.Next[:], next)
	copy(state.Spent[:], spent)
	state.SpentAt = orZero(spentAt)
	return state, nil
}

// EndSessions implements auth.SessionStore.
func (s *Store) EndSessions(ctx context.Context, which auth.Ending) (n int64, err error) {
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err = endSessions(ctx, tx, which)
		if err != nil || n == 0 {
			return err
		}
		return raiseRevision(ctx, tx)
	})
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return n, nil
}

// endSessions, like everything that takes several sessions, takes them by id, so
// that two nodes cannot wait for each other.
func endSessions(ctx context.Context, tx pgx.Tx, which auth.Ending) (int64, error) {
	result, err := tx.Exec(ctx, `
		DELETE FROM sessions WHERE id IN (
			SELECT id FROM sessions
			WHERE ($1 OR user_id = $2) AND ($3::bigint = 0 OR id = $3) AND id <> $4
			ORDER BY id FOR UPDATE)`,
		which.Everybody, which.User, which.Only, which.Except)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected(), nil
}

func hashOrNull(hash auth.TokenHash) []byte {
	if hash == (auth.TokenHash{}) {
		return nil
	}
	return hash[:]
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
