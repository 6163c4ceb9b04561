package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// caller is somebody who calls /api/v1.
type caller struct {
	tb    testing.TB
	door  *door
	name  string
	token string
}

// caller gives the caller of a name, whose account it makes when first asked.
func (d *door) caller(tb testing.TB, name string) *caller {
	tb.Helper()
	return &caller{tb: tb, door: d, name: name, token: d.tokenOf(tb, d.known(tb, name))}
}

// callers gives several at once.
func (d *door) callers(tb testing.TB, names ...string) []*caller {
	tb.Helper()
	list := make([]*caller, len(names))
	for i, name := range names {
		list[i] = d.caller(tb, name)
	}
	return list
}

// call makes a call given as its method and its path below /api/v1; body may be
// nil.
func (c *caller) call(line string, body any) answer {
	c.tb.Helper()
	method, path, _ := strings.Cut(line, " ")
	return c.door.do(c.tb, request{method: method, path: "/api/v1" + path, token: c.token, body: body})
}

// ok is a call that must be answered with a status below 300.
func (c *caller) ok(line string, body any) answer {
	c.tb.Helper()
	got := c.call(line, body)
	if got.status >= 300 {
		c.tb.Fatalf("%s of %s is answered %d %s", line, c.name, got.status, got.text)
	}
	return got
}

// refused is a call that must be answered by a problem.
func (c *caller) refused(line string, body any, status int, code string) answer {
	c.tb.Helper()
	got := c.call(line, body)
	before := c.tb.Failed()
	got.wantProblem(c.tb, status, code)
	if c.tb.Failed() && !before {
		c.tb.Logf("that was %s of %s", line, c.name)
	}
	return got
}

// get reads an object.
func (c *caller) get(path string) map[string]any {
	c.tb.Helper()
	return c.ok("GET "+path, nil).object(c.tb)
}

// list reads the named list of an object.
func (c *caller) list(path, name string) []map[string]any {
	c.tb.Helper()
	items, ok := c.get(path)[name].([]any)
	if !ok {
		c.tb.Fatalf("%s has no list of %s", path, name)
	}
	list := make([]map[string]any, len(items))
	for i, item := range items {
		list[i], _ = item.(map[string]any)
	}
	return list
}

// makes makes a room with members, who join it.
func (c *caller) makes(name, kind string, members ...*caller) {
	c.tb.Helper()
	c.ok("POST /rooms", object{"name": name, "kind": kind})
	for _, member := range members {
		c.ok("PUT /rooms/"+name+"/members/"+member.name, nil)
		member.ok("PUT /rooms/"+name+"/members/"+member.name, nil)
	}
}

// sends sends a message and gives its seq.
func (c *caller) sends(room, content string) int {
	c.tb.Helper()
	sent := c.ok("POST /rooms/"+room+"/messages", object{"content": content})
	seq, _ := sent.object(c.tb)["seq"].(float64)
	return int(seq)
}

// object is a JSON object.
type object = map[string]any

// column gives one field of every object in a list, as words.
func column(list []map[string]any, name string) string {
	words := make([]string, len(list))
	for i, item := range list {
		words[i] = fmt.Sprint(item[name])
	}
	return strings.Join(words, " ")
}

// described is what the API says of itself.
type described struct {
	paths map[*regexp.Regexp]map[string]struct {
		Responses map[string]json.RawMessage
	}
}

var parameter = regexp.MustCompile(`\\\{[a-z_]+\\\}`)

func (d *door) described(tb testing.TB) described {
	tb.Helper()
	var spec struct {
		Paths map[string]map[string]struct {
			Responses map[string]json.RawMessage
		}
	}
	text := d.do(tb, request{method: "GET", path: "/api/v1/openapi.json"}).text
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		tb.Fatal(err)
	}
	known := described{map[*regexp.Regexp]map[string]struct {
		Responses map[string]json.RawMessage
	}{}}
	for path, operations := range spec.Paths {
		pattern := parameter.ReplaceAllString(regexp.QuoteMeta(path), `[^/]+`)
		known.paths[regexp.MustCompile("^"+pattern+"$")] = operations
	}
	return known
}

// wantStatus fails unless the description of a call names a status.
func (k described) wantStatus(tb testing.TB, line string, status int) {
	tb.Helper()
	method, path, _ := strings.Cut(line, " ")
	path, _, _ = strings.Cut("/api/v1"+path, "?")
	for pattern, operations := range k.paths {
		operation, ok := operations[strings.ToLower(method)]
		if !ok || !pattern.MatchString(path) {
			continue
		}
		if operation.Responses[fmt.Sprint(status)] == nil && status != http.StatusBadRequest {
			tb.Errorf("%s is described without %d", line, status)
		}
		return
	}
	tb.Errorf("%s is not described", line)
}
