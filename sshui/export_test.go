package sshui

import "time"

// Times are the deadlines that tests shorten; zero leaves one as it is.
type Times struct {
	FirstPacket, LogIn, Registration, FirstSession, Keepalive, Stall, Grace time.Duration
}

// NewWithTimes is New with other deadlines.
func NewWithTimes(c Config, t Times) (*Server, error) {
	l := defaultLimits()
	for _, change := range []struct {
		limit *time.Duration
		to    time.Duration
	}{
		{&l.firstPacket, t.FirstPacket},
		{&l.logIn, t.LogIn},
		{&l.registration, t.Registration},
		{&l.firstSession, t.FirstSession},
		{&l.keepalive, t.Keepalive},
		{&l.stall, t.Stall},
		{&l.grace, t.Grace},
	} {
		if change.to != 0 {
			*change.limit = change.to
		}
	}
	return newServer(c, l)
}

// Unauthenticated is how many connections are not logged in yet.
func (s *Server) Unauthenticated() int {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	return s.gate.taken
}
