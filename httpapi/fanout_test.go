package httpapi_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
)

// BenchmarkFanOut brings messages to 100 WebSockets, as many as an address may
// have, one by one or many at once; one operation is one message read by all.
func BenchmarkFanOut(b *testing.B) {
	for _, wave := range []int{1, 100} {
		b.Run(fmt.Sprintf("%d at once", wave), func(b *testing.B) { fanOut(b, wave) })
	}
}

func fanOut(b *testing.B, wave int) {
	const readers = auth.MaxAddressConnections
	d := openDoor(b, nil)
	alice := d.User(b, "alice")
	var token string
	sockets := make([]*socket, readers)
	for i := range sockets {
		if i%auth.MaxUserConnections == 0 {
			token = d.tokenOf(b, d.User(b, fmt.Sprint("reader", i)))
		}
		sockets[i] = d.live(b, token)
		sockets[i].subscribe(-1)
	}
	var arrived sync.WaitGroup // one for each socket in a wave
	var reading sync.WaitGroup
	for _, s := range sockets {
		reading.Go(func() {
			for got := 0; ; {
				_, data, err := s.conn.Read(b.Context())
				if err != nil {
					return
				}
				got += bytes.Count(data, []byte(`"type":"message"`))
				if got == wave {
					got = 0
					arrived.Done()
				}
			}
		})
	}
	b.ResetTimer()
	seq := domain.Seq(0)
	for sent := 0; sent < b.N; sent += wave {
		arrived.Add(readers)
		for range wave {
			seq++
			d.Hub.Publish(domain.Event{
				Type: domain.EventMessage, RoomID: 1, Room: "lobby", Seq: seq,
				Message: domain.Message{
					RoomID: 1, Room: "lobby", Seq: seq, Author: alice.Author(),
					Content: "a message of ordinary length, as people write them", CreatedAt: time.Now(),
				},
			})
		}
		arrived.Wait()
	}
	b.StopTimer()
	b.ReportMetric(float64(seq)*readers/b.Elapsed().Seconds(), "deliveries/s")
	for _, s := range sockets {
		s.conn.CloseNow()
	}
	reading.Wait()
}
