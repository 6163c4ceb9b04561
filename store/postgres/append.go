package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/domain"
	"parley/domain/chat"
	"parley/store/batch"
)

// Append implements chat.Log. The rows of the rooms are locked in order of
// their ids, so that nodes cannot deadlock, and the nonces are looked up after
// that, so that an append which was just committed is seen.
func (s *Store) Append(ctx context.Context, entries []chat.Entry) ([]chat.Appended, error) {
	var plan batch.Plan
	err := s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		now, err := lock(ctx, tx, entries)
		if err != nil {
			return err
		}
		plan = batch.Make(entries, now.heads, now.known, now.roles)
		if len(plan.Messages) == 0 {
			return nil
		}
		return insert(ctx, tx, plan, now.heads)
	})
	if isLost(err) {
		return nil, chat.ErrOutcomeUnknown(err)
	}
	if err != nil {
		return nil, fmt.Errorf("append messages: %w", err)
	}
	return plan.Results, nil
}

// Sent implements chat.Log. It takes the room's lock, so no append is halfway.
func (s *Store) Sent(ctx context.Context, entry chat.Entry) (sent chat.Appended, err error) {
	err = s.write(ctx, func(ctx context.Context, tx pgx.Tx) error {
		now, err := lock(ctx, tx, []chat.Entry{entry})
		if err != nil {
			return err
		}
		if nonce, ok := now.known[batch.KeyOf(entry)]; ok {
			sent, _ = nonce.Answer(entry)
		}
		return nil
	})
	if err != nil {
		return chat.Appended{}, fmt.Errorf("look up a message: %w", err)
	}
	return sent, nil
}

// state is what an append finds.
type state struct {
	heads map[domain.RoomID]batch.Head
	known map[batch.Key]batch.Nonce
	roles map[batch.Place]domain.Role
}

// lock takes the row locks of the entries' rooms and gives how things stand. The
// lock is the one that a row's referrers do not wait for: who reads a room is not
// held up.
func lock(ctx context.Context, tx pgx.Tx, entries []chat.Entry) (state, error) {
	now := state{map[domain.RoomID]batch.Head{}, map[batch.Key]batch.Nonce{}, map[batch.Place]domain.Role{}}
	b := &pgx.Batch{}
	b.Queue(`SELECT id, head_seq, archived_at IS NOT NULL FROM rooms
		WHERE id = ANY ($1) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE`, batch.Rooms(entries)).
		Query(func(rows pgx.Rows) error {
			var id domain.RoomID
			var head batch.Head
			_, err := pgx.ForEachRow(rows, []any{&id, &head.Seq, &head.Archived}, func() error {
				now.heads[id] = head
				return nil
			})
			return err
		})
	keys := newColumns(len(entries))
	for _, e := range entries {
		keys.addKey(batch.KeyOf(e))
	}
	b.Queue(`
		SELECT n.room_id, n.author_id, n.nonce, n.content, n.seq, n.created_at
		FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS k (room_id, author_id, nonce)
		JOIN nonces n USING (room_id, author_id, nonce)`, keys.rooms, keys.authors, keys.nonces).
		Query(func(rows pgx.Rows) error { return collectNonces(rows, now.known) })
	if places := newColumns(0); places.addPlaces(entries) {
		b.Queue(`
			SELECT m.room_id, m.user_id, coalesce(m.role, '')
			FROM unnest($1::bigint[], $2::bigint[]) AS p (room_id, user_id) JOIN members m USING (room_id, user_id)`,
			places.rooms, places.authors).
			Query(func(rows pgx.Rows) error {
				var place batch.Place
				var role domain.Role
				_, err := pgx.ForEachRow(rows, []any{&place.Room, &place.Author, &role}, func() error {
					now.roles[place] = role
					return nil
				})
				return err
			})
	}
	return now, tx.SendBatch(ctx, b).Close()
}

func collectNonces(rows pgx.Rows, known map[batch.Key]batch.Nonce) error {
	var key batch.Key
	var stored batch.Nonce
	var nonce, content []byte
	_, err := pgx.ForEachRow(rows,
		[]any{&key.Room, &key.Author, &nonce, &content, &stored.Seq, &stored.CreatedAt},
		func() error {
			if len(nonce) != len(key.Nonce) || len(content) != len(stored.Content) {
				return fmt.Errorf("digests of %d and %d bytes", len(nonce), len(content))
			}
			key.Nonce, stored.Content = chat.NonceDigest(nonce), chat.NonceDigest(content)
			stored.CreatedAt = stored.CreatedAt.UTC()
			known[key] = stored
			return nil
		})
	return err
}

