package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/domain"
	"parley/domain/encryption"
)

const selectRoot = `SELECT root_token, root_key_id FROM instance WHERE root_token IS NOT NULL`

func scanSealed(row pgx.CollectableRow) (encryption.Sealed, error) {
	var sealed encryption.Sealed
	err := row.Scan(&sealed.Token, &sealed.KeyID)
	return sealed, err
}

// Root implements encryption.Store.
func (s *Store) Root(ctx context.Context) (sealed encryption.Sealed, err error) {
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		sealed, err = first(ctx, conn, scanSealed, selectRoot)
		if errors.Is(err, pgx.ErrNoRows) {
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
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE instance SET root_token = $1, root_key_id = $2 WHERE root_token IS NULL`,
			sealed.Token, sealed.KeyID); err != nil {
			return err
		}
		kept, err = first(ctx, tx, scanSealed, selectRoot)
		return err
	})
	if err != nil {
		return encryption.Sealed{}, fmt.Errorf("create the root: %w", err)
	}
	return kept, nil
}
