package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"parley/domain"
)

// said is how many messages are said when a room comes into view.
const said = 10

// reader is the mode for screen readers: everything is said in lines that only
// follow upon each other, as plain words; nothing is drawn but the line that is
// written.
type reader struct {
	on      bool
	busy    bool // lines are on their way to the terminal
	turn    bool // changes with everything that was said
	waiting []string
}

// say has a line said, if the mode is on.
func (r *reader) say(line string) {
	if r.on && line != "" {
		r.waiting = append(r.waiting, domain.VisibleLine(line))
	}
}

// announce says several lines.
func (r *reader) announce(lines []string) {
	for _, line := range lines {
		r.say(line)
	}
}

// spokenMsg says that the terminal has what was said.
type spokenMsg struct{}

// speak has the terminal print what waits, in order.
func (s *screen) speak() tea.Cmd {
	r := &s.reader
	if !r.on || r.busy || len(r.waiting) == 0 {
		return nil
	}
	var rows []string
	for _, line := range r.waiting {
		// A full row would leave the cursor between two rows, where terminals differ.
		rows = append(rows, s.look.wrap(line, s.size.Width-1)...)
	}
	most := max(s.size.Height/2, 1) // the library loses the line below more than a screen
	r.waiting = rows[min(most, len(rows)):]
	rows = rows[:min(most, len(rows))]
	r.busy = true
	return tea.Sequence(tea.Println(strings.Join(rows, "\n")), func() tea.Msg { return spokenMsg{} })
}

// describe says where one is: the room, its topic, what is unread and the last
// that was said there.
func (s *screen) describe(lr *listed) []string {
	if !s.reader.on {
		return nil
	}
	lines := []string{"-- " + lr.title + " --"}
	if lr.invited() {
		return append(lines, "you are invited: /join "+lr.Name+" takes the invitation, /part declines it")
	}
	if lr.Topic != "" {
		lines = append(lines, "topic: "+lr.Topic)
	}
	items := s.room.timeline.items
	for _, e := range items[max(len(items)-said, 0):] {
		if e == s.room.timeline.firstUnread {
			lines = append(lines, "-- unread --")
		}
		lines = append(lines, s.spoken(e))
	}
	return lines
}

// spoken is an entry in words.
func (s *screen) spoken(e *entry) string {
	at := e.at.In(s.look.zone).Format("15:04 ")
	if e.notices != nil {
		return at + strings.TrimPrefix(folded(e.notices), "-- ")
	}
	plain := domain.VisibleLine(withoutMarks(e.raw))
	text := e.author.Name + ": " + plain
	if e.isAction() {
		text = e.author.Name + " " + plain
	}
	switch {
	case e.deleted:
		text = e.author.Name + ": (deleted)"
	case e.quote != nil:
		text = e.author.Name + " answers " + e.quote.Author + ", " + clip(e.quote.Text, 40) + ": " + plain
	}
	if e.edited {
		text += " (edited)"
	}
	if e.pinned {
		text += " (pinned)"
	}
	if e.state == failed {
		text += " (not sent: " + e.reason + ")"
	}
	for _, r := range e.reactions {
		text += ", " + r.Emoji + " " + decimal(len(r.Users))
	}
	return at + text
}

// hear has an event of the room in view said.
func (s *screen) hear(event *domain.Event) {
	if !s.reader.on {
		return
	}
	who := event.User.Name
	switch event.Type {
	case domain.EventMessage:
		s.reader.say(s.spoken(newEntry(event.Message, s.config.Actor.Author())))
	case domain.EventEdited:
		s.reader.say(event.Message.Author.Name + " edited: " + withoutMarks(event.Message.Content))
	case domain.EventReaction:
		if e := s.room.timeline.find(event.Target); e != nil && event.Added {
			s.reader.say(who + " reacts " + event.Emoji + " to " + e.author.Name + ": " + quoted(e.raw))
		}
	case domain.EventDeleted:
		s.reader.say("a message was deleted")
	default:
		if isNotice(event) {
			s.reader.say(noticed(event))
		}
	}
}

// sayChosen says which message is chosen.
func (s *screen) sayChosen() {
	if e := s.room.timeline.chosen; e != nil {
		s.reader.say("chosen: " + s.spoken(e))
	}
}

// sayPanel says all that the panel would show, in its place.
func (s *screen) sayPanel() {
	if !s.reader.on || !s.panel.open || s.panel.press != nil {
		return
	}
	for _, line := range s.panel.draw(s.look) {
		s.reader.say(unstyled(line))
	}
	s.panel.close()
}

// viewLine draws the one line that is written, below what was said.
func (s *screen) viewLine(view *tea.View) {
	var rows []string
	if s.picker.open {
		found := "nothing matches"
		if c := s.picker.current(); c != nil {
			found = c.label + " " + c.detail + ", " + decimal(s.picker.at+1) + " of " + decimal(len(s.picker.matches))
		}
		rows = append(rows, s.look.cut(found, s.size.Width))
	}
	if s.panel.open {
		rows = append(rows, s.panel.in(s.look, max(s.size.Height-2, 1))...)
	}
	written, cursor := s.written(rect{width: s.size.Width, height: min(s.composerRows(), max(s.size.Height/3, 1))})
	cursor.y += len(rows)
	content := strings.Join(append(rows, written...), "\n")
	if s.reader.turn {
		// Printing leaves the cursor before the line, and the library brings it back
		// with another view only. This one looks the same.
		content += ansi.ResetStyle
	}
	view.SetContent(content)
	view.Cursor = tea.NewCursor(cursor.x, cursor.y)
}

// startReader turns the mode on. What is printed while the terminal still has
// the whole screen drawn is lost, so it waits until that is over.
func (s *screen) startReader() tea.Cmd {
	s.reader.on, s.reader.busy = true, true
	return tea.Tick(2*frame, func(time.Time) tea.Msg { return spokenMsg{} })
}

func (s *screen) setReader(args string) tea.Cmd {
	switch args {
	case "on":
		cmd := s.startReader()
		s.reader.say("screen reader mode; /reader off ends it, /help lists keys and commands")
		if lr := s.roomList.find(s.room.id); lr != nil {
			s.reader.announce(s.describe(lr))
		}
		return cmd
	case "off":
		s.reader = reader{busy: s.reader.busy}
	default:
		s.complain("say /reader on or /reader off")
	}
	return nil
}

// unstyled is a drawn line as plain text.
func unstyled(line string) string { return strings.TrimRight(ansi.Strip(line), " ") }
