package httpapi

import "time"

// Hurry shortens how long the server waits for the peers of WebSockets; 0
// leaves a time as it is.
func (s *Server) Hurry(ping, quiet, stall, frame time.Duration) {
	for at, value := range map[*time.Duration]time.Duration{
		&s.patience.ping: ping, &s.quiet: quiet, &s.stall: stall, &s.frame: frame,
	} {
		if value != 0 {
			*at = value
		}
	}
}

// Statuses is the table from Kind to HTTP status.
var Statuses = statuses