// insert writes a plan in one round trip.
func insert(ctx context.Context, tx pgx.Tx, plan batch.Plan, heads map[domain.RoomID]batch.Head) error {
	c := newColumns(len(plan.Messages))
	for _, m := range plan.Messages {
		c.addMessage(m)
	}
	grown := make([]domain.Seq, len(plan.Grown))
	for i, room := range plan.Grown {
		grown[i] = heads[room].Seq
	}
	b := &pgx.Batch{}
	b.Queue(`
		INSERT INTO messages (room_id, seq, author_id, token, key_id, reply_to, created_at)
		SELECT room_id, seq, author_id, token, key_id, nullif(reply_to, 0), created_at
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[])
			AS m (room_id, seq, author_id, token, key_id, reply_to, created_at)`,
		c.rooms, c.seqs, c.authors, c.tokens, c.keyIDs, c.replies, c.times)
	b.Queue(`
		INSERT INTO nonces (room_id, author_id, nonce, content, seq, created_at)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[], $6::timestamptz[])
		ON CONFLICT ON CONSTRAINT nonces_pkey DO UPDATE
		SET content = excluded.content, seq = excluded.seq, created_at = excluded.created_at`,
		c.rooms, c.authors, c.nonces, c.contents, c.seqs, c.times)
	b.Queue(`
		UPDATE rooms SET head_seq = g.head_seq FROM unnest($1::bigint[], $2::bigint[]) AS g (id, head_seq)
		WHERE rooms.id = g.id`, plan.Grown, grown)
	if called := mentionsOf(plan); len(called.rooms) > 0 {
		b.Queue(`
			INSERT INTO mentions (room_id, seq, user_id, author_id, how)
			SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
			ON CONFLICT ON CONSTRAINT mentions_pkey DO NOTHING`,
			called.rooms, called.seqs, called.users, called.authors, called.words)
	}
	return tx.SendBatch(ctx, b).Close()
}

// mentions holds the mentions of a plan as the arrays that unnest takes.
type mentions struct {
	rooms          []domain.RoomID
	seqs           []domain.Seq
	users, authors []domain.UserID
	words          []string
}

func mentionsOf(plan batch.Plan) (list mentions) {
	for _, m := range plan.Messages {
		for _, mention := range m.Mentions {
			list.rooms = append(list.rooms, m.RoomID)
			list.seqs = append(list.seqs, m.Seq)
			list.users = append(list.users, mention.User)
			list.authors = append(list.authors, m.Author)
			list.words = append(list.words, string(mention.How))
		}
	}
	return list
}

// columns holds rows as the arrays that unnest takes.
type columns struct {
	rooms            []domain.RoomID
	authors          []domain.UserID
	nonces, contents [][]byte
	seqs, replies    []domain.Seq
	tokens, keyIDs   []string
	times            []time.Time
}

func newColumns(rows int) *columns {
	return &columns{
		rooms:   make([]domain.RoomID, 0, rows),
		authors: make([]domain.UserID, 0, rows),
		nonces:  make([][]byte, 0, rows),
	}
}

func (c *columns) addKey(key batch.Key) {
	c.rooms = append(c.rooms, key.Room)
	c.authors = append(c.authors, key.Author)
	c.nonces = append(c.nonces, key.Nonce[:])
}

// addPlaces adds the places whose roles matter, and reports whether there are any.
func (c *columns) addPlaces(entries []chat.Entry) bool {
	for _, place := range batch.Places(entries) {
		c.rooms = append(c.rooms, place.Room)
		c.authors = append(c.authors, place.Author)
	}
	return len(c.rooms) > 0
}

func (c *columns) addMessage(m batch.Message) {
	c.addKey(batch.KeyOf(m.Entry))
	c.contents = append(c.contents, m.Content[:])
	c.seqs = append(c.seqs, m.Seq)
	c.replies = append(c.replies, m.ReplyTo)
	c.tokens = append(c.tokens, m.Sealed.Token)
	c.keyIDs = append(c.keyIDs, m.Sealed.KeyID)
	c.times = append(c.times, m.CreatedAt)
}
