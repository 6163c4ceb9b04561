package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/chat"
)

var editTests = map[string]func(*testing.T, *fixture){
	"an edited message has its new text, and its old ones are kept": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		first, second := s.edit(2, s.alice, "first"), s.edit(2, s.alice, "second")
		first.At, second.At = moment.Add(time.Hour), moment.Add(2*time.Hour)
		first.Since = stored // written just then: not older
		f.apply(t, first, second)
		got := s.message(t, 2)
		want := chat.Record{
			RoomID: s.room, Room: "dev", Seq: 2, Author: domain.Author{ID: s.alice, Name: "Alice"},
			Sealed: sealed(7, "second"), TextSeq: 7, CreatedAt: stored, EditedAt: stored.Add(2 * time.Hour),
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
		versions, err := f.Versions(t.Context(), s.room, 2)
		must(t, err)
		if diff := gocmp.Diff([]chat.Version{
			{Sealed: sealed(2, "two"), Seq: 2, At: stored}, {Sealed: sealed(6, "first"), Seq: 6, At: stored.Add(time.Hour)},
		}, versions); diff != "" {
			t.Errorf("versions (-want +got):\n%s", diff)
		}
		if versions, err := f.Versions(t.Context(), s.room, 3); err != nil || len(versions) != 0 {
			t.Errorf("of what was never edited: %v, %v", versions, err)
		}
	},
	"of a message that is edited without end the first text and the newest ones are kept": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		edits := make([]chat.Change, domain.MaxVersions+20)
		for i := range edits {
			edits[i] = s.edit(2, s.alice, fmt.Sprint("edit ", i))
		}
		last := f.apply(t, edits...)[len(edits)-1]
		f.apply(t, s.edit(3, s.bob, "another"))
		versions, err := f.Versions(t.Context(), s.room, 2)
		must(t, err)
		if len(versions) != domain.MaxVersions || versions[0].Sealed != sealed(2, "two") {
			t.Fatalf("%d versions are kept: %+v", len(versions), versions)
		}
		for i, v := range versions[1:] {
			if want := last - domain.MaxVersions + 1 + domain.Seq(i); v.Seq != want {
				t.Errorf("version %d is that of %d, not %d", i+1, v.Seq, want)
			}
		}
		if versions, err := f.Versions(t.Context(), s.room, 3); err != nil || len(versions) != 1 {
			t.Errorf("of another message: %v, %v", versions, err)
		}
	},
	"of a deleted message only its place is left": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		reply := draft(s.room, s.bob, "r", "reply")
		reply.ReplyTo, reply.Mentions = 2, []chat.Mention{{User: s.alice, How: chat.ByName}}
		at := f.add(t, reply)[0].Seq
		f.apply(t, s.edit(at, s.bob, "again", chat.Mention{User: s.alice, How: chat.ByName}), s.pin(at, true),
			s.reaction(at, s.alice, "x", true), s.deletion(at, s.bob))
		got := s.message(t, at)
		want := chat.Record{
			RoomID: s.room, Room: "dev", Seq: at, Author: domain.Author{ID: s.bob, Name: "Bob"},
			TextSeq: at, ReplyTo: 2, CreatedAt: stored, EditedAt: stored, Deleted: true,
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("left (-want +got):\n%s", diff)
		}
		for _, table := range []string{"message_versions", "reactions", "mentions"} {
			if n := Scalar[int](t, f.db, "SELECT count(*) FROM "+table); n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
		if pinned, err := f.Pinned(t.Context(), s.room); err != nil || len(pinned) != 0 {
			t.Errorf("it is pinned: %v, %v", pinned, err)
		}
	},
	"single messages are found wherever they are": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		records, err := f.MessagesAt(t.Context(), s.room, []domain.Seq{4, 99, 2, 1, 2, 0, -1})
		must(t, err)
		seqs := make([]domain.Seq, len(records))
		for i, r := range records {
			seqs[i] = r.Seq
		}
		if slices.Sort(seqs); !slices.Equal(seqs, []domain.Seq{2, 4}) {
			t.Errorf("found %v", seqs)
		}
		for _, none := range [][]domain.Seq{nil, {}} {
			if records, err := f.MessagesAt(t.Context(), s.room, none); err != nil || len(records) != 0 {
				t.Errorf("of none: %v, %v", records, err)
			}
		}
	},
	"reactions are counted, and told in the order they came": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		later := s.reaction(2, s.alice, "b", true)
		later.At = moment.Add(time.Second)
		f.apply(t, s.reaction(2, s.bob, "b", true), s.reaction(2, s.bob, "a", true), s.reaction(3, s.bob, "c", true),
			later, s.reaction(2, s.bob, "a", false))
		marks, err := f.Marks(t.Context(), s.room, []domain.Seq{2, 3, 4, 99})
		must(t, err)
		alice, bob := domain.Author{ID: s.alice, Name: "Alice"}, domain.Author{ID: s.bob, Name: "Bob"}
		if diff := gocmp.Diff(map[domain.Seq]chat.Marks{
			2: {Reactions: []domain.Reaction{{Emoji: "b", Users: []domain.Author{bob, alice}}}},
			3: {Reactions: []domain.Reaction{{Emoji: "c", Users: []domain.Author{bob}}}},
		}, marks); diff != "" {
			t.Errorf("marks (-want +got):\n%s", diff)
		}
		if n := s.message(t, 2).Reactions; n != 2 {
			t.Errorf("%d reactions are counted", n)
		}
	},
	"a message has 50 kinds of reactions at most":        reactionKinds,
	"a message has 1,000 reactions at most":              reactionsInAll,
	"a room has 100 pinned messages at most, in order":   pinsInAll,
	"those whom a message calls are told by their words": calls,
}

