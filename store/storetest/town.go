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

// The size of a Town.
const (
	TownRooms  = 200
	TownPeople = 10_000 // all of them in Crowd, and the first ClubPeople in Club
	ClubPeople = 500

	townMessages  = 2_000_000 // in its rooms together, and again in Vast
	smallMessages = 1_000
	readable      = 256 // the newest of each room that open
)

// Town is a database with more in it than a cache holds, for benchmarks. It
// takes a minute to build.
type Town struct {
	Config      store.Config
	Keyring     *encryption.Keyring // which opens the newest messages of each room
	Rooms       []domain.RoomID     // with 10,000 messages each, which came in turns
	Small, Vast domain.RoomID       // with 1,000 messages and with 2,000,000
	Crowd, Club domain.RoomID       // with 10,000 members and with 500; nobody wrote there
	People      []domain.UserID     // user1 and so on
	db          *sql.DB
	now, series string
}

// NewTown fills a database that has all its tables and nobody in it.
func NewTown(tb testing.TB, config store.Config) *Town {
	tb.Helper()
	key, err := encryption.NewKey()
	must(tb, err)
	keyring, err := encryption.ParseKeyring(key)
	must(tb, err)
	t := &Town{
		Config: config, Keyring: keyring, db: DB(tb, config),
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
		SELECT 'user' || (i + 1), 'user' || (i + 1), 'none', {now} FROM {n %d}`, TownPeople)
	first := Scalar[domain.UserID](tb, t.db, `SELECT min(id) FROM users`)
	t.People = span(first, first+TownPeople-1)
	t.exec(tb, `INSERT INTO members (room_id, user_id, role, joined_at) SELECT 1, id, 'member', {now} FROM users`)
	for i := range TownRooms {
		t.Rooms = append(t.Rooms, t.room(tb, fmt.Sprint("room", i), 0))
	}
	t.Small, t.Vast = t.room(tb, "small", 0), t.room(tb, "vast", 0)
	t.Crowd, t.Club = t.room(tb, "crowd", TownPeople), t.room(tb, "club", ClubPeople)
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
			first, rooms, rooms, t.People[0], TownPeople, sample.Token, sample.KeyID, messages)
		t.exec(tb, `UPDATE rooms SET head_seq = %d WHERE id BETWEEN %d AND %d`, messages/rooms, first, int(first)+rooms-1)
	}
	fill(t.Rooms[0], TownRooms, townMessages-TownRooms*readable)
	fill(t.Small, 1, smallMessages-readable)
	fill(t.Vast, 1, townMessages-readable)
}

// converse adds the newest messages, which open.
func (t *Town) converse(tb testing.TB) {
	tb.Helper()
	engine, err := store.Open(tb.Context(), t.Config)
	must(tb, err)
	defer func() { must(tb, engine.Close()) }()
	rooms := append([]domain.RoomID{t.Small, t.Vast}, t.Rooms...)
	var entries []chat.Entry
	for n := range readable {
		for _, room := range rooms {
			entries = append(entries, t.Entry(room, t.People[(n*len(rooms)+int(room))%TownPeople], fmt.Sprint("town", n)))
			if len(entries) == 1000 || n == readable-1 && room == rooms[len(rooms)-1] {
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
			townMessages/TownRooms/100, first, last)
	}
	if t.Config.Postgres != nil {
		t.exec(tb, `VACUUM ANALYZE mentions`) // as the server does, a minute later
	}
}
