package store_test

import (
	"fmt"
	"testing"

	"parley/domain"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// BenchmarkRooms measures what a screen asks of a store that holds 200 rooms
// and 2,000,000 messages, and as many again in one room.
func BenchmarkRooms(b *testing.B) {
	for _, engine := range []struct {
		name  string
		fresh func(testing.TB) store.Config
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			town := storetest.NewTown(b, engine.fresh(b))
			reader := town.People[1]
			town.Enter(b, reader)
			engine := storetest.OpenEmpty(b, town.Config)
			b.Run("standings", func(b *testing.B) { benchStandings(b, engine, town, reader) })
			for name, room := range map[string]domain.RoomID{"1000": town.Small, "2000000": town.Vast} {
				b.Run("page/messages="+name, func(b *testing.B) { benchPage(b, engine, room) })
			}
			for name, room := range map[string]domain.RoomID{"500": town.Club, "10000": town.Crowd} {
				b.Run("append/members="+name, func(b *testing.B) { benchAppend(b, engine, town, room) })
				b.Run("members/members="+name, func(b *testing.B) { benchMembers(b, engine, town, room) })
			}
		})
	}
}

// benchStandings counts what waits for somebody who has read nothing anywhere.
func benchStandings(b *testing.B, engine store.Engine, town *storetest.Town, reader domain.UserID) {
	for b.Loop() {
		list, err := engine.Standings(b.Context(), reader)
		if err != nil || len(list) < len(town.Rooms) {
			b.Fatalf("%d rooms, %v", len(list), err)
		}
		if at := list[1]; at.Unread != chat.MaxUnread || at.Mentions != chat.MaxUnread {
			b.Fatalf("counted %d and %d", at.Unread, at.Mentions)
		}
	}
}

// benchPage reads pages from the end, the middle and the beginning of a room.
func benchPage(b *testing.B, engine store.Engine, room domain.RoomID) {
	extents, err := engine.Extents(b.Context(), []domain.RoomID{room})
	if err != nil {
		b.Fatal(err)
	}
	head := extents[room].Head
	at := []domain.Seq{0, head / 2, 100}
	for n := 0; b.Loop(); n++ {
		page, err := engine.Messages(b.Context(), room, chat.Range{Before: at[n%len(at)], Limit: chat.DefaultPage + 1, Newest: true})
		if err != nil || len(page) != chat.DefaultPage+1 {
			b.Fatalf("%d messages, %v", len(page), err)
		}
	}
}

// benchAppend stores messages, 64 in one transaction.
func benchAppend(b *testing.B, engine store.Engine, town *storetest.Town, room domain.RoomID) {
	entries := make([]chat.Entry, 64)
	for n := 0; b.Loop(); n++ {
		for i := range entries {
			entries[i] = town.Entry(room, town.People[i], fmt.Sprint(b.N, " ", n, " ", i, b.Elapsed()))
		}
		if _, err := engine.Append(b.Context(), entries); err != nil {
			b.Fatal(err)
		}
	}
}

// benchMembers completes the name of the member who is the last one to be found.
func benchMembers(b *testing.B, engine store.Engine, town *storetest.Town, room domain.RoomID) {
	all, err := engine.Members(b.Context(), room, chat.MemberSpan{Limit: len(town.People)})
	if err != nil {
		b.Fatal(err)
	}
	last := all[len(all)-1].User.Name
	for b.Loop() {
		list, err := engine.Members(b.Context(), room, chat.MemberSpan{Prefix: last, Limit: 8})
		if err != nil || len(list) == 0 {
			b.Fatalf("%d members, %v", len(list), err)
		}
	}
}
