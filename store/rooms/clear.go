package rooms

import (
	"context"
	"time"

	"parley/domain"
	"parley/store/batch"
	"parley/store/engine"
)

const (
	deletedRooms = `SELECT id FROM rooms WHERE deleted_at < ?1 ORDER BY id LIMIT 1`
	dropRoom     = `DELETE FROM rooms WHERE id = ?1`
	lockRoom     = `SELECT id FROM rooms WHERE id = ?1 {lock}`
	// A nonce that gets a second life meanwhile is young again and stays.
	dropNonces = `DELETE FROM nonces WHERE created_at < ?1 AND (room_id, author_id, nonce) IN (
		SELECT room_id, author_id, nonce FROM nonces WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)`
)

// contents removes what is in a room, a little at a time, what points at
// something before that at which it points.
var contents = []string{
	some("reactions", "target, emoji, user_id"),
	some("mentions", "seq, user_id"),
	some("message_versions", "target, seq"),
	some("changes", "seq"),
	some("nonces", "author_id, nonce"),
	some("messages", "seq"),
	some("members", "user_id"),
}

// some removes a few rows of a room from a table with a primary key.
func some(table, key string) string {
	return `DELETE FROM ` + table + ` WHERE room_id = ?1 AND (` + key + `) IN (
		SELECT ` + key + ` FROM ` + table + ` WHERE room_id = ?1 LIMIT ?2)`
}

// Clear implements chat.Writing.
func (s *Store) Clear(ctx context.Context, before time.Time) error {
	for {
		var id domain.RoomID
		found := false
		err := s.read(ctx, "find a deleted room", func(ctx context.Context, t tx) (err error) {
			id, found, err = engine.First(ctx, t, engine.Scalar[domain.RoomID], deletedRooms, t.Time(before))
			return err
		})
		if err != nil || !found {
			return err
		}
		if err := s.write(ctx, "clear a deleted room", func(ctx context.Context, t tx) error {
			return t.clear(ctx, id)
		}); err != nil {
			return err
		}
	}
}

// clear removes a few rows of a room, or, when none are left, the room. Nodes
// that clear the same room take turns: what one is about to remove, the other
// would take for gone.
func (t tx) clear(ctx context.Context, id domain.RoomID) error {
	if _, _, err := engine.First(ctx, t, engine.Scalar[domain.RoomID], lockRoom, id); err != nil {
		return err
	}
	for _, statement := range contents {
		removed, err := t.Exec(ctx, statement, id, batch.Forgotten)
		if err != nil || removed > 0 {
			return err
		}
	}
	_, err := t.Exec(ctx, dropRoom, id)
	return err
}

// queries lists every query of this package, to be rewritten once.
func queries() []string {
	return append([]string{
		accessByName, accessByID, accessByDirect, directory, standings, standingsAmong, directPeople, epoch,
		insertRoom, insertDirect, roomByDirect, setTopic, insertMember,
		membersOf, membersByPrefix, namedMembers, turn, knownUsers, moveMarker, setDraft, configure, profiles, setProfile, placeOf, setPlace,
		oldestMessages, newestMessages, messagesAt, pinnedMessages, oldestChanges, oldestNotices, newestNotices,
		headOf, extents, reactionsTo, mentionsIn, versionsOf,
		lockRooms, insertChange, setHead, messageState, insertVersion, pruneVersions, editMessage, insertMention, deleteMessage,
		dropMentions, dropVersions, dropReactions,
		emojiOf, insertReaction, deleteReaction, countReactions, ownReaction, countPins, setPin,
		roleOf, setRole, join, leave, countOwners, countMembers, nameTaken, rename, archive, unarchive, deleteRoom,
		deletedRooms, dropRoom, lockRoom, dropNonces,
	}, contents...)
}

// ForgetNonces implements chat.Writing.
func (s *Store) ForgetNonces(ctx context.Context, before time.Time) error {
	for more := true; more; {
		err := s.write(ctx, "forget nonces", func(ctx context.Context, t tx) error {
			removed, err := t.Exec(ctx, dropNonces, t.Time(before), batch.Forgotten)
			more = removed > 0
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
