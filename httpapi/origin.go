package httpapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// origins are the pages that may open a WebSocket or change something.
type origins struct {
	public  string   // how people reach the door; "" if not known
	others  []string // by configuration
	trusted []string // both
}

func newOrigins(public *url.URL, others []string) origins {
	o := origins{}
	if public != nil {
		o.public = originOf(public)
		o.trusted = append(o.trusted, o.public)
	}
	for _, text := range others {
		if u, err := url.Parse(text); err == nil && u.Host != "" {
			o.others = append(o.others, originOf(u))
		}
	}
	o.trusted = append(o.trusted, o.others...)
	return o
}

// allow reports whether a request may open a WebSocket, judged by the page
// that it comes from. A request without an Origin comes from no page. While it
// is not known how people reach the door, the page may be of the host that the
// request names.
func (o origins) allow(r *http.Request) bool {
	given := r.Header.Values("Origin")
	if len(given) == 0 {
		return true
	}
	u, err := url.Parse(given[0])
	if err != nil || len(given) > 1 || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return false // among them "null", the origin of sandboxed pages
	}
	return slices.Contains(o.trusted, originOf(u)) || o.public == "" && strings.EqualFold(u.Host, r.Host)
}

// originOf writes an address's origin as browsers do: without a port that its
// scheme implies (RFC 6454, section 6.2).
func originOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return u.Scheme + "://" + host
}
