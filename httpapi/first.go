package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
)

// firstTimeLayout is how the first API writes a time: UTC without saying so,
// always with microseconds. datetime.fromisoformat of Python 3.8 reads it,
// which it does not with a Z.
const firstTimeLayout = "2006-01-02T15:04:05.000000"

func firstTime(t time.Time) string { return t.UTC().Format(firstTimeLayout) }

// firstCredentials are credentials among fields that are not known and do not
// matter.
type firstCredentials struct {
	_        struct{} `json:"-" additionalProperties:"true"`
	Username string   `json:"username"`
	Password string   `json:"password" format:"password"`
}

type firstCredentialsInput struct{ Body firstCredentials }

type firstAccount struct {
	ID        domain.UserID `json:"id"`
	Username  string        `json:"username"`
	CreatedAt string        `json:"created_at" doc:"UTC, without a zone" example:"2026-11-23T10:00:00.123456"`
}

type firstAccountOutput struct{ Body firstAccount }

type firstMessage struct {
	ID        domain.Seq    `json:"id"`
	UserID    domain.UserID `json:"user_id"`
	Username  string        `json:"username"`
	Content   string        `json:"content"`
	CreatedAt string        `json:"created_at" doc:"UTC, without a zone" example:"2026-11-23T10:00:00.123456"`
}

type firstHistoryInput struct {
	Limit int `query:"limit" minimum:"1" default:"50" doc:"How many; 200 at most"`
}

type firstHistoryOutput struct {
	Body []firstMessage `nullable:"false"`
}

// firstCalls are the calls that clients of the first API know. They ignore
// what they do not know, and a taken name is a bad request.
func (s *Server) firstCalls(api huma.API) {
	first := []string{tagFirst}
	register(s, api, huma.Operation{
		OperationID: "first-register", Method: http.MethodPost, Path: "/api/auth/register", Tags: first,
		Summary: "Make an account", DefaultStatus: http.StatusCreated,
		Errors: []int{http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	}, func(ctx context.Context, _ auth.Actor, in *firstCredentialsInput) (*firstAccountOutput, error) {
		user, err := s.auth.Register(ctx, callOf(ctx).origin, in.Body.Username, in.Body.Password)
		if err != nil {
			return nil, err
		}
		return &firstAccountOutput{firstAccount{
			ID: user.ID, Username: user.Name, CreatedAt: firstTime(user.CreatedAt),
		}}, nil
	})
	register(s, api, huma.Operation{
		OperationID: "first-log-in", Method: http.MethodPost, Path: "/api/auth/login", Tags: first,
		Summary: "Log in",
		Errors:  []int{http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	}, func(ctx context.Context, _ auth.Actor, in *firstCredentialsInput) (*tokenOutput, error) {
		return s.handOut(ctx, in.Body.Username, in.Body.Password)
	})
	protected(s, api, huma.Operation{
		OperationID: "first-messages", Method: http.MethodGet, Path: "/api/chat/messages", Tags: first,
		Summary:     "The newest messages of the lobby, oldest first",
		Description: "As they stand now: edited ones with their new text, deleted ones left out.",
		Errors:      []int{http.StatusUnprocessableEntity},
	}, s.firstMessages)
}

// firstPages is how many pages of history are read at most where many messages
// were deleted: one of as many as were asked for, and then long ones.
const firstPages = 5

// firstMessages gives the newest messages as they stand now. The first API has
// no word for a deleted one: it is left out, and an older one takes its place.
func (s *Server) firstMessages(ctx context.Context, actor auth.Actor, in *firstHistoryInput) (*firstHistoryOutput, error) {
	limit := min(in.Limit, chat.MaxPage)
	var newestFirst []firstMessage
	span := chat.Span{Limit: limit}
	for range firstPages {
		page, err := s.chat.Messages(ctx, actor, domain.Address{Name: domain.Lobby}, span)
		if err != nil {
			return nil, err
		}
		for _, m := range slices.Backward(page.Messages) {
			if !m.Deleted && len(newestFirst) < limit {
				newestFirst = append(newestFirst, firstMessage{
					ID: m.Seq, UserID: m.Author.ID, Username: m.Author.Name,
					Content: m.Content, CreatedAt: firstTime(m.CreatedAt),
				})
			}
		}
		if len(newestFirst) == limit || !page.HasBefore {
			break
		}
		span.Before, span.Limit = &page.Messages[0].Seq, chat.MaxPage
	}
	slices.Reverse(newestFirst)
	return &firstHistoryOutput{append([]firstMessage{}, newestFirst...)}, nil
}
