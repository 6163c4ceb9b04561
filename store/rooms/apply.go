package rooms

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"parley/domain"
	"parley/domain/chat"
	"parley/store/engine"
)

const (
	lockRooms = `SELECT id, head_seq, kind, archived_at IS NOT NULL, coalesce(name, '') FROM rooms
		WHERE id {any ?1} AND deleted_at IS NULL ORDER BY id {lock}`
	insertChange = `INSERT INTO changes (room_id, seq, type, change, target, by_id, user_id, detail, added, created_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`
	setHead = `UPDATE rooms SET head_seq = ?2 WHERE id = ?1`
)

// room is the locked row of a room that changes.
type room struct {
	id       domain.RoomID
	head     domain.Seq
	kind     domain.RoomKind
	archived bool
	name     string
	grown    bool
	gone     bool // deleted by a change of this unit
}

// Apply implements chat.Writing. The rows of the rooms are locked in order of
// their ids, as by an append. What changes members takes turns with what moves
// markers.
func (s *Store) Apply(ctx context.Context, changes []chat.Change) ([]chat.Changed, error) {
	results := make([]chat.Changed, len(changes))
	err := s.write(ctx, "apply changes", func(ctx context.Context, t tx) error {
		if slices.ContainsFunc(changes, func(c chat.Change) bool { return c.Type == domain.EventMember }) {
			if err := t.takeTurn(ctx); err != nil {
				return err
			}
		}
		rooms, err := t.lock(ctx, changes)
		if err != nil {
			return err
		}
		for _, i := range byRoom(changes) {
			if results[i], err = t.apply(ctx, rooms[changes[i].RoomID], changes[i]); err != nil {
				return err
			}
		}
		for _, r := range rooms {
			if r.grown {
				if _, err := t.Exec(ctx, setHead, r.id, r.head); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if s.queries.Lost(err) {
		return nil, chat.ErrOutcomeUnknown(err)
	}
	if err != nil {
		return nil, err
	}
	return results, nil
}

// byRoom gives the places of changes, sorted by their rooms and else as they
// are.
func byRoom(changes []chat.Change) []int {
	places := make([]int, len(changes))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(changes[a].RoomID, changes[b].RoomID) })
	return places
}

func (t tx) lock(ctx context.Context, changes []chat.Change) (map[domain.RoomID]*room, error) {
	var ids []domain.RoomID
	for _, c := range changes {
		if !slices.Contains(ids, c.RoomID) {
			ids = append(ids, c.RoomID)
		}
	}
	rooms := map[domain.RoomID]*room{}
	_, err := engine.All(ctx, t, func(rows engine.Rows) (*room, error) {
		r := new(room)
		err := rows.Scan(&r.id, &r.head, &r.kind, &r.archived, &r.name)
		rooms[r.id] = r
		return r, err
	}, lockRooms, engine.Numbers(t.Tx, ids))
	return rooms, err
}

// apply makes one change in the state that those before it left. A refusal is
// the change's own and has written nothing.
func (t tx) apply(ctx context.Context, r *room, c chat.Change) (chat.Changed, error) {
	if r == nil || r.gone {
		return chat.Changed{Err: domain.ErrRoomNotFound()}, nil
	}
	if refusal, err := t.refuses(ctx, r, c); err != nil || refusal != nil {
		return chat.Changed{Err: refusal}, err
	}
	if r.archived && !worksWhenArchived(c) {
		return chat.Changed{Err: chat.ErrArchived()}, nil
	}
	seq := r.head + 1
	added, err := appliers[c.Type](t, ctx, r, c, seq)
	var refused *domain.Error
	if errors.As(err, &refused) && refused.Kind != domain.Unavailable && refused.Kind != domain.Internal {
		return chat.Changed{Err: refused}, nil
	}
	if err != nil || !added {
		return chat.Changed{}, err
	}
	detail := c.Emoji
	if c.Type == domain.EventMember {
		detail = string(c.Role)
	}
	if _, err := t.Exec(ctx, insertChange, r.id, seq, c.Type, c.Change, orNull(c.Target), c.By, orNull(c.User), detail, c.Added,
		t.Time(c.At)); err != nil {
		return chat.Changed{}, err
	}
	r.head, r.grown = seq, true
	return chat.Changed{Seq: seq}, nil
}

// refuses asks whether whoever makes a change may still do so.
func (t tx) refuses(ctx context.Context, r *room, c chat.Change) (refusal, err error) {
	if c.May == nil {
		return nil, nil
	}
	role, _, err := engine.First(ctx, t, engine.Scalar[domain.Role], roleOf, r.id, c.By)
	if err != nil {
		return nil, err
	}
	return c.May(role), nil
}

func worksWhenArchived(c chat.Change) bool {
	return c.Type == domain.EventRoom && (c.Change == domain.Unarchived || c.Change == domain.Ended || c.Change == domain.Archived) ||
		c.Type == domain.EventMember && (c.Change == domain.Left || c.Change == domain.Removed)
}

// applier makes a change and reports whether it takes a place in the log: it
// takes none if all was so already.
type applier func(t tx, ctx context.Context, r *room, c chat.Change, seq domain.Seq) (bool, error)

var appliers = map[domain.EventType]applier{
	domain.EventEdited:   tx.edit,
	domain.EventDeleted:  tx.delete,
	domain.EventReaction: tx.react,
	domain.EventPin:      tx.pin,
	domain.EventMember:   tx.member,
	domain.EventRoom:     tx.room,
}
