package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain/auth"
	"parley/domain/wire"
)

// session is one of the caller's log-ins.
type session struct {
	ID        auth.SessionID `json:"id"`
	Door      string         `json:"door" enum:"ssh,http,console"`
	Device    string         `json:"device" doc:"What the client said of itself"`
	Address   string         `json:"address" doc:"The IP address that the log-in came from"`
	CreatedAt string         `json:"created_at" format:"date-time"`
	LastUsed  string         `json:"last_used" format:"date-time" doc:"To about a minute"`
	Current   bool           `json:"current" doc:"Whether this call was made with it"`
	EndedAt   string         `json:"ended_at,omitempty" format:"date-time" doc:"Not there while it lasts"`
	Reason    string         `json:"reason,omitempty" doc:"Why it was ended, stable: auth.refresh_reused means that its refresh token was used twice, so somebody else may have it"`
}

type sessions struct {
	Sessions []session `json:"sessions" nullable:"false" doc:"The one used last first"`
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
	output := &sessionsOutput{sessions{Sessions: make([]session, len(list))}}
	for i, one := range list {
		output.Body.Sessions[i] = session{
			ID: one.ID, Door: string(one.Door), Device: one.Device, Address: one.Addr.String(),
			CreatedAt: wire.Time(one.CreatedAt), LastUsed: wire.Time(one.UsedAt), Current: one.ID == actor.Session().ID,
			EndedAt: wire.TimeOrNone(one.EndedAt),
		}
		if !one.EndedAt.IsZero() {
			output.Body.Sessions[i].Reason = "auth.refresh_reused" // the only one that is kept
		}
	}
	return output, nil
}
