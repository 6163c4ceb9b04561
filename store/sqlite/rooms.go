package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"parley/domain"
	"parley/domain/auth"
)

const roomColumns = `id, coalesce(name, ''), kind, first_seq, head_seq`

func scanRoom(rows *sql.Rows) (domain.Room, error) {
	var room domain.Room
	err := rows.Scan(&room.ID, &room.Name, &room.Kind, &room.First, &room.Head)
	return room, err
}

// Room implements chat.Rooms.
func (s *Store) Room(ctx context.Context, address domain.Address) (room domain.Room, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		switch {
		case address.Direct != "":
			return domain.ErrRoomNotFound()
		case address.ID != 0:
			room, err = first(ctx, s.reader, scanRoom, `SELECT `+roomColumns+` FROM rooms WHERE id = ?`, address.ID)
		default:
			room, err = first(ctx, s.reader, scanRoom, `SELECT `+roomColumns+` FROM rooms WHERE name = ?`, address.Name)
		}
		if errors.Is(err, sql.ErrNoRows) {
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
	err = s.read(ctx, func(ctx context.Context) error {
		at, err = marker(ctx, s.reader, user, room)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read a marker: %w", err)
	}
	return at, nil
}

func marker(ctx context.Context, q queryer, user domain.UserID, room domain.RoomID) (domain.Seq, error) {
	at, err := first(ctx, q, scalar[domain.Seq],
		`SELECT read_seq FROM members WHERE room_id = ? AND user_id = ?`, room, user)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return at, err
}

// MoveMarker implements chat.Rooms. A marker that stands far enough already
// does not take the writer.
func (s *Store) MoveMarker(
	ctx context.Context, user domain.UserID, room domain.RoomID, seq domain.Seq,
) (at domain.Seq, moved bool, err error) {
	if at, err = s.Marker(ctx, user, room); err != nil || at >= seq {
		return at, false, err
	}
	err = s.write(ctx, func(t *transaction) error {
		at, moved, err = moveMarker(ctx, t, user, room, seq)
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("move a marker: %w", err)
	}
	return at, moved, nil
}

func moveMarker(
	ctx context.Context, t *transaction, user domain.UserID, room domain.RoomID, seq domain.Seq,
) (domain.Seq, bool, error) {
	if _, err := first(ctx, t, scalar[int], `SELECT 1 FROM rooms WHERE id = ?`, room); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return 0, false, domain.ErrRoomNotFound()
		}
		return 0, false, err
	}
	at, err := first(ctx, t, scalar[domain.Seq], `
		INSERT INTO members (room_id, user_id, read_seq) VALUES (?, ?, ?)
		ON CONFLICT (room_id, user_id) DO UPDATE SET read_seq = excluded.read_seq
		WHERE read_seq < excluded.read_seq RETURNING read_seq`, room, user, seq)
	switch {
	case err == nil:
		return at, true, nil
	case code(err) == brokenReference: // the room is there: it was just read
		return 0, false, auth.ErrUserNotFound()
	case errors.Is(err, sql.ErrNoRows): // somebody else moved it further
		at, err = marker(ctx, t, user, room)
	}
	return at, false, err
}

// Epoch implements chat.Rooms.
func (s *Store) Epoch(ctx context.Context) (epoch string, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		epoch, err = first(ctx, s.reader, scalar[string], `SELECT epoch FROM instance`)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read the epoch: %w", err)
	}
	return epoch, nil
}
