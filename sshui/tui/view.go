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
	view.ReportFocus = true
	view.WindowTitle = s.windowTitle()
	if s.mouse && !s.reader.on {
		view.MouseMode = tea.MouseModeCellMotion
	}
	if s.reader.on {
		s.viewLine(&view)
		return view
	}
	view.AltScreen = true
	l := arrange(s.size, s.composerRows())
	if l.tooSmall {
		view.SetContent(s.tooSmall())
		return view
	}
	rows := make([]string, 0, s.size.Height)
	rows = append(rows, s.header(l.header.width))
	rows = append(rows, s.body(l)...)
	rows = append(rows, s.statusLine(l.status.width))
	written, cursor := s.written(l.composer)
	view.SetContent(strings.Join(append(rows, written...), "\n"))
	if !s.panel.open && !s.choosing.on {
		view.Cursor = tea.NewCursor(cursor.x, l.composer.y+cursor.y)
	}
	return view
}

// written draws the composer, or the line of the picker in its place, and gives
// where in it the cursor stands.
func (s *screen) written(at rect) ([]string, cell) {
	var rows []string
	if above := s.room.answer.line(s.look, at.width); above != "" && at.height > 1 {
		rows = append(rows, above)
	}
	lead, line := prompt, &s.composer
	if s.picker.open {
		lead, line = s.picker.prompt, &s.picker.line
	}
	drawn := line.layout(max(s.size.Width-len(lead)-1, 1), s.look.method).window(at.height - len(rows))
	cursor := cell{drawn.cursor.x + len(lead), drawn.cursor.y + len(rows)}
	for i, row := range drawn.rows {
		if i > 0 {
			lead = strings.Repeat(" ", len(lead))
		}
		rows = append(rows, s.look.theme.faint.Render(lead)+row)
	}
	for len(rows) < at.height { // the composer behind a picker may have more rows
		rows = append(rows, "")
	}
	return rows, cursor
}

// windowTitle says how much waits, in the room in view and in the others.
func (s *screen) windowTitle() string {
	title := "Parley"
	if s.started {
		title = s.title() + " - Parley"
	}
	if n := s.below + s.roomList.waiting(); n > 0 {
		title = fmt.Sprintf("(%d) %s", n, title)
	}
	return title
}

// title is what the reader calls the room in view.
func (s *screen) title() string {
	if lr := s.roomList.find(s.room.id); lr != nil {
		return lr.title
	}
	return "Parley"
}

// tooSmall asks for more room, as far as there is room to ask.
func (s *screen) tooSmall() string {
	need := fmt.Sprintf("%d×%d", leastWidth, leastHeight)
	text := "Parley needs " + need
	if s.look.method.StringWidth(text) > s.size.Width {
		text = need
	}
	return s.look.method.Truncate(text, max(s.size.Width, 1), "")
}

// header names the room, its topic, who the reader is and how many are here.
func (s *screen) header(width int) string {
	l := s.look
	left := " " + s.title()
	right := s.headerRight(width)
	if lr := s.roomList.find(s.room.id); lr != nil {
		if lr.Archived {
			left += " (archived)"
		}
		if room := width - l.method.StringWidth(left) - l.method.StringWidth(right) - 4; lr.Topic != "" && room > 8 {
			left += "  " + l.cut(domain.VisibleLine(lr.Topic), room)
		}
	}
	right = l.cut(right, max(width-l.method.StringWidth(left)-1, 0))
	left = l.cut(left, width)
	gap := max(width-l.method.StringWidth(left)-l.method.StringWidth(right), 0)
	return l.theme.bar.Render(left + strings.Repeat(" ", gap) + right)
}

func (s *screen) headerRight(width int) string {
	var parts []string
	if width < roomsFrom { // the list of rooms is hidden
		if waits := s.elsewhere(); waits != "" {
			parts = append(parts, waits)
		}
	} else {
		name := s.config.Actor.Name()
		if s.presence.State == domain.Away || s.presence.State == domain.DoNotDisturb {
			name += " (" + string(s.presence.State) + ")"
		}
		parts = append(parts, name)
	}
	if n := len(s.room.people.here); n > 0 {
		parts = append(parts, fmt.Sprintf("%d here", n))
	}
	return strings.Join(parts, " · ") + " "
}

// elsewhere counts the rooms in which there is something to read, where the
// list does not show.
func (s *screen) elsewhere() string {
	n, calls := 0, ""
	for _, lr := range s.roomList.rooms {
		if lr.ID == s.room.id || lr.urgency() == 0 {
			continue
		}
		n++
		if lr.urgency() > 1 {
			calls = signCalls
		}
	}
	if n == 0 {
		return ""
	}
	return calls + plural(n, "room", "rooms") + " unread"
}

// body is the timeline, or what lies over it, between the rooms and the people.
func (s *screen) body(l layout) []string {
	rows := s.middle(l.timeline.height)
	rows = rows[:min(len(rows), l.timeline.height)]
	blank := l.timeline.height - len(rows)
	if s.panel.open || s.picker.open {
		rows = append(slices.Clone(rows), slices.Repeat([]string{""}, blank)...)
	} else { // the newest message stands right above the composer
		rows = append(slices.Repeat([]string{""}, blank), rows...)
	}
	if l.people.width > 0 {
		s.besides(rows, l)
	}
	if l.rooms.width > 0 {
		for i, line := range s.sidebar.lines(&s.roomList, s.look, l.rooms.width, l.rooms.height) {
			rows[i] = line + rows[i]
		}
	}
	return rows
}

// middle gives the rows of what is in view: at most height of them, but for
// what is said in words.
func (s *screen) middle(height int) []string {
	say := func(text string) []string { return s.look.wrap(text, s.look.width) }
	lr := s.roomList.find(s.room.id)
	switch {
	case s.panel.open:
		return s.panel.in(s.look, height)
	case s.picker.open:
		return s.picker.lines(s.look, height)
	case lr != nil && lr.invited():
		return say("You are invited to " + lr.title + ". /join " + domain.VisibleLine(lr.Name) + " takes the invitation, /part declines it.")
	case !s.room.opened:
		return say("Opening the room ...")
	case s.room.timeline.count() == 0:
		return say("Nobody has said anything yet.")
	}
	return s.room.timeline.draw()
}

// besides puts the people who are here at the right of the rows.
func (s *screen) besides(rows []string, l layout) {
	look := s.look
	for i, name := range s.room.people.lines(look, l.people.width-1, len(rows)) {
		rows[i] += strings.Repeat(" ", max(l.timeline.width+1-look.method.StringWidth(rows[i]), 0)) + name
	}
}
