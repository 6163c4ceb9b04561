package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain"
	"parley/domain/auth"
)

const (
	// refreshCookie holds the refresh token of a web client.
	refreshCookie = "parley_refresh"
	// refreshPath is where alone the cookie is sent to.
	refreshPath = "/api/v1/auth"
	// refreshAge is how long a browser keeps the cookie, in seconds: as long
	// as a session lasts that nobody uses.
	refreshAge = 30 * 24 * 60 * 60
	// webClient is how a page says of itself that it wants the cookie.
	webClient = "web"
)

// token is what lets a client in: an access token and how to get the next.
type token struct {
	AccessToken  string `json:"access_token" doc:"For Authorization: Bearer <access_token>"`
	TokenType    string `json:"token_type" example:"bearer"`
	ExpiresIn    int64  `json:"expires_in" doc:"Seconds" example:"1800"`
	RefreshToken string `json:"refresh_token,omitempty" doc:"Gives the next tokens, once; a web client has it as a cookie"`
}

type tokenOutput struct {
	SetCookie string `header:"Set-Cookie" doc:"The refresh token of a web client"`
	Body      token
}

// logInInput is who logs in, and how they want their refresh token.
type logInInput struct {
	Client string `header:"X-Parley-Client" doc:"web: the refresh token is set as a cookie and left out of the answer"`
	Body   credentials
}

// refreshToken is a refresh token as it comes back.
type refreshToken struct {
	RefreshToken string `json:"refresh_token" format:"password" maxLength:"200" doc:"Unless the cookie holds it"`
}

type refreshInput struct {
	Cookie string        `cookie:"parley_refresh" doc:"The refresh token of a web client"`
	Body   *refreshToken `doc:"Left out by a web client"`
}

type cookieOutput struct {
	SetCookie string `header:"Set-Cookie" doc:"Takes the cookie of a web client back"`
}

// accessCalls keep a client in and let it out.
func (s *Server) accessCalls(api huma.API) {
	register(s, api, huma.Operation{
		OperationID: "refresh", Method: http.MethodPost, Path: refreshPath + "/refresh", Tags: []string{tagAccount},
		Summary: "Get new tokens for a refresh token",
		Description: "A refresh token is replaced when it is used. Used again within 30 s, before its successor was used, " +
			"it gives the same successor; used again later it ends the session.",
		Errors: []int{http.StatusUnauthorized, http.StatusUnprocessableEntity},
	}, s.refresh)
	protected(s, api, huma.Operation{
		OperationID: "log-out", Method: http.MethodPost, Path: refreshPath + "/logout", Tags: []string{tagAccount},
		Summary: "End this session", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, actor auth.Actor, _ *noInput) (*cookieOutput, error) {
		if err := s.auth.LogOut(ctx, actor); err != nil {
			return nil, err
		}
		return &cookieOutput{s.cookie("", -1)}, nil
	})
}

func (s *Server) logIn(ctx context.Context, _ auth.Actor, in *logInInput) (*tokenOutput, error) {
	grant, err := s.auth.LogInForTokens(ctx, arrival(ctx), in.Body.Username, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return s.give(ctx, grant, in.Client == webClient), nil
}

func (s *Server) refresh(ctx context.Context, _ auth.Actor, in *refreshInput) (*tokenOutput, error) {
	text, web := in.Cookie, true
	if in.Body != nil {
		text, web = in.Body.RefreshToken, false
	}
	if text == "" {
		return nil, &domain.Error{
			Kind: domain.Unauthenticated, Code: "auth.refresh_token_required",
			Message: "this call needs a refresh token, in the body or as a cookie",
		}
	}
	grant, err := s.auth.Refresh(ctx, callOf(ctx).origin, text)
	if err != nil {
		return nil, err
	}
	return s.give(ctx, grant, web), nil
}

// give answers with what a log-in or a refresh gave.
func (s *Server) give(ctx context.Context, grant auth.Grant, web bool) *tokenOutput {
	callOf(ctx).actor = grant.Actor
	output := &tokenOutput{Body: newToken(grant.Access)}
	if web {
		output.SetCookie = s.cookie(grant.Refresh, refreshAge)
	} else {
		output.Body.RefreshToken = grant.Refresh
	}
	return output
}

func newToken(issued auth.Token) token {
	return token{AccessToken: issued.Text, TokenType: "bearer", ExpiresIn: int64(issued.ExpiresIn.Seconds())}
}

// cookie writes the cookie of a web client; a negative age takes it back.
func (s *Server) cookie(value string, age int) string {
	cookie := http.Cookie{
		Name: refreshCookie, Value: value, Path: refreshPath, MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.secure,
	}
	return cookie.String()
}

// arrival says where a log-in comes from, and what the client says of itself.
func arrival(ctx context.Context) auth.Origin {
	c := callOf(ctx)
	origin := c.origin
	origin.Device = c.client
	return origin
}
