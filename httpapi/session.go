package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain/auth"
	"parley/domain/wire"
)

type sessions struct {
	Sessions []wire.Session `json:"sessions" nullable:"false" doc:"The one used last first"`
}

type sessionsOutput struct{ Body sessions }

type sessionInput struct {
	ID int64 `path:"id" minimum:"1" maximum:"9007199254740991"`
}

// sessionCalls show a person's log-ins and end them.
func (s *Server) sessionCalls(api huma.API) {
	protected(s, api, huma.Operation{
		OperationID: "sessions", Method: http.MethodGet, Path: "/api/v1/me/sessions", Tags: []string{tagAccount},
		Summary: "My log-ins",
	}, s.mySessions)
	protected(s, api, huma.Operation{
		OperationID: "end-session", Method: http.MethodDelete, Path: "/api/v1/me/sessions/{id}", Tags: []string{tagAccount},
		Summary:     "End one of my log-ins",
		Description: "Its tokens are void and its connections closed within 5 s.",
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity}, DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, actor auth.Actor, in *sessionInput) (*noOutput, error) {
		return nil, s.auth.EndSession(ctx, actor, auth.SessionID(in.ID))
	})
	protected(s, api, huma.Operation{
		OperationID: "end-other-sessions", Method: http.MethodDelete, Path: "/api/v1/me/sessions", Tags: []string{tagAccount},
		Summary: "End all my log-ins but this one", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, actor auth.Actor, _ *noInput) (*noOutput, error) {
		return nil, s.auth.EndOtherSessions(ctx, actor)
	})
}

func (s *Server) mySessions(ctx context.Context, actor auth.Actor, _ *noInput) (*sessionsOutput, error) {
	list, err := s.auth.Sessions(ctx, actor)
	if err != nil {
		return nil, err
	}
	output := &sessionsOutput{sessions{Sessions: make([]wire.Session, len(list))}}
	for i, one := range list {
		output.Body.Sessions[i] = one.Wire(actor.Session().ID)
	}
	return output, nil
}
