package auth

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"parley/domain"
)

// occupy takes the only place until the function it gives is called.
func occupy(t *testing.T, q *hashQueue) (free func()) {
	t.Helper()
	release, taken, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = q.do(context.Background(), "first", func() error {
			close(taken)
			<-release
			return nil
		})
	}()
	<-taken
	return func() {
		close(release)
		<-done
	}
}

func TestThoseWhoWaitAreServedInTurnByAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newHashQueue(1)
		free := occupy(t, q)
		var mu sync.Mutex
		var served []string
		for _, from := range []string{"a", "a", "a", "b", "c"} {
			go func() {
				_ = q.do(t.Context(), from, func() error {
					mu.Lock()
					defer mu.Unlock()
					served = append(served, from)
					return nil
				})
			}()
			synctest.Wait()
		}
		free()
		synctest.Wait()
		if want := []string{"a", "b", "c", "a", "a"}; !slices.Equal(served, want) {
			t.Errorf("served %v, want %v", served, want)
		}
	})
}

func TestAFullQueueMakesTheBusiestAddressGiveWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newHashQueue(1)
		free := occupy(t, q)
		results := map[string][]error{}
		var mu sync.Mutex
		wait := func(from string) {
			go func() {
				err := q.do(t.Context(), from, func() error { return nil })
				mu.Lock()
				defer mu.Unlock()
				results[from] = append(results[from], err)
			}()
			synctest.Wait()
		}
		for range hashBacklog + 3 {
			wait("guesser")
		}
		wait("person")
		free()
		synctest.Wait()
		refused := 0
		for _, err := range results["guesser"] {
			if domain.HasCode(err, "auth.busy") {
				refused++
			}
		}
		if refused != 4 || len(results["guesser"]) != hashBacklog+3 {
			t.Errorf("%d of %d guesses were refused", refused, len(results["guesser"]))
		}
		if got := results["person"]; len(got) != 1 || got[0] != nil {
			t.Errorf("the person got %v", got)
		}
	})
}

func TestWhoeverGivesUpLeavesTheQueueWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newHashQueue(1)
		free := occupy(t, q)
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		go func() { gone <- q.do(ctx, "a", func() error { return nil }) }()
		synctest.Wait()
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		free()
		if err := q.do(t.Context(), "a", func() error { return nil }); err != nil {
			t.Errorf("the next got %v", err)
		}
		if q.free != 1 || q.total != 0 || len(q.waiting) != 0 || len(q.order) != 0 {
			t.Errorf("left behind: %+v", q)
		}
	})
}
