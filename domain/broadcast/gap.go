package broadcast

import (
	"context"
	"time"

	"parley/domain"
)

const (
	// headCheck is how often the heads of all rooms are compared with the
	// store: a lost last event has no successor to reveal it.
	headCheck = 2 * time.Second
	// readTimeout bounds one read of the history.
	readTimeout = 3 * time.Second
	// pageSize is how many events one read of the history gives.
	pageSize = 200
)

// Check asks for the heads of all rooms to be compared with the store soon:
// after a commit whose outcome is unknown, or on a hint that there is news.
func (h *Hub) Check() {
	select {
	case h.kick <- struct{}{}:
	default:
	}
}

func (h *Hub) watchGaps(ctx context.Context) {
	ticker := time.NewTicker(headCheck)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-h.kick:
		}
		if err := h.fillGaps(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("cannot compare rooms with the store; will try again", "err", err)
		}
	}
}

// fillGaps reads, with one query, the heads of all rooms and then whatever is
// committed but was not delivered.
func (h *Hub) fillGaps(ctx context.Context) error {
	h.mu.RLock()
	rooms := make(map[domain.RoomID]*room, len(h.rooms))
	ids := make([]domain.RoomID, 0, len(h.rooms))
	for id, r := range h.rooms {
		rooms[id] = r
		ids = append(ids, id)
	}
	h.mu.RUnlock()
	if len(ids) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	extents, err := h.history.Extents(ctx, ids)
	if err != nil {
		return err
	}
	for id, extent := range extents {
		if err := h.fill(ctx, rooms[id], extent); err != nil {
			return err
		}
	}
	return nil
}

// fill delivers a room's events up to its committed head.
func (h *Hub) fill(ctx context.Context, r *room, extent domain.Extent) error {
	for {
		r.mu.Lock()
		at := r.head
		r.mu.Unlock()
		if at == unknown || at >= extent.Head {
			return nil
		}
		events, err := h.history.After(ctx, r.id, at, pageSize)
		if err != nil {
			return err
		}
		lines, ended := newLines(events), 0
		r.mu.Lock()
		if len(lines) == 0 {
			r.head = max(r.head, extent.Head)
		} else {
			r.head = max(r.head, lines[0].Event.Seq-1) // what retention removed is no gap
			_, ended = r.deliver(lines)
		}
		r.mu.Unlock()
		h.unpin(r, ended)
	}
}
