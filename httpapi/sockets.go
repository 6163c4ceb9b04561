package httpapi

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// sockets are the open WebSockets: net/http does not know them any more.
type sockets struct {
	mu      sync.Mutex // guards what follows
	open    map[*socket]struct{}
	closed  bool
	running sync.WaitGroup // one for each request between enter and leave
}

// enter counts in a request for a WebSocket, which calls leave when it is over.
// It reports false if the service is stopping.
func (s *sockets) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.running.Add(1)
	}
	return !s.closed
}

func (s *sockets) leave() { s.running.Done() }

// add makes an open socket known to shutdown. It reports false if the service
// is stopping: the socket must end itself.
func (s *sockets) add(c *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[*socket]struct{}{}
	}
	s.open[c] = struct{}{}
	return !s.closed
}

func (s *sockets) remove(c *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

// close lets nobody in any more and lists who is there.
func (s *sockets) close() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return slices.Collect(maps.Keys(s.open))
}

// shutdown ends every socket and waits until all are gone. When ctx ends, the
// rest is cut.
func (s *sockets) shutdown(ctx context.Context) {
	for _, c := range s.close() {
		c.end(errShutdown, 2*c.server.patience.grace) // twice: for what is being stored, too
	}
	gone := make(chan struct{})
	go func() {
		s.running.Wait()
		close(gone)
	}()
	select {
	case <-gone:
	case <-ctx.Done():
		for _, c := range s.close() {
			c.cut()
		}
		<-gone
	}
}

// isUpgrade reports whether a request asks for a WebSocket.
func isUpgrade(r *http.Request) bool {
	for _, token := range strings.Split(strings.Join(r.Header.Values("Connection"), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(token), "upgrade") {
			return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
		}
	}
	return false
}
