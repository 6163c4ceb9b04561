package httpapi

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"parley/domain"
	"parley/domain/auth"
)

// maxLogged is the longest text from outside that a log line repeats, in
// bytes.
const maxLogged = 200

// call is what is known about one request. It belongs to the request's
// goroutine.
type call struct {
	origin auth.Origin
	client string     // what the client says of itself
	actor  auth.Actor // set by authenticate
	code   string     // the code of the problem that was answered
}

type callKey struct{}

// callOf gives the call that ctx belongs to.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// identify gives every request its id and its client's address, and logs how
// it went. The query is never logged: it may hold a token.
func (s *Server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		c := &call{origin: auth.Origin{
			Door: auth.HTTP, Addr: s.client(r), RequestID: strings.ToLower(rand.Text()),
		}, client: r.UserAgent()}
		w.Header().Set("X-Request-Id", c.origin.RequestID)
		answer := &answer{ResponseWriter: w}
		defer func() { s.logCall(r, c, answer, time.Since(start)) }()
		next.ServeHTTP(answer, r.WithContext(context.WithValue(r.Context(), callKey{}, c)))
	})
}

// client is the address that a request comes from.
func (s *Server) client(r *http.Request) netip.Addr {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.IPv6Unspecified() // a listener without addresses
	}
	return s.proxies.Client(remote.Addr(), r.Header.Values("X-Forwarded-For"))
}

func (s *Server) logCall(r *http.Request, c *call, a *answer, took time.Duration) {
	level := slog.LevelInfo
	if r.URL.Path == "/health" || r.URL.Path == "/readyz" {
		level = slog.LevelDebug // asked every few seconds by machines
	}
	attrs := []slog.Attr{
		slog.String("method", logged(r.Method)), slog.String("path", logged(r.URL.Path)),
		slog.Int("status", a.status), slog.Duration("duration", took), slog.Int64("bytes", a.bytes),
		slog.String("ip", c.origin.Addr.String()), slog.String("request_id", c.origin.RequestID),
	}
	if c.actor.ID() != 0 {
		attrs = append(attrs, slog.String("username", c.actor.Name()))
	}
	if c.code != "" {
		attrs = append(attrs, slog.String("code", c.code))
	}
	s.log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// logged makes text from outside fit for a log line.
func logged(text string) string {
	if len(text) > maxLogged {
		text = text[:maxLogged]
	}
	return domain.VisibleLine(text)
}

// contain ends a request whose handler panics with an answer that tells
// nothing of the inside.
func (s *Server) contain(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			fault := recover()
			if fault == nil {
				return
			}
			if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(fault) // net/http's own way to cut a connection
			}
			c := callOf(r.Context())
			s.log.Error("panic in a request", "panic", fmt.Sprint(fault), "request_id", c.origin.RequestID, "stack", string(debug.Stack()))
			if a, ok := w.(*answer); ok && a.status != 0 {
				panic(http.ErrAbortHandler) // half an answer must not look whole
			}
			internalProblem(c.origin.RequestID).write(w, r)
		}()
		next.ServeHTTP(w, r)
	})
}

// answer remembers what was answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController and the WebSocket's upgrade reach the
// connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
