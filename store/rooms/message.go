package rooms

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store/engine"
)

const (
	messageState = `SELECT author_id, deleted_at IS NOT NULL, created_at, coalesce(edited_at, created_at),
		coalesce(text_seq, seq), token, key_id, pinned, reactions FROM messages WHERE room_id = ?1 AND seq = ?2`
	insertVersion = `INSERT INTO message_versions (room_id, target, seq, token, key_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`
	// The first text stays, whatever came after it.
	pruneVersions = `DELETE FROM message_versions WHERE room_id = ?1 AND target = ?2 AND seq > ?2 AND seq <= (
		SELECT v.seq FROM message_versions v WHERE v.room_id = ?1 AND v.target = ?2 ORDER BY v.seq DESC LIMIT 1 OFFSET ?3)`
	editMessage   = `UPDATE messages SET token = ?3, key_id = ?4, text_seq = ?5, edited_at = ?6 WHERE room_id = ?1 AND seq = ?2`
	insertMention = `INSERT INTO mentions (room_id, seq, user_id, author_id, how) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (room_id, seq, user_id) DO NOTHING`
	deleteMessage = `UPDATE messages SET token = '', key_id = '', text_seq = NULL, deleted_at = ?3, reactions = 0, pinned = false
		WHERE room_id = ?1 AND seq = ?2`
	dropMentions  = `DELETE FROM mentions WHERE room_id = ?1 AND seq = ?2`
	dropVersions  = `DELETE FROM message_versions WHERE room_id = ?1 AND target = ?2`
	dropReactions = `DELETE FROM reactions WHERE room_id = ?1 AND target = ?2`
)

// state is what a change of a message must know of it.
type state struct {
	author             domain.UserID
	deleted, pinned    bool
	createdAt, written time.Time
	textSeq            domain.Seq
	sealed             encryption.Sealed
	reactions          int
}

// message reads a message that is there and is not deleted, unless deleted
// ones are welcome.
func (t tx) message(ctx context.Context, c chat.Change, deletedToo bool) (state, error) {
	s, err := engine.One(ctx, t, func(rows engine.Rows) (s state, err error) {
		err = rows.Scan(&s.author, &s.deleted, engine.Stamp(&s.createdAt), engine.Stamp(&s.written),
			&s.textSeq, &s.sealed.Token, &s.sealed.KeyID, &s.pinned, &s.reactions)
		return s, err
	}, chat.ErrMessageNotFound(), messageState, c.RoomID, c.Target)
	if err == nil && s.deleted && !deletedToo {
		return state{}, chat.ErrMessageDeleted()
	}
	return s, err
}

func (t tx) edit(ctx context.Context, _ *room, c chat.Change, seq domain.Seq) (bool, error) {
	s, err := t.message(ctx, c, false)
	switch {
	case err != nil:
		return false, err
	case s.author != c.By:
		return false, chat.ErrNotYours()
	case s.createdAt.Before(c.Since):
		return false, chat.ErrEditWindow()
	}
	sealed, err := c.Seal(seq)
	if err != nil {
		return false, fmt.Errorf("seal the message: %w", err)
	}
	if _, err := t.Exec(ctx, insertVersion, c.RoomID, c.Target, s.textSeq, s.sealed.Token, s.sealed.KeyID,
		t.Time(s.written)); err != nil {
		return false, err
	}
	if _, err := t.Exec(ctx, pruneVersions, c.RoomID, c.Target, domain.MaxVersions-1); err != nil {
		return false, err
	}
	if _, err := t.Exec(ctx, editMessage, c.RoomID, c.Target, sealed.Token, sealed.KeyID, seq, t.Time(c.At)); err != nil {
		return false, err
	}
	if _, err := t.Exec(ctx, dropMentions, c.RoomID, c.Target); err != nil {
		return false, err
	}
	called := make([][]any, len(c.Mentions))
	for i, m := range c.Mentions {
		called[i] = []any{c.RoomID, c.Target, m.User, c.By, m.How}
	}
	_, err = t.ExecEach(ctx, insertMention, called)
	return err == nil, err
}

// delete leaves nothing of a message but its place.
func (t tx) delete(ctx context.Context, _ *room, c chat.Change, _ domain.Seq) (bool, error) {
	s, err := t.message(ctx, c, true)
	if err != nil || s.deleted {
		return false, err
	}
	for _, statement := range []string{dropMentions, dropVersions, dropReactions} {
		if _, err := t.Exec(ctx, statement, c.RoomID, c.Target); err != nil {
			return false, err
		}
	}
	_, err = t.Exec(ctx, deleteMessage, c.RoomID, c.Target, t.Time(c.At))
	return true, err
}

const (
	emojiOf        = `SELECT DISTINCT emoji FROM reactions WHERE room_id = ?1 AND target = ?2`
	insertReaction = `INSERT INTO reactions (room_id, target, emoji, user_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (room_id, target, emoji, user_id) DO NOTHING`
	deleteReaction = `DELETE FROM reactions WHERE room_id = ?1 AND target = ?2 AND emoji = ?3 AND user_id = ?4`
	countReactions = `UPDATE messages SET reactions = reactions + ?3 WHERE room_id = ?1 AND seq = ?2`
	ownReaction    = `SELECT count(*) FROM reactions WHERE room_id = ?1 AND target = ?2 AND emoji = ?3 AND user_id = ?4`
	countPins      = `SELECT count(*) FROM messages m WHERE m.room_id = ?1 AND m.pinned = true`
	setPin         = `UPDATE messages SET pinned = ?3 WHERE room_id = ?1 AND seq = ?2`
)

func (t tx) react(ctx context.Context, _ *room, c chat.Change, _ domain.Seq) (bool, error) {
	s, err := t.message(ctx, c, false)
	if err != nil {
		return false, err
	}
	own, _, err := engine.First(ctx, t, engine.Scalar[int], ownReaction, c.RoomID, c.Target, c.Emoji, c.By)
	if err != nil || (own > 0) == c.Added {
		return false, err
	}
	by := 1
	if c.Added {
		kinds, err := engine.All(ctx, t, engine.Scalar[string], emojiOf, c.RoomID, c.Target)
		if err != nil {
			return false, err
		}
		if s.reactions >= domain.MaxReactions || len(kinds) >= domain.MaxReactionKinds && !slices.Contains(kinds, c.Emoji) {
			return false, chat.ErrReactionsFull()
		}
		_, err = t.Exec(ctx, insertReaction, c.RoomID, c.Target, c.Emoji, c.By, t.Time(c.At))
		if err != nil {
			return false, err
		}
	} else {
		by = -1
		if _, err := t.Exec(ctx, deleteReaction, c.RoomID, c.Target, c.Emoji, c.By); err != nil {
			return false, err
		}
	}
	_, err = t.Exec(ctx, countReactions, c.RoomID, c.Target, by)
	return true, err
}

func (t tx) pin(ctx context.Context, _ *room, c chat.Change, _ domain.Seq) (bool, error) {
	s, err := t.message(ctx, c, false)
	if err != nil || s.pinned == c.Added {
		return false, err
	}
	if c.Added {
		pins, _, err := engine.First(ctx, t, engine.Scalar[int], countPins, c.RoomID)
		if err != nil {
			return false, err
		}
		if pins >= domain.MaxPins {
			return false, chat.ErrPinsFull()
		}
	}
	_, err = t.Exec(ctx, setPin, c.RoomID, c.Target, c.Added)
	return true, err
}
