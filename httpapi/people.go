package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/wire"
)

// person is what others may see of somebody.
type person struct {
	ID       domain.UserID `json:"id"`
	Username string        `json:"username" doc:"As first written"`
	State    domain.State  `json:"state" enum:"online,away,dnd,offline"`
	Status   string        `json:"status,omitempty" doc:"What they say of it"`
	JoinedAt string        `json:"joined_at" format:"date-time" doc:"When the account was made"`
}

type personOutput struct{ Body person }

type personInput struct {
	Username string `path:"username" maxLength:"64" doc:"In any case" example:"alice"`
}

// here are those of a room who are connected.
type here struct {
	Users []wire.Present `json:"users" nullable:"false" doc:"In no order"`
}

type hereOutput struct{ Body here }

// peopleCalls show people.
func (s *Server) peopleCalls(api huma.API) {
	protected(s, api, huma.Operation{
		OperationID: "user", Method: http.MethodGet, Path: "/api/v1/users/{username}", Tags: []string{tagPeople},
		Summary: "A person", Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, func(ctx context.Context, actor auth.Actor, in *personInput) (*personOutput, error) {
		found, err := s.chat.Person(ctx, actor, in.Username)
		if err != nil {
			return nil, err
		}
		return &personOutput{person{
			ID: found.User.ID, Username: found.User.Name, State: found.State, Status: found.Status,
			JoinedAt: wire.Time(found.JoinedAt),
		}}, nil
	})
	inRoom(s, api, huma.Operation{
		OperationID: "here", Method: http.MethodGet, Path: "/api/v1/rooms/{room}/here", Tags: []string{tagPeople},
		Summary: "Who of a room is connected now", Errors: []int{http.StatusForbidden},
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, _ *RoomPath) (*hereOutput, error) {
		list, err := s.chat.Here(ctx, actor, room)
		if err != nil {
			return nil, err
		}
		return &hereOutput{here{Users: wire.FromPresences(list)}}, nil
	})
}
