package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"charm.land/lipgloss/v2"

	"parley/domain"
)

// status is the line above the composer: what just went wrong or was done, and
// what waits.
type status struct {
	text    string
	trouble bool // text tells of a fault of the moment
	outage  string

	toldTyping time.Time   // when others were told last that the reader writes
	watching   bool        // for those who stopped writing
	emoji      []shortName // that the reader used, the last first
}

// complain tells of something that did not work; notify of something that did.
// Both stand until the next thing is done.
func (s *screen) complain(text string) {
	s.status.text, s.status.trouble = domain.VisibleLine(text), true
	s.reader.say("error: " + s.status.text)
}

func (s *screen) notify(text string) {
	s.status.text, s.status.trouble = domain.VisibleLine(text), false
	s.reader.say(s.status.text)
}

func (s *screen) clearNotice() { s.status.text, s.status.trouble = "", false }

// statusLine draws the line in a width.
func (s *screen) statusLine(width int) string {
	l := s.look
	text, style := s.told()
	tail := s.waits()
	if s.panel.open {
		text, style, tail = "PgUp PgDn scroll, Esc closes", l.theme.notice, ""
	}
	room := width - l.method.StringWidth(tail)
	if tail != "" {
		room--
	}
	text = l.cut(text, max(room, 0))
	gap := strings.Repeat(" ", max(width-l.method.StringWidth(text)-l.method.StringWidth(tail), 0))
	return style.Render(text) + gap + l.theme.bold.Render(tail)
}

// waits says at the right what there is below, and how full the line is.
func (s *screen) waits() string {
	var right []string
	if n := utf8.RuneCountInString(s.composer.value()); n > domain.MaxContent*9/10 {
		right = append(right, fmt.Sprintf("%d/%d", n, domain.MaxContent))
	}
	line := &s.room.timeline
	if s.below > 0 {
		more := ""
		if line.beyondAll && !line.attached {
			more = "+"
		}
		right = append(right, fmt.Sprintf("↓ %d%s new", s.below, more), "End")
	} else if !line.follow && s.room.opened {
		right = append(right, "↓ End")
	}
	return strings.Join(right, " · ")
}

// told says at the left what matters most at the moment. It has one line: what
// comes and goes there moves nothing else.
func (s *screen) told() (string, lipgloss.Style) {
	t := s.look.theme
	switch {
	case s.status.text != "" && s.status.trouble:
		return s.status.text, t.trouble
	case s.status.text != "":
		return s.status.text, t.notice
	case s.picker.open:
		return "Up Down choose, Enter takes, Esc closes", t.notice
	case s.completion.walking(&s.composer):
		return s.walked(), t.notice
	case s.choosing.on:
		return s.keys.hint(s.size.Width, s.room.timeline.choseFailed()), t.notice
	case s.status.outage != "":
		return s.status.outage, t.trouble
	}
	return s.writing(), t.faint
}

// walked lists the words that Tab walks through, from the one that stands in
// the line on.
func (s *screen) walked() string {
	c := &s.completion
	at := max(c.at, 0)
	return strings.Join(slices.Concat(c.shown[at:], c.shown[:at]), "  ")
}
