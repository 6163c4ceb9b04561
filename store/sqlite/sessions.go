package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/batch"
)

const sessionColumns = `s.id, s.user_id, s.door, s.device, s.address, s.created_at, s.used_at, s.ended_at`

// sessionRow is where a session's columns are scanned to.
type sessionRow struct {
	auth.Session
	address         string
	created, used   int64
	ended           sql.NullInt64
	accountCreation int64
}

func (r *sessionRow) targets() []any {
	return []any{&r.ID, &r.UserID, &r.Door, &r.Device, &r.address, &r.created, &r.used, &r.ended}
}

func (r *sessionRow) session() (auth.Session, error) {
	var err error
	r.Addr, err = netip.ParseAddr(r.address)
	r.CreatedAt, r.UsedAt, r.EndedAt = fromMicros(r.created), fromMicros(r.used), fromNullMicros(r.ended)
	return r.Session, err
}

func scanSession(rows *sql.Rows) (auth.Session, error) {
	var r sessionRow
	if err := rows.Scan(r.targets()...); err != nil {
		return auth.Session{}, err
	}
	return r.session()
}

const selectAccess = `SELECT ` + sessionColumns + `, u.id, u.name, u.password_hash, coalesce(u.email_token, ''),
		coalesce(u.email_key_id, ''), u.admin, u.disabled, u.generation, u.created_at
	FROM sessions s JOIN users u ON u.id = s.user_id
	WHERE s.ended_at IS NULL AND `

func scanAccess(rows *sql.Rows) (auth.Access, error) {
	var r sessionRow
	var a auth.Account
	err := rows.Scan(append(r.targets(), &a.ID, &a.Name, &a.PasswordHash, &a.Email.Token, &a.Email.KeyID,
		&a.Admin, &a.Disabled, &a.Generation, &r.accountCreation)...)
	if err != nil {
		return auth.Access{}, err
	}
	a.CreatedAt = fromMicros(r.accountCreation)
	session, err := r.session()
	return auth.Access{Account: a, Session: session}, err
}

// CreateSession implements auth.SessionStore.
func (s *Store) CreateSession(ctx context.Context, n auth.NewSession) (session auth.Session, err error) {
	at := micros(batch.Timestamp(n.At))
	err = s.write(ctx, func(t *transaction) error {
		_, err := first(ctx, t, scalar[int], `SELECT 1 FROM users WHERE id = ? AND generation = ? AND NOT disabled`,
			n.UserID, n.Generation)
		if errors.Is(err, sql.ErrNoRows) {
			return auth.ErrAccessEnded()
		}
		if err != nil {
			return err
		}
		if err := useKey(t, n, at); err != nil {
			return err
		}
		session, err = first(ctx, t, scanSession, `
			INSERT INTO sessions AS s (user_id, door, device, address, created_at, used_at, refresh_hash)
			VALUES (?, ?, ?, ?, ?5, ?5, ?) RETURNING id, user_id, door, device, address, created_at, used_at, ended_at`,
			n.UserID, n.Door, n.Device, n.Addr.String(), at, hashOrNull(n.Refresh.Next))
		if err != nil {
			return err
		}
		if n.Address != "" {
			if _, err := t.exec(`
				INSERT INTO login_addresses (user_id, address, used_at) VALUES (?, ?, ?)
				ON CONFLICT (user_id, address) DO UPDATE SET used_at = max(used_at, excluded.used_at)`,
				n.UserID, n.Address, at); err != nil {
				return err
			}
		}
		return giveWay(t, n)
	})
	if err != nil {
		return auth.Session{}, fmt.Errorf("create session: %w", err)
	}
	return session, nil
}

// useKey marks the key that opened the door, which must still be there.
func useKey(t *transaction, n auth.NewSession, at int64) error {
	if n.Key == 0 {
		return nil
	}
	result, err := t.exec(`UPDATE ssh_keys SET used_at = ? WHERE id = ? AND user_id = ?`, at, n.Key, n.UserID)
	if err != nil {
		return err
	}
	if changed, err := result.RowsAffected(); err != nil || changed == 0 {
		return errors.Join(err, auth.ErrAccessEnded())
	}
	return nil
}

