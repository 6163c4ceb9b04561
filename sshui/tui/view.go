package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
)

// View implements tea.Model.
func (s *screen) View() (view tea.View) {
	defer s.catch(func(err error) { s.ended, view = err, tea.NewView("") })
	view.AltScreen, view.ReportFocus = true, true
	view.WindowTitle = s.title()
	if s.mouse {
		view.MouseMode = tea.MouseModeCellMotion
	}
	l := arrange(s.size, s.composerRows())
	if l.tooSmall {
		view.SetContent(s.tooSmall())
		return view
	}
	rows := make([]string, 0, s.size.Height)
	rows = append(rows, s.header(l.header.width))
	rows = append(rows, s.body(l)...)
	rows = append(rows, s.statusLine(l.status.width))
	written := s.composer.layout(s.composerWidth(), s.timeline.look.method).window(l.composer.height)
	for i, row := range written.rows {
		lead := prompt
		if i > 0 {
			lead = strings.Repeat(" ", len(prompt))
		}
		rows = append(rows, s.timeline.look.theme.faint.Render(lead)+row)
	}
	view.SetContent(strings.Join(rows, "\n"))
	if !s.help.open {
		view.Cursor = tea.NewCursor(written.cursor.x+len(prompt), l.composer.y+written.cursor.y)
	}
	return view
}

func (s *screen) title() string {
	title := "#" + domain.Lobby + " - Parley"
	if s.below > 0 {
		title = fmt.Sprintf("(%d) %s", s.below, title)
	}
	return title
}

// tooSmall asks for more room, as far as there is room to ask.
func (s *screen) tooSmall() string {
	text := fmt.Sprintf("Parley needs %d×%d", leastWidth, leastHeight)
	return s.timeline.look.method.Truncate(text, max(s.size.Width, 1), "")
}

func (s *screen) header(width int) string {
	l := s.timeline.look
	left := " #" + domain.Lobby
	if width >= wideEnough {
		left = " Parley  #" + domain.Lobby
	}
	right := ""
	if n := len(s.people.here); n > 0 {
		right = fmt.Sprintf("%d here ", n)
	}
	if width >= wideEnough {
		right = s.config.Actor.Name() + " · " + right
	}
	right = l.method.Truncate(right, max(width-l.method.StringWidth(left)-1, 0), "…")
	gap := max(width-l.method.StringWidth(left)-l.method.StringWidth(right), 0)
	return l.theme.bar.Render(left + strings.Repeat(" ", gap) + right)
}

// body is the timeline, or what lies over it, with the people at its side.
func (s *screen) body(l layout) []string {
	var rows []string
	switch {
	case s.help.open:
		lines := s.help.lines(s.keys, s.timeline.look)
		s.help.scroll(0, len(lines), l.timeline.height)
		rows = lines[s.help.first:min(s.help.first+l.timeline.height, len(lines))]
	case !s.joined:
		rows = []string{"Opening the room ..."}
	case s.timeline.count() == 0:
		rows = []string{s.timeline.look.method.Truncate("Nobody has said anything yet.", l.timeline.width, "…")}
	default:
		rows = s.timeline.draw()
	}
	blank := l.timeline.height - len(rows)
	if !s.help.open { // the newest message stands right above the composer
		rows = append(slices.Repeat([]string{""}, blank), rows...)
	} else {
		rows = append(slices.Clone(rows), slices.Repeat([]string{""}, blank)...)
	}
	if l.side.width > 0 {
		s.besides(rows, l)
	}
	return rows
}

// besides puts the people who are here at the side of the rows.
func (s *screen) besides(rows []string, l layout) {
	const gap = 2
	look := s.timeline.look
	for i, name := range s.people.lines(look, l.side.width-gap, len(rows)) {
		rows[i] += strings.Repeat(" ", max(l.side.x+gap-look.method.StringWidth(rows[i]), 0)) + name
	}
}
