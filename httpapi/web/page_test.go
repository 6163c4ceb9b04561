package web

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

func get(t *testing.T, handler http.Handler, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	reader := io.Reader(res.Body)
	if res.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		reader = unzipped
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func mounted(t *testing.T) chi.Router {
	t.Helper()
	router := chi.NewRouter()
	Mount(router)
	if _, err := whole(); err != nil {
		t.Fatal(err)
	}
	return router
}

func TestThePageIsLetDoNothingButWhatItDoes(t *testing.T) {
	res := get(t, mounted(t), "/")
	policy, page := res.Header.Get("Content-Security-Policy"), body(t, res)
	for _, rule := range []string{
		"default-src 'none'", "style-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
		"require-trusted-types-for 'script'", "trusted-types parley", "connect-src 'self' ws://example.com wss://example.com",
	} {
		if !strings.Contains("; "+policy+";", "; "+rule+";") {
			t.Errorf("the policy lacks %s: %s", rule, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "data:") {
		t.Errorf("the policy is %s", policy)
	}
	inline := regexp.MustCompile(`<script[^>]*>([^<]+)</script>`).FindAllStringSubmatch(page, -1)
	if len(inline) != 1 {
		t.Fatalf("%d scripts stand in the page", len(inline))
	}
	sum := sha256.Sum256([]byte(inline[0][1]))
	if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("the import map is not let by %s", policy)
	}
	if strings.Contains(page, "style=") || strings.Contains(page, "{{") || regexp.MustCompile(`\son\w+=`).MatchString(page) {
		t.Errorf("the page is %s", page)
	}
	if odd := get(t, mounted(t), "http://exa;mple.com/").Header.Get("Content-Security-Policy"); strings.Contains(odd, "exa") {
		t.Errorf("an odd host gets into the policy: %s", odd)
	}
}

func TestAssetsAreServedCompressedAndCachedForGood(t *testing.T) {
	router := mounted(t)
	addresses := regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`).FindAllStringSubmatch(body(t, get(t, router, "/r/17/42")), -1)
	if len(addresses) < 10 {
		t.Fatalf("the page asks for %v", addresses)
	}
	for _, match := range addresses {
		res := get(t, router, match[1], "Accept-Encoding", "br, gzip")
		h := res.Header
		if res.StatusCode != http.StatusOK || h.Get("Cache-Control") != forGood || h.Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", match[1], res.StatusCode, h)
		}
		if strings.HasSuffix(match[1], "js") && (h.Get("Content-Encoding") != "gzip" || h.Get("Vary") != "Accept-Encoding") {
			t.Errorf("%s is not compressed: %v", match[1], h)
		}
		same := get(t, router, match[1], "Accept-Encoding", "gzip", "If-None-Match", `"other", W/`+h.Get("ETag"))
		if same.StatusCode != http.StatusNotModified || body(t, same) != "" {
			t.Errorf("%s asked for again: %d", match[1], same.StatusCode)
		}
		plain := get(t, router, match[1], "Accept-Encoding", "gzip;q=0")
		if plain.Header.Get("Content-Encoding") != "" || plain.Header.Get("ETag") == h.Get("ETag") && h.Get("Content-Encoding") != "" {
			t.Errorf("%s for those who do not take gzip: %v", match[1], plain.Header)
		}
	}
	for _, path := range []string{"/assets/0123/app/page.js", strings.Replace(addresses[0][1], "first.js", "main.js", 1), strings.Replace(addresses[0][1], "app/first.js", "../doc.go", 1)} {
		if res := get(t, router, path); res.StatusCode != http.StatusNotFound || strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	for _, path := range []string{"/", "/sw.js", "/manifest.webmanifest", "/account", "/room/lobby"} {
		res := get(t, router, path)
		if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-cache" || res.Header.Get("ETag") == "" {
			t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
		}
	}
}

// The bounds are the page's promise to those on a slow line.
func TestScriptsAndStylesAreSmall(t *testing.T) {
	const maxScript, maxStyle = 45_000, 12_000
	loaded, err := load()
	if err != nil {
		t.Fatal(err)
	}
	scripts, styles := 0, 0
	for name, a := range loaded {
		switch {
		case strings.HasSuffix(name, ".js"), strings.HasSuffix(name, ".mjs"):
			scripts += len(a.zipped())
		case strings.HasSuffix(name, ".css"):
			styles += len(a.zipped())
		}
	}
	t.Logf("all scripts: %d bytes, all styles: %d bytes, compressed", scripts, styles)
	if scripts > maxScript || styles > maxStyle {
		t.Error("that is too much")
	}
}
