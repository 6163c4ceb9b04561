package rooms

import (
	"context"
	"maps"
	"slices"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/encryption"
)

const (
	members = `SELECT u.id, u.name, m.role, m.joined_at FROM members m JOIN users u ON u.id = m.user_id
		WHERE m.room_id = ?1 AND m.user_id > ?2 AND m.role IS NOT NULL
			AND (NOT u.disabled OR (SELECT r.kind FROM rooms r WHERE r.id = ?1) = 'direct') `
	membersOf       = members + `ORDER BY m.user_id LIMIT ?3`
	membersByPrefix = members + `AND u.folded_name >= ?4 AND u.folded_name < ?5 ORDER BY m.user_id LIMIT ?3`
	// The order of a CROSS JOIN is kept: there are fewer names than members.
	namedMembers = `SELECT u.id, u.name FROM users u CROSS JOIN members m
		WHERE u.folded_name {anytext ?2} AND NOT u.disabled AND m.room_id = ?1 AND m.user_id = u.id
			AND m.role IN ('member', 'moderator', 'owner') ORDER BY u.id`
	moveMarker = `INSERT INTO members (room_id, user_id, read_seq) SELECT id, CAST(?2 AS bigint), CAST(?3 AS bigint) FROM rooms
		WHERE id = ?1 AND deleted_at IS NULL
		ON CONFLICT (room_id, user_id) DO UPDATE SET read_seq = excluded.read_seq
		WHERE members.read_seq < excluded.read_seq RETURNING read_seq`
	setDraft = `UPDATE members SET draft_token = nullif(?3, ''), draft_key_id = nullif(?4, '')
		WHERE room_id = ?1 AND user_id = ?2 AND role IN ('member', 'moderator', 'owner')`
	configure = `UPDATE members SET muted = ?3, notify = ?4
		WHERE room_id = ?1 AND user_id = ?2 AND role IN ('member', 'moderator', 'owner')`

	profiles = `SELECT id, name, presence, coalesce(status_token, ''), coalesce(status_key_id, ''), created_at
		FROM users WHERE folded_name {anytext ?1} AND NOT disabled`
	placeOf    = `SELECT coalesce(place_room_id, 0), coalesce(place_seq, 0) FROM users WHERE id = ?1`
	setPlace   = `UPDATE users SET place_room_id = ?2, place_seq = ?3 WHERE id = ?1`
	setProfile = `UPDATE users SET presence = ?2, status_token = nullif(?3, ''), status_key_id = nullif(?4, '') WHERE id = ?1`
)

// pastNames is behind every character that a name has.
const pastNames = "\x7f"

// Members implements chat.Members.
func (s *Store) Members(ctx context.Context, room domain.RoomID, span chat.MemberSpan) (list []domain.Member, err error) {
	err = s.read(ctx, "list members", func(ctx context.Context, t tx) error {
		query, args := membersOf, []any{room, span.After, max(span.Limit, 0)}
		if span.Prefix != "" {
			query, args = membersByPrefix, append(args, span.Prefix, span.Prefix+pastNames)
		}
		list, err = all(ctx, t, func(rows Rows) (m domain.Member, err error) {
			err = rows.Scan(&m.User.ID, &m.User.Name, &m.Role, stamp{&m.JoinedAt})
			return m, err
		}, query, args...)
		return err
	})
	return list, err
}

// Named implements chat.Members.
func (s *Store) Named(ctx context.Context, room domain.RoomID, names []string) (list []domain.Author, err error) {
	err = s.read(ctx, "find members", func(ctx context.Context, t tx) error {
		list, err = all(ctx, t, func(rows Rows) (a domain.Author, err error) {
			err = rows.Scan(&a.ID, &a.Name)
			return a, err
		}, namedMembers, room, s.engine.Texts(names))
		return err
	})
	return list, err
}

// MoveMarkers implements chat.Members. The rooms are taken in the order of
// their ids, so that two units cannot wait for each other.
func (s *Store) MoveMarkers(
	ctx context.Context, user domain.UserID, to map[domain.RoomID]domain.Seq,
) (map[domain.RoomID]domain.Seq, error) {
	moved := map[domain.RoomID]domain.Seq{}
	err := s.write(ctx, "move markers", func(ctx context.Context, t tx) error {
		for _, room := range slices.Sorted(maps.Keys(to)) {
			if to[room] <= 0 {
				continue // no marker stands before that
			}
			at, further, err := first(ctx, t, scalar[domain.Seq], moveMarker, room, user, to[room])
			if err != nil {
				return err
			}
			if further {
				moved[room] = at
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

// SetDraft implements chat.Members.
func (s *Store) SetDraft(ctx context.Context, user domain.UserID, room domain.RoomID, draft encryption.Sealed) error {
	return s.write(ctx, "keep a draft", func(ctx context.Context, t tx) error {
		_, err := t.exec(ctx, setDraft, room, user, draft.Token, draft.KeyID)
		return err
	})
}

// Configure implements chat.Members.
func (s *Store) Configure(
	ctx context.Context, user domain.UserID, room domain.RoomID, muted bool, notify domain.Notify,
) error {
	return s.write(ctx, "configure a room", func(ctx context.Context, t tx) error {
		_, err := t.exec(ctx, configure, room, user, muted, notify)
		return err
	})
}

// Profiles implements chat.People.
func (s *Store) Profiles(ctx context.Context, names []string) (list []chat.Profile, err error) {
	err = s.read(ctx, "find users", func(ctx context.Context, t tx) error {
		list, err = all(ctx, t, func(rows Rows) (p chat.Profile, err error) {
			err = rows.Scan(&p.User.ID, &p.User.Name, &p.Chosen, &p.Status.Token, &p.Status.KeyID, stamp{&p.JoinedAt})
			return p, err
		}, profiles, s.engine.Texts(names))
		return err
	})
	return list, err
}

// SetProfile implements chat.People.
func (s *Store) SetProfile(
	ctx context.Context, user domain.UserID, chosen domain.State, status encryption.Sealed,
) error {
	return s.write(ctx, "keep a presence", func(ctx context.Context, t tx) error {
		_, err := t.exec(ctx, setProfile, user, chosen, status.Token, status.KeyID)
		return err
	})
}

// Place implements chat.People.
func (s *Store) Place(ctx context.Context, user domain.UserID) (at chat.Place, err error) {
	err = s.read(ctx, "read a place", func(ctx context.Context, t tx) error {
		at, _, err = first(ctx, t, func(rows Rows) (at chat.Place, err error) {
			err = rows.Scan(&at.Room, &at.Seq)
			return at, err
		}, placeOf, user)
		return err
	})
	return at, err
}

// SetPlace implements chat.People.
func (s *Store) SetPlace(ctx context.Context, user domain.UserID, at chat.Place) error {
	return s.write(ctx, "keep a place", func(ctx context.Context, t tx) error {
		_, err := t.exec(ctx, setPlace, user, at.Room, at.Seq)
		return err
	})
}
