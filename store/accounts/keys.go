package accounts

import (
	"context"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/engine"
)

const (
	keyColumns       = `id, user_id, type, blob, fingerprint, label, created_at, used_at`
	keysOf           = `SELECT ` + keyColumns + ` FROM ssh_keys WHERE user_id = ?1 ORDER BY id`
	keyByFingerprint = `SELECT ` + keyColumns + ` FROM ssh_keys WHERE fingerprint = ?1`
	lockUser         = `SELECT 1 FROM users WHERE id = ?1 {lock}`
	countKeys        = `SELECT count(*) FROM ssh_keys WHERE user_id = ?1`
	insertKey        = `INSERT INTO ssh_keys (user_id, type, blob, fingerprint, label, created_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (fingerprint) DO NOTHING RETURNING ` + keyColumns
	dropKey = `DELETE FROM ssh_keys WHERE id = ?1 AND user_id = ?2`
)

var keyQueries = []string{keysOf, keyByFingerprint, lockUser, countKeys, insertKey, dropKey}

func scanKey(rows engine.Rows) (auth.Key, error) {
	var k auth.Key
	err := rows.Scan(&k.ID, &k.UserID, &k.Type, &k.Blob, &k.Fingerprint, &k.Label,
		engine.Stamp(&k.CreatedAt), engine.Stamp(&k.UsedAt))
	return k, err
}

// Keys implements auth.KeyStore.
func (s *Store) Keys(ctx context.Context, user domain.UserID) (keys []auth.Key, err error) {
	err = s.queries.Read(ctx, "list keys", func(ctx context.Context, t engine.Tx) error {
		keys, err = engine.All(ctx, t, scanKey, keysOf, user)
		return err
	})
	return keys, err
}

// KeyByFingerprint implements auth.KeyStore.
func (s *Store) KeyByFingerprint(ctx context.Context, fingerprint string) (key auth.Key, err error) {
	err = s.queries.Read(ctx, "read key", func(ctx context.Context, t engine.Tx) error {
		key, err = engine.One(ctx, t, scanKey, auth.ErrKeyNotFound(), keyByFingerprint, fingerprint)
		return err
	})
	return key, err
}

// AddKey implements auth.KeyStore. The user's row is locked, so that of many
// keys added at once no more than the limit stay.
func (s *Store) AddKey(ctx context.Context, key auth.Key, limit int) (added auth.Key, err error) {
	err = s.queries.Write(ctx, "add key", func(ctx context.Context, t engine.Tx) error {
		if _, err := t.Exec(ctx, lockUser, key.UserID); err != nil {
			return err
		}
		n, _, err := engine.First(ctx, t, engine.Scalar[int], countKeys, key.UserID)
		if err != nil {
			return err
		}
		if n >= limit {
			return auth.ErrTooManyKeys()
		}
		added, err = engine.One(ctx, t, scanKey, auth.ErrKeyTaken(), insertKey,
			key.UserID, key.Type, key.Blob, key.Fingerprint, key.Label, t.Time(key.CreatedAt))
		if err != nil {
			return err
		}
		return raiseRevision(ctx, t)
	})
	if err != nil {
		return auth.Key{}, err
	}
	return added, nil
}

// RemoveKey implements auth.KeyStore.
func (s *Store) RemoveKey(ctx context.Context, user domain.UserID, id auth.KeyID) error {
	return s.queries.Write(ctx, "remove key", func(ctx context.Context, t engine.Tx) error {
		removed, err := t.Exec(ctx, dropKey, id, user)
		if err != nil {
			return err
		}
		if removed == 0 {
			return auth.ErrKeyNotFound()
		}
		return raiseRevision(ctx, t)
	})
}
