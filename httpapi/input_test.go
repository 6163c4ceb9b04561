package httpapi_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/store/storetest"
)

// What the API does with input that it cannot use.

func TestInputThatIsRefused(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	post := func(body any, header ...string) request {
		r := request{method: "POST", path: "/api/v1/rooms/lobby/messages", token: token, body: body}
		if len(header) > 0 {
			r.header = map[string]string{header[0]: header[1]}
		}
		return r
	}
	get := func(query string) request {
		return request{method: "GET", path: "/api/v1/rooms/lobby/messages?" + query, token: token}
	}
	register := func(body any) request { return request{method: "POST", path: "/api/v1/auth/register", body: body} }
	for _, c := range []struct {
		name   string
		call   request
		status int
		code   string
	}{
		{"malformed JSON", post(`{"content":`), 400, "request.json"},
		{"trailing garbage", post(`{"content":"a"}x`), 400, "request.json"},
		{"two values", post(`{"content":"a"} {"content":"b"}`), 400, "request.json"},
		{"a repeated field", post(`{"content":"a","content":"b"}`), 422, "request.repeated_field"},
		{"deep nesting", post(strings.Repeat("[", 20000)), 400, "request.json"},
		{"an empty body", post(""), 400, "request.empty"},
		{"only spaces", post(" \n"), 400, "request.empty"},
		{"invalid UTF-8", post("{\"content\":\"\xff\"}"), 400, "request.encoding"},
		{"a list", post(`[]`), 422, "request.invalid"},
		{"null", post(`null`), 422, "request.invalid"},
		{"an unknown field", post(`{"content":"a","color":"red"}`), 422, "request.unknown_field"},
		{"another case", post(`{"content":"a","Nonce":"b"}`), 422, "request.unknown_field"},
		{"a missing field", post(`{}`), 422, "request.invalid"},
		{"a wrong type", post(`{"content":5}`), 422, "request.invalid"},
		{"null content", post(`{"content":null}`), 422, "request.invalid"},
		{"a huge number", post(`{"content":"a","reply_to":1e30}`), 422, "request.invalid"},
		{"a number past int64", post(`{"content":"a","reply_to":9223372036854775808}`), 422, "request.invalid"},
		{"an unbearable number", post(`{"content":"a","reply_to":1e999}`), 400, "request.invalid"},
		{"a fraction", post(`{"content":"a","reply_to":1.5}`), 422, "request.invalid"},
		{"a negative seq", post(`{"content":"a","reply_to":-1}`), 422, "request.invalid"},
		{"an exponent", post(`{"content":"a","reply_to":1e0}`), 422, "request.invalid"},
		{"form data", post("content=a", "Content-Type", "application/x-www-form-urlencoded"), 415, "request.content_type"},
		{"text", post(`{"content":"a"}`, "Content-Type", "text/plain"), 415, "request.content_type"},
		{"no content type", post(`{"content":"a"}`, "Content-Type", ""), 415, "request.content_type"},
		{"compression", post("x", "Content-Encoding", "gzip"), 415, "request.content_type"},
		{"more than 64 KiB", post(`{"content":"` + strings.Repeat("x", 64<<10) + `"}`), 413, "request.too_large"},
		{"a long message", post(`{"content":"` + strings.Repeat("x", 4001) + `"}`), 422, "message.too_long"},
		{"an empty message", post(`{"content":" "}`), 422, "message.empty"},
		{"an escape sequence", post(`{"content":"\u001b[2J"}`), 422, "message.control"},
		{"a nonce that is too long", post(`{"content":"a","nonce":"` + strings.Repeat("n", 65) + `"}`), 422, "message.nonce"},
		{"a reply to nothing", post(`{"content":"a","reply_to":7}`), 404, "message.not_found"},
		{"two spans", get("before=1&after=1"), 422, "history.span"},
		{"limit 0", get("limit=0"), 422, "request.invalid"},
		{"limit 201", get("limit=201"), 422, "request.invalid"},
		{"a word for a seq", get("before=x"), 422, "request.invalid"},
		{"a negative before", get("before=-1"), 422, "request.invalid"},
		{"a before past int64", get("before=9223372036854775808"), 422, "request.invalid"},
		{"an unknown parameter", get("befor=1"), 422, "request.unknown_field"},
		{"a token in the address", get("access_token=x"), 422, "request.unknown_field"},
		{"a reserved name", register(person("admin", storetest.Password)), 422, "user.name_reserved"},
		{"a nested name", register(map[string]any{"username": map[string]any{}, "password": storetest.Password}), 422, "request.invalid"},
		{"mass assignment", register(map[string]any{"username": "bob", "password": storetest.Password, "admin": true}), 422, "request.unknown_field"},
		{"no such address", request{method: "GET", path: "/api/v1/nothing"}, 404, "request.not_found"},
		{"no such method", request{method: "DELETE", path: "/api/v1/auth/login"}, 405, "request.method"},
	} {
		t.Run(c.name, func(t *testing.T) { d.do(t, c.call).wantProblem(t, c.status, c.code) })
	}
	if got := d.do(t, request{method: "DELETE", path: "/api/v1/auth/login"}).header.Get("Allow"); got != "POST" {
		t.Errorf("Allow is %q", got)
	}
	for path, want := range map[string]string{
		"/api/v1/rooms": "GET, POST", "/api/v1/rooms/%23den": "GET, PATCH, DELETE", "/api/v1/rooms/den/members/bob": "PUT, DELETE",
		"/api/v1/rooms/den/messages/1": "GET, PATCH, DELETE", "/api/v1/rooms/den/messages/1/reactions/%2F": "PUT, DELETE",
	} {
		got := d.do(t, request{method: "TRACE", path: path, token: token})
		if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != want {
			t.Errorf("%s: %d, Allow is %q", path, got.status, got.header.Get("Allow"))
		}
	}
}

