package chat_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley/domain"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

const damaged = "[this message was damaged in the store and cannot be shown]"

// Whoever can write to the database swaps the texts of two messages, or moves
// one to another author or room. None of them opens there, the others do.
func TestATextThatWasMovedInTheStoreOpensNowhere(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		for i := range 6 {
			send(t, core, alice, fmt.Sprint("message ", i+1))
		}
		db := storetest.DB(t, config)
		for seq, token := range map[int]string{
			2: storetest.Scalar[string](t, db, `SELECT token FROM messages WHERE seq = 1`),
			1: storetest.Scalar[string](t, db, `SELECT token FROM messages WHERE seq = 2`),
		} {
			storetest.Exec(t, db, fmt.Sprintf(`UPDATE messages SET token = '%s' WHERE seq = %d`, token, seq))
		}
		storetest.Exec(t, db, fmt.Sprintf(`UPDATE messages SET author_id = %d WHERE seq = 3`, bob.ID()))
		storetest.Exec(t, db, `UPDATE messages SET token = 'gAAAAAnonsense' WHERE seq = 4`)
		storetest.Exec(t, db, `UPDATE messages SET key_id = 'ffffffffffffffff' WHERE seq = 5`)
		want := []string{damaged, damaged, damaged, damaged, damaged, "message 6"}
		if got := contents(t, core, alice); !slices.Equal(got, want) {
			t.Errorf("the page shows %q", got)
		}
		for i, event := range events(t, follow(t, core, alice, lobby, 0), 6) {
			if event.Message.Content != want[i] || event.Seq != domain.Seq(i+1) {
				t.Errorf("event %d shows %q", event.Seq, event.Message.Content)
			}
		}
	})
}

// Whoever can write to the database knows, of an edited text, the place that it
// says it was sealed for. Moved with it to another message of the same author it
// opens no more than without.
func TestAnEditedTextThatWasMovedWithItsPlaceOpensNowhere(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice := core.User(t, "alice")
		for i := range 4 {
			send(t, core, alice, fmt.Sprint("message ", i+1))
		}
		for _, seq := range []domain.Seq{1, 4} {
			for _, text := range []string{"first", "second"} {
				if _, err := core.Chat.Edit(t.Context(), alice, lobby, seq, fmt.Sprint(text, " of ", seq)); err != nil {
					t.Fatal(err)
				}
			}
		}
		db := storetest.DB(t, config)
		steal := func(from string) string {
			return fmt.Sprintf(`(SELECT token FROM %s)`, from)
		}
		storetest.Exec(t, db, `UPDATE messages SET text_seq = 6, token = `+steal(`messages WHERE seq = 1`)+` WHERE seq = 2`)
		storetest.Exec(t, db, `UPDATE messages SET text_seq = 5, token = `+steal(`message_versions WHERE seq = 5`)+` WHERE seq = 3`)
		storetest.Exec(t, db, `UPDATE message_versions SET token = `+steal(`message_versions WHERE seq = 5`)+` WHERE target = 4 AND seq = 7`)
		want := []string{"second of 1", damaged, damaged, "second of 4"}
		if got := contents(t, core, alice); !slices.Equal(got, want) {
			t.Errorf("the page shows %q", got)
		}
		for seq, want := range map[domain.Seq][]string{1: {"message 1", "first of 1"}, 4: {"message 4", damaged}} {
			versions, err := core.Chat.Versions(t.Context(), alice, lobby, seq)
			if err != nil || len(versions) != 2 || versions[0].Content != want[0] || versions[1].Content != want[1] {
				t.Errorf("message %d said %+v, %v", seq, versions, err)
			}
		}
		storetest.Exec(t, db, `UPDATE messages SET text_seq = 1, token = `+steal(`message_versions WHERE seq = 1`)+` WHERE seq = 4`)
		if got := contents(t, core, alice)[3]; got != damaged {
			t.Errorf("the first message's text under the fourth is %q", got)
		}
	})
}

// readable are words that must be in no file and no table.
var readable = []string{"xylophone-content", "xylophone-nonce", "xylophone-address", storetest.Password}

func sendReadable(t *testing.T, core *storetest.Core) {
	t.Helper()
	alice := core.User(t, "alice")
	draft := chat.Draft{Content: "this is " + readable[0], Nonce: readable[1]}
	if _, err := core.Chat.Send(t.Context(), alice, lobby, draft); err != nil {
		t.Fatal(err)
	}
	if _, err := core.Auth.AddAccount(t.Context(), "bob", storetest.Password, readable[2]+"@example.org", false); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, core, alice); !slices.Equal(got, []string{draft.Content}) {
		t.Fatalf("stored %q", got)
	}
}

func TestNoDatabaseFileHoldsReadableText(t *testing.T) {
	config := storetest.SQLite(t)
	core := storetest.NewCoreOn(t, config)
	sendReadable(t, core)
	search := func() {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(filepath.Dir(config.SQLitePath), "*"))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found = found || bytes.Contains(data, []byte("alice")) // names are not secret: the search works
			for _, word := range readable {
				if bytes.Contains(data, []byte(word)) {
					t.Errorf("%s holds %q", filepath.Base(file), word)
				}
			}
		}
		if !found {
			t.Errorf("%v hold nothing at all", files)
		}
	}
	search() // while it is open, the write-ahead log included
	core.Stop()
	search()
}

func TestNoTableHoldsReadableText(t *testing.T) {
	config := storetest.Postgres(t)
	sendReadable(t, storetest.NewCoreOn(t, config))
	db := storetest.DB(t, config)
	tables := storetest.Scalar[string](t, db, `SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'`)
	dump := ""
	for _, table := range strings.Fields(tables) {
		dump += storetest.Scalar[string](t, db, fmt.Sprintf(`SELECT coalesce(string_agg(t::text, E'\n'), '') FROM %s t`, table))
	}
	for _, word := range readable {
		if strings.Contains(dump, word) || strings.Contains(dump, fmt.Sprintf("%x", word)) {
			t.Errorf("a table holds %q", word)
		}
	}
	if !strings.Contains(dump, "alice") || !strings.Contains(dump, "gAAAAA") {
		t.Errorf("the dump of %s holds nothing", tables)
	}
}
