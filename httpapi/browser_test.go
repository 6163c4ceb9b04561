package httpapi_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"parley/httpapi"
	"parley/store/storetest"
)

// What keeps pages of other origins away, and our own in bounds.

func TestPagesOfOtherOriginsAreKeptOut(t *testing.T) {
	public := &url.URL{Scheme: "https", Host: "chat.example.org"}
	known := openDoor(t, func(c *httpapi.Config) {
		c.PublicURL, c.CORSOrigins = public, []string{"https://app.example.org:8443"}
	})
	unknown := openDoor(t, nil)
	here := unknown.URL
	for _, c := range []struct {
		door   *door
		origin string
		let    bool
	}{
		{known, "", true},
		{known, "https://chat.example.org", true},
		{known, "https://CHAT.example.org:443", true},
		{known, "https://app.example.org:8443", true},
		{known, "https://app.example.org", false},
		{known, "http://chat.example.org", false},
		{known, "https://chat.example.org.evil.example", false},
		{known, "https://evil.example", false},
		{known, "null", false},
		{known, known.URL, false},
		{unknown, "", true},
		{unknown, here, true},
		{unknown, "null", false},
		{unknown, "file://" + strings.TrimPrefix(here, "http://"), false},
		{unknown, "https://evil.example", false},
	} {
		token := c.door.tokenOf(t, c.door.known(t, "alice"))
		for _, path := range []string{"/api/v1/ws", "/ws/chat?token=" + token} {
			header := http.Header{"Authorization": {"Bearer " + token}}
			if c.origin != "" {
				header.Set("Origin", c.origin)
			}
			s, res := c.door.dial(t, path, &websocket.DialOptions{HTTPHeader: header})
			if (s != nil) != c.let || !c.let && res.StatusCode != http.StatusForbidden {
				t.Errorf("origin %q of %s: let in is %v, %d", c.origin, strings.Split(path, "?")[0], s != nil, res.StatusCode)
			}
		}
		if c.origin == "" || strings.HasSuffix(c.origin, ":443") {
			continue // browsers leave out the port that the scheme implies
		}
		got := c.door.do(t, request{
			method: "POST", path: "/api/auth/login", body: person("alice", storetest.Password),
			header: map[string]string{"Origin": c.origin},
		})
		if evil := got.status == http.StatusForbidden; evil == c.let && c.origin != known.URL && !strings.HasPrefix(c.origin, "file:") {
			t.Errorf("origin %q: a call that changes something got %d", c.origin, got.status)
		}
	}
	got := unknown.do(t, request{
		method: "POST", path: "/api/auth/login", body: person("alice", storetest.Password),
		header: map[string]string{"Sec-Fetch-Site": "cross-site"},
	})
	got.wantProblem(t, http.StatusForbidden, "request.origin")
}

func TestOnlyConfiguredOriginsMayReadAnswers(t *testing.T) {
	const app = "https://app.example.org"
	d := openDoor(t, func(c *httpapi.Config) { c.CORSOrigins = []string{app} })
	preflight := func(d *door, origin string) http.Header {
		return d.do(t, request{method: "OPTIONS", path: "/api/v1/auth/login", header: map[string]string{
			"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type",
		}}).header
	}
	h := preflight(d, app)
	if h.Get("Access-Control-Allow-Origin") != app || h.Get("Access-Control-Allow-Credentials") != "" ||
		!strings.Contains(strings.ToLower(h.Get("Access-Control-Allow-Headers")), "authorization") {
		t.Errorf("got %v", h)
	}
	for _, h := range []http.Header{preflight(d, "https://evil.example"), preflight(openDoor(t, nil), app)} {
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("got %v", h)
		}
	}
	for _, c := range []struct{ method, path string }{
		{"PATCH", "/api/v1/rooms/den"},
		{"DELETE", "/api/v1/rooms/den"},
		{"PUT", "/api/v1/rooms/den/members/bob"},
		{"PUT", "/api/v1/rooms/den/messages/1/reactions/%F0%9F%91%8D"},
		{"DELETE", "/api/v1/rooms/%23den/messages/1/pin"},
	} {
		h := d.do(t, request{method: "OPTIONS", path: c.path, header: map[string]string{
			"Origin": app, "Access-Control-Request-Method": c.method, "Access-Control-Request-Headers": "authorization,content-type",
		}}).header
		if h.Get("Access-Control-Allow-Origin") != app || h.Get("Access-Control-Allow-Methods") != c.method {
			t.Errorf("%s %s: got %v", c.method, c.path, h)
		}
		evil := d.do(t, request{method: c.method, path: c.path, token: d.tokenOf(t, d.known(t, "alice")), header: map[string]string{
			"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site",
		}})
		evil.wantProblem(t, http.StatusForbidden, "request.origin")
	}
	got := d.do(t, request{method: "GET", path: "/api/v1/me", header: map[string]string{"Origin": app}})
	got.wantProblem(t, http.StatusUnauthorized, "auth.token_required")
	if exposed := got.header.Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, "Retry-After") || !strings.Contains(exposed, "X-Request-Id") {
		t.Errorf("exposes %q", exposed)
	}
}

func TestAnswersCarryTheHeadersThatTameBrowsers(t *testing.T) {
	plain := openDoor(t, nil)
	secure := openDoor(t, func(c *httpapi.Config) { c.PublicURL = &url.URL{Scheme: "https", Host: "chat.example.org"} })
	want := map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
	}
	for _, path := range []string{"/health", "/api/v1/me", "/nothing", "/api/chat/messages"} {
		got := plain.do(t, request{method: "GET", path: path})
		for name, value := range maps.All(want) {
			if got.header.Get(name) != value {
				t.Errorf("%s: %s is %q", path, name, got.header.Get(name))
			}
		}
		if got.header.Get("Strict-Transport-Security") != "" || got.header.Get("X-Request-Id") == "" {
			t.Errorf("%s: got %v", path, got.header)
		}
	}
	first, second := secure.do(t, request{method: "GET", path: "/health"}), secure.do(t, request{
		method: "GET", path: "/health", header: map[string]string{"X-Request-Id": "mine"},
	})
	if first.header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS behind HTTPS")
	}
	if id := second.header.Get("X-Request-Id"); id == "mine" || id == first.header.Get("X-Request-Id") {
		t.Errorf("the request id is %q", id)
	}
}
