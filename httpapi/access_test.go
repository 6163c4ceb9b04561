package httpapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley/httpapi"
	"parley/store/storetest"
)

// logInAt logs alice in and gives the answer.
func (d *door) logInAt(t *testing.T, header map[string]string) answer {
	t.Helper()
	got := d.do(t, request{
		method: "POST", path: "/api/v1/auth/login", body: person("alice", storetest.Password), header: header,
	})
	got.wantStatus(t, http.StatusOK)
	return got
}

func refreshWith(token string) request {
	return request{method: "POST", path: "/api/v1/auth/refresh", body: map[string]any{"refresh_token": token}}
}

// field gives a field of an answer that is a text.
func (a answer) field(t *testing.T, name string) string {
	t.Helper()
	text, ok := a.object(t)[name].(string)
	if !ok {
		t.Fatalf("%s has no %s", a.text, name)
	}
	return text
}

// cookieOf gives the cookie that an answer sets.
func cookieOf(t *testing.T, a answer) *http.Cookie {
	t.Helper()
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 {
		t.Fatalf("the answer sets %v", a.header.Values("Set-Cookie"))
	}
	return cookies[0]
}

func TestARefreshTokenGivesTheNextTokens(t *testing.T) {
	d := openDoor(t, nil)
	d.User(t, "alice")
	in := d.logInAt(t, nil)
	if in.header.Get("Set-Cookie") != "" {
		t.Error("a client that is no page is given a cookie")
	}
	first := in.field(t, "refresh_token")
	got := d.do(t, refreshWith(first))
	got.wantStatus(t, http.StatusOK)
	second := got.field(t, "refresh_token")
	if tokens := got.object(t); second == first || tokens["expires_in"] != 1800.0 || tokens["token_type"] != "bearer" || len(tokens) != 4 {
		t.Errorf("got %v", tokens)
	}
	d.do(t, request{method: "GET", path: "/api/v1/me", token: got.field(t, "access_token")}).wantStatus(t, http.StatusOK)
	// A second tab, or an answer that was lost.
	if again := d.do(t, refreshWith(first)); again.field(t, "refresh_token") != second {
		t.Error("the second tab got another successor")
	}
	d.do(t, refreshWith(second)).wantStatus(t, http.StatusOK)
	d.do(t, refreshWith(first)).wantProblem(t, http.StatusUnauthorized, "auth.refresh_reused")
	d.do(t, refreshWith(second)).wantProblem(t, http.StatusUnauthorized, "auth.access_ended")
	d.do(t, request{method: "GET", path: "/api/v1/me", token: got.field(t, "access_token")}).
		wantProblem(t, http.StatusUnauthorized, "auth.access_ended")
	for _, bad := range []string{"", "x", first[:len(first)-1] + "A", strings.Repeat("A", len(first)), in.field(t, "access_token")[:100]} {
		if got := d.do(t, refreshWith(bad)); got.status != http.StatusUnauthorized {
			t.Errorf("%q is answered %d %s", bad, got.status, got.text)
		}
	}
	log := d.Log.String()
	for _, secret := range []string{first, second, storetest.Password} {
		if strings.Contains(log, secret) {
			t.Error("the log holds a secret")
		}
	}
}

func TestThePageKeepsItsRefreshTokenInACookie(t *testing.T) {
	for _, scheme := range []string{"http", "https"} {
		d := openDoor(t, func(c *httpapi.Config) { c.PublicURL = &url.URL{Scheme: scheme, Host: "chat.example.org"} })
		d.User(t, "alice")
		in := d.logInAt(t, map[string]string{"X-Parley-Client": "web"})
		if _, leaked := in.object(t)["refresh_token"]; leaked {
			t.Error("the refresh token is in the answer as well")
		}
		cookie := cookieOf(t, in)
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/api/v1/auth" ||
			cookie.Secure != (scheme == "https") || cookie.MaxAge != 30*24*3600 || cookie.Domain != "" {
			t.Errorf("%s: the cookie is %s", scheme, cookie)
		}
		with := func(value string) request {
			return request{
				method: "POST", path: "/api/v1/auth/refresh", header: map[string]string{"Cookie": "parley_refresh=" + value},
			}
		}
		got := d.do(t, with(cookie.Value))
		got.wantStatus(t, http.StatusOK)
		next := cookieOf(t, got)
		if _, leaked := got.object(t)["refresh_token"]; leaked || next.Value == cookie.Value {
			t.Errorf("got %s and the cookie %s", got.text, next)
		}
		d.do(t, request{method: "POST", path: "/api/v1/auth/refresh"}).
			wantProblem(t, http.StatusUnauthorized, "auth.refresh_token_required")
		evil := with(next.Value)
		evil.header["Origin"], evil.header["Sec-Fetch-Site"] = "https://evil.example", "cross-site"
		d.do(t, evil).wantProblem(t, http.StatusForbidden, "request.origin")

		out := d.do(t, request{method: "POST", path: "/api/v1/auth/logout", token: got.field(t, "access_token")})
		if gone := cookieOf(t, out); out.status != http.StatusNoContent || gone.MaxAge >= 0 || gone.Value != "" || gone.Path != "/api/v1/auth" {
			t.Errorf("logging out is answered %d and the cookie %s", out.status, gone)
		}
		d.do(t, with(next.Value)).wantProblem(t, http.StatusUnauthorized, "auth.access_ended")
		d.do(t, request{method: "GET", path: "/api/v1/me", token: got.field(t, "access_token")}).
			wantProblem(t, http.StatusUnauthorized, "auth.access_ended")
	}
}

func TestTheFirstLogInAnswersAsItDid(t *testing.T) {
	d := openDoor(t, nil)
	d.User(t, "alice")
	got := d.do(t, request{method: "POST", path: "/api/auth/login", body: person("alice", storetest.Password)})
	got.wantStatus(t, http.StatusOK)
	if tokens := got.object(t); len(tokens) != 3 || got.header.Get("Set-Cookie") != "" {
		t.Errorf("got %v", tokens)
	}
	list := d.do(t, request{method: "GET", path: "/api/v1/me/sessions", token: got.field(t, "access_token")}).object(t)
	if n := len(list["sessions"].([]any)); n != 2 { // the other is the test's own
		t.Errorf("%d sessions", n)
	}
}
