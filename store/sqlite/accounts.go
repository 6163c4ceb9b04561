package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/encryption"
	"parley/store/batch"
)

const accountColumns = `id, name, password_hash, coalesce(email_token, ''), coalesce(email_key_id, ''),
	admin, disabled, generation, created_at`

func scanAccount(rows *sql.Rows) (auth.Account, error) {
	var a auth.Account
	var createdAt int64
	err := rows.Scan(&a.ID, &a.Name, &a.PasswordHash, &a.Email.Token, &a.Email.KeyID,
		&a.Admin, &a.Disabled, &a.Generation, &createdAt)
	a.CreatedAt = fromMicros(createdAt)
	return a, err
}

// CreateAccount implements auth.Store.
func (s *Store) CreateAccount(ctx context.Context, account auth.NewAccount) (auth.Account, error) {
	created := auth.Account{
		User: domain.User{
			Name: account.Name, Admin: account.Admin, CreatedAt: batch.Timestamp(account.CreatedAt),
		},
		PasswordHash: account.PasswordHash,
	}
	err := s.write(ctx, func(t *transaction) error {
		numbered, err := first(ctx, t, scanAccount, `
			INSERT INTO users (name, folded_name, password_hash, admin, created_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (folded_name) DO NOTHING RETURNING `+accountColumns,
			created.Name, domain.FoldUserName(created.Name), created.PasswordHash, created.Admin, micros(created.CreatedAt))
		if errors.Is(err, sql.ErrNoRows) {
			return auth.ErrNameTaken()
		}
		if err != nil {
			return err
		}
		created.ID, created.Generation = numbered.ID, numbered.Generation
		if created.Email, err = sealEmail(t, account, created.ID); err != nil {
			return err
		}
		if _, err := t.exec(`
			INSERT INTO members (room_id, user_id, role, read_seq, joined_at)
			SELECT id, ?, 'member', head_seq, ? FROM rooms WHERE name = ?`,
			created.ID, micros(created.CreatedAt), domain.Lobby); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE rooms SET members = members + 1 WHERE name = ?`, domain.Lobby); err != nil {
			return err
		}
		return raiseRevision(t)
	})
	if err != nil {
		return auth.Account{}, fmt.Errorf("create account: %w", err)
	}
	return created, nil
}

func sealEmail(t *transaction, account auth.NewAccount, id domain.UserID) (encryption.Sealed, error) {
	if account.SealEmail == nil {
		return encryption.Sealed{}, nil
	}
	sealed, err := account.SealEmail(id)
	if err != nil {
		return encryption.Sealed{}, fmt.Errorf("seal the e-mail address: %w", err)
	}
	_, err = t.exec(`UPDATE users SET email_token = ?, email_key_id = ? WHERE id = ?`, sealed.Token, sealed.KeyID, id)
	return sealed, err
}

// AccountByName implements auth.Store.
func (s *Store) AccountByName(ctx context.Context, name string) (auth.Account, error) {
	return s.account(ctx, `SELECT `+accountColumns+` FROM users WHERE folded_name = ?`, domain.FoldUserName(name))
}

// AccountByID implements auth.Store.
func (s *Store) AccountByID(ctx context.Context, id domain.UserID) (auth.Account, error) {
	return s.account(ctx, `SELECT `+accountColumns+` FROM users WHERE id = ?`, id)
}

func (s *Store) account(ctx context.Context, query string, arg any) (account auth.Account, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		account, err = first(ctx, s.reader, scanAccount, query, arg)
		if errors.Is(err, sql.ErrNoRows) {
			return auth.ErrUserNotFound()
		}
		return err
	})
	if err != nil {
		return auth.Account{}, fmt.Errorf("read account: %w", err)
	}
	return account, nil
}

// Accounts implements auth.Store.
func (s *Store) Accounts(ctx context.Context, after domain.UserID, limit int) (accounts []auth.Account, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		accounts, err = all(ctx, s.reader, scanAccount,
			`SELECT `+accountColumns+` FROM users WHERE id > ? ORDER BY id LIMIT ?`, after, max(limit, 0))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return accounts, nil
}

// ChangeAccount implements auth.Store.
func (s *Store) ChangeAccount(ctx context.Context, id domain.UserID, change auth.AccountChange) error {
	err := s.write(ctx, func(t *transaction) error {
		result, err := t.exec(`
			UPDATE users SET password_hash = coalesce(?, password_hash), disabled = coalesce(?, disabled),
				admin = coalesce(?, admin), generation = generation + ?
			WHERE id = ?5 AND (?6 = 0 OR generation = ?6)`,
			change.PasswordHash, change.Disabled, change.Admin, change.Void, id, change.Generation)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, whyUnchanged(change))
		}
		if change.Void {
			if _, err := endSessions(t, auth.Ending{User: id, Except: change.Except}); err != nil {
				return err
			}
		}
		return raiseRevision(t)
	})
	if err != nil {
		return fmt.Errorf("change account: %w", err)
	}
	return nil
}

// whyUnchanged says why a change found no account: users are never deleted, so
// whoever knew a generation knew somebody.
func whyUnchanged(change auth.AccountChange) error {
	if change.Generation != 0 {
		return auth.ErrAccessEnded()
	}
	return auth.ErrUserNotFound()
}

// Revision implements auth.Store.
func (s *Store) Revision(ctx context.Context) (revision int64, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		revision, err = first(ctx, s.reader, scalar[int64], `SELECT revision FROM instance`)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the revision: %w", err)
	}
	return revision, nil
}

func raiseRevision(t *transaction) error {
	_, err := t.exec(`UPDATE instance SET revision = revision + 1`)
	return err
}

func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }
