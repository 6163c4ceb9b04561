package accounts

import (
	"context"

	"parley/domain"
	"parley/domain/encryption"
	"parley/store/engine"
)

const (
	sealedRoot = `SELECT root_token, root_key_id FROM instance WHERE root_token IS NOT NULL`
	keepRoot   = `UPDATE instance SET root_token = ?1, root_key_id = ?2 WHERE root_token IS NULL`
)

var rootQueries = []string{sealedRoot, keepRoot}

func scanSealed(rows engine.Rows) (encryption.Sealed, error) {
	var sealed encryption.Sealed
	err := rows.Scan(&sealed.Token, &sealed.KeyID)
	return sealed, err
}

// Root implements encryption.Store.
func (s *Store) Root(ctx context.Context) (sealed encryption.Sealed, err error) {
	err = s.queries.Read(ctx, "read the root", func(ctx context.Context, t engine.Tx) error {
		missing := &domain.Error{Kind: domain.NotFound, Code: "root.missing", Message: "there is no sealed root yet"}
		sealed, err = engine.One(ctx, t, scanSealed, missing, sealedRoot)
		return err
	})
	return sealed, err
}

// CreateRoot implements encryption.Store.
func (s *Store) CreateRoot(ctx context.Context, sealed encryption.Sealed) (kept encryption.Sealed, err error) {
	err = s.queries.Write(ctx, "create the root", func(ctx context.Context, t engine.Tx) error {
		if _, err := t.Exec(ctx, keepRoot, sealed.Token, sealed.KeyID); err != nil {
			return err
		}
		kept, err = engine.One(ctx, t, scanSealed, errNoInstance, sealedRoot)
		return err
	})
	if err != nil {
		return encryption.Sealed{}, err
	}
	return kept, nil
}
