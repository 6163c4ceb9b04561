package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/cors"

	"parley/domain/auth"
	"parley/httpapi/web"
)

// readyTimeout bounds the question whether requests can be served.
const readyTimeout = 2 * time.Second

// newRouter puts the calls together with what every call goes through.
func (s *Server) newRouter(c Config) (chi.Router, error) {
	guard, err := s.crossOrigin()
	if err != nil {
		return nil, err
	}
	router := chi.NewRouter()
	router.Use(s.identify, s.contain, s.headers, s.cors, guard, middleware.GetHead)
	router.NotFound(func(w http.ResponseWriter, r *http.Request) {
		newProblem(http.StatusNotFound, "request.not_found", "there is nothing at this address").write(w, r)
	})
	router.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		p := newProblem(http.StatusMethodNotAllowed, "request.method", "this address does not take that method")
		p.header = http.Header{"Allow": {allowed(router, r)}}
		p.write(w, r)
	})
	api := s.newAPI(router, c)
	s.accountCalls(api)
	s.sessionCalls(api)
	s.keyCalls(api)
	s.peopleCalls(api)
	s.roomCalls(api)
	s.memberCalls(api)
	s.historyCalls(api)
	s.messageCalls(api)
	s.markCalls(api)
	s.ownCalls(api)
	s.firstCalls(api)
	s.serviceCalls(api)
	s.aboutCalls(api, c)
	router.Get("/api/v1/ws", s.serveLive)
	router.Get("/ws/chat", s.serveFirstSocket)
	describeSockets(api.OpenAPI())
	if err := s.docs(router, api.OpenAPI()); err != nil {
		return nil, err
	}
	web.Mount(router)
	return router, nil
}

// allowed lists the methods that an address takes.
func allowed(router chi.Router, r *http.Request) string {
	var methods []string
	path := r.URL.RawPath
	if path == "" {
		path = r.URL.Path
	}
	for _, method := range []string{
		http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
	} {
		if router.Match(chi.NewRouteContext(), method, path) {
			methods = append(methods, method)
		}
	}
	return strings.Join(methods, ", ")
}

// headers sets what keeps browsers from doing more with an answer than it is
// for. The documentation loosens its own policy.
func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// cors lets the pages of the configured origins call the API. Without any, the
// library would let all in.
func (s *Server) cors(next http.Handler) http.Handler {
	if len(s.origins.others) == 0 {
		return next
	}
	return cors.Handler(cors.Options{
		AllowedOrigins: s.origins.others,
		AllowedMethods: []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowedHeaders: []string{"Authorization", "Content-Type"},
		ExposedHeaders: []string{"Retry-After", "X-Request-Id"},
		MaxAge:         600,
	})(next)
}

// crossOrigin refuses calls that change something and come from a page of
// another origin.
func (s *Server) crossOrigin() (func(http.Handler) http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	for _, origin := range s.origins.trusted {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(refuseOrigin))
	return protection.Handler, nil
}

func refuseOrigin(w http.ResponseWriter, r *http.Request) {
	newProblem(http.StatusForbidden, "request.origin", "pages of this origin may not do this").write(w, r)
}

type state struct {
	Status string `json:"status"`
}

type stateOutput struct{ Body state }

// serviceCalls tell machines how the service is.
func (s *Server) serviceCalls(api huma.API) {
	register(s, api, huma.Operation{
		OperationID: "health", Method: http.MethodGet, Path: "/health", Tags: []string{tagService, tagFirst},
		Summary: "Whether the process lives",
	}, func(context.Context, auth.Actor, *noInput) (*stateOutput, error) {
		return &stateOutput{state{"healthy"}}, nil
	})
	register(s, api, huma.Operation{
		OperationID: "ready", Method: http.MethodGet, Path: "/readyz", Tags: []string{tagService},
		Summary: "Whether requests can be served", Errors: []int{http.StatusServiceUnavailable},
	}, func(ctx context.Context, _ auth.Actor, _ *noInput) (*stateOutput, error) {
		ctx, cancel := context.WithTimeout(ctx, readyTimeout)
		defer cancel()
		if err := s.ready(ctx); err != nil {
			return nil, errNotReady(err)
		}
		return &stateOutput{state{"ready"}}, nil
	})
}
