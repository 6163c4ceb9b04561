package tui

import (
	"strings"
	"time"

	"github.com/charmbracelet/colorprofile"
)

// profileOf says which colours a terminal shows, by what its environment says:
// TERM, COLORTERM, NO_COLOR. One that is not understood gets none.
func profileOf(environ []string) colorprofile.Profile {
	return max(colorprofile.Env(environ), colorprofile.ASCII)
}

// Zone is the time zone that the client sent in TZ, or else the server's.
func Zone(environ []string) *time.Location {
	zone := time.Local
	for _, pair := range environ {
		if name, ok := strings.CutPrefix(pair, "TZ="); ok && name != "" {
			if named, err := time.LoadLocation(strings.TrimPrefix(name, ":")); err == nil {
				zone = named
			}
		}
	}
	return zone
}
