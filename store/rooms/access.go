package rooms

import (
	"context"
	"errors"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store/engine"
)

const (
	accessColumns = `r.id, coalesce(r.name, ''), r.kind, r.archived_at IS NOT NULL, r.created_at, r.first_seq, r.head_seq,
		coalesce(r.topic_token, ''), coalesce(r.topic_key_id, ''), coalesce(r.creator_id, 0), r.members,
		coalesce(m.role, ''), coalesce(m.read_seq, 0), coalesce(m.muted, false), coalesce(m.notify, 'mentions'),
		coalesce(m.draft_token, ''), coalesce(m.draft_key_id, '')`
	accessOf = `SELECT ` + accessColumns + ` FROM rooms r LEFT JOIN members m ON m.room_id = r.id AND m.user_id = ?1
		WHERE r.deleted_at IS NULL AND `
	accessByName   = accessOf + `r.name = ?2`
	accessByID     = accessOf + `r.id = ?2`
	accessByDirect = accessOf + `r.direct_key = ?2`
	directory      = accessOf + `r.kind = 'public' AND r.name > ?2 ORDER BY r.name LIMIT ?3`

	// Counting stops at a hundred, and looks at a thousand messages at most:
	// somebody who wrote more than nine hundred without reading is told of
	// fewer than there are. Whoever is called by name and with everybody is
	// called once.
	standingsOf = `SELECT ` + accessColumns + `,
		(SELECT count(*) FROM (SELECT 1 FROM (
			SELECT x.author_id, x.deleted_at FROM messages x
			WHERE x.room_id = r.id AND x.seq > m.read_seq ORDER BY x.seq LIMIT 1000
		) AS next WHERE next.author_id <> ?1 AND next.deleted_at IS NULL LIMIT 100) AS unread),
		(SELECT count(*) FROM (
			SELECT 1 FROM mentions x
			WHERE x.user_id = ?1 AND x.room_id = r.id AND x.seq > m.read_seq AND x.author_id <> ?1
			UNION ALL
			SELECT 1 FROM mentions x
			WHERE x.user_id = 0 AND x.room_id = r.id AND x.seq > m.read_seq AND x.author_id <> ?1 AND NOT EXISTS (
				SELECT 1 FROM mentions y
				WHERE y.user_id = ?1 AND y.room_id = r.id AND y.seq = x.seq AND y.seq > m.read_seq
			) LIMIT 100
		) AS called)
		FROM members m JOIN rooms r ON r.id = m.room_id
		WHERE m.user_id = ?1 AND m.role IS NOT NULL AND r.deleted_at IS NULL `
	standings      = standingsOf + `ORDER BY m.room_id`
	standingsAmong = standingsOf + `AND m.room_id {any ?2} ORDER BY m.room_id`
	directPeople   = `SELECT other.room_id, u.id, u.name
		FROM members m JOIN rooms r ON r.id = m.room_id JOIN members other ON other.room_id = m.room_id
			JOIN users u ON u.id = other.user_id
		WHERE m.user_id = ?1 AND m.role IS NOT NULL AND r.kind = 'direct' ORDER BY other.room_id, u.id`

	epoch = `SELECT epoch FROM instance`
)

func scanAccess(rows engine.Rows) (chat.Access, error) {
	var a chat.Access
	return a, rows.Scan(accessFields(&a)...)
}

func accessFields(a *chat.Access) []any {
	return []any{
		&a.ID, &a.Name, &a.Kind, &a.Archived,
		engine.Stamp(&a.CreatedAt),
		&a.First, &a.Head,
		&a.Sealed.Token, &a.Sealed.KeyID, &a.Creator, &a.Members,
		&a.Role, &a.Read, &a.Muted, &a.Notify, &a.Draft.Token, &a.Draft.KeyID,
	}
}

// Look implements chat.Rooms. What cannot be a name is not asked for: a
// server takes neither a zero byte nor broken UTF-8.
func (s *Store) Look(ctx context.Context, user domain.UserID, where chat.Where) (access chat.Access, err error) {
	query, key := accessByName, any(where.Name)
	switch {
	case where.ID != 0:
		query, key = accessByID, where.ID
	case where.Direct != "":
		query, key = accessByDirect, where.Direct
	case domain.CheckRoomName(where.Name) != nil:
		return chat.Access{}, domain.ErrRoomNotFound()
	}
	err = s.read(ctx, "find a room", func(ctx context.Context, t tx) error {
		access, err = engine.One(ctx, t, scanAccess, domain.ErrRoomNotFound(), query, user, key)
		return err
	})
	return access, err
}

// StandingsAmong implements chat.Rooms.
func (s *Store) StandingsAmong(
	ctx context.Context, user domain.UserID, rooms []domain.RoomID,
) (list []chat.Standing, err error) {
	err = s.read(ctx, "count what waits in rooms", func(ctx context.Context, t tx) error {
		list, err = engine.All(ctx, t, scanStanding, standingsAmong, user, engine.Numbers(t.Tx, rooms))
		return err
	})
	return list, err
}

