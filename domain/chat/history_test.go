package chat_test

import (
	"fmt"
	"slices"
	"testing"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// pages makes a page for every kind of span, around the edges of a room's kept
// part.
func pages(extent domain.Extent) []chat.Span {
	var spans []chat.Span
	for _, limit := range []int{1, 2, 5, 200} {
		spans = append(spans, chat.Span{Limit: limit})
		for _, at := range []domain.Seq{
			0, 1, 2, extent.First - 1, extent.First, extent.First + 1, (extent.First + extent.Head) / 2,
			extent.Head - 1, extent.Head, extent.Head + 1, extent.Head + 100, 1<<63 - 1,
		} {
			if at >= 0 {
				spans = append(spans,
					chat.Span{Before: &at, Limit: limit}, chat.Span{After: &at, Limit: limit}, chat.Span{Around: &at, Limit: limit})
			}
		}
	}
	return spans
}

// expect says from the kept seqs alone what a page must hold and whether there
// is more on its sides.
func expect(kept []domain.Seq, span chat.Span) (want []domain.Seq, before, after bool) {
	upTo := func(seq domain.Seq) []domain.Seq { // those below seq
		n, _ := slices.BinarySearch(kept, seq)
		return kept[:n]
	}
	from := func(seq domain.Seq) []domain.Seq { return kept[len(upTo(seq)):] }
	last := func(list []domain.Seq, n int) []domain.Seq { return list[max(0, len(list)-n):] }
	first := func(list []domain.Seq, n int) []domain.Seq { return list[:min(n, len(list))] }
	switch {
	case span.Before != nil:
		older := upTo(*span.Before)
		want = last(older, span.Limit)
		return want, len(older) > len(want), len(from(*span.Before)) > 0
	case span.After != nil:
		var rest []domain.Seq
		if *span.After < 1<<63-1 {
			rest = from(*span.After + 1)
		}
		want = first(rest, span.Limit)
		return want, len(kept) > len(rest), len(rest) > len(want)
	case span.Around != nil:
		older, newer := upTo(*span.Around), from(*span.Around)
		front, back := last(older, span.Limit/2), first(newer, span.Limit-span.Limit/2)
		return slices.Concat(front, back), len(older) > len(front), len(newer) > len(back)
	default:
		want = last(kept, span.Limit)
		return want, len(kept) > len(want), false
	}
}

func TestPagesHoldWhatWasAskedForAndSayWhatIsBesideThem(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice := core.User(t, "alice")
		db := storetest.DB(t, config)
		for name, extent := range map[string]domain.Extent{
			"empty": {First: 1}, "single": {First: 1, Head: 1}, "whole": {First: 1, Head: 9},
			"cut": {First: 5, Head: 12}, "emptied": {First: 8, Head: 7},
		} {
			room := storetest.InsertRoom(t, db, config, name, domain.RoomPublic)
			storetest.Exec(t, db, fmt.Sprintf(`UPDATE rooms SET head_seq = %d, first_seq = %d WHERE id = %d`, extent.Head, extent.First, room))
			kept := insertMessages(t, core, config, room, alice, extent)
			for _, span := range pages(extent) {
				page, err := core.Chat.Messages(t.Context(), alice, domain.Address{Name: name}, span)
				if err != nil {
					t.Fatal(err)
				}
				got := make([]domain.Seq, len(page.Messages))
				for i, m := range page.Messages {
					got[i] = m.Seq
				}
				want, before, after := expect(kept, span)
				if !slices.Equal(got, want) || page.HasBefore != before || page.HasAfter != after || page.Extent != extent {
					t.Errorf("%s, %s: got %v before %v after %v in %+v, want %v before %v after %v", name, describe(span),
						got, page.HasBefore, page.HasAfter, page.Extent, want, before, after)
				}
			}
		}
	})
}

func describe(span chat.Span) string {
	for name, seq := range map[string]*domain.Seq{"before": span.Before, "after": span.After, "around": span.Around} {
		if seq != nil {
			return fmt.Sprintf("%d %s %d", span.Limit, name, *seq)
		}
	}
	return fmt.Sprintf("%d newest", span.Limit)
}

// insertMessages fills the kept part of a room with rows that do not open.
func insertMessages(
	t *testing.T, core *storetest.Core, config store.Config, room domain.RoomID, author auth.Actor, extent domain.Extent,
) (kept []domain.Seq) {
	t.Helper()
	now := "0"
	if config.Postgres != nil {
		now = "now()"
	}
	db := storetest.DB(t, config)
	for seq := extent.First; seq <= extent.Head; seq++ {
		storetest.Exec(t, db, fmt.Sprintf(`INSERT INTO messages (room_id, seq, author_id, token, key_id, created_at)
			VALUES (%d, %d, %d, 'none', '%s', %s)`, room, seq, author.ID(), core.Keyring.KeyID(), now))
		kept = append(kept, seq)
	}
	return kept
}

func TestSpansThatMakeNoSenseAreRefused(t *testing.T) {
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	minus, one := domain.Seq(-1), domain.Seq(1)
	for _, span := range []chat.Span{
		{Limit: -1},
		{Limit: 201},
		{Before: &minus},
		{After: &minus},
		{Around: &minus},
		{Before: &one, After: &one},
		{After: &one, Around: &one},
		{Before: &one, After: &one, Around: &one},
	} {
		_, err := core.Chat.Messages(t.Context(), alice, lobby, span)
		storetest.WantError(t, err, domain.Invalid, "history.span")
	}
	_, err := core.Chat.Messages(t.Context(), alice, domain.Address{Name: "nowhere"}, chat.Span{})
	storetest.WantError(t, err, domain.NotFound, "room.not_found")
}

func TestAPageHoldsFiftyMessagesUnlessToldOtherwise(t *testing.T) {
	core, _ := newCore(t)
	for i := range 3 {
		actor := core.User(t, fmt.Sprint("user", i))
		for n := range 25 {
			send(t, core, actor, fmt.Sprint(i, n))
		}
	}
	page, err := core.Chat.Messages(t.Context(), core.User(t, "reader"), lobby, chat.Span{})
	if err != nil || len(page.Messages) != 50 || page.Messages[0].Seq != 26 || !page.HasBefore || page.HasAfter {
		t.Errorf("got %d messages from %d, %v", len(page.Messages), page.Messages[0].Seq, err)
	}
}
