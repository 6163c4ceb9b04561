package httpapi

import (
	"context"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"parley/domain/broadcast"
)

// sockets are the open WebSockets: net/http does not know them any more.
type sockets struct {
	mu      sync.Mutex // guards what follows
	open    map[*socket]struct{}
	closed  bool
	running sync.WaitGroup // one for each request between enter and leave
}

// count lets shutdown wait for requests for a WebSocket to their last log
// line: net/http forgets them once they are upgraded. While the service stops
// there are no new ones.
func (s *Server) count(next http.Handler) http.Handler {
	late := s.identify(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(r.Context(), errStopping()).write(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !asksUpgrade(r):
			next.ServeHTTP(w, r)
		case s.sockets.enter():
			defer s.sockets.leave()
			next.ServeHTTP(w, r)
		default:
			late.ServeHTTP(w, r)
		}
	})
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
		c.end(broadcast.ErrShutdown, 2*c.server.patience.grace) // twice: for what is being stored, too
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

// checkUpgrade says what keeps a request from becoming a WebSocket (RFC 6455,
// section 4.2.1); nil if nothing does. The library checks the same but answers
// in plain text.
func checkUpgrade(r *http.Request) *Problem {
	const code = "request.upgrade"
	if r.Method != http.MethodGet || !asksUpgrade(r) {
		p := newProblem(http.StatusUpgradeRequired, code, "this address speaks WebSocket only")
		p.header = http.Header{"Upgrade": {"websocket"}}
		return p
	}
	if r.Header.Get("Sec-Websocket-Version") != "13" {
		p := newProblem(http.StatusUpgradeRequired, code, "the WebSocket version must be 13")
		p.header = http.Header{"Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}}
		return p
	}
	keys := r.Header.Values("Sec-Websocket-Key")
	if len(keys) == 1 {
		if key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(keys[0])); err == nil && len(key) == 16 {
			return nil
		}
	}
	return newProblem(http.StatusBadRequest, code, "Sec-WebSocket-Key must be 16 bytes in base64")
}

// asksUpgrade reports whether a request asks for a WebSocket.
func asksUpgrade(r *http.Request) bool {
	return hasToken(r.Header, "Connection", "upgrade") && hasToken(r.Header, "Upgrade", "websocket")
}

// hasToken reports whether a header that is a list holds a word, in any case.
func hasToken(h http.Header, name, word string) bool {
	for _, token := range strings.Split(strings.Join(h.Values(name), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(token), word) {
			return true
		}
	}
	return false
}
