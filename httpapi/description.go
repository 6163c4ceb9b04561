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

const liveText = `The token comes in the Authorization header or, from a browser, as the pair of subprotocols parley.v1, bearer.<token>. One text frame carries one or more events, one JSON object a line. A frame that a client sends has at most 64 KiB; one that it gets can be bigger. A client must bear fields and events that it does not know.

What a client sends; room is a name, @bob, @bob,carol or an id:

{"type":"subscribe","room":"lobby","after":41} is answered by subscribed, then everything after 41, then what happens; without after only what happens. A public room can be followed without being in it; a direct conversation that is not there yet is made.
{"type":"unsubscribe","room":"lobby"} is answered by unsubscribed.
{"type":"send","room":"lobby","content":"hi","nonce":"...","reply_to":40} is answered by ack once the message is safely stored; nonce and reply_to may be left out.
{"type":"read","room":"lobby","seq":58} moves my read marker; nothing is answered.
{"type":"typing","room":"lobby"} tells the others in the room; nothing is answered.

What the server answers, and says of the connection:

{"type":"hello","user":{"id":7,"username":"alice"},"epoch":"...","heartbeat":25} comes first. With another epoch than before the database was restored from a backup: drop what was cached.
{"type":"subscribed","room_id":1,"room":"lobby","head":57,"first":1,"read":40}
{"type":"unsubscribed","room_id":1,"room":"lobby"}
{"type":"ack","nonce":"...","room_id":1,"seq":58}
{"type":"error","code":"limit.messages","message":"...","nonce":"...","retry_after":0.1} tells of anything wrong; nonce is that of the message refused, retry_after is in seconds. The connection stays open.
{"type":"lagged","room_id":1,"room":"lobby","after":41} says that this client was too slow; everything after 41 follows.
{"type":"bye","code":"server.shutdown","message":"...","reconnect":true} comes before the server closes.

The history of a room. Each event has a seq of its own, in order and without a gap, and can be asked for again. A direct conversation has no room. An edit that is read again comes with the text as it is now, or as deleted:

{"type":"message","room_id":1,"room":"lobby","seq":42,"author":{"id":7,"username":"alice"},"content":"hi","created_at":"2026-11-23T10:00:00.123456Z","edited_at":"...","deleted":true,"pinned":true,"reply_to":40,"quote":{"username":"bob","text":"...","deleted":true},"mentions":["bob"],"reactions":[{"emoji":"👍","count":1,"usernames":["bob"]}],"nodes":[],"nonce":"..."} with those that apply of the fields after created_at; nodes is the parsed Markdown, nonce what it was sent with.
{"type":"edited","room_id":1,"room":"lobby","seq":60,"target":42,"content":"ho","nodes":[],"mentions":["bob"],"edited_at":"..."}
{"type":"deleted","room_id":1,"room":"lobby","seq":61,"target":42,"username":"bob","at":"..."}
{"type":"reaction","room_id":1,"room":"lobby","seq":62,"target":42,"emoji":"👍","username":"bob","added":true,"at":"..."}
{"type":"pin","room_id":1,"room":"lobby","seq":63,"target":42,"username":"bob","added":true,"at":"..."}
{"type":"member","room_id":1,"room":"lobby","seq":64,"change":"joined","username":"carol","by":"bob","role":"member","at":"..."} with change joined, left, removed, invited or role; by is left out if they did it themselves.
{"type":"room","room_id":1,"room":"lobby","seq":65,"change":"topic","kind":"public","topic":"...","username":"bob","at":"..."} with change topic, renamed, archived, unarchived or deleted; room is the name that it has then. Read again, a change comes with the name and the topic as they are now.

After I left or was removed, or the room was deleted, that is the last event of the room.

Of the moment: kept nowhere, without a place in the history. These reach everybody who follows the room but whoever types; presence comes at most once a second:

{"type":"typing","room_id":1,"room":"lobby","username":"alice"}
{"type":"presence","room_id":1,"room":"lobby","users":[{"username":"alice","state":"away","status":"at lunch"}]} with state online, away, dnd or offline, of those who came, went or changed.

These reach all connections of mine, whatever they follow; read spares the one that it came from:

{"type":"read","room_id":1,"room":"lobby","seq":58}
{"type":"draft","room_id":1,"room":"lobby","content":"..."}
{"type":"room","room_id":9,"room":"kitchen","change":"added","kind":"private","topic":"...","username":"bob","role":"invited","at":"..."} says that a room is mine now, or with role invited that bob invites me.
{"type":"member","room_id":9,"room":"kitchen","change":"removed","username":"carol","by":"bob","at":"..."} says that bob took my invitation back.
{"type":"member","room_id":9,"room":"kitchen","change":"left","username":"carol","at":"..."} says that I declined it.
{"type":"room","room_id":1,"room":"lobby","change":"settings","kind":"public","muted":true,"notify":"mentions"}

The server pings every 25 s and closes a connection that is silent for 60 s. A person has 20 connections at most, and sends 30 messages at once, then 10 a second.`

const firstLiveText = `Receives {"type":"system","message"} and {"type":"message","username","content","timestamp"}; sends {"type":"message","content"}. Of changes of messages it hears nothing. Who came and went is told within a second.`
