package auth

import (
	"context"
	"slices"
	"sync"
	"time"

	"parley/domain"
)

// hashBacklog is how many password checks may wait for their turn.
const hashBacklog = 16

// hashQueue hands out the few places in which password hashes are computed, so
// that guessing never takes the processor from the chat. Those who wait are
// served in turn by address: one address cannot keep the others waiting. When
// the queue is full, the address with the most in it gives way.
type hashQueue struct {
	mu      sync.Mutex // guards all
	free    int
	total   int
	order   []string // the addresses with someone waiting, in turn
	waiting map[string][]chan error
}

func newHashQueue(places int) *hashQueue {
	return &hashQueue{free: places, waiting: map[string][]chan error{}}
}

// do runs work in one of the places. It refuses with Unavailable, auth.busy,
// when too many wait.
func (q *hashQueue) do(ctx context.Context, from string, work func() error) error {
	if err := q.acquire(ctx, from); err != nil {
		return err
	}
	defer q.release()
	return work()
}

func (q *hashQueue) acquire(ctx context.Context, from string) error {
	q.mu.Lock()
	if q.free > 0 {
		q.free--
		q.mu.Unlock()
		return nil
	}
	if q.total >= hashBacklog && !q.makeRoom(from) {
		q.mu.Unlock()
		return errBusy()
	}
	turn := make(chan error, 1)
	if len(q.waiting[from]) == 0 {
		q.order = append(q.order, from)
	}
	q.waiting[from] = append(q.waiting[from], turn)
	q.total++
	q.mu.Unlock()

	select {
	case err := <-turn:
		return err
	case <-ctx.Done():
	}
	q.mu.Lock()
	gone := q.remove(from, turn)
	q.mu.Unlock()
	if !gone && <-turn == nil {
		q.release() // the turn came while we were leaving
	}
	return ctx.Err()
}

func (q *hashQueue) release() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.total == 0 {
		q.free++
		return
	}
	from := q.order[0]
	turn := q.waiting[from][0]
	q.remove(from, turn)
	if len(q.waiting[from]) > 0 {
		q.order = append(q.order[1:], from)
	}
	turn <- nil
}

// makeRoom sends away the newest of the address that has the most waiting,
// unless that would be the newcomer's own. The caller holds mu.
func (q *hashQueue) makeRoom(newcomer string) bool {
	busiest := ""
	for from, turns := range q.waiting {
		if busiest == "" || len(turns) > len(q.waiting[busiest]) {
			busiest = from
		}
	}
	turns := q.waiting[busiest]
	if len(turns) <= len(q.waiting[newcomer])+1 {
		return false
	}
	last := turns[len(turns)-1]
	q.remove(busiest, last)
	last <- errBusy()
	return true
}

// remove takes a turn out, and its address if nobody else waits there. It
// reports false if the turn is not waiting any more. The caller holds mu.
func (q *hashQueue) remove(from string, turn chan error) bool {
	turns := q.waiting[from]
	i := slices.Index(turns, turn)
	if i < 0 {
		return false
	}
	q.total--
	if len(turns) > 1 {
		q.waiting[from] = slices.Delete(turns, i, i+1)
		return true
	}
	delete(q.waiting, from)
	q.order = slices.DeleteFunc(q.order, func(other string) bool { return other == from })
	return true
}

func errBusy() error {
	return &domain.Error{
		Kind: domain.Unavailable, Code: "auth.busy", RetryAfter: 2 * time.Second,
		Message: "too many people are logging in right now; try again in a moment",
	}
}
