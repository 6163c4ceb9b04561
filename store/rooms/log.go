package rooms

import (
	"context"
	"math"
	"slices"

	"parley/domain"
	"parley/domain/chat"
	"parley/store/engine"
)

const (
	messageColumns = `SELECT m.room_id, coalesce(r.name, ''), m.seq, m.author_id, u.name, m.token, m.key_id,
		coalesce(m.text_seq, m.seq), coalesce(m.reply_to, 0), m.created_at, m.edited_at, m.deleted_at IS NOT NULL,
		m.pinned, m.reactions
		FROM messages m JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.author_id WHERE m.room_id = ?1 `
	messagesBetween = messageColumns + `AND m.seq > ?2 AND m.seq < ?3 ORDER BY m.seq `
	oldestMessages  = messagesBetween + `LIMIT ?4`
	newestMessages  = messagesBetween + `DESC LIMIT ?4`
	messagesAt      = messageColumns + `AND m.seq {any ?2}`
	pinnedMessages  = messageColumns + `AND m.seq IN (
		SELECT p.seq FROM messages p WHERE p.room_id = ?1 AND p.pinned = true) ORDER BY m.seq`

	changesBetween = `SELECT c.room_id, coalesce(r.name, ''), c.seq, c.type, c.change, coalesce(c.target, 0), c.by_id, b.name,
		coalesce(c.user_id, 0), coalesce(u.name, ''), c.detail, c.added, c.created_at
		FROM changes c JOIN rooms r ON r.id = c.room_id JOIN users b ON b.id = c.by_id LEFT JOIN users u ON u.id = c.user_id
		WHERE c.room_id = ?1 AND c.seq > ?2 AND c.seq < ?3 `
	oldestChanges = changesBetween + `ORDER BY c.seq LIMIT ?4`
	notices       = changesBetween + `AND c.type IN ('member', 'room', 'pin') ORDER BY c.seq `
	oldestNotices = notices + `LIMIT ?4`
	newestNotices = notices + `DESC LIMIT ?4`

	headOf      = `SELECT head_seq FROM rooms WHERE id = ?1`
	extents     = `SELECT id, first_seq, head_seq FROM rooms WHERE id {any ?1}`
	reactionsTo = `SELECT x.target, x.emoji, x.user_id, u.name FROM reactions x JOIN users u ON u.id = x.user_id
		WHERE x.room_id = ?1 AND x.target {any ?2} ORDER BY x.target, x.created_at, x.user_id`
	// Of those who are called by @here, the author alone stands for the word.
	mentionsIn = `SELECT x.seq, x.how, coalesce(u.name, '') FROM mentions x LEFT JOIN users u ON u.id = x.user_id
		WHERE x.room_id = ?1 AND x.seq {any ?2} AND (x.how <> 'here' OR x.user_id = x.author_id) ORDER BY x.seq, x.user_id`
	versionsOf = `SELECT token, key_id, seq, created_at FROM message_versions WHERE room_id = ?1 AND target = ?2 ORDER BY seq`
)

func scanRecord(rows engine.Rows) (chat.Record, error) {
	var r chat.Record
	err := rows.Scan(&r.RoomID, &r.Room, &r.Seq, &r.Author.ID, &r.Author.Name, &r.Sealed.Token, &r.Sealed.KeyID,
		&r.TextSeq, &r.ReplyTo, engine.Stamp(&r.CreatedAt), engine.Stamp(&r.EditedAt), &r.Deleted, &r.Pinned, &r.Reactions)
	return r, err
}

func scanChange(rows engine.Rows) (chat.ChangeRecord, error) {
	var c chat.ChangeRecord
	err := rows.Scan(&c.RoomID, &c.Room, &c.Seq, &c.Type, &c.Change, &c.Target, &c.By.ID, &c.By.Name,
		&c.User.ID, &c.User.Name, &c.Detail, &c.Added, engine.Stamp(&c.At))
	return c, err
}

// between reads a range by one of two queries, and turns what was read from
// its end the right way round.
func between[T any](
	ctx context.Context, t tx, scan func(engine.Rows) (T, error), oldest, newest string, room domain.RoomID, span chat.Range,
) ([]T, error) {
	if span.Before == 0 {
		span.Before = math.MaxInt64
	}
	query := oldest
	if span.Newest {
		query = newest
	}
	list, err := engine.All(ctx, t, scan, query, room, span.After, span.Before, max(span.Limit, 0))
	if span.Newest {
		slices.Reverse(list)
	}
	return list, err
}

// Messages implements chat.Reading.
func (s *Store) Messages(ctx context.Context, room domain.RoomID, span chat.Range) (list []chat.Record, err error) {
	err = s.read(ctx, "read messages", func(ctx context.Context, t tx) error {
		list, err = between(ctx, t, scanRecord, oldestMessages, newestMessages, room, span)
		return err
	})
	return list, err
}

// Notices implements chat.Reading.
func (s *Store) Notices(ctx context.Context, room domain.RoomID, span chat.Range) (list []chat.ChangeRecord, err error) {
	err = s.read(ctx, "read notices", func(ctx context.Context, t tx) error {
		list, err = between(ctx, t, scanChange, oldestNotices, newestNotices, room, span)
		return err
	})
	return list, err
}