// giveWay ends the sessions that a user has beyond how many one may have, not
// counting those that end with their connection.
func giveWay(t *transaction, n auth.NewSession) error {
	result, err := t.exec(`
		DELETE FROM sessions WHERE id IN (
			SELECT id FROM sessions WHERE user_id = ? AND door <> 'ssh'
			ORDER BY used_at DESC, id DESC LIMIT -1 OFFSET ?)`, n.UserID, n.Keep)
	if err != nil {
		return err
	}
	return raiseIfAny(t, result)
}

// raiseIfAny raises the revision if a statement changed anything.
func raiseIfAny(t *transaction, result sql.Result) error {
	changed, err := result.RowsAffected()
	if err != nil || changed == 0 {
		return err
	}
	return raiseRevision(t)
}

// Sessions implements auth.SessionStore.
func (s *Store) Sessions(ctx context.Context, user domain.UserID) (sessions []auth.Session, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		sessions, err = all(ctx, s.reader, scanSession,
			`SELECT `+sessionColumns+` FROM sessions s WHERE s.user_id = ? ORDER BY s.used_at DESC, s.id DESC`, user)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return sessions, nil
}

// Access implements auth.SessionStore.
func (s *Store) Access(ctx context.Context, ids []auth.SessionID) (found []auth.Access, err error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	err = s.read(ctx, func(ctx context.Context) error {
		found, err = all(ctx, s.reader, scanAccess,
			selectAccess+`s.id IN (SELECT value FROM json_each(?))`, string(list))
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
	err := s.write(ctx, func(t *transaction) error {
		access, err := first(ctx, t, scanAccess, selectAccess+`s.id = ?`, id)
		if errors.Is(err, sql.ErrNoRows) {
			return auth.ErrSessionNotFound()
		}
		if err != nil {
			return err
		}
		state, err := first(ctx, t, scanRefreshState, `SELECT refresh_hash, spent_hash, spent_at FROM sessions WHERE id = ?`, id)
		if err != nil {
			return err
		}
		kept, err := decide(access, state)
		if err != nil {
			return err
		}
		if _, err := t.exec(`
			UPDATE sessions SET refresh_hash = ?, spent_hash = ?, spent_at = ?, used_at = ?, ended_at = ? WHERE id = ?`,
			hashOrNull(kept.State.Next), hashOrNull(kept.State.Spent), microsOrNull(kept.State.SpentAt),
			micros(kept.UsedAt), microsOrNull(kept.EndedAt), id); err != nil {
			return err
		}
		if kept.EndedAt.IsZero() {
			return nil
		}
		return raiseRevision(t)
	})
	if err != nil {
		return fmt.Errorf("refresh a session: %w", err)
	}
	return nil
}

func scanRefreshState(rows *sql.Rows) (auth.RefreshState, error) {
	var next, spent []byte
	var spentAt sql.NullInt64
	var state auth.RefreshState
	if err := rows.Scan(&next, &spent, &spentAt); err != nil {
		return state, err
	}
	copy(state.Next[:], next)
	copy(state.Spent[:], spent)
	state.SpentAt = fromNullMicros(spentAt)
	return state, nil
}

// EndSessions implements auth.SessionStore.
func (s *Store) EndSessions(ctx context.Context, which auth.Ending) (n int64, err error) {
	err = s.write(ctx, func(t *transaction) error {
		n, err = endSessions(t, which)
		if err != nil || n == 0 {
			return err
		}
		return raiseRevision(t)
	})
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return n, nil
}

func endSessions(t *transaction, which auth.Ending) (int64, error) {
	result, err := t.exec(`
		DELETE FROM sessions WHERE (?1 OR user_id = ?2) AND (?3 = 0 OR id = ?3) AND id <> ?4`,
		which.Everybody, which.User, which.Only, which.Except)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func hashOrNull(hash auth.TokenHash) any {
	if hash == (auth.TokenHash{}) {
		return nil
	}
	return hash[:]
}

func microsOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return micros(t)
}

func fromNullMicros(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return fromMicros(n.Int64)
}
