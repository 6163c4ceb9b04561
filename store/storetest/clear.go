package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/chat"
	"parley/store"
	"parley/store/batch"
)

var clearTests = map[string]func(*testing.T, *fixture){
	"a deleted room is removed with all that is in it, and nothing else": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		before, nonces := f.rows(t), Scalar[int](t, f.db, `SELECT count(*) FROM nonces`)
		gone, ended := s.deleted(t)
		must(t, f.Clear(t.Context(), ended))
		if extents, err := f.Extents(t.Context(), []domain.RoomID{gone}); err != nil || len(extents) != 1 {
			t.Errorf("it was removed too early: %v, %v", extents, err)
		}
		must(t, f.Clear(t.Context(), ended.Add(time.Microsecond)))
		if after := f.rows(t); after != before {
			t.Errorf("what is left is not what was there:\n%s", gocmp.Diff(before, after))
		}
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM nonces`); n != nonces {
			t.Errorf("%d nonces are left, want %d", n, nonces)
		}
	},
	"clearing that fails halfway goes on from there": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		before := f.rows(t)
		gone, ended := s.deleted(t)
		// What somebody else's table points at cannot be removed.
		Exec(t, f.db, `CREATE TABLE holds (room_id bigint REFERENCES rooms (id))`)
		Exec(t, f.db, fmt.Sprintf(`INSERT INTO holds VALUES (%d)`, gone))
		if err := f.Clear(t.Context(), ended.Add(time.Hour)); err == nil {
			t.Error("the room was removed in spite of what points at it")
		}
		if n := Scalar[int](t, f.db, fmt.Sprintf(`SELECT count(*) FROM messages WHERE room_id = %d`, gone)); n != 0 {
			t.Errorf("%d messages came back", n)
		}
		Exec(t, f.db, `DROP TABLE holds`)
		must(t, f.beside(t).Clear(t.Context(), ended.Add(time.Hour)))
		if after := f.rows(t); after != before {
			t.Errorf("what is left is not what was there:\n%s", gocmp.Diff(before, after))
		}
	},
	"clearing works in small units": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		gone, ended := s.deleted(t)
		Exec(t, f.db, fmt.Sprintf(`DELETE FROM changes WHERE room_id = %d`, gone))
		Exec(t, f.db, `CREATE TABLE holds (room_id bigint, seq bigint, FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq))`)
		last := Scalar[domain.Seq](t, f.db, fmt.Sprintf(`SELECT max(seq) FROM messages WHERE room_id = %d`, gone))
		Exec(t, f.db, fmt.Sprintf(`INSERT INTO holds VALUES (%d, %d)`, gone, last))
		if err := f.Clear(t.Context(), ended.Add(time.Hour)); err == nil {
			t.Error("the message was removed in spite of what points at it")
		}
		left := Scalar[int](t, f.db, fmt.Sprintf(`SELECT count(*) FROM messages WHERE room_id = %d`, gone))
		if left < 1 || left > batch.Forgotten {
			t.Errorf("%d messages are left", left)
		}
	},
	"processes that clear at once share the work": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		before := f.rows(t)
		_, ended := s.deleted(t)
		var clearing sync.WaitGroup
		for _, store := range []store.Engine{f.Engine, f.beside(t), f.beside(t)} {
			clearing.Go(func() {
				if err := store.Clear(t.Context(), ended.Add(time.Hour)); err != nil {
					t.Error(err)
				}
			})
		}
		clearing.Wait()
		if after := f.rows(t); after != before {
			t.Errorf("what is left is not what was there:\n%s", gocmp.Diff(before, after))
		}
	},
	"nothing to clear is nothing to do": func(t *testing.T, f *fixture) {
		newStage(t, f)
		before := f.rows(t)
		must(t, f.Clear(t.Context(), moment.Add(time.Hour)))
		if after := f.rows(t); after != before {
			t.Errorf("something changed:\n%s", gocmp.Diff(before, after))
		}
	},
}

// deleted makes a room with more of each thing than one unit removes of
// messages, and deletes it.
func (s *stage) deleted(tb testing.TB) (domain.RoomID, time.Time) {
	tb.Helper()
	here := *s
	here.room = s.create(tb, chat.NewRoom{Name: "doomed", Kind: domain.RoomPrivate, Creator: s.alice})
	entries := make([]chat.Entry, 2*batch.Forgotten+100)
	for i := range entries {
		entries[i] = draft(here.room, s.alice, fmt.Sprint(i), "text")
		if i%10 == 0 {
			entries[i].Mentions = []chat.Mention{{User: s.bob, How: chat.ByName}, {User: chat.Everyone, How: chat.ByRoom}}
			entries[i].ReplyTo = domain.Seq(i)
		}
	}
	s.add(tb, entries...)
	changes := []chat.Change{by(s.alice, here.member(domain.Invited, s.bob)), here.member(domain.Joined, s.bob), here.topic("topic")}
	for seq := domain.Seq(1); seq <= 10; seq++ {
		changes = append(changes, here.reaction(seq, s.bob, "x", true), here.edit(seq, s.alice, "new"), here.pin(seq, true))
	}
	end := here.change(domain.Ended)
	s.apply(tb, append(changes, end)...)
	must(tb, s.SetDraft(tb.Context(), s.bob, here.room, sealed(0, "draft")))
	return here.room, stored
}
