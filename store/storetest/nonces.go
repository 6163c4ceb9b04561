package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/chat"
	"parley/store"
)

var nonceTests = map[string]func(*testing.T, *fixture){
	"a repeated nonce is the same message": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		f.fill(t, room, author, 3)
		f.add(t, draft(room, author, "n", "hello"))
		again := draft(room, author, "n", "hello")
		again.CreatedAt = moment.Add(time.Hour)
		got := f.add(t, again)[0]
		if want := (chat.Appended{Seq: 4, CreatedAt: stored, Repeated: true}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if head := f.head(t, room); head != 4 {
			t.Errorf("the head is %d", head)
		}
	},
	"a nonce repeated within a batch is the same message": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		results, err := f.Append(t.Context(), []chat.Entry{
			draft(room, author, "n", "hello"), draft(room, author, "n", "hello"),
			draft(room, author, "n", "other"), draft(room, author, "m", "next"),
		})
		must(t, err)
		if results[0].Seq != 1 || results[0].Repeated || results[1].Seq != 1 || !results[1].Repeated || results[3].Seq != 2 {
			t.Errorf("got %+v", results)
		}
		WantError(t, results[2].Err, domain.Conflict, "message.nonce_reused")
	},
	"a nonce with other content is refused alone": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		f.add(t, draft(room, author, "n", "hello"))
		results, err := f.Append(t.Context(), []chat.Entry{draft(room, author, "n", "bye"), draft(room, author, "m", "next")})
		must(t, err)
		WantError(t, results[0].Err, domain.Conflict, "message.nonce_reused")
		if results[1].Seq != 2 || results[1].Err != nil {
			t.Errorf("the next got %+v", results[1])
		}
	},
	"a nonce is the room's and the author's own": func(t *testing.T, f *fixture) {
		one, two, alice, bob := f.room(t, "one"), f.room(t, "two"), f.user(t, "alice"), f.user(t, "bob")
		entries := []chat.Entry{draft(one, alice, "", "a"), draft(two, alice, "", "b"), draft(one, bob, "", "c")}
		for i := range entries {
			entries[i].Nonce = digest("the same for all")
		}
		for i, result := range f.add(t, entries...) {
			if result.Repeated {
				t.Errorf("entry %d is a repeat: %+v", i, result)
			}
		}
	},
	"concurrent appends of one nonce store it once": concurrentNonce,
	"a nonce counts for 24 hours and no longer": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		f.add(t, draft(room, author, "n", "hello"))
		again := draft(room, author, "n", "hello")
		again.CreatedAt = moment.Add(domain.NonceLife)
		if got := f.add(t, again)[0]; got.Seq != 1 || !got.Repeated {
			t.Errorf("after 24 h: %+v", got)
		}
		later := draft(room, author, "n", "something else")
		later.CreatedAt = moment.Add(domain.NonceLife + time.Microsecond)
		if got := f.add(t, later)[0]; got.Seq != 2 || got.Repeated {
			t.Errorf("after more than 24 h: %+v", got)
		}
		if got := f.add(t, later)[0]; got.Seq != 2 || !got.Repeated {
			t.Errorf("the nonce's second life: %+v", got)
		}
	},
	"forgetting takes the old nonces and no message": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		young := draft(room, author, "young", "b")
		young.CreatedAt = moment.Add(time.Microsecond)
		f.add(t, draft(room, author, "old", "a"), young)
		must(t, f.ForgetNonces(t.Context(), young.CreatedAt))
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM nonces`); n != 1 {
			t.Errorf("%d nonces are kept", n)
		}
		if got := f.add(t, young)[0]; !got.Repeated {
			t.Errorf("the younger nonce was forgotten: %+v", got)
		}
		if got := f.add(t, draft(room, author, "old", "a"))[0]; got.Repeated || got.Seq != 3 {
			t.Errorf("the older nonce still counts: %+v", got)
		}
	},
	"forgetting ends however many there are": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		for i := range 10 {
			entries := make([]chat.Entry, 500)
			for j := range entries {
				entries[j] = draft(room, author, fmt.Sprint(i, " ", j), "a")
			}
			f.add(t, entries...)
		}
		must(t, f.ForgetNonces(t.Context(), moment.Add(time.Microsecond)))
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM nonces`); n != 0 {
			t.Errorf("%d nonces are kept", n)
		}
	},
	"what became of an entry can be asked": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		f.fill(t, room, author, 2)
		entry := draft(room, author, "n", "hello")
		if sent, err := f.Sent(t.Context(), entry); err != nil || sent != (chat.Appended{}) {
			t.Errorf("before: %+v, %v", sent, err)
		}
		f.add(t, entry)
		sent, err := f.Sent(t.Context(), entry)
		if want := (chat.Appended{Seq: 3, CreatedAt: stored, Repeated: true}); err != nil || sent != want {
			t.Errorf("after: %+v, %v", sent, err)
		}
		sent, err = f.Sent(t.Context(), draft(room, author, "n", "other"))
		must(t, err)
		WantError(t, sent.Err, domain.Conflict, "message.nonce_reused")
	},
}

// concurrentNonce sends the same few messages from many goroutines on two
// stores at once.
func concurrentNonce(t *testing.T, f *fixture) {
	const writers, nonces = 12, 5
	room, author := f.room(t, "dev"), f.user(t, "alice")
	engines := []store.Engine{f.Engine, f.beside(t)}
	seen := make([][nonces]chat.Appended, writers)
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for n := range nonces {
				text := fmt.Sprint("nonce ", n)
				results, err := engines[w%2].Append(t.Context(), []chat.Entry{draft(room, author, text, text)})
				if err != nil || results[0].Err != nil {
					t.Errorf("writer %d: %v %v", w, results, err)
					return
				}
				seen[w][n] = results[0]
			}
		})
	}
	writing.Wait()
	for n := range nonces {
		news := 0
		for w := range writers {
			if seen[w][n].Seq != seen[0][n].Seq {
				t.Errorf("nonce %d is %d and %d", n, seen[w][n].Seq, seen[0][n].Seq)
			}
			if !seen[w][n].Repeated {
				news++
			}
		}
		if news != 1 {
			t.Errorf("nonce %d was new %d times", n, news)
		}
	}
	if got := f.seqs(t, room, chat.Range{Limit: 100}); !slices.Equal(got, span[domain.Seq](1, nonces)) {
		t.Errorf("the room holds %v", got)
	}
}
