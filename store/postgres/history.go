package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/store/batch"
)

// ForgetNonces implements chat.Log. A nonce that gets a second life meanwhile
// is young again and stays.
func (s *Store) ForgetNonces(ctx context.Context, before time.Time) error {
	for more := true; more; {
		err := s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
			result, err := tx.Exec(ctx, `
				DELETE FROM nonces n USING (
					SELECT room_id, author_id, nonce FROM nonces WHERE created_at < $1 ORDER BY created_at LIMIT $2
				) AS old
				WHERE n.room_id = old.room_id AND n.author_id = old.author_id AND n.nonce = old.nonce AND n.created_at < $1`,
				before, batch.Forgotten)
			more = result.RowsAffected() > 0
			return err
		})
		if err != nil {
			return fmt.Errorf("forget nonces: %w", err)
		}
	}
	return nil
}
