package tui

import (
	"strings"

	"parley/domain"
)

const (
	// maxNoticed is how many people a folded notice names; the others are
	// counted.
	maxNoticed = 5
	// maxNotices is how many things one entry tells of; the oldest give way.
	maxNotices = 100
)

// notice is something that happened between messages: somebody came or went,
// or what a text says.
type notice struct {
	who  string        // who came or went; else ""
	how  domain.Change // Joined or Left
	text string
}

// newNotice is an entry for an event.
func newNotice(event *domain.Event) *entry {
	n := notice{text: noticed(event)}
	if event.Type == domain.EventMember && (event.Change == domain.Joined || event.Change == domain.Left) {
		n = notice{who: domain.VisibleLine(event.User.Name), how: event.Change}
	}
	return &entry{seq: event.Seq, at: event.At, notices: []notice{n}}
}

// isNotice reports whether an event is shown between the messages.
func isNotice(event *domain.Event) bool {
	switch event.Type {
	case domain.EventMember, domain.EventRoom:
		return event.Seq > 0
	case domain.EventPin:
		return event.Added
	}
	return false
}

// join folds a later notice into the entry, if both are such and of one day.
func (e *entry) join(later *entry, l look) bool {
	if e.notices == nil || later.notices == nil || !l.sameDay(e.at, later.at) {
		return false
	}
	e.notices = append(e.notices, later.notices...)
	if extra := len(e.notices) - maxNotices; extra > 0 {
		e.notices = append([]notice(nil), e.notices[extra:]...)
	}
	e.seq = later.seq
	e.redraw()
	return true
}

func (e *entry) paintNotices(l look) []row {
	style := l.theme.faint
	margin := style.Render(e.at.In(l.zone).Format("15:04")) + " "
	var rows []row
	for _, line := range l.wrap(folded(e.notices), l.width-stampWidth) {
		rows = append(rows, row{margin, style.Render(line)})
		margin = strings.Repeat(" ", stampWidth)
	}
	return rows
}

// folded puts notices in words: who came and who left together, by what they
// did last, where the first of them did it; each other thing by itself.
func folded(notices []notice) string {
	last := map[string]domain.Change{}
	for _, n := range notices {
		if n.who != "" {
			last[n.who] = n.how
		}
	}
	var parts []string
	told := map[domain.Change]bool{}
	for _, n := range notices {
		switch {
		case n.who == "":
			parts = append(parts, n.text)
		case !told[n.how]:
			told[n.how] = true
			if names := whoDid(n.how, notices, last); len(names) > 0 {
				parts = append(parts, together(names)+" "+string(n.how))
			}
		}
	}
	return "-- " + strings.Join(parts, " · ")
}

// whoDid lists those who did a thing last, in the order in which they appear.
func whoDid(how domain.Change, notices []notice, last map[string]domain.Change) []string {
	var names []string
	listed := map[string]bool{}
	for _, n := range notices {
		if n.who != "" && last[n.who] == how && !listed[n.who] {
			listed[n.who] = true
			names = append(names, n.who)
		}
	}
	return names
}

// together lists names as far as they are worth the room.
func together(names []string) string {
	if more := len(names) - maxNoticed; more > 1 {
		return strings.Join(names[:maxNoticed], ", ") + " and " + decimal(more) + " others"
	}
	return strings.Join(names, ", ")
}

// noticed puts one event in words.
func noticed(e *domain.Event) string {
	who, by := domain.VisibleLine(e.User.Name), domain.VisibleLine(e.By.Name)
	switch e.Change {
	case domain.Joined, domain.Left:
		return who + " " + string(e.Change)
	case domain.Removed:
		return by + " removed " + who
	case domain.Invited:
		return by + " invited " + who
	case domain.RoleSet:
		return by + " made " + who + " " + string(e.Role)
	case domain.TopicSet:
		if e.Topic == "" {
			return by + " took the topic away"
		}
		return by + " set the topic: " + domain.VisibleLine(e.Topic)
	case domain.Renamed:
		return by + " named the room #" + domain.VisibleLine(e.Room)
	case domain.Archived:
		return by + " archived the room"
	case domain.Unarchived:
		return by + " took the room out of the archive"
	case domain.Ended:
		return by + " deleted the room"
	}
	return who + " pinned a message"
}
