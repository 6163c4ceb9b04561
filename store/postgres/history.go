package postgres

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/domain"
	"parley/domain/chat"
	"parley/store/batch"
)

const (
	messagesBetween = `SELECT m.room_id, coalesce(r.name, ''), m.seq, m.author_id, u.name, m.token, m.key_id,
			coalesce(m.reply_to, 0), m.created_at
		FROM messages m JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.author_id
		WHERE m.room_id = $1 AND m.seq > $2 AND m.seq < $3 ORDER BY m.seq `
	oldestMessages = messagesBetween + `LIMIT $4`
	newestMessages = messagesBetween + `DESC LIMIT $4`
)

func scanRecord(row pgx.CollectableRow) (chat.Record, error) {
	var r chat.Record
	err := row.Scan(&r.RoomID, &r.Room, &r.Seq, &r.Author.ID, &r.Author.Name, &r.Sealed.Token, &r.Sealed.KeyID,
		&r.ReplyTo, &r.CreatedAt)
	r.CreatedAt = r.CreatedAt.UTC()
	return r, err
}

// Messages implements chat.Log.
func (s *Store) Messages(ctx context.Context, room domain.RoomID, span chat.Range) (records []chat.Record, err error) {
	if span.Before == 0 {
		span.Before = math.MaxInt64
	}
	query := oldestMessages
	if span.Newest {
		query = newestMessages
	}
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		records, err = all(ctx, conn, scanRecord, query, room, span.After, span.Before, max(span.Limit, 0))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	if span.Newest {
		slices.Reverse(records)
	}
	return records, nil
}

// Extents implements chat.Log.
func (s *Store) Extents(ctx context.Context, rooms []domain.RoomID) (map[domain.RoomID]domain.Extent, error) {
	extents := make(map[domain.RoomID]domain.Extent, len(rooms))
	err := s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		found, err := all(ctx, conn, scanRoom, `SELECT `+roomColumns+` FROM rooms WHERE id = ANY ($1)`, rooms)
		for _, room := range found {
			extents[room.ID] = room.Extent
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read extents: %w", err)
	}
	return extents, nil
}

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
