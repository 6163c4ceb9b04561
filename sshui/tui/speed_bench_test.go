package tui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/chat"
	"parley/store/storetest"
)

// insist does something again until no limit refuses it.
func insist(b *testing.B, do func() error) {
	b.Helper()
	for err := do(); err != nil; err = do() {
		if domain.KindOf(err) != domain.RateLimited {
			b.Fatal(err)
		}
		<-time.After(domain.AsError(err).RetryAfter)
	}
}

// BenchmarkManyRooms opens the screen of somebody who is in 200 rooms over SSH,
// and goes from room to room: those that were open before, and new ones.
func BenchmarkManyRooms(b *testing.B) {
	core := storetest.NewCore(b)
	alice := core.User(b, "alice")
	owner := alice
	for i := range 200 {
		if i%15 == 0 { // nobody makes so many at once
			owner = core.User(b, fmt.Sprint("owner", i))
		}
		at := domain.Address{Name: fmt.Sprintf("room-%03d", i)}
		_, err := core.Chat.Create(b.Context(), owner, chat.Creation{Name: at.Name, Kind: domain.RoomPublic})
		check(b, err)
		insist(b, func() error {
			_, err := core.Chat.Join(b.Context(), alice, at)
			return err
		})
		tell(b, core, owner, at, "the words of "+at.Name)
	}
	d := openDoor(b, core)
	screen := d.enter(b, "alice", reference)
	begun := time.Now()
	d.enter(b, "alice", reference).Close()
	opening := time.Since(begun)
	walk := func(key string, from, to int) time.Duration {
		begun := time.Now()
		for n := from; n != to; {
			n += 2*strings.Index(ctrlP+ctrlN, key) - 1
			screen.Press(key)
			screen.Sees(fmt.Sprintf("the words of room-%03d", n))
		}
		return time.Since(begun) / time.Duration(max(to-from, from-to))
	}
	var fresh, known time.Duration
	b.ResetTimer()
	for range b.N {
		screen.Press(alt2)
		screen.Sees("the words of room-000")
		for n := 0; n < 100; n += 5 { // more than are kept open
			fresh += walk(ctrlN, n, n+5)
			known += walk(ctrlP, n+5, n)
			walk(ctrlN, n, n+5)
		}
	}
	b.ReportMetric(float64(opening.Milliseconds()), "ms-log-in-to-screen")
	b.ReportMetric(float64(fresh.Milliseconds())/float64(20*b.N), "ms-new-room")
	b.ReportMetric(float64(known.Milliseconds())/float64(20*b.N), "ms-known-room")
	b.ReportMetric(0, "ns/op")
}
