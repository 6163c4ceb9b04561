package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
)

var appendTests = map[string]func(*testing.T, *fixture){
	"a message comes back as it was given": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "Alice")
		entry := draft(room, author, "n", "hello")
		first := f.add(t, entry)[0]
		if want := (chat.Appended{Seq: 1, CreatedAt: stored}); first != want {
			t.Errorf("answered %+v, want %+v", first, want)
		}
		reply := draft(room, author, "m", "again")
		reply.ReplyTo = 1
		f.add(t, reply)
		records, err := f.Messages(t.Context(), room, chat.Range{Limit: 10})
		must(t, err)
		want := []chat.Record{
			{
				RoomID: room, Room: "dev", Seq: 1, Author: domain.Author{ID: author, Name: "Alice"},
				Sealed: sealed(1, "hello"), TextSeq: 1, CreatedAt: stored,
			},
			{
				RoomID: room, Room: "dev", Seq: 2, Author: domain.Author{ID: author, Name: "Alice"},
				Sealed: sealed(2, "again"), TextSeq: 2, ReplyTo: 1, CreatedAt: stored,
			},
		}
		if diff := gocmp.Diff(want, records); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
	},
	"concurrent appends from two processes are dense and in commit order in every room": concurrentAppends,
	"a batch is numbered in its own order, each room for itself": func(t *testing.T, f *fixture) {
		one, two, author := f.room(t, "one"), f.room(t, "two"), f.user(t, "alice")
		f.fill(t, two, author, 5)
		results := f.add(t,
			draft(two, author, "a", "a"), draft(one, author, "b", "b"), draft(two, author, "c", "c"), draft(one, author, "d", "d"))
		got := make([]domain.Seq, len(results))
		for i, result := range results {
			got[i] = result.Seq
		}
		if want := []domain.Seq{6, 1, 7, 2}; !slices.Equal(got, want) {
			t.Errorf("numbered %v, want %v", got, want)
		}
	},
	"what may be is asked with the role as it is, and a repeat is answered all the same": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		other := f.user(t, "dave")
		refusal := errors.New("refused")
		var asked []string
		may := func(entry chat.Entry, answer error) chat.Entry {
			entry.May = func(role domain.Role) error {
				asked = append(asked, fmt.Sprint(entry.Author, role))
				return answer
			}
			return entry
		}
		batch := []chat.Entry{
			may(draft(s.room, s.alice, "a", "a"), nil), may(draft(s.room, other, "b", "b"), refusal),
			may(draft(s.room, s.bob, "c", "c"), nil), draft(s.room, other, "d", "d"),
		}
		head := f.head(t, s.room)
		first, err := f.Append(t.Context(), batch)
		must(t, err)
		again, err := f.Append(t.Context(), []chat.Entry{may(batch[0], refusal)})
		must(t, err)
		if first[0].Seq != head+1 || !errors.Is(first[1].Err, refusal) || first[2].Seq != head+2 || first[3].Seq != head+3 ||
			!again[0].Repeated || again[0].Seq != head+1 {
			t.Errorf("behind %d: %+v, and then %+v", head, first, again)
		}
		if want := []string{fmt.Sprint(s.alice, "owner"), fmt.Sprint(other, ""), fmt.Sprint(s.bob, "member")}; !slices.Equal(asked, want) {
			t.Errorf("asked %q, want %q", asked, want)
		}
	},
	"an empty batch is no message": func(t *testing.T, f *fixture) {
		if results, err := f.Append(t.Context(), nil); err != nil || len(results) != 0 {
			t.Errorf("got %v, %v", results, err)
		}
	},
	"an unknown room is refused alone": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		results, err := f.Append(t.Context(), []chat.Entry{
			draft(room, author, "a", "a"), draft(room+1000, author, "b", "b"), draft(room, author, "c", "c"),
		})
		must(t, err)
		WantError(t, results[1].Err, domain.NotFound, "room.not_found")
		if results[0].Seq != 1 || results[2].Seq != 2 || results[0].Err != nil || results[2].Err != nil {
			t.Errorf("the others got %+v and %+v", results[0], results[2])
		}
	},
	"an unknown author fails the batch and leaves nothing": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		_, err := f.Append(t.Context(), []chat.Entry{
			draft(room, author, "a", "a"), draft(room, author+1000, "b", "b"),
		})
		WantError(t, err, domain.NotFound, "user.not_found")
		if head := f.head(t, room); head != 0 || len(f.seqs(t, room, chat.Range{Limit: 10})) != 0 {
			t.Errorf("the room's head is %d", head)
		}
		f.add(t, draft(room, author, "a", "a"))
	},
	"a text that cannot be sealed is refused alone and leaves no gap": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		broken := draft(room, author, "b", "b")
		cause := errors.New("no key")
		broken.Seal = func(domain.Seq) (encryption.Sealed, error) { return encryption.Sealed{}, cause }
		results, err := f.Append(t.Context(), []chat.Entry{draft(room, author, "a", "a"), broken, draft(room, author, "c", "c")})
		must(t, err)
		if !errors.Is(results[1].Err, cause) || results[0].Seq != 1 || results[2].Seq != 2 {
			t.Errorf("got %+v", results)
		}
	},
	"a big batch is one transaction": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		f.fill(t, room, author, 1000)
		if got := f.seqs(t, room, chat.Range{Limit: 2000}); !slices.Equal(got, span[domain.Seq](1, 1000)) {
			t.Errorf("stored %d messages", len(got))
		}
	},
}

