package tui

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"parley/domain"
)

// status is the line above the composer: what just went wrong or was done, and
// what waits.
type status struct {
	text    string
	trouble bool // text tells of a fault of the moment
	outage  string
}

// complain tells of something that did not work; notify of something that did.
// Both stand until the next thing is done.
func (s *screen) complain(text string) { s.status.text, s.status.trouble = text, true }
func (s *screen) notify(text string)   { s.status.text, s.status.trouble = text, false }
func (s *screen) clearNotice()         { s.status.text, s.status.trouble = "", false }

// statusLine draws the line in a width.
func (s *screen) statusLine(width int) string {
	l := s.timeline.look
	var right []string
	if n := utf8.RuneCountInString(s.composer.value()); n > domain.MaxContent*9/10 {
		right = append(right, fmt.Sprintf("%d/%d", n, domain.MaxContent))
	}
	if s.below > 0 {
		right = append(right, fmt.Sprintf("↓ %d new", s.below), "End")
	} else if !s.timeline.follow && s.joined {
		right = append(right, "↓ End")
	}
	tail := strings.Join(right, " · ")
	text, style := s.status.text, l.theme.notice
	if s.status.trouble {
		style = l.theme.trouble
	}
	if s.status.outage != "" && text == "" {
		text, style = s.status.outage, l.theme.trouble
	}
	if s.help.open {
		text, style, tail = "PgUp PgDn scroll, Esc closes", l.theme.notice, ""
	}
	room := width - l.method.StringWidth(tail)
	if tail != "" {
		room--
	}
	text = l.method.Truncate(domain.VisibleLine(text), max(room, 0), "…")
	gap := strings.Repeat(" ", max(width-l.method.StringWidth(text)-l.method.StringWidth(tail), 0))
	return style.Render(text) + gap + l.theme.bold.Render(tail)
}