// Standings implements chat.Rooms; who is in direct conversations is asked
// beside it.
func (s *Store) Standings(ctx context.Context, user domain.UserID) (list []chat.Standing, err error) {
	err = s.read(ctx, "list a user's rooms", func(ctx context.Context, t tx) error {
		if list, err = engine.All(ctx, t, scanStanding, standings, user); err != nil {
			return err
		}
		people, err := directPeopleOf(ctx, t, user)
		for i := range list {
			list[i].People = people[list[i].ID]
		}
		return err
	})
	return list, err
}

func scanStanding(rows engine.Rows) (chat.Standing, error) {
	var s chat.Standing
	err := rows.Scan(append(accessFields(&s.Access), &s.Unread, &s.Mentions)...)
	return s, err
}

func directPeopleOf(ctx context.Context, t tx, user domain.UserID) (map[domain.RoomID][]domain.Author, error) {
	people := map[domain.RoomID][]domain.Author{}
	_, err := engine.All(ctx, t, func(rows engine.Rows) (room domain.RoomID, err error) {
		var author domain.Author
		err = rows.Scan(&room, &author.ID, &author.Name)
		people[room] = append(people[room], author)
		return room, err
	}, directPeople, user)
	return people, err
}

// Directory implements chat.Rooms.
func (s *Store) Directory(
	ctx context.Context, user domain.UserID, after string, limit int,
) (list []chat.Access, err error) {
	err = s.read(ctx, "list public rooms", func(ctx context.Context, t tx) error {
		list, err = engine.All(ctx, t, scanAccess, directory, user, after, max(limit, 0))
		return err
	})
	return list, err
}

// Epoch implements chat.Rooms.
func (s *Store) Epoch(ctx context.Context) (value string, err error) {
	err = s.read(ctx, "read the epoch", func(ctx context.Context, t tx) error {
		value, err = engine.One(ctx, t, engine.Scalar[string], errors.New("the instance's row is missing"), epoch)
		return err
	})
	return value, err
}

const (
	insertRoom = `INSERT INTO rooms (name, kind, creator_id, members, created_at) VALUES (?1, ?2, ?3, 1, ?4)
		ON CONFLICT (name) DO NOTHING RETURNING id`
	insertDirect = `INSERT INTO rooms (direct_key, kind, creator_id, members, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (direct_key) DO NOTHING RETURNING id`
	roomByDirect = `SELECT id FROM rooms WHERE direct_key = ?1`
	setTopic     = `UPDATE rooms SET topic_token = nullif(?2, ''), topic_key_id = nullif(?3, '')
		WHERE id = ?1 AND (topic_token IS NOT NULL OR nullif(?2, '') IS NOT NULL)`
	insertMember = `INSERT INTO members (room_id, user_id, role, joined_at) VALUES (?1, ?2, ?3, ?4)`
)

// CreateRoom implements chat.Rooms.
func (s *Store) CreateRoom(ctx context.Context, room chat.NewRoom) (id domain.RoomID, created bool, err error) {
	err = s.write(ctx, "create a room", func(ctx context.Context, t tx) error {
		if room.Direct != "" {
			id, created, err = t.createDirect(ctx, room)
			return err
		}
		created = true
		id, err = t.createNamed(ctx, room)
		return err
	})
	return id, created && err == nil, err
}

func (t tx) createNamed(ctx context.Context, room chat.NewRoom) (domain.RoomID, error) {
	id, fresh, err := engine.First(ctx, t, engine.Scalar[domain.RoomID], insertRoom, room.Name, room.Kind, room.Creator, t.Time(room.CreatedAt))
	if err != nil {
		return 0, err
	}
	if !fresh {
		return 0, chat.ErrNameTaken()
	}
	if room.SealTopic != nil {
		var topic encryption.Sealed
		if topic, err = room.SealTopic(id); err != nil {
			return 0, err
		}
		if _, err = t.Exec(ctx, setTopic, id, topic.Token, topic.KeyID); err != nil {
			return 0, err
		}
	}
	_, err = t.Exec(ctx, insertMember, id, room.Creator, domain.RoleOwner, t.Time(room.CreatedAt))
	return id, err
}

func (t tx) createDirect(ctx context.Context, room chat.NewRoom) (domain.RoomID, bool, error) {
	id, fresh, err := engine.First(ctx, t, engine.Scalar[domain.RoomID], insertDirect,
		room.Direct, room.Kind, room.Creator, len(room.Members), t.Time(room.CreatedAt))
	if err != nil {
		return 0, false, err
	}
	if !fresh {
		id, _, err = engine.First(ctx, t, engine.Scalar[domain.RoomID], roomByDirect, room.Direct)
		return id, false, err
	}
	for _, user := range room.Members {
		if _, err := t.Exec(ctx, insertMember, id, user, domain.RoleMember, t.Time(room.CreatedAt)); err != nil {
			return 0, false, err
		}
	}
	return id, true, nil
}
