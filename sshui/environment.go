package sshui

import (
	"strings"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
)

// The most that a session's environment may hold.
const (
	maxVariables   = 32
	maxEnvironment = 8 << 10 // bytes, names and values together
)

// environment holds what the client said of its terminal, language and clock,
// within a bound. What could steer anything else is refused.
type environment struct {
	variables []variable
	bytes     int
}

type variable struct{ name, value string }

// setEnvironment answers "env".
func (s *session) setEnvironment(payload []byte) bool {
	var asked struct{ Name, Value string }
	if s.started || gossh.Unmarshal(payload, &asked) != nil {
		return false
	}
	return s.environment.set(asked.Name, asked.Value)
}

// set keeps a variable, or reports false.
func (e *environment) set(name, value string) bool {
	if !isKeptVariable(name) || domain.VisibleLine(value) != value {
		return false
	}
	for i, v := range e.variables {
		if v.name == name {
			return e.put(i, variable{name, value}, len(value)-len(v.value))
		}
	}
	if len(e.variables) >= maxVariables {
		return false
	}
	e.variables = append(e.variables, variable{name: name})
	if e.put(len(e.variables)-1, variable{name, value}, len(name)+len(value)) {
		return true
	}
	e.variables = e.variables[:len(e.variables)-1]
	return false
}

func (e *environment) put(i int, v variable, more int) bool {
	if e.bytes+more > maxEnvironment {
		return false
	}
	e.variables[i] = v
	e.bytes += more
	return true
}

// list gives NAME=value for the screen. TERM is what the PTY was asked with.
func (e *environment) list(term string) []string {
	list := make([]string, 0, len(e.variables)+1)
	for _, v := range e.variables {
		list = append(list, v.name+"="+v.value)
	}
	return append(list, "TERM="+term)
}

func isKeptVariable(name string) bool {
	switch name {
	case "COLORTERM", "NO_COLOR", "LANG", "TZ", "TERM_PROGRAM", "TERM_PROGRAM_VERSION":
		return true
	}
	category, ok := strings.CutPrefix(name, "LC_")
	return ok && len(category) <= 32 && strings.Trim(category, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}
