package accounts

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/engine"
)

const (
	sessionColumns = `sessions.id, sessions.user_id, sessions.door, sessions.device, sessions.address,
		sessions.created_at, sessions.used_at, sessions.ended_at`
	lockAccess    = `SELECT 1 FROM users WHERE id = ?1 AND generation = ?2 AND NOT disabled {lock}`
	insertSession = `INSERT INTO sessions (user_id, door, device, address, created_at, used_at, refresh_hash)
		VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6) RETURNING ` + sessionColumns
	markKey         = `UPDATE ssh_keys SET used_at = ?3 WHERE id = ?1 AND user_id = ?2`
	rememberAddress = `INSERT INTO login_addresses (user_id, address, used_at) VALUES (?1, ?2, ?3)
		ON CONFLICT (user_id, address) DO UPDATE SET used_at = excluded.used_at
		WHERE login_addresses.used_at < excluded.used_at`
	sessionsOf = `SELECT ` + sessionColumns + ` FROM sessions
		WHERE user_id = ?1 ORDER BY used_at DESC, id DESC`
	accessOf = `SELECT ` + sessionColumns + `, ` + accountColumns + `
		FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.ended_at IS NULL AND `
	accessByID     = accessOf + `sessions.id = ?1`
	accessAmong    = accessOf + `sessions.id {any ?1}`
	lockSession    = `SELECT refresh_hash, spent_hash, spent_at FROM sessions WHERE id = ?1 AND ended_at IS NULL {claim}`
	refreshSession = `UPDATE sessions SET refresh_hash = ?2, spent_hash = ?3, spent_at = ?4, used_at = ?5, ended_at = ?6
		WHERE id = ?1`

	// What takes several sessions takes them by id, so that two nodes cannot
	// wait for each other.
	dropSurplus = `DELETE FROM sessions WHERE id IN (
		SELECT id FROM sessions WHERE user_id = ?1 AND door <> 'ssh' AND id NOT IN (
			SELECT id FROM sessions WHERE user_id = ?1 AND door <> 'ssh' ORDER BY used_at DESC, id DESC LIMIT ?2)
		ORDER BY id {claim})`
	dropSessions = `DELETE FROM sessions WHERE id IN (
		SELECT id FROM sessions WHERE (?1 OR user_id = ?2) AND (CAST(?3 AS bigint) = 0 OR id = ?3) AND id <> ?4
		ORDER BY id {claim})`
)

var sessionQueries = []string{
	lockAccess, insertSession, markKey, rememberAddress, sessionsOf, accessByID, accessAmong, lockSession, refreshSession,
	dropSurplus, dropSessions,
}

// sessionFields are where sessionColumns are scanned to.
func sessionFields(s *auth.Session) []any {
	return []any{
		&s.ID, &s.UserID, &s.Door, &s.Device,
		address{&s.Addr},
		engine.Stamp(&s.CreatedAt), engine.Stamp(&s.UsedAt), engine.Stamp(&s.EndedAt),
	}
}

// address scans an IP address.
type address struct{ to *netip.Addr }

// Scan implements sql.Scanner.
func (a address) Scan(value any) (err error) {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("an address of type %T", value)
	}
	*a.to, err = netip.ParseAddr(text)
	return err
}

func scanSession(rows engine.Rows) (auth.Session, error) {
	var s auth.Session
	err := rows.Scan(sessionFields(&s)...)
	return s, err
}

func scanAccess(rows engine.Rows) (auth.Access, error) {
	var a auth.Access
	err := rows.Scan(append(sessionFields(&a.Session), accountFields(&a.Account)...)...)
	return a, err
}

// CreateSession implements auth.SessionStore. Log-ins of one user pass one by
// one, and none passes a change of their account.
func (s *Store) CreateSession(ctx context.Context, n auth.NewSession) (session auth.Session, err error) {
	err = s.queries.Write(ctx, "create session", func(ctx context.Context, t engine.Tx) error {
		if _, err := engine.One(ctx, t, engine.Scalar[int], auth.ErrAccessEnded(), lockAccess, n.UserID, n.Generation); err != nil {
			return err
		}
		if err := useKey(ctx, t, n); err != nil {
			return err
		}
		session, _, err = engine.First(ctx, t, scanSession, insertSession,
			n.UserID, n.Door, n.Device, n.Addr.String(), t.Time(n.At), hashOrNull(n.Refresh.Next))
		if err != nil {
			return err
		}
		if n.Address != "" {
			if _, err := t.Exec(ctx, rememberAddress, n.UserID, n.Address, t.Time(n.At)); err != nil {
				return err
			}
		}
		return giveWay(ctx, t, n)
	})
	if err != nil {
		return auth.Session{}, err
	}
	return session, nil
}

