package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"parley/domain"
	"parley/domain/encryption"
)

const selectRoot = `SELECT root_token, root_key_id FROM instance WHERE root_token IS NOT NULL`

func scanSealed(rows *sql.Rows) (encryption.Sealed, error) {
	var sealed encryption.Sealed
	err := rows.Scan(&sealed.Token, &sealed.KeyID)
	return sealed, err
}

// Root implements encryption.Store.
func (s *Store) Root(ctx context.Context) (sealed encryption.Sealed, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		sealed, err = first(ctx, s.reader, scanSealed, selectRoot)
		if errors.Is(err, sql.ErrNoRows) {
			return &domain.Error{Kind: domain.NotFound, Code: "root.missing", Message: "there is no sealed root yet"}
		}
		return err
	})
	if err != nil {
		return encryption.Sealed{}, fmt.Errorf("read the root: %w", err)
	}
	return sealed, nil
}

// CreateRoot implements encryption.Store.
func (s *Store) CreateRoot(ctx context.Context, sealed encryption.Sealed) (kept encryption.Sealed, err error) {
	err = s.write(ctx, func(t *transaction) error {
		if _, err := t.exec(`UPDATE instance SET root_token = ?, root_key_id = ? WHERE root_token IS NULL`,
			sealed.Token, sealed.KeyID); err != nil {
			return err
		}
		kept, err = first(ctx, t, scanSealed, selectRoot)
		return err
	})
	if err != nil {
		return encryption.Sealed{}, fmt.Errorf("create the root: %w", err)
	}
	return kept, nil
}