// MessagesAt implements chat.Reading.
func (s *Store) MessagesAt(ctx context.Context, room domain.RoomID, seqs []domain.Seq) (list []chat.Record, err error) {
	err = s.read(ctx, "read single messages", func(ctx context.Context, t tx) error {
		list, err = engine.All(ctx, t, scanRecord, messagesAt, room, engine.Numbers(t.Tx, seqs))
		return err
	})
	return list, err
}

// Pinned implements chat.Reading.
func (s *Store) Pinned(ctx context.Context, room domain.RoomID) (list []chat.Record, err error) {
	err = s.read(ctx, "read pinned messages", func(ctx context.Context, t tx) error {
		list, err = engine.All(ctx, t, scanRecord, pinnedMessages, room)
		return err
	})
	return list, err
}

// Events implements chat.Reading. The head is read first: what is committed up
// to it stays so, and commit order is seq order, so the two reads after it
// leave nothing out between them.
func (s *Store) Events(
	ctx context.Context, room domain.RoomID, after domain.Seq, limit int,
) (messages []chat.Record, changes []chat.ChangeRecord, err error) {
	err = s.read(ctx, "read events", func(ctx context.Context, t tx) error {
		head, found, err := engine.First(ctx, t, engine.Scalar[domain.Seq], headOf, room)
		if err != nil || !found || head <= after {
			return err
		}
		if changes, err = engine.All(ctx, t, scanChange, oldestChanges, room, after, head+1, max(limit, 0)); err != nil {
			return err
		}
		if messages, err = engine.All(ctx, t, scanRecord, oldestMessages, room, after, head+1, max(limit, 0)); err != nil {
			return err
		}
		messages, changes = cut(messages, changes, limit)
		return nil
	})
	return messages, changes, err
}

// cut keeps the first events of both lists, limit in all: behind the end of a
// list that was read up to its limit the other one may have gaps.
func cut(messages []chat.Record, changes []chat.ChangeRecord, limit int) ([]chat.Record, []chat.ChangeRecord) {
	m, c := 0, 0
	for m+c < limit && (m < len(messages) || c < len(changes)) {
		if c == len(changes) || m < len(messages) && messages[m].Seq < changes[c].Seq {
			m++
		} else {
			c++
		}
	}
	return messages[:m], changes[:c]
}

// Marks implements chat.Reading.
func (s *Store) Marks(
	ctx context.Context, room domain.RoomID, seqs []domain.Seq,
) (map[domain.Seq]chat.Marks, error) {
	marks := map[domain.Seq]chat.Marks{}
	err := s.read(ctx, "read reactions and mentions", func(ctx context.Context, t tx) error {
		list := engine.Numbers(t.Tx, seqs)
		if _, err := engine.All(ctx, t, func(rows engine.Rows) (struct{}, error) {
			var target domain.Seq
			var emoji string
			var user domain.Author
			err := rows.Scan(&target, &emoji, &user.ID, &user.Name)
			m := marks[target]
			m.Reactions = react(m.Reactions, emoji, user)
			marks[target] = m
			return struct{}{}, err
		}, reactionsTo, room, list); err != nil {
			return err
		}
		_, err := engine.All(ctx, t, func(rows engine.Rows) (struct{}, error) {
			var seq domain.Seq
			var how chat.MentionWord
			var name string
			err := rows.Scan(&seq, &how, &name)
			if how != chat.ByName {
				name = string(how)
			}
			m := marks[seq]
			if !slices.Contains(m.Mentions, name) {
				m.Mentions = append(m.Mentions, name)
				marks[seq] = m
			}
			return struct{}{}, err
		}, mentionsIn, room, list)
		return err
	})
	if err != nil {
		return nil, err
	}
	return marks, nil
}

func react(list []domain.Reaction, emoji string, user domain.Author) []domain.Reaction {
	for i := range list {
		if list[i].Emoji == emoji {
			list[i].Users = append(list[i].Users, user)
			return list
		}
	}
	return append(list, domain.Reaction{Emoji: emoji, Users: []domain.Author{user}})
}

// Versions implements chat.Reading.
func (s *Store) Versions(ctx context.Context, room domain.RoomID, seq domain.Seq) (list []chat.Version, err error) {
	err = s.read(ctx, "read earlier versions", func(ctx context.Context, t tx) error {
		list, err = engine.All(ctx, t, func(rows engine.Rows) (v chat.Version, err error) {
			err = rows.Scan(&v.Sealed.Token, &v.Sealed.KeyID, &v.Seq, engine.Stamp(&v.At))
			return v, err
		}, versionsOf, room, seq)
		return err
	})
	return list, err
}

// Extents implements chat.Reading.
func (s *Store) Extents(ctx context.Context, rooms []domain.RoomID) (map[domain.RoomID]domain.Extent, error) {
	found := make(map[domain.RoomID]domain.Extent, len(rooms))
	err := s.read(ctx, "read extents", func(ctx context.Context, t tx) error {
		_, err := engine.All(ctx, t, func(rows engine.Rows) (id domain.RoomID, err error) {
			var extent domain.Extent
			err = rows.Scan(&id, &extent.First, &extent.Head)
			found[id] = extent
			return id, err
		}, extents, engine.Numbers(t.Tx, rooms))
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}
