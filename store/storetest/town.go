package storetest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
)

// size says how much is in a Town.
type size struct {
	rooms, people, club       int
	messages, small, readable int
}

var (
	town    = size{rooms: 200, people: 10_000, club: 500, messages: 2_000_000, small: 1_000, readable: 256}
	village = size{rooms: 400, people: 2_000, club: 100, messages: 80_000, small: 200}
)

// Town is a database with much in it.
type Town struct {
	Config      store.Config
	Keyring     *encryption.Keyring // which opens the newest messages of each room
	Rooms       []domain.RoomID     // with as many messages each, which came in turns
	Small, Vast domain.RoomID       // with few messages, and with as many as all Rooms together
	Crowd, Club domain.RoomID       // with all people, and with some of them; nobody wrote there
	People      []domain.UserID
	size        size
	db          *sql.DB
	now, series string
}

// NewTown fills a database that has all its tables and nobody in it, for
// benchmarks, with more than a cache holds: 200 rooms with 2,000,000 messages,
// Vast with as many, Small with 1,000, Crowd with 10,000 members and Club with
// 500. It takes half a minute.
func NewTown(tb testing.TB, config store.Config) *Town {
	tb.Helper()
	return build(tb, config, town)
}

// NewVillage is a small Town, for the tests of plans. In Vast there were
// changes, too.
func NewVillage(tb testing.TB, config store.Config) *Town {
	tb.Helper()
	return build(tb, config, village)
}