// concurrentAppends lets many goroutines on two stores append to three rooms.
// An append that begins after another ended has a higher seq.
func concurrentAppends(t *testing.T, f *fixture) {
	const writers, rounds = 16, 12
	rooms := []domain.RoomID{f.lobby(t), f.room(t, "one"), f.room(t, "two")}
	author := f.user(t, "alice")
	engines := []store.Engine{f.Engine, f.beside(t)}
	var mu sync.Mutex
	answered := map[domain.RoomID]map[domain.Seq]string{}
	for _, room := range rooms {
		answered[room] = map[domain.Seq]string{}
	}
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			last := map[domain.RoomID]domain.Seq{}
			for round := range rounds {
				entries := make([]chat.Entry, 1+(w+round)%3)
				for i := range entries {
					// The rooms come in different orders, so that locks do too.
					text := fmt.Sprint("text ", w, round, i)
					entries[i] = draft(rooms[(w+round+i)%len(rooms)], author, text, text)
				}
				results, err := engines[w%2].Append(t.Context(), entries)
				if err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
				mu.Lock()
				for i, result := range results {
					room := entries[i].RoomID
					if result.Err != nil || result.Seq <= last[room] {
						t.Errorf("writer %d got %+v after %d", w, result, last[room])
					}
					last[room] = result.Seq
					answered[room][result.Seq] = tokenOf(entries[i], result.Seq)
				}
				mu.Unlock()
			}
		})
	}
	writing.Wait()
	for _, room := range rooms {
		records, err := f.Messages(t.Context(), room, chat.Range{Limit: 10_000})
		must(t, err)
		for i, record := range records {
			if record.Seq != domain.Seq(i+1) || record.Sealed.Token != answered[room][record.Seq] {
				t.Fatalf("room %d: message %d is %d %q, answered was %q",
					room, i+1, record.Seq, record.Sealed.Token, answered[room][record.Seq])
			}
		}
		if len(records) != len(answered[room]) || f.head(t, room) != domain.Seq(len(records)) {
			t.Errorf("room %d holds %d messages, %d were answered, its head is %d",
				room, len(records), len(answered[room]), f.head(t, room))
		}
	}
}

// tokenOf is what an entry is stored as at a seq.
func tokenOf(entry chat.Entry, seq domain.Seq) string {
	token, err := entry.Seal(seq)
	if err != nil {
		panic(err) // draft's never fails
	}
	return token.Token
}
