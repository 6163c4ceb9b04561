package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

const roomColumns = `id, coalesce(name, ''), kind, first_seq, head_seq`

func scanRoom(row pgx.CollectableRow) (domain.Room, error) {
	var room domain.Room
	err := row.Scan(&room.ID, &room.Name, &room.Kind, &room.First, &room.Head)
	return room, err
}

// Room implements chat.Rooms. What cannot be a name is not asked for: the
// server takes neither a zero byte nor broken UTF-8.
func (s *Store) Room(ctx context.Context, address domain.Address) (room domain.Room, err error) {
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		switch {
		case address.Direct != "" || address.ID == 0 && domain.CheckRoomName(address.Name) != nil:
			return domain.ErrRoomNotFound()
		case address.ID != 0:
			room, err = first(ctx, conn, scanRoom, `SELECT `+roomColumns+` FROM rooms WHERE id = $1`, address.ID)
		default:
			room, err = first(ctx, conn, scanRoom, `SELECT `+roomColumns+` FROM rooms WHERE name = $1`, address.Name)
		}
		if errors.Is(err, pgx.ErrNoRows) {
			return domain.ErrRoomNotFound()
		}
		return err
	})
	if err != nil {
		return domain.Room{}, fmt.Errorf("find room: %w", err)
	}
	return room, nil
}

// Marker implements chat.Rooms.
func (s *Store) Marker(ctx context.Context, user domain.UserID, room domain.RoomID) (at domain.Seq, err error) {
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		at, err = marker(ctx, conn, user, room)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read a marker: %w", err)
	}
	return at, nil
}

func marker(ctx context.Context, q queryer, user domain.UserID, room domain.RoomID) (domain.Seq, error) {
	at, err := first(ctx, q, pgx.RowTo[domain.Seq],
		`SELECT read_seq FROM members WHERE room_id = $1 AND user_id = $2`, room, user)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return at, err
}

// MoveMarker implements chat.Rooms. A marker that stands far enough already is
// not written.
func (s *Store) MoveMarker(
	ctx context.Context, user domain.UserID, room domain.RoomID, seq domain.Seq,
) (at domain.Seq, moved bool, err error) {
	if at, err = s.Marker(ctx, user, room); err != nil || at >= seq {
		return at, false, err
	}
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		at, err = first(ctx, tx, pgx.RowTo[domain.Seq], `
			INSERT INTO members (room_id, user_id, read_seq) VALUES ($1, $2, $3)
			ON CONFLICT ON CONSTRAINT members_pkey DO UPDATE SET read_seq = excluded.read_seq
			WHERE members.read_seq < excluded.read_seq RETURNING read_seq`, room, user, seq)
		if moved = err == nil; moved {
			return nil
		}
		if errors.Is(err, pgx.ErrNoRows) { // somebody else moved it further
			at, err = marker(ctx, tx, user, room)
		}
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("move a marker: %w", err)
	}
	return at, moved, nil
}

// Epoch implements chat.Rooms.
func (s *Store) Epoch(ctx context.Context) (epoch string, err error) {
	err = s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		epoch, err = first(ctx, conn, pgx.RowTo[string], `SELECT epoch FROM instance`)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read the epoch: %w", err)
	}
	return epoch, nil
}
