package httpapi

import (
	"context"
	"net/http"
	"time"
)

// Hurry shortens how long the server waits for the peers of WebSockets; 0
// leaves a time as it is.
func (s *Server) Hurry(ping, quiet, stall, frame, grace time.Duration) {
	for at, value := range map[*time.Duration]time.Duration{
		&s.patience.ping: ping, &s.patience.quiet: quiet, &s.patience.stall: stall,
		&s.patience.frame: frame, &s.patience.grace: grace,
	} {
		if value != 0 {
			*at = value
		}
	}
}

// Statuses is the table from Kind to HTTP status.
var Statuses = statuses

// AddFaults adds two addresses at which the server panics: /fault in the
// request, and /fault/ws in the connection when a frame arrives.
func (s *Server) AddFaults() {
	s.router.Get("/fault", func(http.ResponseWriter, *http.Request) { panic("the inside") })
	s.router.Get("/fault/ws", func(w http.ResponseWriter, r *http.Request) {
		actor, err := s.recognize(r.Context(), callOf(r.Context()).origin, liveToken(r))
		if err != nil {
			return
		}
		s.accept(w, r, actor, faultyDialect{}, func(context.Context, *socket) error { return nil })
	})
}

type faultyDialect struct{ liveDialect }

func (faultyDialect) receive(context.Context, *socket, []byte) { panic("the inside") }
