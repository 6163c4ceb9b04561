package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"parley/httpapi/docs"
)

// Where the API describes itself.
const (
	specPath  = "/api/v1/openapi.json"
	docsPath  = "/api/v1/docs"
	stylePath = "/api/v1/docs/style.css"
)

// docsPolicy lets the documentation load its one style sheet.
const docsPolicy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// docs serves the description of the API, for programs and for people. It is
// written once, when all calls are known.
func (s *Server) docs(router chi.Router, api *huma.OpenAPI) error {
	api.Tags = []*huma.Tag{
		{Name: tagAccount},
		{Name: tagPeople},
		{Name: tagRooms},
		{Name: tagMembers},
		{Name: tagMessages},
		{Name: tagOwn},
		{Name: tagLive},
		{Name: tagService},
		{Name: tagFirst, Description: "Kept as it was, for clients written for the FastAPI chat backend"},
	}
	tidySchemas(api)
	spec, err := json.Marshal(api)
	if err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	page, err := docs.Render(api, specPath, stylePath)
	if err != nil {
		return err
	}
	router.Get(specPath, static("application/json", spec))
	router.Get(docsPath, static("text/html; charset=utf-8", page))
	router.Get(stylePath, static("text/css; charset=utf-8", docs.Style))
	return nil
}

// tidySchemas takes out the shape of errors that huma adds and we never answer
// with, and lets answers grow: a client must bear fields that it does not know.
func tidySchemas(api *huma.OpenAPI) {
	asked := map[string]bool{}
	for _, item := range api.Paths {
		for _, op := range []*huma.Operation{item.Post, item.Put, item.Patch} {
			if op != nil && op.RequestBody != nil {
				asked[op.RequestBody.Content["application/json"].Schema.Ref] = true
			}
		}
	}
	schemas := api.Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	for name, schema := range schemas {
		if !asked["#/components/schemas/"+name] {
			schema.AdditionalProperties = nil
		}
	}
}

func static(mediaType string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", mediaType)
		h.Set("Cache-Control", "no-cache")
		if strings.HasPrefix(mediaType, "text/html") {
			h.Set("Content-Security-Policy", docsPolicy)
		}
		_, _ = w.Write(content) // the client may have left
	}
}

// describeSockets adds to the description what OpenAPI has no words for.
func describeSockets(api *huma.OpenAPI) {
	upgrade := func(codes ...string) map[string]*huma.Response {
		responses := map[string]*huma.Response{"101": {Description: "The connection is a WebSocket now"}}
		for _, code := range codes {
			responses[code] = &huma.Response{Description: map[string]string{
				"401": "Unauthorized", "403": "Pages of this origin may not connect", "426": "Upgrade Required",
				"429": "Too many connections are open",
			}[code]}
		}
		return responses
	}
	api.AddOperation(&huma.Operation{
		OperationID: "live", Method: http.MethodGet, Path: "/api/v1/ws", Tags: []string{tagLive},
		Summary: "Follow rooms and send, over a WebSocket", Security: bearer,
		Description: liveText, Responses: upgrade("401", "403", "426", "429"),
	})
	api.AddOperation(&huma.Operation{
		OperationID: "first-live", Method: http.MethodGet, Path: "/ws/chat", Tags: []string{tagFirst},
		Summary:     "Follow the lobby and send, over a WebSocket",
		Description: firstLiveText, Responses: upgrade("403", "426", "429"),
		Parameters: []*huma.Param{{
			Name: "token", In: "query", Required: true, Schema: &huma.Schema{Type: huma.TypeString},
			Description: "An access token; a bad one is closed with 1008",
		}},
	})
}

const liveText = `The token comes in the Authorization header or, from a browser, as the pair of subprotocols parley.v1, bearer.<token>. One text frame carries one or more events, one JSON object a line.

{"type":"subscribe","room":"lobby","after":41} is answered by subscribed, then everything after 41, then what happens; without after only what happens.
{"type":"unsubscribe","room":"lobby"} is answered by unsubscribed.
{"type":"send","room":"lobby","content":"hi","nonce":"...","reply_to":40} is answered by ack once the message is safely stored.
{"type":"read","room":"lobby","seq":58} moves my read marker.
{"type":"typing","room":"lobby"} tells the others.

Anything wrong is answered by an error with a code and, where it helps, retry_after in seconds; the connection stays open. A frame has at most 64 KiB. The server says hello first, pings every 25 s, and says bye, with whether to reconnect, before it closes.`

const firstLiveText = `Receives {"type":"system","message"} and {"type":"message","username","content","timestamp"}; sends {"type":"message","content"}.`
