// Package docs shows an OpenAPI document as one readable page that needs no
// script and loads nothing from elsewhere.
package docs

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed page.html
var pageText string

// Style is the page's style sheet.
//
//go:embed style.css
var Style []byte

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is what the template shows.
type page struct {
	Title, Version, Description string
	Spec, Style                 string // where these are found
	Groups                      []group
	Schemas                     []schema
}

type group struct {
	Name       string
	Operations []operation
}

type operation struct {
	ID, Method, Path string
	Summary          string
	Description      []line
	NeedsToken       bool
	Parameters       []field
	Body             []field
	Responses        []response
}

// line is one of a description: a JSON object that it may begin with, and the
// rest.
type line struct {
	Code, Text string
}

type response struct {
	Status, Description string
	Schema              string // the name of the schema, "" if there is no body
	List                bool
}

type field struct {
	Name, In, Type, Description string
	Required                    bool
}

type schema struct {
	Name   string
	Fields []field
}

// Render writes the page for a document; spec and style are the addresses of
// the document and of the style sheet.
func Render(api *huma.OpenAPI, spec, style string) ([]byte, error) {
	p := page{
		Title: api.Info.Title, Version: api.Info.Version, Description: api.Info.Description,
		Spec: spec, Style: style,
	}
	groups := map[string]*group{}
	for _, tag := range api.Tags {
		groups[tag.Name] = &group{Name: tag.Name}
	}
	paths := make([]string, 0, len(api.Paths))
	for path := range api.Paths {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		for _, op := range operations(api.Paths[path]) {
			shown := show(api, path, op.method, op.Operation)
			for _, name := range op.Tags[:min(1, len(op.Tags))] {
				if g := groups[name]; g != nil {
					g.Operations = append(g.Operations, shown)
				}
			}
		}
	}
	for _, tag := range api.Tags {
		p.Groups = append(p.Groups, *groups[tag.Name])
	}
	schemas := api.Components.Schemas.Map()
	for name, s := range schemas {
		p.Schemas = append(p.Schemas, schema{Name: name, Fields: fields(s, "")})
	}
	slices.SortFunc(p.Schemas, func(a, b schema) int { return strings.Compare(a.Name, b.Name) })
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, p); err != nil {
		return nil, fmt.Errorf("render the documentation: %w", err)
	}
	return out.Bytes(), nil
}

type methodOperation struct {
	method string
	*huma.Operation
}

// operations lists a path's operations in the order in which people look for
// them.
func operations(item *huma.PathItem) []methodOperation {
	all := []methodOperation{
		{http.MethodGet, item.Get},
		{http.MethodPost, item.Post},
		{http.MethodPut, item.Put},
		{http.MethodPatch, item.Patch},
		{http.MethodDelete, item.Delete},
	}
	return slices.DeleteFunc(all, func(op methodOperation) bool { return op.Operation == nil })
}

func show(api *huma.OpenAPI, path, method string, op *huma.Operation) operation {
	o := operation{
		ID: op.OperationID, Method: method, Path: path,
		Summary: op.Summary, Description: lines(op.Description), NeedsToken: len(op.Security) > 0,
	}
	for _, param := range op.Parameters {
		o.Parameters = append(o.Parameters, field{
			Name: param.Name, In: param.In, Type: typeOf(param.Schema),
			Description: param.Description, Required: param.Required,
		})
	}
	if op.RequestBody != nil {
		for _, media := range op.RequestBody.Content {
			o.Body = fields(resolve(api, media.Schema), "body")
		}
	}
	statuses := make([]string, 0, len(op.Responses))
	for status := range op.Responses {
		statuses = append(statuses, status)
	}
	slices.Sort(statuses) // digits sort before "default"
	for _, status := range statuses {
		r := response{Status: status, Description: op.Responses[status].Description}
		for _, media := range op.Responses[status].Content {
			r.Schema, r.List = refName(media.Schema)
		}
		o.Responses = append(o.Responses, r)
	}
	return o
}

func lines(text string) []line {
	if text == "" {
		return nil
	}
	var list []line
	for one := range strings.SplitSeq(text, "\n") {
		end := 0
		decoder := json.NewDecoder(strings.NewReader(one))
		var object map[string]any
		if err := decoder.Decode(&object); err == nil {
			end = int(decoder.InputOffset())
		}
		list = append(list, line{one[:end], one[end:]})
	}
	return list
}

func fields(s *huma.Schema, in string) []field {
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	list := make([]field, 0, len(names))
	for _, name := range names {
		property := s.Properties[name]
		list = append(list, field{
			Name: name, In: in, Type: typeOf(property),
			Description: property.Description, Required: slices.Contains(s.Required, name),
		})
	}
	return list
}

func resolve(api *huma.OpenAPI, s *huma.Schema) *huma.Schema {
	if s.Ref != "" {
		return api.Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// refName gives the name of the schema that s refers to, itself or as a list.
func refName(s *huma.Schema) (name string, list bool) {
	if s == nil {
		return "", false
	}
	if s.Type == huma.TypeArray && s.Items != nil {
		name, _ = refName(s.Items)
		return name, true
	}
	return s.Ref[strings.LastIndex(s.Ref, "/")+1:], false
}

// typeOf describes a value's type in a few words.
func typeOf(s *huma.Schema) string {
	if name, list := refName(s); name != "" && list {
		return "list of " + name
	} else if name != "" {
		return name
	}
	if s == nil {
		return ""
	}
	text := s.Type
	if s.Minimum != nil && s.Maximum != nil && *s.Maximum < 1e6 {
		text += fmt.Sprintf(" %g to %g", *s.Minimum, *s.Maximum)
	} else if s.Minimum != nil {
		text += fmt.Sprintf(" from %g", *s.Minimum)
	}
	if len(s.Enum) > 0 {
		words := make([]string, len(s.Enum))
		for i, word := range s.Enum {
			words[i] = fmt.Sprint(word)
		}
		text += ": " + strings.Join(words, ", ")
	}
	if s.Default != nil {
		text += fmt.Sprintf(", %v if not given", s.Default)
	}
	return text
}
