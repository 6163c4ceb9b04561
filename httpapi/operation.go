package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/go-chi/chi/v5"

	"parley/domain/auth"
)

// callTimeout bounds the work on one request.
const callTimeout = 15 * time.Second

// The groups of calls, as the description names them.
const (
	tagAccount  = "Account"
	tagPeople   = "People"
	tagRooms    = "Rooms"
	tagMembers  = "Members"
	tagMessages = "Messages"
	tagOwn      = "My place in a room"
	tagLive     = "Live"
	tagFirst    = "First API"
	tagService  = "Service"
)

func init() {
	// huma reads this from the package: a field's name is its exact name.
	huma.ValidateStrictCasing = true
}

// newAPI makes the huma API on a router.
func (s *Server) newAPI(router chi.Router, c Config) huma.API {
	config := huma.DefaultConfig("Parley", c.Version)
	config.CreateHooks = nil // they add $schema to every answer
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.Transformers = []huma.Transformer{hideRefusedValues}
	format := huma.Format{Marshal: marshal, Unmarshal: json.Unmarshal}
	config.Formats = map[string]huma.Format{"application/json": format, "json": format}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "The access_token of a log-in"},
	}
	config.Info.Description = "A chat with two doors, SSH and HTTP. Errors are RFC 9457 problems with a stable code."
	if c.PublicURL != nil {
		config.Servers = []*huma.Server{{URL: originOf(c.PublicURL)}}
	}
	api := humachi.New(router, config)
	api.UseMiddleware(limitTime, s.authenticate, s.readBody(api))
	return api
}

// marshal encodes before it writes, so that a client that left is no error.
func marshal(w io.Writer, v any) error {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	_, _ = w.Write(buffer.Bytes())
	return nil
}

func limitTime(ctx huma.Context, next func(huma.Context)) {
	limited, cancel := context.WithTimeout(ctx.Context(), callTimeout)
	defer cancel()
	next(huma.WithContext(ctx, limited))
}

// bearer is the requirement of an access token.
var bearer = []map[string][]string{{"bearer": {}}}

// authenticate finds out who makes a call that asks for it, before anything
// else of the call is looked at.
func (s *Server) authenticate(ctx huma.Context, next func(huma.Context)) {
	if len(ctx.Operation().Security) > 0 {
		c := callOf(ctx.Context())
		actor, err := s.recognize(ctx.Context(), c.origin, bearerToken(ctx.Header("Authorization")))
		if err != nil {
			r, w := humachi.Unwrap(ctx)
			s.refuse(ctx.Context(), err).write(w, r)
			return
		}
		c.actor = actor
	}
	next(ctx)
}

// recognize turns a token into its actor.
func (s *Server) recognize(ctx context.Context, origin auth.Origin, token string) (auth.Actor, error) {
	if token == "" {
		return auth.Actor{}, errTokenRequired()
	}
	return s.auth.Authenticate(ctx, origin, token)
}

// bearerToken takes the token from an Authorization header; "" if there is
// none (RFC 6750, section 2.1).
func bearerToken(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// isFirst reports whether an operation belongs to the first API.
func isFirst(op *huma.Operation) bool { return slices.Contains(op.Tags, tagFirst) }

// register adds a call that anyone may make. Handle gets who makes it: nobody,
// unless the operation asks for a token.
func register[I, O any](
	s *Server, api huma.API, op huma.Operation, handle func(context.Context, auth.Actor, *I) (*O, error),
) {
	op.BodyReadTimeout = -1 // the body was read before
	op.RejectUnknownQueryParameters = !isFirst(&op)
	responses := problemResponses(api, op.Errors)
	maps.Copy(responses, op.Responses)
	op.Responses = responses
	op.Errors = nil
	huma.Register(api, op, func(ctx context.Context, input *I) (*O, error) {
		output, err := handle(ctx, callOf(ctx).actor, input)
		if err != nil {
			problem := s.refuse(ctx, err)
			if isFirst(&op) && problem.Status == http.StatusConflict {
				problem.Status, problem.Title = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
			}
			return nil, problem
		}
		return output, nil
	})
}

// protected adds a call that needs an access token.
func protected[I, O any](
	s *Server, api huma.API, op huma.Operation, handle func(context.Context, auth.Actor, *I) (*O, error),
) {
	op.Security = bearer
	op.Errors = append([]int{http.StatusUnauthorized}, op.Errors...)
	register(s, api, op, handle)
}

// problemResponses describes the ways in which a call can fail.
func problemResponses(api huma.API, codes []int) map[string]*huma.Response {
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	content := map[string]*huma.MediaType{problemType: {Schema: schema}}
	responses := map[string]*huma.Response{"default": {Description: "Any other failure", Content: content}}
	for _, code := range codes {
		responses[strconv.Itoa(code)] = &huma.Response{Description: http.StatusText(code), Content: content}
	}
	return responses
}

// jsonOf describes a body of JSON.
func jsonOf[T any](api huma.API) map[string]*huma.MediaType {
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
	return map[string]*huma.MediaType{"application/json": {Schema: schema}}
}

// hideRefusedValues turns huma's own refusals, which repeat the value refused,
// into problems, which do not: it may be a password.
func hideRefusedValues(ctx huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := newProblem(model.Status, "request.invalid", "the request is not valid")
	for _, detail := range model.Errors {
		field := fieldOf(detail.Location)
		message := detail.Message
		switch {
		case message == validation.MsgUnexpectedProperty, strings.HasPrefix(message, "unknown query"):
			p.Code, message = "request.unknown_field", "this field is not known"
		case strings.HasPrefix(message, "json:"): // names our own types
			message = "a value has the wrong type or is out of range"
		}
		p.Errors = append(p.Errors, FieldProblem{Field: field, Message: message})
	}
	if len(p.Errors) > 0 {
		p.Field = p.Errors[0].Field
		p.Detail = p.Errors[0].Message
		if p.Field != "" {
			p.Detail = fmt.Sprintf("%s: %s", p.Field, p.Detail)
		}
	}
	callOf(ctx.Context()).code = p.Code
	return p, nil
}

// fieldOf gives the name that a client knows an input by: huma says where it
// stands as well, as in body.content.
func fieldOf(location string) string {
	_, field, _ := strings.Cut(location, ".")
	return logged(field)
}
