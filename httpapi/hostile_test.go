package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Text as a weapon, in every field that takes some.

// controls are refused wherever they stand.
var controls = []string{
	"\x1b[2J", "\x1b]0;title\x07", "\x00", "a\x00b", "\x7f", "\u009b31m", "a\u0085b", "\x08\x08rm", "a\rb", "a\x0b\x0cb",
}

// nuisances are taken or refused, but never changed and never a fault.
var nuisances = []string{
	"\u202egnp.exe", "\u2066a\u2069", "a\u200bb", "\ufeffa", "\u2028", "\U000e0041\U000e007f", "Z" + strings.Repeat("\u0301", 500),
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'; DROP TABLE rooms; --`, `../../etc/passwd`, `..%2f..%2f`,
	`{{.}}${7*7}`, `%s%n%x`, `\u0000`, `NULL`, "\ufffd", "\U0010ffff", strings.Repeat("\U0001f468\u200d", 40), "%00", "@here @room @everyone",
	strings.Repeat("[", 300), strings.Repeat("*", 300), "javascript:alert(1)", "#\ufe0f\u20e3", "\u00a0", "\u3000",
}

func TestHostileTextIsRefusedOrHarmless(t *testing.T) {
	d := openDoor(t, nil)
	fields := map[string]struct {
		call  string
		body  func(text string) any
		where func(c *caller) any // reads it back; nil if none of it is taken
	}{
		"topic": {"PATCH /rooms/NAME", func(s string) any { return object{"topic": s} }, func(c *caller) any {
			return c.get("/rooms/" + c.name)["topic"]
		}},
		"status": {"PATCH /me", func(s string) any { return object{"status": s} }, func(c *caller) any {
			return c.get("/me")["status"]
		}},
		"draft": {"PUT /rooms/NAME/draft", func(s string) any { return object{"content": s} }, func(c *caller) any {
			return c.get("/rooms/" + c.name)["draft"]
		}},
		"message": {"POST /rooms/NAME/messages", func(s string) any { return object{"content": s} }, func(c *caller) any {
			list := c.list("/rooms/"+c.name+"/messages?limit=1", "messages")
			return list[len(list)-1]["content"]
		}},
		"room name":        {"PATCH /rooms/NAME", func(s string) any { return object{"name": s} }, nil},
		"a new room's":     {"POST /rooms", func(s string) any { return object{"kind": "public", "name": s} }, nil},
		"a conversation's": {"POST /rooms", func(s string) any { return object{"kind": "direct", "members": []string{s}} }, nil},
		"role":             {"PUT /rooms/NAME/members/reader", func(s string) any { return object{"role": s} }, nil},
		"notify":           {"PUT /rooms/NAME/settings", func(s string) any { return object{"notify": s} }, nil},
		"state":            {"PATCH /me", func(s string) any { return object{"state": s} }, nil},
	}
	d.caller(t, "reader")
	for i, text := range slices.Concat(controls, nuisances) {
		c := d.caller(t, fmt.Sprint("user", i)) // of their own, since all is limited
		c.makes(c.name, "public")
		c.sends(c.name, "first")
		for name, field := range fields {
			got := c.call(strings.Replace(field.call, "NAME", c.name, 1), field.body(text))
			wantHarmless(t, name, got)
			taken := got.status < 300
			switch {
			case taken && (i < len(controls) || field.where == nil):
				t.Errorf("%s takes %q", name, text)
			case taken:
				back, _ := field.where(c).(string) // nil for none
				if back != strings.TrimSpace(text) && back != text {
					t.Errorf("%s: %q became %q", name, text, back)
				}
			case got.status != 422 && got.status != 404:
				t.Errorf("%s: %q is answered %d %s", name, text, got.status, got.text)
			}
		}
	}
	if log := d.Log.String(); strings.ContainsFunc(log, func(r rune) bool { return r != '\n' && unicode.IsControl(r) || r == '\u202e' }) {
		t.Error("the log holds a control character")
	}
}

// wantHarmless fails unless an answer is JSON without raw control characters.
func wantHarmless(tb testing.TB, name string, got answer) {
	tb.Helper()
	if got.status >= 500 || got.text != "" && !json.Valid([]byte(got.text)) || !utf8.ValidString(got.text) ||
		strings.ContainsFunc(got.text, func(r rune) bool { return r != '\n' && r < 0x20 }) {
		tb.Errorf("%s is answered %d %q", name, got.status, got.text)
	}
}

