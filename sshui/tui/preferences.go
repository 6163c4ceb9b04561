package tui

import (
	"slices"
	"strings"
)

// preferencesVariable is where a person keeps what to start with, on their own
// machine: OpenSSH sends LC_* as it is shipped by most, and SetEnv for a host
// is enough elsewhere.
const preferencesVariable = "LC_PARLEY"

// preferences reads pairs like theme=dark and lone words like reader from the
// environment.
func preferences(environ []string) map[string]string {
	wanted := map[string]string{}
	for _, pair := range environ {
		value, ok := strings.CutPrefix(pair, preferencesVariable+"=")
		if !ok {
			continue
		}
		for _, word := range strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' }) {
			name, setting, given := strings.Cut(word, "=")
			if !given {
				setting = "on"
			}
			wanted[name] = setting
		}
	}
	return wanted
}

// prefer takes over what somebody wants to start with. What is not understood
// is left as it is: a session must not fail by it.
func (s *screen) prefer(wanted map[string]string) {
	if slices.Contains(themeNames(), wanted["theme"]) {
		s.style.name = wanted["theme"]
	}
	if mode, ok := parseBell(wanted["bell"]); ok {
		s.bell = mode
	}
	s.mouse = wanted["mouse"] == "on"
	s.reader.on = wanted["reader"] == "on"
}
