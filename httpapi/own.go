package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
)

// marker says how far the caller has read.
type marker struct {
	Seq domain.Seq `json:"seq" minimum:"0" maximum:"9007199254740991" doc:"How far I have read; a marker only moves forward"`
}

type readInput struct {
	RoomPath
	Body marker
}

// draft is what the caller has not sent yet.
type draft struct {
	Content string `json:"content" doc:"At most 4,000 characters; empty takes it away"`
}

type draftInput struct {
	RoomPath
	Body draft
}

// settings say how the caller wants to be told of a room's messages.
type settings struct {
	Muted  *bool          `json:"muted,omitempty" nullable:"false"`
	Notify *domain.Notify `json:"notify,omitempty" nullable:"false" enum:"all,mentions,none" doc:"Which messages call me"`
}

type settingsInput struct {
	RoomPath
	Body settings
}

type noOutput struct{}

// ownCalls keep what a person's screens share of a room. Each tells the
// others.
func (s *Server) ownCalls(api huma.API) {
	inRoom(s, api, huma.Operation{
		OperationID: "read", Method: http.MethodPut, Path: "/api/v1/rooms/{room}/read", Tags: []string{tagOwn},
		Summary: "Move my read marker", Description: "Answers once it is safely stored, within about a second.",
		DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusForbidden},
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, in *readInput) (*noOutput, error) {
		return nil, s.chat.MarkRead(ctx, actor, room, in.Body.Seq, nil)
	})
	inRoom(s, api, huma.Operation{
		OperationID: "draft", Method: http.MethodPut, Path: "/api/v1/rooms/{room}/draft", Tags: []string{tagOwn},
		Summary: "Keep what I have not sent yet", DefaultStatus: http.StatusNoContent,
		Errors: []int{http.StatusForbidden, http.StatusTooManyRequests},
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, in *draftInput) (*noOutput, error) {
		return nil, s.chat.SetDraft(ctx, actor, room, in.Body.Content, nil)
	})
	inRoom(s, api, huma.Operation{
		OperationID: "settings", Method: http.MethodPut, Path: "/api/v1/rooms/{room}/settings", Tags: []string{tagOwn},
		Summary: "Mute a room, or say what calls me there", Description: "What is not given stays as it is.",
		Errors: []int{http.StatusForbidden, http.StatusTooManyRequests},
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, in *settingsInput) (*roomOutput, error) {
		return showRoom(actor)(s.chat.Configure(ctx, actor, room, chat.Settings(in.Body), nil))
	})
}
