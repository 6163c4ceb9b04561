package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/chat"
)

var historyTests = map[string]func(*testing.T, *fixture){
	"pages have the edges that were asked for": pageEdges,
	"an empty or unknown room has no messages": func(t *testing.T, f *fixture) {
		room := f.room(t, "dev")
		for _, id := range []domain.RoomID{room, room + 1000, 0, -1} {
			for _, newest := range []bool{true, false} {
				if got := f.seqs(t, id, chat.Range{Limit: 10, Newest: newest}); len(got) != 0 {
					t.Errorf("room %d holds %v", id, got)
				}
			}
		}
	},
	"what was removed from the beginning is not there and moves the extent": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		f.fill(t, room, author, 20)
		Exec(t, f.db, fmt.Sprintf(`DELETE FROM messages WHERE room_id = %d AND seq < 8`, room))
		Exec(t, f.db, fmt.Sprintf(`UPDATE rooms SET first_seq = 8 WHERE id = %d`, room))
		if got := f.seqs(t, room, chat.Range{Limit: 3}); !slices.Equal(got, []domain.Seq{8, 9, 10}) {
			t.Errorf("the oldest are %v", got)
		}
		if got := f.seqs(t, room, chat.Range{Before: 8, Limit: 3, Newest: true}); len(got) != 0 {
			t.Errorf("before the first: %v", got)
		}
		extents, err := f.Extents(t.Context(), []domain.RoomID{room})
		if want := (domain.Extent{First: 8, Head: 20}); err != nil || extents[room] != want {
			t.Errorf("the extent is %+v, %v, want %+v", extents[room], err, want)
		}
		if got := f.add(t, draft(room, author, "next", "next"))[0]; got.Seq != 21 {
			t.Errorf("the next is %d", got.Seq)
		}
	},
	"extents are told for all rooms that exist": func(t *testing.T, f *fixture) {
		author := f.user(t, "alice")
		var rooms []domain.RoomID
		for i := range 30 {
			room := f.room(t, fmt.Sprint("room", i))
			f.fill(t, room, author, i)
			rooms = append(rooms, room, room+1000)
		}
		extents, err := f.Extents(t.Context(), append(rooms, rooms[0]))
		must(t, err)
		if len(extents) != 30 {
			t.Errorf("%d rooms are told of", len(extents))
		}
		for i := range 30 {
			if want := (domain.Extent{First: 1, Head: domain.Seq(i)}); extents[rooms[2*i]] != want {
				t.Errorf("room %d: %+v, want %+v", i, extents[rooms[2*i]], want)
			}
		}
		for _, none := range [][]domain.RoomID{nil, {}} {
			if extents, err := f.Extents(t.Context(), none); err != nil || len(extents) != 0 {
				t.Errorf("of no rooms: %v, %v", extents, err)
			}
		}
	},
	"any text is kept to the byte": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		texts := []string{
			"👩‍👩‍👧‍👦 🇩🇪 👍🏽", "日本語 中文 한국어", "שלום السلام \u202eevil\u202c", "e\u0301 \u0300\u0301",
			"'); DROP TABLE messages; --", `"$1" ?1 :a @b \0 \\`, "\ufffd \ufeff \U0010ffff", "line\nline\ttab",
			strings.Repeat("𝕏", 4000),
		}
		var entries []chat.Entry
		for i, text := range texts {
			entries = append(entries, draft(room, author, fmt.Sprint(i), text))
		}
		f.add(t, entries...)
		records, err := f.Messages(t.Context(), room, chat.Range{Limit: 100})
		must(t, err)
		for i, record := range records {
			if want := sealed(domain.Seq(i+1), texts[i]); record.Sealed != want {
				t.Errorf("%.40q became %.40q", want.Token, record.Sealed.Token)
			}
		}
		if len(records) != len(texts) {
			t.Errorf("%d of %d texts came back", len(records), len(texts))
		}
	},
	"times keep their microseconds, before 1970 and far ahead too": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		times := []time.Time{
			time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Unix(0, 0).UTC(), stored,
			time.Date(2199, 2, 28, 1, 2, 3, 1000, time.UTC),
		}
		for i, at := range times {
			entry := draft(room, author, fmt.Sprint(i), "x")
			entry.CreatedAt = at.In(time.FixedZone("west", -7*3600))
			if got := f.add(t, entry)[0].CreatedAt; got != at {
				t.Errorf("answered %v, want %v", got, at)
			}
		}
		records, err := f.Messages(t.Context(), room, chat.Range{Limit: 10})
		must(t, err)
		for i, record := range records {
			if record.CreatedAt != times[i] { // == sees the location too
				t.Errorf("got %v, want %v", record.CreatedAt, times[i])
			}
		}
	},
}

func pageEdges(t *testing.T, f *fixture) {
	room, other, author := f.room(t, "dev"), f.room(t, "other"), f.user(t, "alice")
	f.fill(t, other, author, 40)
	f.fill(t, room, author, 25)
	for name, c := range map[string]struct {
		span     chat.Range
		from, to domain.Seq
	}{
		"the newest":                   {chat.Range{Limit: 5, Newest: true}, 21, 25},
		"the oldest":                   {chat.Range{Limit: 5}, 1, 5},
		"all":                          {chat.Range{Limit: 25}, 1, 25},
		"more than there are":          {chat.Range{Limit: 1000, Newest: true}, 1, 25},
		"before the first":             {chat.Range{Before: 1, Limit: 5, Newest: true}, 1, 0},
		"before the second":            {chat.Range{Before: 2, Limit: 5, Newest: true}, 1, 1},
		"before the head":              {chat.Range{Before: 25, Limit: 5, Newest: true}, 20, 24},
		"before what is not there yet": {chat.Range{Before: 999, Limit: 5, Newest: true}, 21, 25},
		"after nothing":                {chat.Range{After: 0, Limit: 5}, 1, 5},
		"after one in the middle":      {chat.Range{After: 10, Limit: 5}, 11, 15},
		"after the last but one":       {chat.Range{After: 24, Limit: 5}, 25, 25},
		"after the head":               {chat.Range{After: 25, Limit: 5}, 1, 0},
		"after what is not there yet":  {chat.Range{After: 999, Limit: 5}, 1, 0},
		"between, from the beginning":  {chat.Range{After: 10, Before: 20, Limit: 3}, 11, 13},
		"between, from the end":        {chat.Range{After: 10, Before: 20, Limit: 3, Newest: true}, 17, 19},
		"exactly one":                  {chat.Range{After: 6, Before: 8, Limit: 1}, 7, 7},
		"between neighbours":           {chat.Range{After: 6, Before: 7, Limit: 5}, 1, 0},
		"crossed bounds":               {chat.Range{After: 20, Before: 10, Limit: 5}, 1, 0},
		"no messages at all":           {chat.Range{Limit: 0}, 1, 0},
		"less than none":               {chat.Range{Limit: -1}, 1, 0},
	} {
		if got, want := f.seqs(t, room, c.span), span(c.from, c.to); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}
