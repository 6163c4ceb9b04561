package tui

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
)

// table draws two columns, or, where there is no room for them, one below the
// other.
type table struct {
	look  look
	lines []string
}

func (t *table) title(text string) {
	t.lines = append(t.lines, t.look.theme.bold.Render(t.look.cut(text, t.look.width)))
}

func (t *table) row(left, right string) {
	const column = 20
	l := t.look
	if l.width < wideEnough || l.method.StringWidth(left) > column {
		t.lines = append(t.lines, l.cut("  "+left, l.width))
		if right == "" {
			return
		}
		for _, line := range l.wrap(right, l.width-6) {
			t.lines = append(t.lines, "      "+line)
		}
		return
	}
	lead := "  " + pad(l, left, column) + "  "
	for _, line := range l.wrap(right, l.width-len(lead)) {
		t.lines = append(t.lines, lead+line)
		lead = strings.Repeat(" ", column+4)
	}
}

// help is made from the tables that the keys and commands themselves are
// looked up in.
func (s *screen) help(l look) []string {
	t := table{look: l}
	for _, group := range s.keys.groups() {
		t.title(group.title)
		for _, binding := range group.keys {
			t.key(binding)
		}
	}
	t.title("Commands")
	for _, c := range commandTable() {
		t.row(strings.TrimSpace("/"+c.name+" "+c.args), c.does)
	}
	t.row("//text", "a message that begins with a slash")
	t.title("Signs")
	t.row(signCalls, "somebody mentions you")
	t.row(signInvited+" "+signMuted, "a room that you are invited to; one that you muted")
	t.row(signOnline+" "+signAway+" "+signBusy, "somebody is here, away, not to be disturbed")
	t.row("[👍 2]", "in brackets: you are among those who reacted")
	t.title("Settings")
	t.row("TZ", "times are in the zone "+zoneName(l.zone)+"; for yours: ssh -o SetEnv=TZ=Europe/Paris ...")
	t.row("LC_PARLEY", "what to start with: ssh -o SetEnv='LC_PARLEY=theme=light bell=off mouse=on reader=on' ...")
	return t.lines
}

func (t *table) key(b key.Binding) { t.row(b.Help().Key, b.Help().Desc) }

// zoneName names a zone; the machine's own has no name but what its clocks show.
func zoneName(zone *time.Location) string {
	if zone == time.Local {
		name, _ := time.Now().In(zone).Zone()
		return name
	}
	return zone.String()
}
