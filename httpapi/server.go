package httpapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/limiter"
)

// The bounds of one request. A WebSocket has its own.
const (
	headerTimeout  = 10 * time.Second
	readTimeout    = 30 * time.Second
	writeTimeout   = 60 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10
)

// Config is what the door needs.
type Config struct {
	Auth        *auth.Service
	Chat        *chat.Service
	Proxies     limiter.Proxies             // whose X-Forwarded-For is believed
	PublicURL   *url.URL                    // how people reach the door; nil if not known
	CORSOrigins []string                    // other origins that may call the API
	TLS         *tls.Config                 // nil for plain HTTP
	Ready       func(context.Context) error // whether requests can be served
	SSH         *SSHDoor                    // nil while that door is closed
	Version     string
	Log         *slog.Logger
}

// Server serves the HTTP door.
type Server struct {
	auth    *auth.Service
	chat    *chat.Service
	proxies limiter.Proxies
	origins origins
	ready   func(context.Context) error
	log     *slog.Logger
	secure  bool // whether people reach the door by HTTPS

	router   chi.Router
	http     *http.Server
	tls      bool
	sockets  sockets
	patience patience
}

// patience is how long the peers of WebSockets are waited for.
type patience struct {
	ping  time.Duration // between two pings
	quiet time.Duration // a peer silent for that long is gone
	stall time.Duration // so is one that takes nothing for that long
	frame time.Duration // a message takes no longer to arrive
	grace time.Duration // for the closing handshake
}

func defaultPatience() patience {
	return patience{
		ping: heartbeat, quiet: 60 * time.Second, stall: 10 * time.Second,
		frame: 10 * time.Second, grace: 2 * time.Second,
	}
}

// New makes the server. An error names what is wrong with the configuration.
func New(c Config) (*Server, error) {
	s := &Server{
		auth: c.Auth, chat: c.Chat, proxies: c.Proxies, ready: c.Ready, log: c.Log,
		origins:  newOrigins(c.PublicURL, c.CORSOrigins),
		secure:   c.TLS != nil || c.PublicURL != nil && c.PublicURL.Scheme == "https",
		tls:      c.TLS != nil,
		patience: defaultPatience(),
	}
	var err error
	if s.router, err = s.newRouter(c); err != nil {
		return nil, fmt.Errorf("set up the HTTP door: %w", err)
	}
	s.http = &http.Server{
		Handler:           s.count(s.router),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ConnContext:       withPeer,
		ErrorLog:          slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
	}
	if c.TLS != nil {
		s.http.TLSConfig = c.TLS.Clone()
	}
	return s, nil
}

// Serve accepts connections until the listener is closed or Shutdown is
// called; then it returns nil.
func (s *Server) Serve(ln net.Listener) error {
	ln = peerListener{ln}
	var err error
	if s.tls {
		err = s.http.ServeTLS(ln, "", "")
	} else {
		err = s.http.Serve(ln)
	}
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return fmt.Errorf("serve HTTP: %w", err)
}

// Shutdown takes no new requests, tells every WebSocket goodbye and waits until
// all have ended. When ctx ends, what is still open is cut.
func (s *Server) Shutdown(ctx context.Context) error {
	var sockets sync.WaitGroup
	sockets.Go(func() { s.sockets.shutdown(ctx) })
	defer sockets.Wait()
	// Who stops the service closes the listener first, and the library may find
	// it closed.
	if err := s.http.Shutdown(ctx); err != nil && !errors.Is(err, net.ErrClosed) {
		return errors.Join(fmt.Errorf("stop the HTTP door: %w", err), s.http.Close())
	}
	return nil
}