func reactionKinds(t *testing.T, f *fixture) {
	s := newStage(t, f)
	var changes []chat.Change
	for i := range domain.MaxReactionKinds {
		changes = append(changes, s.reaction(2, s.alice, fmt.Sprint("kind ", i), true))
	}
	f.apply(t, changes...)
	results, err := f.Apply(t.Context(), []chat.Change{
		s.reaction(2, s.bob, "one more", true), s.reaction(2, s.bob, "kind 7", true), s.reaction(3, s.bob, "one more", true),
	})
	must(t, err)
	WantError(t, results[0].Err, domain.Conflict, "message.reactions_full")
	if results[1].Err != nil || results[2].Err != nil {
		t.Errorf("a known kind, and another message: %+v", results[1:])
	}
	f.apply(t, s.reaction(2, s.alice, "kind 3", false), s.reaction(2, s.bob, "one more", true))
}

func reactionsInAll(t *testing.T, f *fixture) {
	s := newStage(t, f)
	people := []domain.UserID{s.bob}
	for len(people) < domain.MaxReactions/domain.MaxReactionKinds {
		people = append(people, f.user(t, fmt.Sprint("user", len(people))))
	}
	for _, user := range people {
		var changes []chat.Change
		for i := range domain.MaxReactionKinds {
			changes = append(changes, s.reaction(2, user, fmt.Sprint("kind ", i), true))
		}
		f.apply(t, changes...)
	}
	results, err := f.Apply(t.Context(), []chat.Change{s.reaction(2, s.alice, "kind 1", true)})
	must(t, err)
	WantError(t, results[0].Err, domain.Conflict, "message.reactions_full")
	if n := s.message(t, 2).Reactions; n != domain.MaxReactions {
		t.Errorf("it has %d", n)
	}
	f.apply(t, s.reaction(2, s.bob, "kind 2", false), s.reaction(2, s.alice, "kind 1", true))
}

func pinsInAll(t *testing.T, f *fixture) {
	s := newStage(t, f)
	f.fill(t, s.room, s.bob, domain.MaxPins+1)
	first := f.head(t, s.room) - domain.MaxPins
	var changes []chat.Change
	for i := range domain.MaxPins {
		changes = append(changes, s.pin(first+domain.MaxPins-1-domain.Seq(i), true))
	}
	f.apply(t, changes...)
	last := first + domain.MaxPins
	results, err := f.Apply(t.Context(), []chat.Change{s.pin(last, true)})
	must(t, err)
	WantError(t, results[0].Err, domain.Conflict, "room.pins_full")
	f.apply(t, s.pin(first, false), s.pin(last, true), s.deletion(first+1, s.bob), s.pin(2, true))
	pinned, err := f.Pinned(t.Context(), s.room)
	must(t, err)
	seqs := make([]domain.Seq, len(pinned))
	for i, r := range pinned {
		if seqs[i] = r.Seq; !r.Pinned {
			t.Errorf("%d says it is not", r.Seq)
		}
	}
	if want := append([]domain.Seq{2}, span(first+2, last)...); !slices.Equal(seqs, want) {
		t.Errorf("pinned are %v, want %v", seqs, want)
	}
}

func calls(t *testing.T, f *fixture) {
	s := newStage(t, f)
	entry := draft(s.room, s.bob, "n", "@Alice @here @room")
	entry.Mentions = []chat.Mention{
		{User: s.alice, How: chat.ByName},
		{User: s.alice, How: chat.ByHere},
		{User: s.bob, How: chat.ByHere},
		{User: chat.Everyone, How: chat.ByRoom},
	}
	at := f.add(t, entry)[0].Seq
	names := func() []string {
		marks, err := f.Marks(t.Context(), s.room, []domain.Seq{at})
		must(t, err)
		return slices.Sorted(slices.Values(marks[at].Mentions))
	}
	if got := names(); !slices.Equal(got, []string{"Alice", "here", "room"}) {
		t.Errorf("it calls %v", got)
	}
	f.apply(t, s.edit(at, s.bob, "@Carol", chat.Mention{User: s.carol, How: chat.ByName}, chat.Mention{User: s.carol, How: chat.ByHere}))
	if got := names(); !slices.Equal(got, []string{"Carol"}) {
		t.Errorf("after the edit it calls %v", got)
	}
	f.apply(t, s.deletion(at, s.bob))
	if got := names(); len(got) != 0 {
		t.Errorf("deleted, it calls %v", got)
	}
}
