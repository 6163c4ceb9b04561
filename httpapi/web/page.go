package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"
)

const (
	// forGood caches what lies below the hash of its content.
	forGood = "public, max-age=31536000, immutable"
	// askAgain caches what has a fixed address.
	askAgain = "no-cache"
)

// The files that are not served as they are.
const (
	indexFile    = "index.html"
	workerFile   = "sw.js"
	manifestFile = "manifest.webmanifest"
	firstScript  = "app/first.js"
)

// addresses are those of the page: the application reads them itself. /r is the
// permalink of a room or of a message in it.
var addresses = []string{
	"/", "/account", "/browse", "/r/{room:[1-9][0-9]*}", "/r/{room:[1-9][0-9]*}/{seq:[1-9][0-9]*}", "/room/{name:[a-z][a-z0-9_-]*}",
}

// modules are the names that scripts import the vendored libraries by.
var modules = map[string]string{
	"preact":               "vendor/preact.mjs",
	"preact/hooks":         "vendor/hooks.mjs",
	"htm":                  "vendor/htm.mjs",
	"@preact/signals":      "vendor/signals.mjs",
	"@preact/signals-core": "vendor/signals-core.mjs",
}

// page is the application as it is served.
type page struct {
	base     string // of the assets' addresses: /assets/{hash}/
	files    files
	index    *asset
	worker   *asset
	manifest *asset
	policy   string // the Content-Security-Policy without connect-src
}

// Mount adds the page and its files to a router. Whoever has the router serves
// the API that the page calls.
func Mount(router chi.Router) {
	for _, address := range addresses {
		router.Get(address, with((*page).serveIndex))
	}
	router.Get("/assets/{hash}/*", with((*page).serveAsset))
	router.Get("/"+workerFile, with(func(p *page, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'")
		p.worker.serve(w, r, askAgain)
	}))
	router.Get("/"+manifestFile, with(func(p *page, w http.ResponseWriter, r *http.Request) {
		p.manifest.serve(w, r, askAgain)
	}))
	router.Get("/favicon.ico", with(func(p *page, w http.ResponseWriter, r *http.Request) {
		p.files["icon/icon-32.png"].serve(w, r, askAgain)
	}))
}

// whole is the page, put together for the first who asks: the doors open without
// waiting for it.
var whole = sync.OnceValues(newPage)

// with serves something of the page.
func with(serve func(*page, http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, err := whole()
		if err != nil {
			panic(fmt.Errorf("put the page together: %w", err)) // its files are embedded: the tests see to them
		}
		serve(p, w, r)
	}
}

func newPage() (*page, error) {
	loaded, err := load()
	if err != nil {
		return nil, err
	}
	p := &page{files: loaded, base: "/assets/" + loaded.hash() + "/"}
	imports, err := p.importMap()
	if err != nil {
		return nil, err
	}
	fill := strings.NewReplacer(
		"{{base}}", p.base, "{{imports}}", imports, "{{preloads}}", p.preloads(),
		`["{{shell}}"]`, p.shell(),
	)
	for name, filled := range map[string]**asset{indexFile: &p.index, workerFile: &p.worker, manifestFile: &p.manifest} {
		if *filled, err = newAsset(name, []byte(fill.Replace(string(loaded[name].content)))); err != nil {
			return nil, err
		}
	}
	sum := sha256.Sum256([]byte(imports))
	p.policy = strings.Join([]string{
		"default-src 'none'", "script-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'",
		"style-src 'self'", "img-src 'self'", "manifest-src 'self'", "worker-src 'self'",
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
		"require-trusted-types-for 'script'", "trusted-types parley",
	}, "; ")
	return p, nil
}

// hash names the content of all files: another file, another address.
func (f files) hash() string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(f)) {
		fmt.Fprintf(sum, "%s %s\n", name, f[name].etag)
	}
	return hex.EncodeToString(sum.Sum(nil)[:10])
}

func (p *page) importMap() (string, error) {
	imports := map[string]string{}
	for name, file := range modules {
		imports[name] = p.base + file
	}
	text, err := json.Marshal(map[string]any{"imports": imports})
	return string(text), err
}

// preloads has a browser ask at once for all that the page opens with.
func (p *page) preloads() string {
	lines := make([]string, 0, 1+len(modules))
	for _, name := range append(slices.Sorted(maps.Values(modules)), pageModule) {
		lines = append(lines, fmt.Sprintf(`<link rel="modulepreload" href="%s%s">`, p.base, name))
	}
	return strings.Join(lines, "\n")
}

// shell lists, as JSON, what the service worker keeps so that the page opens
// without a network.
func (p *page) shell() string {
	addresses := []string{"/"}
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		switch {
		case name == indexFile, name == workerFile, name == manifestFile, strings.HasPrefix(name, "vendor/LICENSE"):
		default:
			addresses = append(addresses, p.base+name)
		}
	}
	text, _ := json.Marshal(addresses) //nolint:errchkjson // strings
	return string(text)
}

// plainHost is a Host that can be repeated in a header.
var plainHost = regexp.MustCompile(`^[A-Za-z0-9.\-]+(:[0-9]+)?$|^\[[0-9A-Fa-f:.]+\](:[0-9]+)?$`)

func (p *page) serveIndex(w http.ResponseWriter, r *http.Request) {
	connect := "; connect-src 'self'"
	if plainHost.MatchString(r.Host) { // not every browser takes 'self' for a WebSocket
		connect += " ws://" + r.Host + " wss://" + r.Host
	}
	h := w.Header()
	h.Set("Content-Security-Policy", p.policy+connect)
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	p.index.serve(w, r, askAgain)
}

func (p *page) serveAsset(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, p.base)
	file := p.files[name]
	if !ok || file == nil || name == indexFile || name == workerFile || name == manifestFile {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintln(w, "there is nothing at this address")
		return
	}
	file.serve(w, r, forGood)
}
