package sshui

import (
	"cmp"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/sshui/tui"
)

// The largest terminal that is drawn, and the size of one that does not know
// its own. A larger one would cost memory by its area, in every session.
const (
	maxWidth, maxHeight         = 500, 200
	defaultWidth, defaultHeight = 80, 24
	maxTerm                     = 64 // bytes of TERM
)

// dimensions are a terminal's, as RFC 4254, 6.2 and 6.7 send them.
type dimensions struct{ Columns, Rows, WidthPixels, HeightPixels uint32 }

func (d dimensions) size() tui.Size {
	return tui.Size{
		Width:  int(min(cmp.Or(d.Columns, defaultWidth), maxWidth)),
		Height: int(min(cmp.Or(d.Rows, defaultHeight), maxHeight)),
	}
}

// setTerminal answers "pty-req". There is no PTY here: what is kept is the
// terminal's name and size, and its modes are left to the client.
func (s *session) setTerminal(payload []byte) bool {
	var asked struct {
		Term                                     string
		Columns, Rows, WidthPixels, HeightPixels uint32
		Modes                                    string
	}
	if s.started || s.terminal || gossh.Unmarshal(payload, &asked) != nil {
		return false
	}
	s.terminal = true
	s.size = dimensions{asked.Columns, asked.Rows, asked.WidthPixels, asked.HeightPixels}.size()
	s.width.Store(int64(s.size.Width))
	if len(asked.Term) <= maxTerm && domain.VisibleLine(asked.Term) == asked.Term {
		s.term = asked.Term
	}
	return true
}

// resize answers "window-change". Of sizes that nobody took yet, the latest
// alone is kept.
func (s *session) resize(payload []byte) bool {
	var d dimensions
	if !s.terminal || gossh.Unmarshal(payload, &d) != nil {
		return false
	}
	size := d.size()
	s.width.Store(int64(size.Width))
	if s.output == nil {
		s.size = size
		return true
	}
	if s.errors != nil {
		return true // the lines of a command have no height
	}
	s.output.resize(outputRoom(size.Width * size.Height))
	select {
	case <-s.resizes:
	default:
	}
	s.resizes <- size
	return true
}

// startChat answers "shell".
func (s *session) startChat([]byte) bool {
	if s.started {
		return false
	}
	s.started = true
	return true
}

// startCommand answers "exec". An empty command is the shell.
func (s *session) startCommand(payload []byte) bool {
	var asked struct{ Command string }
	if s.started || gossh.Unmarshal(payload, &asked) != nil {
		return false
	}
	s.started, s.command = true, asked.Command
	return true
}
