package broadcast

// TellPresence tells at once what Run gathers for a second.
func (h *Hub) TellPresence() { h.tellPresence() }

// Rooms counts the rooms that are kept.
func (h *Hub) Rooms() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.rooms)
}
