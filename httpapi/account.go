package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/wire"
)

// credentials are what a person logs in with.
type credentials struct {
	Username string `json:"username" doc:"3 to 50 of A-Z a-z 0-9 _ -" example:"alice"`
	Password string `json:"password" format:"password" doc:"8 to 128 characters with an upper-case letter, a lower-case letter and a digit"`
}

type credentialsInput struct{ Body credentials }

type accountOutput struct{ Body wire.Account }

type noInput struct{}

func (s *Server) accountCalls(api huma.API) {
	register(s, api, huma.Operation{
		OperationID: "register", Method: http.MethodPost, Path: "/api/v1/auth/register", Tags: []string{tagAccount},
		Summary: "Make an account", DefaultStatus: http.StatusCreated,
		Errors: []int{http.StatusForbidden, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	}, func(ctx context.Context, _ auth.Actor, in *credentialsInput) (*accountOutput, error) {
		user, err := s.auth.Register(ctx, callOf(ctx).origin, in.Body.Username, in.Body.Password)
		if err != nil {
			return nil, err
		}
		return &accountOutput{wire.FromUser(user)}, nil
	})
	register(s, api, huma.Operation{
		OperationID: "log-in", Method: http.MethodPost, Path: "/api/v1/auth/login", Tags: []string{tagAccount},
		Summary: "Log in", Description: "10 attempts in any 60 s an address, counted over both doors.",
		Errors: []int{http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	}, s.logIn)
	s.accessCalls(api)
	protected(s, api, huma.Operation{
		OperationID: "change-me", Method: http.MethodPatch, Path: "/api/v1/me", Tags: []string{tagAccount},
		Summary: "Change my password, my presence, my status",
		Description: "What is not given stays as it is. A password is changed first: that counts as a log-in attempt, " +
			"takes the current one, and ends all my other sessions.",
		Errors: []int{http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	}, s.changeMe)
	protected(s, api, huma.Operation{
		OperationID: "me", Method: http.MethodGet, Path: "/api/v1/me", Tags: []string{tagAccount},
		Summary: "Who am I?",
	}, func(ctx context.Context, actor auth.Actor, _ *noInput) (*meOutput, error) {
		return showMe(actor)(s.chat.Presence(ctx, actor))
	})
}

type meOutput struct{ Body wire.Me }

// showMe makes an answer of what the core gives of the actor.
func showMe(actor auth.Actor) func(domain.Presence, error) (*meOutput, error) {
	return func(presence domain.Presence, err error) (*meOutput, error) {
		if err != nil {
			return nil, err
		}
		return &meOutput{wire.NewMe(actor.User(), presence)}, nil
	}
}

// accountChange is what a person changes of their account.
type accountChange struct {
	CurrentPassword *string       `json:"current_password,omitempty" nullable:"false" format:"password" doc:"The password as it is now"`
	Password        *string       `json:"password,omitempty" nullable:"false" format:"password" doc:"The new one, under the rules of registration"`
	State           *domain.State `json:"state,omitempty" nullable:"false" enum:"online,away,dnd"`
	Status          *string       `json:"status,omitempty" nullable:"false" doc:"One line of at most 100 characters; empty takes it away"`
}

type accountChangeInput struct{ Body accountChange }

func (s *Server) changeMe(ctx context.Context, actor auth.Actor, in *accountChangeInput) (*meOutput, error) {
	wanted := in.Body
	if wanted.Status != nil { // before the password is changed
		if _, err := domain.CleanStatus(*wanted.Status); err != nil {
			return nil, err
		}
	}
	switch {
	case wanted.Password != nil && wanted.CurrentPassword != nil:
		if err := s.auth.ChangePassword(ctx, actor, *wanted.CurrentPassword, *wanted.Password); err != nil {
			return nil, err
		}
	case wanted.Password != nil:
		return nil, errRequest("current_password", "a new password takes the current one")
	case wanted.CurrentPassword != nil:
		return nil, errRequest("password", "the new password is missing")
	}
	if wanted.State == nil && wanted.Status == nil {
		return showMe(actor)(s.chat.Presence(ctx, actor))
	}
	return showMe(actor)(s.chat.SetPresence(ctx, actor, wanted.State, wanted.Status))
}

// handOut logs a client of the first API in: it gets an access token alone.
func (s *Server) handOut(ctx context.Context, username, password string) (*tokenOutput, error) {
	actor, err := s.auth.LogIn(ctx, arrival(ctx), username, password)
	if err != nil {
		return nil, err
	}
	issued, err := s.auth.IssueToken(actor)
	if err != nil {
		return nil, err
	}
	callOf(ctx).actor = actor
	return &tokenOutput{Body: newToken(issued)}, nil
}