func TestABodyOfExactly64KiBIsRead(t *testing.T) {
	d := openDoor(t, nil)
	body := `{"content":"hi"}`
	body += strings.Repeat(" ", 64<<10-len(body))
	d.do(t, request{method: "POST", path: "/api/v1/rooms/lobby/messages", token: d.token(t, "alice"), body: body}).
		wantStatus(t, http.StatusCreated)
}

func TestARefusalNeverRepeatsAPassword(t *testing.T) {
	d := openDoor(t, nil)
	const secret = "hunter2hunter2"
	for _, path := range []string{"/api/v1/auth/register", "/api/v1/auth/login", "/api/auth/register", "/api/auth/login"} {
		for _, body := range []any{
			person("bob", secret),
			person("b", secret),
			map[string]any{"username": "bob", "password": []string{secret}},
			map[string]any{"username": "bob", "passwort": secret},
			map[string]any{"username": 5, "password": secret, "x": secret},
			`{"username":"bob","password":"` + secret + `"`,
			`{"username":"bob","password":"` + secret + `","reply":1e999}`,
		} {
			got := d.do(t, request{method: "POST", path: path, body: body})
			if got.status < 400 || strings.Contains(got.text, secret) {
				t.Errorf("%s %v: %d %s", path, body, got.status, got.text)
			}
		}
	}
	if strings.Contains(d.Log.String(), secret) {
		t.Error("the log holds the password")
	}
}

func TestNoBodyBringsOutAFaultOfOurs(t *testing.T) {
	d := openDoor(t, nil)
	token := d.token(t, "alice")
	pieces := rapid.SampledFrom([]string{
		`{`, `}`, `[`, `]`, `:`, `,`, `"content"`, `"nonce"`, `"reply_to"`, `"a"`, `""`, `1`, `-1`, `1e400`, `null`,
		`true`, `"\ud800"`, `"\u0000"`, "\x00", "\xff", ` `, `"seq"`,
	})
	rapid.Check(t, func(r *rapid.T) {
		body := strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(r, "body"), "")
		path := rapid.SampledFrom([]string{"/api/v1/rooms/lobby/messages", "/api/auth/login", "/api/v1/rooms/lobby/read"}).Draw(r, "path")
		method := "POST"
		if strings.HasSuffix(path, "read") {
			method = "PUT"
		}
		got := d.do(t, request{method: method, path: path, token: token, body: body})
		if got.status >= 500 {
			r.Fatalf("%q: %d %s", body, got.status, got.text)
		}
	})
}

func TestABodyThatBreaksOffIsNoFaultOfOurs(t *testing.T) {
	d := openDoor(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("got %d", res.StatusCode)
	}
}