func build(tb testing.TB, config store.Config, size size) *Town {
	tb.Helper()
	key, err := encryption.NewKey()
	must(tb, err)
	keyring, err := encryption.ParseKeyring(key)
	must(tb, err)
	t := &Town{
		Config: config, Keyring: keyring, size: size, db: DB(tb, config),
		now:    "unixepoch() * 1000000",
		series: "(WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d - 1) SELECT i FROM n) AS n",
	}
	t.db.SetMaxOpenConns(1) // so that what is set for the filling holds for all of it
	if config.Postgres != nil {
		t.now, t.series = "now()", "generate_series(0, %d - 1) AS n (i)"
		t.exec(tb, `SET session_replication_role = replica`) // looks up no references
	} else {
		t.exec(tb, `PRAGMA synchronous = OFF`)
		t.exec(tb, `PRAGMA foreign_keys = OFF`)
		t.exec(tb, `PRAGMA cache_size = -200000`)
	}
	t.settle(tb)
	t.talk(tb)
	if size == village {
		t.stir(tb)
	}
	if config.Postgres != nil {
		t.exec(tb, `SET session_replication_role = origin`)
		t.exec(tb, `VACUUM ANALYZE`)
	} else {
		t.exec(tb, `PRAGMA foreign_keys = ON`)
		t.exec(tb, `PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	t.converse(tb)
	return t
}

// exec runs a statement in which {now} is the time and {n 10} a table n of the
// numbers i from 0 to 9.
func (t *Town) exec(tb testing.TB, query string, args ...any) {
	tb.Helper()
	query = strings.ReplaceAll(query, "{now}", t.now)
	if at := strings.Index(query, "{n "); at >= 0 {
		end := at + strings.IndexByte(query[at:], '}')
		query = query[:at] + strings.ReplaceAll(t.series, "%d", query[at+3:end]) + query[end+1:]
	}
	Exec(tb, t.db, fmt.Sprintf(query, args...))
}

// settle makes people and rooms, and puts the people into rooms.
func (t *Town) settle(tb testing.TB) {
	tb.Helper()
	t.exec(tb, `INSERT INTO users (name, folded_name, password_hash, created_at)
		SELECT 'person' || (i + 1), 'person' || (i + 1), 'none', {now} FROM {n %d}`, t.size.people)
	first := Scalar[domain.UserID](tb, t.db, `SELECT min(id) FROM users`)
	t.People = span(first, first+domain.UserID(t.size.people)-1)
	t.exec(tb, `INSERT INTO members (room_id, user_id, role, joined_at) SELECT 1, id, 'member', {now} FROM users`)
	for i := range t.size.rooms {
		t.Rooms = append(t.Rooms, t.room(tb, fmt.Sprint("room", i), 0))
	}
	t.Small, t.Vast = t.room(tb, "small", 0), t.room(tb, "vast", 0)
	t.Crowd, t.Club = t.room(tb, "crowd", t.size.people), t.room(tb, "club", t.size.club)
	t.exec(tb, `UPDATE rooms SET members = (SELECT count(*) FROM members m WHERE m.room_id = rooms.id)`)
}

func (t *Town) room(tb testing.TB, name string, people int) domain.RoomID {
	tb.Helper()
	id := InsertRoom(tb, t.db, t.Config, name, domain.RoomPublic)
	t.exec(tb, `INSERT INTO members (room_id, user_id, role, joined_at)
		SELECT %d, id, 'member', {now} FROM users ORDER BY id LIMIT %d`, id, people)
	return id
}

// talk fills rooms with messages of a usual length that do not open.
func (t *Town) talk(tb testing.TB) {
	tb.Helper()
	sample, err := t.Keyring.Seal(encryption.ForMessage(t.Rooms[0], 1, t.People[0]), townText)
	must(tb, err)
	fill := func(first domain.RoomID, rooms, messages int) {
		t.exec(tb, `INSERT INTO messages (room_id, seq, author_id, token, key_id, created_at)
			SELECT %d + i %% %d, i / %d + 1, %d + i %% %d, '%s', '%s', {now} FROM {n %d}`,
			first, rooms, rooms, t.People[0], t.size.people, sample.Token, sample.KeyID, messages)
		t.exec(tb, `UPDATE rooms SET head_seq = %d WHERE id BETWEEN %d AND %d`, messages/rooms, first, int(first)+rooms-1)
	}
	fill(t.Rooms[0], t.size.rooms, t.size.messages-t.size.rooms*t.size.readable)
	fill(t.Small, 1, t.size.small-t.size.readable)
	fill(t.Vast, 1, t.size.messages-t.size.readable)
}

// converse adds the newest messages, which open.
func (t *Town) converse(tb testing.TB) {
	tb.Helper()
	engine, err := store.Open(tb.Context(), t.Config)
	must(tb, err)
	defer func() { must(tb, engine.Close()) }()
	rooms := append([]domain.RoomID{t.Small, t.Vast}, t.Rooms...)
	var entries []chat.Entry
	for n := range t.size.readable {
		for _, room := range rooms {
			entries = append(entries, t.Entry(room, t.People[(n*len(rooms)+int(room))%t.size.people], fmt.Sprint("town", n)))
			if len(entries) == 1000 || n == t.size.readable-1 && room == rooms[len(rooms)-1] {
				results, err := engine.Append(tb.Context(), entries)
				must(tb, err)
				for _, result := range results {
					must(tb, result.Err)
				}
				entries = entries[:0]
			}
		}
	}
}

// stir adds changes to Vast, one in twenty of them a notice, and what they left.
func (t *Town) stir(tb testing.TB) {
	tb.Helper()
	const changes = 20_000
	t.exec(tb, `INSERT INTO changes (room_id, seq, type, target, by_id, detail, created_at)
		SELECT %d, %d + i, CASE WHEN i %% 20 = 0 THEN 'pin' ELSE 'reaction' END, i + 1, %d, 'x', {now} FROM {n %d}`,
		t.Vast, t.size.messages+1, t.People[0], changes)
	t.exec(tb, `UPDATE rooms SET head_seq = head_seq + %d WHERE id = %d`, changes, t.Vast)
	t.exec(tb, `INSERT INTO reactions (room_id, target, emoji, user_id, created_at)
		SELECT %d, i + 1, 'x', %d, {now} FROM {n %d}`, t.Vast, t.People[0], changes)
	t.exec(tb, `INSERT INTO message_versions (room_id, target, seq, token, key_id, created_at)
		SELECT %d, i + 1, i + 1, 'token', 'key', {now} FROM {n %d}`, t.Vast, changes)
	t.exec(tb, `INSERT INTO rooms (direct_key, kind, members, created_at) SELECT 'pair ' || i, 'direct', 2, {now} FROM {n %d}`, t.size.people)
	t.exec(tb, `INSERT INTO members (room_id, user_id, role, joined_at) SELECT r.id, u.id, 'member', {now}
		FROM rooms r JOIN users u ON u.id IN (r.id %% %d + 1, r.id %% %d + 2) WHERE r.kind = 'direct'`, t.size.people-1, t.size.people-1)
	t.exec(tb, `UPDATE messages SET pinned = (1 = 1) WHERE room_id = %d AND seq %% 2000 = 0`, t.Vast)
}

const townText = "The quick brown fox jumps over the lazy dog, and the dog does not mind."

// Entry makes a message of a usual length.
func (t *Town) Entry(room domain.RoomID, author domain.UserID, nonce string) chat.Entry {
	return chat.Entry{
		RoomID: room, Author: author, CreatedAt: time.Now(),
		Nonce: digest(fmt.Sprint(room, author, nonce)), Content: digest(townText),
		Seal: func(seq domain.Seq) (encryption.Sealed, error) {
			return t.Keyring.Seal(encryption.ForMessage(room, seq, author), townText)
		},
	}
}

// Room makes one more room, with these members.
func (t *Town) Room(tb testing.TB, name string, members ...domain.UserID) domain.RoomID {
	tb.Helper()
	id := t.room(tb, name, 0)
	t.Join(tb, id, members...)
	return id
}

// Join makes users members of a room.
func (t *Town) Join(tb testing.TB, room domain.RoomID, users ...domain.UserID) {
	tb.Helper()
	for _, user := range users {
		t.exec(tb, `INSERT INTO members (room_id, user_id, role, joined_at) VALUES (%d, %d, 'member', {now})`, room, user)
	}
	t.exec(tb, `UPDATE rooms SET members = members + %d WHERE id = %d`, len(users), room)
}

// Enter makes a user a member of all rooms who has read nothing, and whom
// every hundredth message calls, and another hundredth with everybody.
func (t *Town) Enter(tb testing.TB, user domain.UserID) {
	tb.Helper()
	first, last := t.Rooms[0], t.Rooms[len(t.Rooms)-1]
	t.exec(tb, `INSERT INTO members (room_id, user_id, role, joined_at)
		SELECT id, %d, 'member', {now} FROM rooms WHERE id BETWEEN %d AND %d`, user, first, last)
	t.exec(tb, `UPDATE rooms SET members = members + 1 WHERE id BETWEEN %d AND %d`, first, last)
	for seq, called := range map[int]domain.UserID{50: user, 99: chat.Everyone} {
		t.exec(tb, `INSERT INTO mentions (room_id, seq, user_id, author_id, how)
			SELECT r.id, n.i * 100 + %d, %d, %d, '%s' FROM {n %d} CROSS JOIN rooms r WHERE r.id BETWEEN %d AND %d
			ON CONFLICT (room_id, seq, user_id) DO NOTHING`,
			seq, called, t.People[0], map[bool]chat.MentionWord{true: chat.ByName, false: chat.ByRoom}[called != chat.Everyone],
			t.size.messages/t.size.rooms/100, first, last)
	}
	if t.Config.Postgres != nil {
		t.exec(tb, `VACUUM ANALYZE mentions`) // as the server does, a minute later
	}
}
