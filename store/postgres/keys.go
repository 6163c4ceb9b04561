package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/batch"
)

const keyColumns = `id, user_id, type, blob, fingerprint, label, created_at, used_at`

func scanKey(row pgx.CollectableRow) (auth.Key, error) {
	var k auth.Key
	var used *time.Time
	err := row.Scan(&k.ID, &k.UserID, &k.Type, &k.Blob, &k.Fingerprint, &k.Label, &k.CreatedAt, &used)
	k.CreatedAt, k.UsedAt = k.CreatedAt.UTC(), orZero(used)
	return k, err
}

// Keys implements auth.KeyStore.
func (s *Store) Keys(ctx context.Context, user domain.UserID) (keys []auth.Key, err error) {
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		keys, err = all(ctx, conn, scanKey, `SELECT `+keyColumns+` FROM ssh_keys WHERE user_id = $1 ORDER BY id`, user)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

// KeyByFingerprint implements auth.KeyStore.
func (s *Store) KeyByFingerprint(ctx context.Context, fingerprint string) (key auth.Key, err error) {
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		key, err = first(ctx, conn, scanKey, `SELECT `+keyColumns+` FROM ssh_keys WHERE fingerprint = $1`, fingerprint)
		if errors.Is(err, pgx.ErrNoRows) {
			return auth.ErrKeyNotFound()
		}
		return err
	})
	if err != nil {
		return auth.Key{}, fmt.Errorf("read key: %w", err)
	}
	return key, nil
}

// AddKey implements auth.KeyStore. The user's row is locked, so that of many
// keys added at once no more than the limit stay.
func (s *Store) AddKey(ctx context.Context, key auth.Key, limit int) (added auth.Key, err error) {
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE`, key.UserID); err != nil {
			return err
		}
		n, err := first(ctx, tx, pgx.RowTo[int], `SELECT count(*) FROM ssh_keys WHERE user_id = $1`, key.UserID)
		if err != nil {
			return err
		}
		if n >= limit {
			return auth.ErrTooManyKeys()
		}
		added, err = first(ctx, tx, scanKey, `
			INSERT INTO ssh_keys (user_id, type, blob, fingerprint, label, created_at) VALUES ($1, $2, $3, $4, $5, $6)
			RETURNING `+keyColumns,
			key.UserID, key.Type, key.Blob, key.Fingerprint, key.Label, batch.Timestamp(key.CreatedAt))
		if err != nil {
			return err
		}
		return raiseRevision(ctx, tx)
	})
	if err != nil {
		return auth.Key{}, fmt.Errorf("add key: %w", err)
	}
	return added, nil
}

// RemoveKey implements auth.KeyStore.
func (s *Store) RemoveKey(ctx context.Context, user domain.UserID, id auth.KeyID) error {
	err := s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		result, err := tx.Exec(ctx, `DELETE FROM ssh_keys WHERE id = $1 AND user_id = $2`, id, user)
		if err != nil {
			return err
		}
		if result.RowsAffected() == 0 {
			return auth.ErrKeyNotFound()
		}
		return raiseRevision(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("remove key: %w", err)
	}
	return nil
}
