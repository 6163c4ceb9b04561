package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

const (
	// maxBody is the biggest request body, in bytes.
	maxBody = 64 << 10
	// maxDepth is how deep a body may nest; nothing we read nests deeper.
	maxDepth = 16
)

// readBody reads a request's body before huma does, which leaves huma nothing
// but sound JSON of a bearable size.
func (s *Server) readBody(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		op := ctx.Operation()
		if op.RequestBody == nil {
			next(ctx)
			return
		}
		r, w := humachi.Unwrap(ctx)
		if !op.RequestBody.Required && r.ContentLength == 0 {
			next(ctx)
			return
		}
		body, problem := soundBody(w, r, isFirst(op))
		if problem != nil {
			callOf(ctx.Context()).code = problem.Code
			problem.write(w, r)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		next(ctx)
	}
}

// soundBody reads and checks a body. The first API takes any content type, a
// repeated name and, as it did, answers 422 where others say 400.
func soundBody(w http.ResponseWriter, r *http.Request, first bool) ([]byte, *Problem) {
	malformed := http.StatusBadRequest
	if first {
		malformed = http.StatusUnprocessableEntity
	} else if !isJSON(r.Header) {
		return nil, newProblem(http.StatusUnsupportedMediaType, "request.content_type",
			"the body must be JSON, with Content-Type: application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		w.Header().Set("Connection", "close") // the rest is not worth reading
		return nil, newProblem(http.StatusRequestEntityTooLarge, "request.too_large", errTooLarge().Message)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, newProblem(http.StatusRequestTimeout, "request.timeout", "the body took too long to arrive")
	case err != nil:
		return nil, newProblem(http.StatusBadRequest, "request.incomplete", "the body could not be read to its end")
	case len(bytes.TrimSpace(body)) == 0:
		return nil, newProblem(malformed, "request.empty", "the request needs a JSON body")
	case !utf8.Valid(body):
		return nil, newProblem(malformed, "request.encoding", "the body must be valid UTF-8")
	}
	repeated, err := scanJSON(body)
	if err != nil {
		return nil, newProblem(malformed, "request.json", "the body is not one well-formed JSON value")
	}
	if repeated && !first {
		return nil, newProblem(http.StatusUnprocessableEntity, "request.repeated_field", "the body names a field twice")
	}
	return body, nil
}

func isJSON(h http.Header) bool {
	if coding := h.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return false
	}
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && media == "application/json"
}

var errJSON = errors.New("not one well-formed JSON value")

// scanJSON reports whether any object of one JSON value names a field twice.
// What is malformed, nested too deep or followed by more is an error.
func scanJSON(data []byte) (repeated bool, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // numbers are judged by whoever uses them
	var open []map[string]bool
	named := false // whether the next string of an object is a value
	for first := true; first || len(open) > 0; first = false {
		token, err := decoder.Token()
		if err != nil {
			return false, err
		}
		if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
			open, named = open[:len(open)-1], false
			continue
		}
		if len(open) > 0 && open[len(open)-1] != nil && !named {
			name, _ := token.(string)
			repeated = repeated || open[len(open)-1][name]
			open[len(open)-1][name], named = true, true
			continue
		}
		named = false
		if delim, ok := token.(json.Delim); ok {
			var names map[string]bool // nil stands for an array
			if delim == '{' {
				names = map[string]bool{}
			}
			if open = append(open, names); len(open) > maxDepth {
				return false, errJSON
			}
		}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return false, errJSON
	}
	return repeated, nil
}
