package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/js"
)

//go:embed static
var embedded embed.FS

// contentTypes are those of the files that the page is made of; no table of
// the machine's decides.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".mjs":         "text/javascript; charset=utf-8",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
}

// asset is a file as it is served.
type asset struct {
	contentType string
	etag        string // of the content as it is, without quotes
	content     []byte
	zipped      func() []byte // made for the first who asks; nil if compressing gains nothing
}

func newAsset(name string, content []byte) (*asset, error) {
	sum := sha256.Sum256(content)
	a := &asset{
		contentType: contentTypes[path.Ext(name)], content: content,
		etag:   hex.EncodeToString(sum[:12]),
		zipped: sync.OnceValue(func() []byte { return compress(content) }),
	}
	if a.contentType == "" {
		return nil, fmt.Errorf("%s has no known content type", name)
	}
	return a, nil
}

// compress gives content as gzip makes it; nil if that gains nothing.
func compress(content []byte) []byte {
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is one there is
	}
	_, _ = w.Write(content) // a buffer takes everything
	_ = w.Close()
	if zipped.Len() < len(content)*9/10 {
		return zipped.Bytes()
	}
	return nil
}

// serve answers with the asset, compressed where the client takes it.
func (a *asset) serve(w http.ResponseWriter, r *http.Request, caching string) {
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", caching)
	content, etag := a.content, `"`+a.etag+`"`
	if zipped := a.zipped(); zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			content, etag = zipped, `"`+a.etag+`-gzip"`
		}
	}
	h.Set("ETag", etag)
	if matches(r.Header.Get("If-None-Match"), etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", fmt.Sprint(len(content)))
	_, _ = w.Write(content)
}

// acceptsGzip reads an Accept-Encoding header as far as it matters here: gzip
// is named, and not with a weight of zero (RFC 9110, section 12.5.3).
func acceptsGzip(header string) bool {
	for _, part := range strings.Split(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.Trim(strings.ToLower(weight), " q=0.") != "" || !strings.Contains(weight, "=")
		}
	}
	return false
}

// matches reports whether an If-None-Match header names an ETag; a proxy may
// have weakened it.
func matches(header, etag string) bool {
	for _, tag := range strings.Split(header, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}

// minified gives a script without what only people read. It may use whatever the
// browsers know that have import maps.
func minified(script string) (string, error) {
	var short strings.Builder
	err := (&js.Minifier{Version: 2022}).Minify(minify.New(), &short, strings.NewReader(script), nil)
	return short.String(), err
}

// files are the assets by their path below static.
type files map[string]*asset

// load reads the embedded files, and links and minifies the application.
func load() (files, error) {
	contents := map[string]string{}
	err := fs.WalkDir(embedded, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := embedded.ReadFile(name)
		contents[strings.TrimPrefix(name, "static/")] = string(content)
		return err
	})
	if err != nil {
		return nil, err
	}
	opening, later, err := link(contents)
	if err != nil {
		return nil, fmt.Errorf("link the page: %w", err)
	}
	maps.DeleteFunc(contents, func(name, _ string) bool {
		return strings.HasPrefix(name, "app/") && name != firstScript
	})
	contents[pageModule], contents[laterModule] = opening, later
	for _, name := range []string{pageModule, laterModule, firstScript, workerFile} {
		if contents[name], err = minified(contents[name]); err != nil {
			return nil, fmt.Errorf("minify %s: %w", name, err)
		}
	}
	loaded := files{}
	for name, content := range contents {
		if loaded[name], err = newAsset(name, []byte(content)); err != nil {
			return nil, err
		}
	}
	return loaded, nil
}
