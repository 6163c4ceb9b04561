package storetest

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
)

// Run proves that an engine keeps what the ports promise. Empty makes a
// database without tables, fresh one that may have all of them.
func Run(t *testing.T, empty, fresh func(testing.TB) store.Config) {
	for _, part := range []struct {
		noun  string
		tests map[string]func(*testing.T, *fixture)
	}{
		{"append", appendTests},
		{"nonces", nonceTests},
		{"history", historyTests},
		{"accounts", accountTests},
		{"sessions", sessionTests},
		{"keys", keyTests},
		{"attempts", attemptTests},
		{"rooms", roomTests},
		{"changes", changeTests},
		{"edits", editTests},
		{"members", memberTests},
		{"standings", standingTests},
		{"creation", creationTests},
		{"clear", clearTests},
		{"profiles", profileTests},
		{"crowd", crowdTests},
		{"root", rootTests},
		{"faults", faultTests},
	} {
		t.Run(part.noun, func(t *testing.T) {
			for name, test := range part.tests {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, newFixture(t, fresh(t)))
				})
			}
		})
	}
	t.Run("migrations", func(t *testing.T) {
		for name, test := range migrationTests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, empty(t))
			})
		}
	})
}

// RunDirectory proves that an engine lists rooms in the one order that both
// have, on an empty database whatever its language.
func RunDirectory(t *testing.T, empty store.Config) { directoryOrder(t, newFixture(t, empty)) }

// fixture is an open engine with a way around it.
type fixture struct {
	store.Engine
	config store.Config
	db     *sql.DB
}

func newFixture(tb testing.TB, config store.Config) *fixture {
	tb.Helper()
	return &fixture{Engine: Open(tb, config), config: config, db: DB(tb, config)}
}

// beside opens the same database once more, as another process would.
func (f *fixture) beside(tb testing.TB) store.Engine {
	tb.Helper()
	return Open(tb, f.config)
}

// room makes a public room: no port does.
func (f *fixture) room(tb testing.TB, name string) domain.RoomID {
	tb.Helper()
	return InsertRoom(tb, f.db, f.config, name, domain.RoomPublic)
}

// InsertRoom makes a room with SQL. Name "" makes one that has none.
func InsertRoom(tb testing.TB, db *sql.DB, config store.Config, name string, kind domain.RoomKind) domain.RoomID {
	tb.Helper()
	now := "unixepoch() * 1000000"
	if config.Postgres != nil {
		now = "now()"
	}
	return Scalar[domain.RoomID](tb, db, fmt.Sprintf(
		`INSERT INTO rooms (name, kind, created_at) VALUES (nullif('%s', ''), '%s', %s) RETURNING id`, name, kind, now))
}

func (f *fixture) lobby(tb testing.TB) domain.RoomID {
	tb.Helper()
	room, err := f.Look(tb.Context(), 0, chat.Where{Name: domain.Lobby})
	must(tb, err)
	return room.ID
}

func (f *fixture) marker(tb testing.TB, user domain.UserID, room domain.RoomID) domain.Seq {
	tb.Helper()
	access, err := f.Look(tb.Context(), user, chat.Where{ID: room})
	must(tb, err)
	return access.Read
}

func (f *fixture) user(tb testing.TB, name string) domain.UserID {
	tb.Helper()
	account, err := f.CreateAccount(tb.Context(), auth.NewAccount{Name: name, PasswordHash: "hash", CreatedAt: moment})
	must(tb, err)
	return account.ID
}

// moment is when things happen in the suite: with microseconds, and not in UTC.
var moment = time.Date(2026, 11, 23, 10, 0, 0, 123456789, time.FixedZone("east", 3*3600))

// stored is moment as a store gives it back.
var stored = time.Date(2026, 11, 23, 7, 0, 0, 123456000, time.UTC)

// digest names a nonce or a content.
func digest(text string) (d chat.NonceDigest) {
	sum := sha256.Sum256([]byte(text))
	copy(d[:], sum[:])
	return d
}

// draft makes an entry. Its seal shows the text and the seq it was given.
func draft(room domain.RoomID, author domain.UserID, nonce, text string) chat.Entry {
	return chat.Entry{
		RoomID: room, Author: author, CreatedAt: moment,
		Nonce:   digest(fmt.Sprint(room, author, nonce)),
		Content: digest(text),
		Seal:    func(seq domain.Seq) (encryption.Sealed, error) { return sealed(seq, text), nil },
	}
}

func sealed(seq domain.Seq, text string) encryption.Sealed {
	return encryption.Sealed{Token: fmt.Sprintf("%d:%s", seq, text), KeyID: "0123456789abcdef"}
}

// add appends entries that must all be taken.
func (f *fixture) add(tb testing.TB, entries ...chat.Entry) []chat.Appended {
	tb.Helper()
	results, err := f.Append(tb.Context(), entries)
	must(tb, err)
	if len(results) != len(entries) {
		tb.Fatalf("%d answers for %d entries", len(results), len(entries))
	}
	for i, result := range results {
		if result.Err != nil {
			tb.Fatalf("entry %d: %v", i, result.Err)
		}
	}
	return results
}

// fill appends n messages to a room, one transaction for all.
func (f *fixture) fill(tb testing.TB, room domain.RoomID, author domain.UserID, n int) {
	tb.Helper()
	entries := make([]chat.Entry, n)
	for i := range entries {
		entries[i] = draft(room, author, fmt.Sprint("fill", i), fmt.Sprint("message ", i))
	}
	f.add(tb, entries...)
}

// seqs reads a range and gives its numbers.
func (f *fixture) seqs(tb testing.TB, room domain.RoomID, span chat.Range) []domain.Seq {
	tb.Helper()
	records, err := f.Messages(tb.Context(), room, span)
	must(tb, err)
	seqs := make([]domain.Seq, len(records))
	for i, record := range records {
		seqs[i] = record.Seq
	}
	return seqs
}

func (f *fixture) head(tb testing.TB, room domain.RoomID) domain.Seq {
	tb.Helper()
	extents, err := f.Extents(tb.Context(), []domain.RoomID{room})
	must(tb, err)
	return extents[room].Head
}

// span lists the numbers from one to another.
func span[T ~int64](from, to T) []T {
	list := []T{}
	for n := from; n <= to; n++ {
		list = append(list, n)
	}
	return list
}

// WantError fails unless err has the kind and the code.
func WantError(tb testing.TB, err error, kind domain.Kind, code string) {
	tb.Helper()
	if domain.KindOf(err) != kind || !domain.HasCode(err, code) {
		tb.Errorf("got error %v (kind %d), want kind %d, code %s", err, domain.KindOf(err), kind, code)
	}
}
