package rooms

import (
	"context"
	"fmt"

	"parley/domain"
	"parley/domain/chat"
	"parley/store/engine"
)

const (
	roleOf  = `SELECT coalesce(role, '') FROM members WHERE room_id = ?1 AND user_id = ?2`
	setRole = `INSERT INTO members (room_id, user_id, role) VALUES (?1, ?2, ?3)
		ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role`
	// Whoever joins has nothing to catch up with.
	join = `INSERT INTO members (room_id, user_id, role, read_seq, joined_at) VALUES (?1, ?2, 'member', ?3, ?4)
		ON CONFLICT (room_id, user_id) DO UPDATE SET role = 'member', joined_at = excluded.joined_at,
			read_seq = CASE WHEN members.read_seq > excluded.read_seq THEN members.read_seq ELSE excluded.read_seq END`
	leave = `UPDATE members SET role = NULL, joined_at = NULL, muted = false, notify = 'mentions',
		draft_token = NULL, draft_key_id = NULL WHERE room_id = ?1 AND user_id = ?2`
	countOwners  = `SELECT count(*) FROM members WHERE room_id = ?1 AND role = 'owner'`
	countMembers = `UPDATE rooms SET members = members + ?2 WHERE id = ?1`
)

func (t tx) member(ctx context.Context, r *room, c chat.Change, seq domain.Seq) (bool, error) {
	role, _, err := engine.First(ctx, t, engine.Scalar[domain.Role], roleOf, r.id, c.User)
	if err != nil {
		return false, err
	}
	switch c.Change {
	case domain.Joined:
		return t.join(ctx, r, c, role, seq)
	case domain.Left, domain.Removed:
		return t.leave(ctx, r, c, role)
	case domain.Invited:
		if role != domain.RoleNone {
			return false, nil
		}
		_, err = t.Exec(ctx, setRole, r.id, c.User, domain.RoleInvited)
		return true, err
	case domain.RoleSet:
		return t.setRole(ctx, r, c, role)
	default:
		return false, fmt.Errorf("a member is not changed by %q", c.Change)
	}
}

func (t tx) setRole(ctx context.Context, r *room, c chat.Change, role domain.Role) (bool, error) {
	switch {
	case !role.In():
		return false, chat.ErrNotMember(c.User == c.By)
	case role == c.Role:
		return false, nil
	}
	if err := t.keepOwner(ctx, r, role); err != nil {
		return false, err
	}
	_, err := t.Exec(ctx, setRole, r.id, c.User, c.Role)
	return true, err
}

func (t tx) join(ctx context.Context, r *room, c chat.Change, role domain.Role, seq domain.Seq) (bool, error) {
	if role.In() {
		return false, nil
	}
	if r.kind != domain.RoomPublic && role != domain.RoleInvited {
		return false, domain.ErrRoomNotFound()
	}
	if _, err := t.Exec(ctx, join, r.id, c.User, seq, t.Time(c.At)); err != nil {
		return false, err
	}
	_, err := t.Exec(ctx, countMembers, r.id, 1)
	return true, err
}

// leave ends a membership, or an invitation, of which nothing is told.
func (t tx) leave(ctx context.Context, r *room, c chat.Change, role domain.Role) (bool, error) {
	if role == domain.RoleNone {
		if c.Change == domain.Removed {
			return false, chat.ErrNotMember(false)
		}
		return false, nil
	}
	if err := t.keepOwner(ctx, r, role); err != nil {
		return false, err
	}
	if _, err := t.Exec(ctx, leave, r.id, c.User); err != nil || !role.In() {
		return false, err
	}
	_, err := t.Exec(ctx, countMembers, r.id, -1)
	return true, err
}

// keepOwner refuses to take the role away from a room's last owner.
func (t tx) keepOwner(ctx context.Context, r *room, role domain.Role) error {
	if role != domain.RoleOwner {
		return nil
	}
	owners, _, err := engine.First(ctx, t, engine.Scalar[int], countOwners, r.id)
	if err == nil && owners <= 1 {
		err = chat.ErrLastOwner()
	}
	return err
}

const (
	nameTaken  = `SELECT count(*) FROM rooms WHERE name = ?1`
	rename     = `UPDATE rooms SET name = ?2 WHERE id = ?1`
	archive    = `UPDATE rooms SET archived_at = ?2 WHERE id = ?1`
	unarchive  = `UPDATE rooms SET archived_at = NULL WHERE id = ?1`
	deleteRoom = `UPDATE rooms SET deleted_at = ?2, name = NULL, direct_key = NULL,
		topic_token = NULL, topic_key_id = NULL WHERE id = ?1`
)

func (t tx) room(ctx context.Context, r *room, c chat.Change, _ domain.Seq) (bool, error) {
	switch c.Change {
	case domain.TopicSet:
		var token, keyID string
		if c.Topic != nil {
			token, keyID = c.Topic.Token, c.Topic.KeyID
		}
		changed, err := t.Exec(ctx, setTopic, r.id, token, keyID)
		return changed > 0, err
	case domain.Renamed:
		return t.rename(ctx, r, c)
	case domain.Archived, domain.Unarchived:
		if r.archived == (c.Change == domain.Archived) {
			return false, nil
		}
		if r.archived = !r.archived; r.archived {
			_, err := t.Exec(ctx, archive, r.id, t.Time(c.At))
			return true, err
		}
		_, err := t.Exec(ctx, unarchive, r.id)
		return true, err
	case domain.Ended:
		r.gone = true
		_, err := t.Exec(ctx, deleteRoom, r.id, t.Time(c.At))
		return true, err
	default:
		return false, fmt.Errorf("a room is not changed by %q", c.Change)
	}
}

func (t tx) rename(ctx context.Context, r *room, c chat.Change) (bool, error) {
	if r.name == c.Name {
		return false, nil
	}
	taken, _, err := engine.First(ctx, t, engine.Scalar[int], nameTaken, c.Name)
	if err != nil {
		return false, err
	}
	if taken > 0 {
		return false, chat.ErrNameTaken()
	}
	r.name = c.Name
	_, err = t.Exec(ctx, rename, r.id, c.Name)
	return true, err
}