func TestAnEmojiInThePathIsOneOrRefused(t *testing.T) {
	d := openDoor(t, nil)
	alice := d.caller(t, "alice")
	seq := alice.sends("lobby", "hi")
	for raw, want := range map[string]string{
		"%F0%9F%91%8D": "👍", "%f0%9f%91%8d": "👍", "👍": "👍", "%E2%9D%A4": "❤️", "%E2%9D%A4%EF%B8%8F": "❤️",
		"%23%EF%B8%8F%E2%83%A3": "#️⃣", "%F0%9F%87%A9%F0%9F%87%AA": "🇩🇪", "%F0%9F%91%8D%F0%9F%8F%BD": "👍🏽",
		"%2F": "", "%2f%2e%2e%2f": "", "%2e": "", "..": "", "a": "", "%00": "", "%ff": "", "%F0%9F%91": "", "%C0%AF": "", "%ED%A0%80": "",
		"%25F0%259F%2591%258D": "", "%F0%9F%91%8D%2F": "", "%F0%9F%91%8D%F0%9F%91%8D": "", "e%CC%81": "", "%CC%81": "",
		"%E2%80%8D": "", "%EF%B8%8F": "", "%F0%9F%91%8D%CC%81": "", "%20%F0%9F%91%8D": "", "%F0%9F%91%8D%0A": "", "%E2%80%AE%F0%9F%91%8D": "",
		":thumbsup:": "", "%F0%9F%8F%B4%F3%A0%81%A7%F3%A0%81%A2": "", strings.Repeat("%F0%9F%91%8D", 64): "", strings.Repeat("%F0%9F%91%8D", 65): "",
	} {
		line := at("lobby", seq) + "/reactions/" + raw
		got := alice.call("PUT "+line, nil)
		switch {
		case want != "" && got.status != 204:
			t.Errorf("%s is answered %d %s", raw, got.status, got.text)
		case want != "":
			list, _ := alice.get(at("lobby", seq))["reactions"].([]any)
			if len(list) != 1 || list[0].(object)["emoji"] != want {
				t.Errorf("%s became %v, want %s", raw, list, want)
			}
			alice.ok("DELETE "+line, nil)
		case got.status != 422 && got.status != 404:
			t.Errorf("%s is answered %d %s", raw, got.status, got.text)
		}
	}
}

// FuzzPaths asks for rooms, messages, people and emoji by whatever is in a
// path.
func FuzzPaths(f *testing.F) {
	d := openDoor(f, nil)
	alice := d.caller(f, "alice")
	alice.makes("den", "private")
	alice.sends("den", "hi")
	for _, seed := range []string{
		"den", "#den", "@alice", "@alice,alice", "1", "01", "-1", "👍", "#️⃣", "\xff", "a/b", "..", "%2F", "\x00", "@", ",", "18446744073709551616",
	} {
		for kind := range uint8(7) {
			f.Add(kind, seed)
		}
	}
	shapes := []string{
		"GET /rooms/%s", "GET /rooms/%s/messages", "GET /rooms/den/messages/%s", "PUT /rooms/den/messages/1/reactions/%s",
		"GET /users/%s", "DELETE /rooms/den/members/%s", "GET /rooms/den/members?prefix=%s",
	}
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		escape := url.PathEscape
		shape := shapes[int(kind)%len(shapes)]
		if strings.Contains(shape, "=") {
			escape = url.QueryEscape
		}
		if len(text) > 2000 {
			return
		}
		c := *alice
		c.tb = t
		got := c.call(fmt.Sprintf(shape, escape(text)), nil)
		if got.status < 300 && strings.HasPrefix(shape, "PUT") && !utf8.ValidString(text) {
			t.Errorf("%q is taken for an emoji", text)
		}
		switch got.status {
		case 200, 204, 301, 307, 308, 404, 403, 409, 422, 429:
			if got.status != 301 && got.status != 307 {
				wantHarmless(t, shape, got)
			}
		default:
			t.Errorf("%s of %q is answered %d %s", shape, text, got.status, got.text)
		}
	})
}

func TestNoBodyOfARoomCallBringsOutAFaultOfOurs(t *testing.T) {
	d := openDoor(t, nil)
	alice := d.caller(t, "alice")
	alice.makes("den", "private")
	alice.sends("den", "hi")
	pieces := rapid.SampledFrom([]string{
		`{`, `}`, `[`, `]`, `:`, `,`, `"name"`, `"topic"`, `"archived"`, `"kind"`, `"members"`, `"role"`, `"muted"`, `"notify"`, `"content"`, `"seq"`,
		`"state"`, `"status"`, `"direct"`, `"alice"`, `"den"`, `"owner"`, `""`, `1`, `-1`, `1e400`, `null`, `true`, `"\ud800"`, `"\u0000"`, "\xff", ` `,
		`{"kind":"direct","members":`, `{"role":`, `{"content":`,
	})
	calls := rapid.SampledFrom([]string{
		"POST /rooms", "PATCH /rooms/den", "PUT /rooms/den/members/alice", "PATCH /rooms/den/messages/1", "PUT /rooms/den/read",
		"PUT /rooms/den/draft", "PUT /rooms/den/settings", "PATCH /me",
	})
	rapid.Check(t, func(r *rapid.T) {
		body := strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(r, "body"), "")
		call := calls.Draw(r, "call")
		if got := alice.call(call, body); got.status >= 500 {
			r.Fatalf("%s %q: %d %s", call, body, got.status, got.text)
		}
	})
}
