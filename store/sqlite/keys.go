package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/batch"
)

const keyColumns = `id, user_id, type, blob, fingerprint, label, created_at, used_at`

func scanKey(rows *sql.Rows) (auth.Key, error) {
	var k auth.Key
	var created int64
	var used sql.NullInt64
	err := rows.Scan(&k.ID, &k.UserID, &k.Type, &k.Blob, &k.Fingerprint, &k.Label, &created, &used)
	k.CreatedAt, k.UsedAt = fromMicros(created), fromNullMicros(used)
	return k, err
}

// Keys implements auth.KeyStore.
func (s *Store) Keys(ctx context.Context, user domain.UserID) (keys []auth.Key, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		keys, err = all(ctx, s.reader, scanKey, `SELECT `+keyColumns+` FROM ssh_keys WHERE user_id = ? ORDER BY id`, user)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

// KeyByFingerprint implements auth.KeyStore.
func (s *Store) KeyByFingerprint(ctx context.Context, fingerprint string) (key auth.Key, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		key, err = first(ctx, s.reader, scanKey, `SELECT `+keyColumns+` FROM ssh_keys WHERE fingerprint = ?`, fingerprint)
		if errors.Is(err, sql.ErrNoRows) {
			return auth.ErrKeyNotFound()
		}
		return err
	})
	if err != nil {
		return auth.Key{}, fmt.Errorf("read key: %w", err)
	}
	return key, nil
}

// AddKey implements auth.KeyStore.
func (s *Store) AddKey(ctx context.Context, key auth.Key, limit int) (added auth.Key, err error) {
	err = s.write(ctx, func(t *transaction) error {
		n, err := first(ctx, t, scalar[int], `SELECT count(*) FROM ssh_keys WHERE user_id = ?`, key.UserID)
		if err != nil {
			return err
		}
		if n >= limit {
			return auth.ErrTooManyKeys()
		}
		added, err = first(ctx, t, scanKey, `
			INSERT INTO ssh_keys (user_id, type, blob, fingerprint, label, created_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (fingerprint) DO NOTHING RETURNING `+keyColumns,
			key.UserID, key.Type, key.Blob, key.Fingerprint, key.Label, micros(batch.Timestamp(key.CreatedAt)))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return auth.ErrKeyTaken()
		case code(err) == brokenReference:
			return auth.ErrUserNotFound()
		case err != nil:
			return err
		}
		return raiseRevision(t)
	})
	if err != nil {
		return auth.Key{}, fmt.Errorf("add key: %w", err)
	}
	return added, nil
}

// RemoveKey implements auth.KeyStore.
func (s *Store) RemoveKey(ctx context.Context, user domain.UserID, id auth.KeyID) error {
	err := s.write(ctx, func(t *transaction) error {
		result, err := t.exec(`DELETE FROM ssh_keys WHERE id = ? AND user_id = ?`, id, user)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, auth.ErrKeyNotFound())
		}
		return raiseRevision(t)
	})
	if err != nil {
		return fmt.Errorf("remove key: %w", err)
	}
	return nil
}
