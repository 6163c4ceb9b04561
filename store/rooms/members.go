package rooms

import (
	"cmp"
	"context"
	"slices"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store/engine"
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
	knownUsers = `SELECT id FROM users WHERE id {any ?1}`
	moveMarker = `INSERT INTO members (room_id, user_id, read_seq) SELECT id, CAST(?2 AS bigint), CAST(?3 AS bigint) FROM rooms
		WHERE id = ?1 AND deleted_at IS NULL
		ON CONFLICT (room_id, user_id) DO UPDATE SET read_seq = excluded.read_seq
		WHERE members.read_seq < excluded.read_seq`
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
		list, err = engine.All(ctx, t, func(rows engine.Rows) (m domain.Member, err error) {
			err = rows.Scan(&m.User.ID, &m.User.Name, &m.Role, engine.Stamp(&m.JoinedAt))
			return m, err
		}, query, args...)
		return err
	})
	return list, err
}

// Named implements chat.Members.
func (s *Store) Named(ctx context.Context, room domain.RoomID, names []string) (list []domain.Author, err error) {
	err = s.read(ctx, "find members", func(ctx context.Context, t tx) error {
		list, err = engine.All(ctx, t, func(rows engine.Rows) (a domain.Author, err error) {
			err = rows.Scan(&a.ID, &a.Name)
			return a, err
		}, namedMembers, room, t.Texts(names))
		return err
	})
	return list, err
}

// marker is one marker that is to move; user is whose, by their place among all.
type marker struct {
	room domain.RoomID
	user int
}

// MoveMarkers implements chat.Members. It takes turns with the units that change
// members: both lock many members' rows, in orders of their own. Rooms and users
// are taken in the order of their ids.
func (s *Store) MoveMarkers(ctx context.Context, users []chat.Progress) ([]chat.Moved, error) {
	var moved []chat.Moved
	err := s.write(ctx, "move markers", func(ctx context.Context, t tx) error {
		moved = make([]chat.Moved, len(users))
		if err := t.findUsers(ctx, users, moved); err != nil {
			return err
		}
		if err := t.takeTurn(ctx); err != nil {
			return err
		}
		if err := t.moveMarkers(ctx, users, moved); err != nil {
			return err
		}
		return t.setPlaces(ctx, users, moved)
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

// findUsers refuses the users who do not exist.
func (t tx) findUsers(ctx context.Context, users []chat.Progress, moved []chat.Moved) error {
	ids := make([]domain.UserID, len(users))
	for i, u := range users {
		ids[i] = u.User
	}
	known, err := engine.All(ctx, t, engine.Scalar[domain.UserID], knownUsers, engine.Numbers(t.Tx, ids))
	if err != nil {
		return err
	}
	exists := make(map[domain.UserID]bool, len(known))
	for _, id := range known {
		exists[id] = true
	}
	for i, u := range users {
		if !exists[u.User] {
			moved[i].Err = auth.ErrUserNotFound()
		}
	}
	return nil
}

func (t tx) moveMarkers(ctx context.Context, users []chat.Progress, moved []chat.Moved) error {
	var markers []marker
	for i, u := range users {
		if moved[i].Err != nil {
			continue
		}
		for room, seq := range u.Markers {
			if seq > 0 { // no marker stands before that
				markers = append(markers, marker{room, i})
			}
		}
	}
	slices.SortFunc(markers, func(a, b marker) int {
		return cmp.Or(cmp.Compare(a.room, b.room), cmp.Compare(users[a.user].User, users[b.user].User))
	})
	rows := make([][]any, len(markers))
	for i, m := range markers {
		rows[i] = []any{m.room, users[m.user].User, users[m.user].Markers[m.room]}
	}
	changed, err := t.ExecEach(ctx, moveMarker, rows)
	if err != nil {
		return err
	}
	for i, m := range markers {
		if changed[i] == 0 {
			continue
		}
		if moved[m.user].Markers == nil {
			moved[m.user].Markers = map[domain.RoomID]domain.Seq{}
		}
		moved[m.user].Markers[m.room] = users[m.user].Markers[m.room]
	}
	return nil
}

func (t tx) setPlaces(ctx context.Context, users []chat.Progress, moved []chat.Moved) error {
	var placed []chat.Progress
	for i, u := range users {
		if u.Place != nil && moved[i].Err == nil {
			placed = append(placed, u)
		}
	}
	slices.SortFunc(placed, func(a, b chat.Progress) int { return cmp.Compare(a.User, b.User) })
	rows := make([][]any, len(placed))
	for i, u := range placed {
		rows[i] = []any{u.User, u.Place.Room, u.Place.Seq}
	}
	_, err := t.ExecEach(ctx, setPlace, rows)
	return err
}

// SetDraft implements chat.Members.
func (s *Store) SetDraft(ctx context.Context, user domain.UserID, room domain.RoomID, draft encryption.Sealed) error {
	return s.write(ctx, "keep a draft", func(ctx context.Context, t tx) error {
		_, err := t.Exec(ctx, setDraft, room, user, draft.Token, draft.KeyID)
		return err
	})
}

// Configure implements chat.Members.
func (s *Store) Configure(
	ctx context.Context, user domain.UserID, room domain.RoomID, muted bool, notify domain.Notify,
) error {
	return s.write(ctx, "configure a room", func(ctx context.Context, t tx) error {
		_, err := t.Exec(ctx, configure, room, user, muted, notify)
		return err
	})
}

// Profiles implements chat.People.
func (s *Store) Profiles(ctx context.Context, names []string) (list []chat.Profile, err error) {
	err = s.read(ctx, "find users", func(ctx context.Context, t tx) error {
		list, err = engine.All(ctx, t, func(rows engine.Rows) (p chat.Profile, err error) {
			err = rows.Scan(&p.User.ID, &p.User.Name, &p.Chosen, &p.Status.Token, &p.Status.KeyID, engine.Stamp(&p.JoinedAt))
			return p, err
		}, profiles, t.Texts(names))
		return err
	})
	return list, err
}

// SetProfile implements chat.People.
func (s *Store) SetProfile(
	ctx context.Context, user domain.UserID, chosen domain.State, status encryption.Sealed,
) error {
	return s.write(ctx, "keep a presence", func(ctx context.Context, t tx) error {
		_, err := t.Exec(ctx, setProfile, user, chosen, status.Token, status.KeyID)
		return err
	})
}

// Place implements chat.People.
func (s *Store) Place(ctx context.Context, user domain.UserID) (at chat.Place, err error) {
	err = s.read(ctx, "read a place", func(ctx context.Context, t tx) error {
		at, _, err = engine.First(ctx, t, func(rows engine.Rows) (at chat.Place, err error) {
			err = rows.Scan(&at.Room, &at.Seq)
			return at, err
		}, placeOf, user)
		return err
	})
	return at, err
}
