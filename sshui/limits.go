package sshui

import "time"

// limits bound what a client may take. Tests shorten the times.
type limits struct {
	firstPacket  time.Duration // until the first packet has come
	logIn        time.Duration // until logged in
	registration time.Duration // for the whole of new@host
	firstSession time.Duration // from there until something is asked for
	keepalive    time.Duration // between two questions whether the peer is there
	stall        time.Duration // for a write that makes no progress
	patience     time.Duration // for room in a session's output
	grace        time.Duration // for a session's last words
	parting      time.Duration // for the client to hang up after them

	unauthenticated        int // connections not logged in yet, in all
	unauthenticatedAddress int // and from one address
}

func defaultLimits() limits {
	return limits{
		firstPacket: 10 * time.Second, logIn: 120 * time.Second, registration: 5 * time.Minute, firstSession: 30 * time.Second,
		keepalive: 25 * time.Second, stall: 10 * time.Second, patience: time.Second, grace: 2 * time.Second, parting: time.Second,
		unauthenticated: 200, unauthenticatedAddress: 20,
	}
}

const (
	maxTries         = 6   // log-in attempts a connection
	maxSessions      = 2   // sessions a connection
	maxOpening       = 64  // channels a connection asks for faster than they are refused
	missedKeepalives = 3   // questions without an answer until the peer counts as gone
	maxLoggedName    = 64  // bytes of a user name in the log
	maxLoggedVersion = 128 // bytes of a client's version in the log
)
