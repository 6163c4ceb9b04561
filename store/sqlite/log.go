package sqlite

import (
	"context"
	"fmt"

	"parley/domain"
	"parley/domain/chat"
	"parley/store/batch"
	"parley/store/engine"
)

// Append implements chat.Log. The write lock puts appends of several processes
// into one order.
func (s *Store) Append(ctx context.Context, entries []chat.Entry) ([]chat.Appended, error) {
	var plan batch.Plan
	err := s.write(ctx, func(t *transaction) error {
		heads, err := headsOf(ctx, t, entries)
		if err != nil {
			return err
		}
		known, err := noncesOf(ctx, t, entries)
		if err != nil {
			return err
		}
		roles, err := rolesOf(ctx, t, entries)
		if err != nil {
			return err
		}
		plan = batch.Make(entries, heads, known, roles)
		return insert(ctx, t, plan, heads)
	})
	if isLost(err) {
		return nil, chat.ErrOutcomeUnknown(err)
	}
	if err != nil {
		return nil, fmt.Errorf("append messages: %w", err)
	}
	return plan.Results, nil
}

func headsOf(ctx context.Context, t *transaction, entries []chat.Entry) (map[domain.RoomID]batch.Head, error) {
	heads := map[domain.RoomID]batch.Head{}
	for _, room := range batch.Rooms(entries) {
		head, found, err := engine.First(ctx, t, func(rows engine.Rows) (head batch.Head, err error) {
			err = rows.Scan(&head.Seq, &head.Archived)
			return head, err
		}, `SELECT head_seq, archived_at IS NOT NULL FROM rooms WHERE id = ? AND deleted_at IS NULL`, room)
		if err != nil {
			return nil, err
		}
		if found {
			heads[room] = head
		}
	}
	return heads, nil
}

// noncesOf looks up which of the entries' nonces are known.
func noncesOf(ctx context.Context, t *transaction, entries []chat.Entry) (map[batch.Key]batch.Nonce, error) {
	known := make(map[batch.Key]batch.Nonce, len(entries))
	for _, e := range entries {
		nonce, found, err := engine.First(ctx, t, scanNonce, `
			SELECT content, seq, created_at FROM nonces WHERE room_id = ? AND author_id = ? AND nonce = ?`,
			e.RoomID, e.Author, e.Nonce[:])
		if err != nil {
			return nil, err
		}
		if found {
			known[batch.KeyOf(e)] = nonce
		}
	}
	return known, nil
}

// rolesOf looks up the roles that matter; who has none is left out.
func rolesOf(ctx context.Context, t *transaction, entries []chat.Entry) (map[batch.Place]domain.Role, error) {
	roles := map[batch.Place]domain.Role{}
	for _, place := range batch.Places(entries) {
		role, found, err := engine.First(ctx, t, engine.Scalar[domain.Role], `
			SELECT coalesce(role, '') FROM members WHERE room_id = ? AND user_id = ?`, place.Room, place.Author)
		if err != nil {
			return nil, err
		}
		if found {
			roles[place] = role
		}
	}
	return roles, nil
}

func scanNonce(rows engine.Rows) (batch.Nonce, error) {
	var content []byte
	var nonce batch.Nonce
	if err := rows.Scan(&content, &nonce.Seq, engine.Stamp(&nonce.CreatedAt)); err != nil {
		return batch.Nonce{}, err
	}
	if len(content) != len(nonce.Content) {
		return batch.Nonce{}, fmt.Errorf("a content digest of %d bytes", len(content))
	}
	nonce.Content = chat.NonceDigest(content)
	return nonce, nil
}

func insert(ctx context.Context, t *transaction, plan batch.Plan, heads map[domain.RoomID]batch.Head) error {
	for _, m := range plan.Messages {
		if _, err := t.Exec(ctx, `
			INSERT INTO messages (room_id, seq, author_id, token, key_id, reply_to, created_at)
			VALUES (?, ?, ?, ?, ?, nullif(?, 0), ?)`,
			m.RoomID, m.Seq, m.Author, m.Sealed.Token, m.Sealed.KeyID, m.ReplyTo, micros(m.CreatedAt)); err != nil {
			return err
		}
		for _, mention := range m.Mentions {
			if _, err := t.Exec(ctx, `
				INSERT INTO mentions (room_id, seq, user_id, author_id, how) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (room_id, seq, user_id) DO NOTHING`,
				m.RoomID, m.Seq, mention.User, m.Author, mention.How); err != nil {
				return err
			}
		}
		if _, err := t.Exec(ctx, `
			INSERT INTO nonces (room_id, author_id, nonce, content, seq, created_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (room_id, author_id, nonce) DO UPDATE
			SET content = excluded.content, seq = excluded.seq, created_at = excluded.created_at`,
			m.RoomID, m.Author, m.Nonce[:], m.Content[:], m.Seq, micros(m.CreatedAt)); err != nil {
			return err
		}
	}
	for _, room := range plan.Grown {
		if _, err := t.Exec(ctx, `UPDATE rooms SET head_seq = ? WHERE id = ?`, heads[room].Seq, room); err != nil {
			return err
		}
	}
	return nil
}

// Sent implements chat.Log. It takes the write lock, so no append is halfway.
func (s *Store) Sent(ctx context.Context, entry chat.Entry) (sent chat.Appended, err error) {
	err = s.write(ctx, func(t *transaction) error {
		known, err := noncesOf(ctx, t, []chat.Entry{entry})
		if err != nil {
			return err
		}
		if nonce, ok := known[batch.KeyOf(entry)]; ok {
			sent, _ = nonce.Answer(entry)
		}
		return nil
	})
	if err != nil {
		return chat.Appended{}, fmt.Errorf("look up a message: %w", err)
	}
	return sent, nil
}
