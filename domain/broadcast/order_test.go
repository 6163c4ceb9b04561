package broadcast_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/broadcast"
)

// follow reads everything from start up to total, checking order.
func follow(ctx context.Context, hub *broadcast.Hub, user domain.UserID, start, total domain.Seq) error {
	s := hub.Subscribe(domain.Author{ID: user}, broadcast.Options{})
	defer s.Close(broadcast.ErrLeft)
	extent, err := s.Join(ctx, inLobby, start, nil)
	if err != nil {
		return err
	}
	at := min(start, extent.Head)
	for at < total {
		batch, err := s.Next(ctx)
		if err != nil {
			return fmt.Errorf("at %d of %d: %w", at, total, err)
		}
		for _, line := range batch {
			if line.Event.Type != domain.EventMessage {
				continue
			}
			if at++; line.Event.Seq != at {
				return fmt.Errorf("got %d, want %d", line.Event.Seq, at)
			}
		}
	}
	return nil
}

// Readers join anywhere and lag while messages are published from one
// goroutine, as the appender does, some of them lost on the way.
func TestOrderHoldsWhateverIsLostAndWhoeverJoins(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ledger := newLedger()
		hub := newHub(ledger)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var watch sync.WaitGroup
		watch.Go(func() { _ = hub.Run(ctx) })
		defer watch.Wait()
		defer cancel()

		total := rapid.IntRange(1, 800).Draw(rt, "messages")
		lost := rapid.SliceOfN(rapid.IntRange(0, total-1), 0, 20).Draw(rt, "lost")
		starts := rapid.SliceOfN(rapid.IntRange(0, total), 1, 8).Draw(rt, "starts")
		readers := make(chan error, len(starts))
		for i, start := range starts {
			go func() { readers <- follow(ctx, hub, domain.UserID(i+1), domain.Seq(start), domain.Seq(total)) }()
		}
		for n := range total {
			if event := ledger.commit(lobby); !slices.Contains(lost, n) {
				hub.Publish(event)
			}
		}
		hub.Check() // what finds a lost last message, without its 2 s
		for range starts {
			if err := <-readers; err != nil {
				rt.Error(err)
			}
		}
	})
}
