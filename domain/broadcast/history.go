package broadcast

import (
	"context"

	"parley/domain"
)

// History is where missed events are read from: the committed truth.
type History interface {
	// After gives at most limit events of a room with a seq above after, in
	// order and without a gap, except below the room's first kept seq.
	After(ctx context.Context, room domain.RoomID, after domain.Seq, limit int) ([]domain.Event, error)
	// Extents gives the kept part of each room's numbering, in one query.
	Extents(ctx context.Context, rooms []domain.RoomID) (map[domain.RoomID]domain.Extent, error)
}
