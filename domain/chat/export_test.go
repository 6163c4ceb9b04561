package chat

import "parley/domain"

// Unit is how many users with so many markers each share a transaction.
func Unit(markers []int) int {
	due := make([]dueMoves, len(markers))
	for i, n := range markers {
		due[i].Markers = map[domain.RoomID]domain.Seq{}
		for room := range n {
			due[i].Markers[domain.RoomID(room)] = 1
		}
	}
	return unit(due)
}
