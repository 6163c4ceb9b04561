package chat_test

import (
	"fmt"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// BenchmarkMarkers measures how long it takes to store where 500 people are who
// read a busy room, with so many users to a transaction.
func BenchmarkMarkers(b *testing.B) {
	const people = 500
	for _, engine := range []struct {
		name  string
		fresh func(testing.TB) store.Config
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			config := engine.fresh(b)
			core := storetest.NewCoreOn(b, config)
			var users []domain.UserID
			for i := range people {
				users = append(users, core.User(b, fmt.Sprint("reader", i)).ID())
			}
			head := domain.Seq(0)
			for _, unit := range []int{1, 200} {
				b.Run(fmt.Sprint("users=", unit), func(b *testing.B) {
					began := time.Now()
					for b.Loop() {
						head++
						benchMarkers(b, core.Engine, users, unit, head)
					}
					b.ReportMetric(float64(b.N)*people/time.Since(began).Seconds(), "users/s")
				})
			}
		})
	}
}

func benchMarkers(b *testing.B, members chat.Members, users []domain.UserID, unit int, seq domain.Seq) {
	var progress []chat.Progress
	for _, user := range users {
		progress = append(progress, chat.Progress{
			User: user, Markers: map[domain.RoomID]domain.Seq{1: seq}, Place: &chat.Place{Room: 1, Seq: seq},
		})
	}
	for len(progress) > 0 {
		n := min(unit, len(progress))
		if _, err := members.MoveMarkers(b.Context(), progress[:n]); err != nil {
			b.Fatal(err)
		}
		progress = progress[n:]
	}
}
