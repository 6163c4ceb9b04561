package accounts

import (
	"context"
	"fmt"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/encryption"
	"parley/store/engine"
)

const (
	accountColumns = `users.id, users.name, users.password_hash, coalesce(users.email_token, ''),
		coalesce(users.email_key_id, ''), users.admin, users.disabled, users.generation, users.created_at`
	insertAccount = `INSERT INTO users (name, folded_name, password_hash, admin, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (folded_name) DO NOTHING RETURNING ` + accountColumns
	setEmail  = `UPDATE users SET email_token = ?2, email_key_id = ?3 WHERE id = ?1`
	joinLobby = `INSERT INTO members (room_id, user_id, role, read_seq, joined_at)
		SELECT id, ?1, 'member', head_seq, ?2 FROM rooms WHERE name = ?3`
	growLobby     = `UPDATE rooms SET members = members + 1 WHERE name = ?1`
	accountByName = `SELECT ` + accountColumns + ` FROM users WHERE folded_name = ?1`
	accountByID   = `SELECT ` + accountColumns + ` FROM users WHERE id = ?1`
	accountsAfter = `SELECT ` + accountColumns + ` FROM users WHERE id > ?1 ORDER BY id LIMIT ?2`
	changeAccount = `UPDATE users SET password_hash = coalesce(?2, password_hash), disabled = coalesce(?3, disabled),
			admin = coalesce(?4, admin), generation = generation + CASE WHEN ?5 THEN 1 ELSE 0 END
		WHERE id = ?1 AND (CAST(?6 AS bigint) = 0 OR generation = ?6)`
	revision    = `SELECT revision FROM instance`
	addRevision = `UPDATE instance SET revision = revision + 1`
)

var accountQueries = []string{
	insertAccount, setEmail, joinLobby, growLobby, accountByName, accountByID, accountsAfter, changeAccount,
	revision, addRevision,
}

// accountFields are where accountColumns are scanned to.
func accountFields(a *auth.Account) []any {
	return []any{
		&a.ID, &a.Name, &a.PasswordHash, &a.Email.Token,
		&a.Email.KeyID, &a.Admin, &a.Disabled, &a.Generation, engine.Stamp(&a.CreatedAt),
	}
}

func scanAccount(rows engine.Rows) (auth.Account, error) {
	var a auth.Account
	err := rows.Scan(accountFields(&a)...)
	return a, err
}

// CreateAccount implements auth.AccountStore.
func (s *Store) CreateAccount(ctx context.Context, account auth.NewAccount) (created auth.Account, err error) {
	err = s.queries.Write(ctx, "create account", func(ctx context.Context, t engine.Tx) error {
		createdAt := t.Time(account.CreatedAt)
		created, err = engine.One(ctx, t, scanAccount, auth.ErrNameTaken(), insertAccount,
			account.Name, domain.FoldUserName(account.Name), account.PasswordHash, account.Admin, createdAt)
		if err != nil {
			return err
		}
		if created.Email, err = sealEmail(ctx, t, account, created.ID); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, joinLobby, created.ID, createdAt, domain.Lobby); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, growLobby, domain.Lobby); err != nil {
			return err
		}
		return raiseRevision(ctx, t)
	})
	if err != nil {
		return auth.Account{}, err
	}
	return created, nil
}

func sealEmail(
	ctx context.Context, t engine.Tx, account auth.NewAccount, id domain.UserID,
) (encryption.Sealed, error) {
	if account.SealEmail == nil {
		return encryption.Sealed{}, nil
	}
	sealed, err := account.SealEmail(id)
	if err != nil {
		return encryption.Sealed{}, fmt.Errorf("seal the e-mail address: %w", err)
	}
	_, err = t.Exec(ctx, setEmail, id, sealed.Token, sealed.KeyID)
	return sealed, err
}

// AccountByName implements auth.AccountStore. What cannot be a name is not
// asked for: a server takes neither a zero byte nor broken UTF-8.
func (s *Store) AccountByName(ctx context.Context, name string) (auth.Account, error) {
	if domain.CheckUserName(name) != nil {
		return auth.Account{}, fmt.Errorf("read account: %w", auth.ErrUserNotFound())
	}
	return s.account(ctx, accountByName, domain.FoldUserName(name))
}

// AccountByID implements auth.AccountStore.
func (s *Store) AccountByID(ctx context.Context, id domain.UserID) (auth.Account, error) {
	return s.account(ctx, accountByID, id)
}

func (s *Store) account(ctx context.Context, query string, arg any) (account auth.Account, err error) {
	err = s.queries.Read(ctx, "read account", func(ctx context.Context, t engine.Tx) error {
		account, err = engine.One(ctx, t, scanAccount, auth.ErrUserNotFound(), query, arg)
		return err
	})
	return account, err
}

// Accounts implements auth.AccountStore.
func (s *Store) Accounts(ctx context.Context, after domain.UserID, limit int) (accounts []auth.Account, err error) {
	err = s.queries.Read(ctx, "list accounts", func(ctx context.Context, t engine.Tx) error {
		accounts, err = engine.All(ctx, t, scanAccount, accountsAfter, after, max(limit, 0))
		return err
	})
	return accounts, err
}

// ChangeAccount implements auth.AccountStore.
func (s *Store) ChangeAccount(ctx context.Context, id domain.UserID, change auth.AccountChange) error {
	return s.queries.Write(ctx, "change account", func(ctx context.Context, t engine.Tx) error {
		changed, err := t.Exec(ctx, changeAccount,
			id, change.PasswordHash, change.Disabled, change.Admin, change.Void, change.Generation)
		if err != nil {
			return err
		}
		if changed == 0 {
			return whyUnchanged(change)
		}
		if change.Void {
			if _, err := endSessions(ctx, t, auth.Ending{User: id, Except: change.Except}); err != nil {
				return err
			}
		}
		return raiseRevision(ctx, t)
	})
}

// whyUnchanged says why a change found no account: users are never deleted, so
// whoever knew a generation knew somebody.
func whyUnchanged(change auth.AccountChange) error {
	if change.Generation != 0 {
		return auth.ErrAccessEnded()
	}
	return auth.ErrUserNotFound()
}

// Revision implements auth.AccountStore.
func (s *Store) Revision(ctx context.Context) (n int64, err error) {
	err = s.queries.Read(ctx, "read the revision", func(ctx context.Context, t engine.Tx) error {
		n, err = engine.One(ctx, t, engine.Scalar[int64], errNoInstance, revision)
		return err
	})
	return n, err
}
