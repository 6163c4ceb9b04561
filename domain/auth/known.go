package auth

import (
	"context"
	"sync"
	"time"
)

// maxKnown bounds the accesses held in memory.
const maxKnown = 10_000

// knownAccess remembers accesses between two changes of the revision, so that
// a request with a token costs no query.
type knownAccess struct {
	store SessionStore

	mu    sync.Mutex // guards what follows; never held over I/O
	era   int64      // counts the times that everything was forgotten
	known map[SessionID]Access
}

func newKnownAccess(store SessionStore) *knownAccess {
	return &knownAccess{store: store, known: map[SessionID]Access{}}
}

// find gives a session that has not ended; auth.access_ended if it has.
func (k *knownAccess) find(ctx context.Context, id SessionID) (Access, error) {
	k.mu.Lock()
	access, ok := k.known[id]
	era := k.era
	k.mu.Unlock()
	if ok {
		return access, nil
	}
	found, err := k.store.Access(ctx, []SessionID{id})
	if err != nil {
		return Access{}, err
	}
	if len(found) == 0 {
		return Access{}, ErrAccessEnded()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if era == k.era { // what was read before a change is not kept after it
		if len(k.known) >= maxKnown {
			clear(k.known)
		}
		k.known[id] = found[0]
	}
	return found[0], nil
}

// touch notes that a session is in use: the store is told later.
func (k *knownAccess) touch(id SessionID, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if access, ok := k.known[id]; ok {
		access.Session.UsedAt = at
		k.known[id] = access
	}
}

func (k *knownAccess) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.era++
	clear(k.known)
}
