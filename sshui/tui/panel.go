package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// panel is a list of lines that lies over the timeline: the help, who is in the
// room, a message's links.
type panel struct {
	open  bool
	draw  func(look) []string
	press func(tea.KeyPressMsg) tea.Cmd // for keys of its own; nil for none
	first int                           // the first line shown

	lines   []string // as drawn last
	version int      // of the look that they belong to
}

// show opens the panel over whatever was there.
func (p *panel) show(draw func(look) []string) { *p = panel{open: true, draw: draw} }

func (p *panel) close() { *p = panel{} }

// in gives the rows in view.
func (p *panel) in(l look, height int) []string {
	if p.lines == nil || p.version != l.version {
		p.lines, p.version = p.draw(l), l.version
	}
	p.scroll(0, height)
	return p.lines[p.first:min(p.first+height, len(p.lines))]
}

func (p *panel) scroll(by, height int) {
	p.first = max(min(p.first+by, len(p.lines)-height), 0)
}

func (s *screen) toggleHelp() tea.Cmd {
	if s.panel.open {
		s.panel.close()
		return nil
	}
	s.picker.close()
	s.panel.show(s.help)
	return nil
}

func (s *screen) pressInPanel(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, s.keys.PageUp):
		s.scroll(-s.room.timeline.page())
	case key.Matches(msg, s.keys.PageDown) || msg.Text == " ":
		s.scroll(s.room.timeline.page())
	case key.Matches(msg, s.keys.Recall):
		s.scroll(-1)
	case key.Matches(msg, s.keys.RecallNext):
		s.scroll(1)
	case msg.Text == "q" || key.Matches(msg, s.keys.Send, s.keys.Close):
		s.panel.close()
	case s.panel.press != nil:
		return s.panel.press(msg)
	}
	return nil
}
