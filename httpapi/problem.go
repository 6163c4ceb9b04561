package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain"
	"parley/domain/broadcast"
)

// problemType is the media type of a Problem.
const problemType = "application/problem+json"

// defaultRetry is how long a client waits if nothing better is known.
const defaultRetry = 2 * time.Second

// Problem is an error as clients see it (RFC 9457). It never repeats a value
// that was refused.
type Problem struct {
	Type      string         `json:"type" doc:"about:blank: the title says it all" example:"about:blank"`
	Title     string         `json:"title" doc:"The status in words" example:"Unauthorized"`
	Status    int            `json:"status" doc:"The HTTP status" example:"401"`
	Detail    string         `json:"detail" doc:"What is wrong, for a person" example:"the name or the password is wrong"`
	Code      string         `json:"code" doc:"What is wrong, for a program; stable" example:"auth.invalid_credentials"`
	Field     string         `json:"field,omitempty" doc:"The input at fault, where there is one"`
	Errors    []FieldProblem `json:"errors,omitempty" doc:"All faults, where there may be several"`
	RequestID string         `json:"request_id,omitempty" doc:"What to quote to the operator"`

	retryAfter time.Duration
	header     http.Header // what else belongs to it
}

// FieldProblem is one fault of an input.
type FieldProblem struct {
	Field   string `json:"field" doc:"The input at fault"`
	Message string `json:"message" doc:"What is wrong with it"`
}

// statuses says which HTTP status stands for a Kind.
var statuses = map[domain.Kind]int{
	domain.Internal:        http.StatusInternalServerError,
	domain.Invalid:         http.StatusUnprocessableEntity,
	domain.Unauthenticated: http.StatusUnauthorized,
	domain.Forbidden:       http.StatusForbidden,
	domain.NotFound:        http.StatusNotFound,
	domain.Conflict:        http.StatusConflict,
	domain.TooLarge:        http.StatusRequestEntityTooLarge,
	domain.RateLimited:     http.StatusTooManyRequests,
	domain.Unavailable:     http.StatusServiceUnavailable,
}

// newProblem makes a problem that the HTTP layer itself found.
func newProblem(status int, code, detail string) *Problem {
	return &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code,
	}
}

// internalProblem is all that is told of a fault of ours.
func internalProblem(requestID string) *Problem {
	p := newProblem(http.StatusInternalServerError, domain.CodeInternal,
		"something went wrong on our side; tell the operator the request id "+requestID)
	p.RequestID = requestID
	return p
}

// refuse turns an error into the problem that answers a request, and logs what
// an operator should know of it.
func (s *Server) refuse(ctx context.Context, err error) *Problem {
	c := callOf(ctx)
	e := s.fault(ctx, err, c.origin.RequestID)
	c.code = e.Code
	status, ok := statuses[e.Kind]
	if !ok || e.Kind == domain.Internal {
		return internalProblem(c.origin.RequestID)
	}
	p := newProblem(status, e.Code, e.Message)
	p.Field, p.retryAfter = e.Field, e.RetryAfter
	if status == http.StatusServiceUnavailable && p.retryAfter == 0 {
		p.retryAfter = defaultRetry
	}
	return p
}

// fault classifies an error that ends a call, and logs it if it is a fault of
// ours or of what we depend on. It is the one place where this door logs them.
func (s *Server) fault(ctx context.Context, err error, requestID string) *domain.Error {
	e := domain.AsError(err)
	if e.Kind == domain.Internal && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		e = &domain.Error{
			Kind: domain.Unavailable, Code: "request.timeout", Err: err,
			Message: "this took too long; try again in a moment",
		}
	}
	level := slog.LevelDebug
	switch {
	case errors.Is(err, context.Canceled): // the client left
	case e.Kind == domain.Internal:
		level = slog.LevelError
	case e.Kind == domain.Unavailable:
		level = slog.LevelWarn
	default:
		return e
	}
	s.log.Log(context.WithoutCancel(ctx), level, "a call failed", "request_id", requestID, "code", e.Code, "err", err)
	return e
}

// Error gives the detail; it makes a Problem an error for huma.
func (p *Problem) Error() string { return p.Detail }

// GetStatus gives the status that huma answers with.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType gives the media type that huma answers with.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders gives the headers that belong to the problem.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	maps.Copy(h, p.header)
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	if p.retryAfter > 0 {
		seconds := (p.retryAfter + time.Second - 1) / time.Second
		h.Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	return h
}

// write answers a request with the problem, outside huma.
func (p *Problem) write(w http.ResponseWriter, r *http.Request) {
	callOf(r.Context()).code = p.Code
	h := w.Header()
	maps.Copy(h, p.GetHeaders())
	h.Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	if err := marshal(w, p); err != nil {
		panic(err) // strings and numbers always encode
	}
}

var (
	_ huma.StatusError       = (*Problem)(nil)
	_ huma.HeadersError      = (*Problem)(nil)
	_ huma.ContentTypeFilter = (*Problem)(nil)
)

// errTokenRequired answers a call that needs an access token and has none.
func errTokenRequired() *domain.Error {
	return &domain.Error{
		Kind: domain.Unauthenticated, Code: "auth.token_required",
		Message: "this call needs an access token: Authorization: Bearer <token>",
	}
}

// errRequest answers inputs that do not go together.
func errRequest(field, message string) *domain.Error {
	return &domain.Error{Kind: domain.Invalid, Code: "request.invalid", Field: field, Message: message}
}

// errTooLarge answers a body that is bigger than one may be.
func errTooLarge() *domain.Error {
	return &domain.Error{
		Kind: domain.TooLarge, Code: "request.too_large",
		Message: fmt.Sprintf("a request has at most %d bytes", maxBody),
	}
}

// errStopping answers those who come while the service stops.
func errStopping() *domain.Error {
	return &domain.Error{Kind: domain.Unavailable, Code: broadcast.ErrShutdown.Code, Message: broadcast.ErrShutdown.Message}
}

// errNotReady answers those who ask while a part we depend on is away.
func errNotReady(cause error) *domain.Error {
	return &domain.Error{
		Kind: domain.Unavailable, Code: "server.not_ready", Err: cause,
		Message: "the service cannot serve requests right now",
	}
}
