package broadcast_test

import (
	"fmt"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/broadcast"
)

// town fills 30 rooms with 500 people.
func town(b *testing.B) (*broadcast.Hub, []broadcast.Joining, []*broadcast.Subscription) {
	ledger := newLedger()
	hub := newHub(ledger)
	rooms := make([]broadcast.Joining, 30)
	for i := range rooms {
		rooms[i] = broadcast.Joining{ID: domain.RoomID(i + 1), Name: fmt.Sprint("room", i)}
		ledger.events[rooms[i].ID] = nil
	}
	people := make([]*broadcast.Subscription, 500)
	for i := range people {
		people[i] = hub.Subscribe(author(domain.UserID(i+1)), broadcast.Options{Presence: true})
		if _, err := people[i].JoinAll(b.Context(), rooms); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	return hub, rooms, people
}

// BenchmarkFanOut brings messages to people who follow many rooms. One
// operation is one message, from its publishing until the last of them took it.
func BenchmarkFanOut(b *testing.B) {
	hub, rooms, people := town(b)
	for n := range b.N {
		room, seq := rooms[n%len(rooms)], domain.Seq(n/len(rooms)+1)
		hub.Publish(domain.Event{
			Type: domain.EventMessage, RoomID: room.ID, Room: room.Name, Seq: seq,
			Message: domain.Message{
				RoomID: room.ID, Room: room.Name, Seq: seq, Author: author(1),
				Content: "a message of ordinary length, as people write them", CreatedAt: time.Now(),
			},
		})
		for _, s := range people {
			if batch, err := s.Next(b.Context()); err != nil || len(batch) != 1 {
				b.Fatalf("%d lines, %v", len(batch), err)
			}
		}
	}
}

// BenchmarkConnect has somebody more connect, follow the rooms and go.
func BenchmarkConnect(b *testing.B) {
	hub, rooms, _ := town(b)
	for b.Loop() {
		s := hub.Subscribe(author(1000), broadcast.Options{Presence: true})
		if _, err := s.JoinAll(b.Context(), rooms); err != nil {
			b.Fatal(err)
		}
		s.Close(broadcast.ErrLeft)
	}
}

// BenchmarkPresence has news of one person told in all their rooms.
func BenchmarkPresence(b *testing.B) {
	hub, _, people := town(b)
	hub.TellPresence()
	for n := range b.N {
		hub.SetPresence(domain.Presence{User: author(1), State: domain.Online, Status: fmt.Sprint(n)})
		hub.TellPresence()
		if n%8 == 0 {
			b.StopTimer()
			for _, s := range people {
				if _, err := s.Next(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.StartTimer()
		}
	}
}