// useKey marks the key that opened the door, which must still be there.
func useKey(ctx context.Context, t engine.Tx, n auth.NewSession) error {
	if n.Key == 0 {
		return nil
	}
	marked, err := t.Exec(ctx, markKey, n.Key, n.UserID, t.Time(n.At))
	if err == nil && marked == 0 {
		err = auth.ErrAccessEnded()
	}
	return err
}

// giveWay ends the sessions that a user has beyond how many one may have, not
// counting those that end with their connection.
func giveWay(ctx context.Context, t engine.Tx, n auth.NewSession) error {
	ended, err := t.Exec(ctx, dropSurplus, n.UserID, n.Keep)
	if err != nil || ended == 0 {
		return err
	}
	return raiseRevision(ctx, t)
}

// Sessions implements auth.SessionStore.
func (s *Store) Sessions(ctx context.Context, user domain.UserID) (sessions []auth.Session, err error) {
	err = s.queries.Read(ctx, "list sessions", func(ctx context.Context, t engine.Tx) error {
		sessions, err = engine.All(ctx, t, scanSession, sessionsOf, user)
		return err
	})
	return sessions, err
}

// Access implements auth.SessionStore.
func (s *Store) Access(ctx context.Context, ids []auth.SessionID) (found []auth.Access, err error) {
	err = s.queries.Read(ctx, "read sessions", func(ctx context.Context, t engine.Tx) error {
		found, err = engine.All(ctx, t, scanAccess, accessAmong, engine.Numbers(t, ids))
		return err
	})
	return found, err
}

// Refresh implements auth.SessionStore.
func (s *Store) Refresh(
	ctx context.Context, id auth.SessionID, decide func(auth.Access, auth.RefreshState) (auth.Refreshed, error),
) error {
	return s.queries.Write(ctx, "refresh a session", func(ctx context.Context, t engine.Tx) error {
		state, err := engine.One(ctx, t, scanRefreshState, auth.ErrSessionNotFound(), lockSession, id)
		if err != nil {
			return err
		}
		access, _, err := engine.First(ctx, t, scanAccess, accessByID, id)
		if err != nil {
			return err
		}
		kept, err := decide(access, state)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, refreshSession, id, hashOrNull(kept.State.Next), hashOrNull(kept.State.Spent),
			timeOrNull(t, kept.State.SpentAt), t.Time(kept.UsedAt), timeOrNull(t, kept.EndedAt)); err != nil {
			return err
		}
		if kept.EndedAt.IsZero() {
			return nil
		}
		return raiseRevision(ctx, t)
	})
}

func scanRefreshState(rows engine.Rows) (auth.RefreshState, error) {
	var next, spent []byte
	var state auth.RefreshState
	err := rows.Scan(&next, &spent, engine.Stamp(&state.SpentAt))
	copy(state.Next[:], next)
	copy(state.Spent[:], spent)
	return state, err
}

// EndSessions implements auth.SessionStore.
func (s *Store) EndSessions(ctx context.Context, which auth.Ending) (n int64, err error) {
	err = s.queries.Write(ctx, "end sessions", func(ctx context.Context, t engine.Tx) error {
		n, err = endSessions(ctx, t, which)
		if err != nil || n == 0 {
			return err
		}
		return raiseRevision(ctx, t)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func endSessions(ctx context.Context, t engine.Tx, which auth.Ending) (int64, error) {
	return t.Exec(ctx, dropSessions, which.Everybody, which.User, which.Only, which.Except)
}

func hashOrNull(hash auth.TokenHash) any {
	if hash == (auth.TokenHash{}) {
		return nil
	}
	return hash[:]
}

func timeOrNull(t engine.Tx, at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return t.Time(at)
}
