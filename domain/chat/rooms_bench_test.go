package chat_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// BenchmarkRooms measures what people wait for in a store of 200 rooms and
// 4,000,000 messages.
func BenchmarkRooms(b *testing.B) {
	for _, engine := range []struct {
		name  string
		fresh func(testing.TB) store.Config
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			town := storetest.NewTown(b, engine.fresh(b))
			// Time runs faster, so that no limit is met: what is measured may be
			// asked for more often than by one person.
			began := time.Now()
			core := storetest.NewCoreWith(b, town.Config, func(s *storetest.Settings) {
				s.Keyring = town.Keyring
				s.Now = func() time.Time { return began.Add(20 * time.Since(began)) }
			})
			actors := seed(b, core, 500)
			for _, actor := range actors[:20] {
				town.Enter(b, actor.ID())
			}
			b.Run("screen", func(b *testing.B) { benchScreen(b, core, actors[:20], town.Rooms) })
			b.Run("switch", func(b *testing.B) { benchSwitch(b, core, actors[0], town.Rooms) })
			for _, c := range []struct {
				name string
				room domain.RoomID
			}{{"messages=1000", town.Small}, {"messages=2000000", town.Vast}} {
				b.Run("page/"+c.name, func(b *testing.B) { benchSwitch(b, core, actors[0], []domain.RoomID{c.room}) })
			}
			var ids []domain.UserID
			for _, actor := range actors {
				ids = append(ids, actor.ID())
			}
			town.Join(b, town.Crowd, ids...)
			hall := town.Room(b, "hall", ids...)
			for _, c := range []struct {
				name string
				room domain.RoomID
			}{{"members=500", hall}, {"members=10500", town.Crowd}} {
				b.Run("send/"+c.name, func(b *testing.B) { benchSendTo(b, core, actors, c.room) })
			}
		})
	}
}

// benchScreen asks for all that a full screen shows first: every room with
// what waits there, followed, and the newest page of one.
func benchScreen(b *testing.B, core *storetest.Core, actors []auth.Actor, rooms []domain.RoomID) {
	for n := 0; b.Loop(); n++ {
		actor := actors[n%len(actors)]
		live := core.Chat.Connect(actor, broadcast.Options{Presence: true})
		views, err := live.FollowAll(b.Context())
		if err != nil || len(views) != len(rooms)+1 {
			b.Fatalf("%d rooms, %v", len(views), err)
		}
		readPage(b, core, actor, rooms[n%len(rooms)])
		b.StopTimer()
		live.Close(broadcast.ErrLeft)
		b.StartTimer()
	}
}

// benchSwitch goes from room to room.
func benchSwitch(b *testing.B, core *storetest.Core, actor auth.Actor, rooms []domain.RoomID) {
	for n := 0; b.Loop(); n++ {
		room := rooms[n%len(rooms)]
		if _, err := core.Chat.Room(b.Context(), actor, domain.Address{ID: room}); err != nil {
			b.Fatal(err)
		}
		readPage(b, core, actor, room)
	}
}

func readPage(b *testing.B, core *storetest.Core, actor auth.Actor, room domain.RoomID) {
	page, err := core.Chat.Messages(b.Context(), actor, domain.Address{ID: room}, chat.Span{})
	if err != nil || len(page.Messages) != chat.DefaultPage {
		b.Fatalf("%d messages, %v", len(page.Messages), err)
	}
}

// benchSendTo lets 64 of 500 people send who all are connected and read.
func benchSendTo(b *testing.B, core *storetest.Core, actors []auth.Actor, room domain.RoomID) {
	address := domain.Address{ID: room}
	ctx, stop := context.WithCancel(context.Background())
	var reading, sending sync.WaitGroup
	for _, actor := range actors {
		live := core.Chat.Connect(actor, broadcast.Options{})
		if _, err := live.Follow(b.Context(), address, broadcast.Live, nil); err != nil {
			b.Fatal(err)
		}
		reading.Go(func() {
			defer live.Close(broadcast.ErrLeft)
			for {
				if _, err := live.Next(ctx); err != nil {
					return
				}
			}
		})
	}
	var turn atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	for range 64 {
		sending.Go(func() {
			for n := turn.Add(1); n <= int64(b.N); n = turn.Add(1) {
				draft := chat.Draft{Content: benchContent, Nonce: strconv.FormatInt(time.Now().UnixNano(), 36) + "-" + strconv.FormatInt(n, 36)}
				if _, err := core.Chat.Send(context.Background(), actors[int(n)%len(actors)], address, draft); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	sending.Wait()
	b.StopTimer()
	stop()
	reading.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
}
