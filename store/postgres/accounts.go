package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/encryption"
	"parley/store/batch"
)

const accountColumns = `id, name, password_hash, coalesce(email_token, ''), coalesce(email_key_id, ''),
	admin, disabled, generation, created_at`

func scanAccount(row pgx.CollectableRow) (auth.Account, error) {
	var a auth.Account
	err := row.Scan(&a.ID, &a.Name, &a.PasswordHash, &a.Email.Token, &a.Email.KeyID,
		&a.Admin, &a.Disabled, &a.Generation, &a.CreatedAt)
	a.CreatedAt = a.CreatedAt.UTC()
	return a, err
}

// CreateAccount implements auth.Store.
func (s *Store) CreateAccount(ctx context.Context, account auth.NewAccount) (created auth.Account, err error) {
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		createdAt := batch.Timestamp(account.CreatedAt)
		created, err = first(ctx, tx, scanAccount, `
			INSERT INTO users (name, folded_name, password_hash, admin, created_at) VALUES ($1, $2, $3, $4, $5)
			RETURNING `+accountColumns,
			account.Name, domain.FoldUserName(account.Name), account.PasswordHash, account.Admin, createdAt)
		if err != nil {
			return err
		}
		if created.Email, err = sealEmail(ctx, tx, account, created.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO members (room_id, user_id, role, read_seq, joined_at)
			SELECT id, $1, 'member', head_seq, $2 FROM rooms WHERE name = $3`, created.ID, createdAt, domain.Lobby); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE rooms SET members = members + 1 WHERE name = $1`, domain.Lobby); err != nil {
			return err
		}
		return raiseRevision(ctx, tx)
	})
	if err != nil {
		return auth.Account{}, fmt.Errorf("create account: %w", err)
	}
	return created, nil
}

func sealEmail(
	ctx context.Context, tx pgx.Tx, account auth.NewAccount, id domain.UserID,
) (encryption.Sealed, error) {
	if account.SealEmail == nil {
		return encryption.Sealed{}, nil
	}
	sealed, err := account.SealEmail(id)
	if err != nil {
		return encryption.Sealed{}, fmt.Errorf("seal the e-mail address: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE users SET email_token = $1, email_key_id = $2 WHERE id = $3`,
		sealed.Token, sealed.KeyID, id)
	return sealed, err
}

// AccountByName implements auth.Store. What cannot be a name is not asked for:
// the server takes neither a zero byte nor broken UTF-8.
func (s *Store) AccountByName(ctx context.Context, name string) (auth.Account, error) {
	if domain.CheckUserName(name) != nil {
		return auth.Account{}, fmt.Errorf("read account: %w", auth.ErrUserNotFound())
	}
	return s.account(ctx, `SELECT `+accountColumns+` FROM users WHERE folded_name = $1`, domain.FoldUserName(name))
}

// AccountByID implements auth.Store.
func (s *Store) AccountByID(ctx context.Context, id domain.UserID) (auth.Account, error) {
	return s.account(ctx, `SELECT `+accountColumns+` FROM users WHERE id = $1`, id)
}

func (s *Store) account(ctx context.Context, query string, arg any) (account auth.Account, err error) {
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		account, err = first(ctx, conn, scanAccount, query, arg)
		if errors.Is(err, pgx.ErrNoRows) {
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
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		accounts, err = all(ctx, conn, scanAccount,
			`SELECT `+accountColumns+` FROM users WHERE id > $1 ORDER BY id LIMIT $2`, after, max(limit, 0))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return accounts, nil
}

// ChangeAccount implements auth.Store.
func (s *Store) ChangeAccount(ctx context.Context, id domain.UserID, change auth.AccountChange) error {
	err := s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		result, err := tx.Exec(ctx, `
			UPDATE users SET password_hash = coalesce($2, password_hash), disabled = coalesce($3, disabled),
				admin = coalesce($4, admin), generation = generation + CASE WHEN $5 THEN 1 ELSE 0 END
			WHERE id = $1 AND ($6::bigint = 0 OR generation = $6)`,
			id, change.PasswordHash, change.Disabled, change.Admin, change.Void, change.Generation)
		if err != nil {
			return err
		}
		if result.RowsAffected() == 0 {
			return whyUnchanged(change)
		}
		if change.Void {
			if _, err := endSessions(ctx, tx, auth.Ending{User: id, Except: change.Except}); err != nil {
				return err
			}
		}
		return raiseRevision(ctx, tx)
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
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		revision, err = first(ctx, conn, pgx.RowTo[int64], `SELECT revision FROM instance`)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the revision: %w", err)
	}
	return revision, nil
}

func raiseRevision(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE instance SET revision = revision + 1`)
	return err
}
