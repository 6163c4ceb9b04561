package httpapi_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley/httpapi"
)

func TestTheAPIDescribesItselfInOpenAPI(t *testing.T) {
	d := openDoor(t, func(c *httpapi.Config) { c.PublicURL = &url.URL{Scheme: "https", Host: "chat.example.org"} })
	got := d.do(t, request{method: "GET", path: "/api/v1/openapi.json"})
	got.wantStatus(t, http.StatusOK)
	var spec struct {
		OpenAPI    string
		Info       struct{ Title, Version string }
		Servers    []struct{ URL string }
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Schemas map[string]json.RawMessage }
	}
	if err := json.Unmarshal([]byte(got.text), &spec); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(spec.OpenAPI, "3.1") || spec.Info.Title != "Parley" || spec.Info.Version != "test" ||
		len(spec.Servers) != 1 || spec.Servers[0].URL != "https://chat.example.org" {
		t.Errorf("got %s %+v %+v", spec.OpenAPI, spec.Info, spec.Servers)
	}
	for _, call := range []string{
		"post /api/v1/auth/register", "post /api/v1/auth/login", "post /api/v1/auth/refresh", "post /api/v1/auth/logout",
		"get /api/v1/me", "patch /api/v1/me", "get /api/v1/me/sessions", "delete /api/v1/me/sessions",
		"delete /api/v1/me/sessions/{id}", "get /api/v1/me/keys", "post /api/v1/me/keys", "delete /api/v1/me/keys/{id}",
		"get /api/v1/rooms", "post /api/v1/rooms", "get /api/v1/rooms/{room}", "patch /api/v1/rooms/{room}", "delete /api/v1/rooms/{room}",
		"get /api/v1/rooms/{room}/members", "put /api/v1/rooms/{room}/members/{username}", "delete /api/v1/rooms/{room}/members/{username}",
		"get /api/v1/rooms/{room}/messages/{seq}", "patch /api/v1/rooms/{room}/messages/{seq}", "delete /api/v1/rooms/{room}/messages/{seq}",
		"get /api/v1/rooms/{room}/messages/{seq}/versions",
		"put /api/v1/rooms/{room}/messages/{seq}/reactions/{emoji}", "delete /api/v1/rooms/{room}/messages/{seq}/reactions/{emoji}",
		"put /api/v1/rooms/{room}/messages/{seq}/pin", "delete /api/v1/rooms/{room}/messages/{seq}/pin", "get /api/v1/rooms/{room}/pins",
		"put /api/v1/rooms/{room}/draft", "put /api/v1/rooms/{room}/settings", "get /api/v1/rooms/{room}/here", "get /api/v1/users/{username}",
		"get /api/v1/rooms/{room}/messages", "post /api/v1/rooms/{room}/messages", "put /api/v1/rooms/{room}/read",
		"get /api/v1/ws", "post /api/auth/register", "post /api/auth/login", "get /api/chat/messages", "get /ws/chat",
		"get /health", "get /readyz", "get /api/v1/about",
	} {
		method, path, _ := strings.Cut(call, " ")
		if spec.Paths[path][method] == nil {
			t.Errorf("%s is not described", call)
		}
	}
	for _, asked := range []string{
		"NewMessage", "NewText", "NewRoom", "RoomChange", "MemberChange", "Marker", "Draft", "Settings", "AccountChange",
	} {
		if shape := string(spec.Components.Schemas[asked]); !strings.Contains(shape, `"additionalProperties":false`) {
			t.Errorf("a %s may hold anything: %s", asked, shape)
		}
	}
	for _, answered := range []string{"Message", "Room", "Member", "Page", "Notice", "Me", "Person"} {
		if shape := string(spec.Components.Schemas[answered]); shape == "" || strings.Contains(shape, "additionalProperties") {
			t.Errorf("a %s may not grow: %s", answered, shape)
		}
	}
	for _, foreign := range []string{"ErrorModel", "ErrorDetail", "$schema"} {
		if strings.Contains(got.text, foreign) {
			t.Errorf("the description speaks of %s", foreign)
		}
	}
	for _, ref := range regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(got.text, -1) {
		if spec.Components.Schemas[ref[1]] == nil {
			t.Errorf("nothing describes %s", ref[1])
		}
	}
}

func TestTheDocumentationLoadsNothingFromElsewhere(t *testing.T) {
	d := openDoor(t, nil)
	page := d.do(t, request{method: "GET", path: "/api/v1/docs"})
	page.wantStatus(t, http.StatusOK)
	if page.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("got %s", page.header.Get("Content-Type"))
	}
	policy := page.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'; style-src 'self';") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %s", policy)
	}
	for _, link := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(page.text, -1) {
		if !strings.HasPrefix(link[1], "#") {
			d.do(t, request{method: "GET", path: link[1]}).wantStatus(t, http.StatusOK)
		}
	}
	for _, text := range []string{"<script", "style=", "http://", "https://"} {
		if strings.Contains(page.text, text) {
			t.Errorf("the page holds %s", text)
		}
	}
	for _, text := range []string{"POST /api/v1/auth/login", "GET /ws/chat", "needs an access token", `id="schema-Problem"`} {
		if !strings.Contains(page.text, text) {
			t.Errorf("the page lacks %s", text)
		}
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page.text, -1) {
		if !strings.Contains(page.text, `id="`+link[1]+`"`) {
			t.Errorf("nothing is at #%s", link[1])
		}
	}
}
