package tui

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"parley/domain"
)

// sendState is how far a message of one's own has come.
type sendState int

const (
	stored  sendState = iota // in the room's history
	sending                  // on its way
	failed                   // refused or lost; can be sent again
)

// entry is one message in the timeline, and its drawn rows as long as they
// hold.
type entry struct {
	seq    domain.Seq // 0 unless stored
	author domain.Author
	text   string // made visible
	at     time.Time
	mine   bool

	state  sendState
	nonce  string
	raw    string // what to send, while it is not stored
	reason string // why it failed

	accepted domain.Seq // its place, once acknowledged: it only has to arrive

	drawn int // the look's version that rows belong to; 0 for none
	rows  []row
}

// row is one drawn line of a message: a styled margin and the text in it.
type row struct{ margin, text string }

// look is what the drawing of an entry depends on. Every change of it has a
// new version.
type look struct {
	version int
	theme   theme
	method  ansi.Method
	width   int // cells
	zone    *time.Location
}

// wideEnough is from which width on names have a column of their own.
const wideEnough = 60

// nameWidth is how many cells the column of names takes.
func (l look) nameWidth() int {
	if l.width >= 100 {
		return 16
	}
	return 12
}

// actionPrefix marks what somebody does rather than says.
const actionPrefix = "/me "

func newEntry(m domain.Message, me domain.UserID) *entry {
	return &entry{
		seq: m.Seq, author: m.Author, text: domain.Visible(m.Content), at: m.CreatedAt, mine: m.Author.ID == me,
	}
}

// draw gives the entry's rows in a look.
func (e *entry) draw(l look) []row {
	if e.drawn != l.version {
		e.rows, e.drawn = e.paint(l), l.version
	}
	return e.rows
}

// redraw forgets the rows after the entry changed.
func (e *entry) redraw() { e.drawn, e.rows = 0, nil }

func (e *entry) paint(l look) []row {
	name, text := e.author.Name, e.text
	action, isAction := strings.CutPrefix(text, actionPrefix)
	if isAction {
		text = name + " " + action
		name = "*"
	}
	text = strings.ReplaceAll(text, "\t", strings.Repeat(" ", tabWidth))
	var rows []row
	if l.width >= wideEnough {
		rows = e.paintWide(l, name, text)
	} else {
		rows = e.paintNarrow(l, name, text)
	}
	if e.state == failed {
		note := "not sent: " + e.reason + " - Ctrl+R sends it again"
		for _, line := range strings.Split(l.method.Wrap(note, max(l.width-2, 1), ""), "\n") {
			rows = append(rows, row{margin: "  ", text: l.theme.trouble.Render(line)})
		}
	}
	return rows
}

// stamp is the column before the name: the time, or how a message of one's own
// that is not stored yet fares.
func (e *entry) stamp(l look) string {
	switch e.state {
	case sending:
		return l.theme.faint.Render("  ...")
	case failed:
		return l.theme.trouble.Render("    !")
	default:
		return l.theme.faint.Render(e.at.In(l.zone).Format("15:04"))
	}
}

func (e *entry) paintWide(l look, name, text string) []row {
	width := l.nameWidth()
	shown := l.method.Truncate(name, width, "…")
	pad := strings.Repeat(" ", width-l.method.StringWidth(shown))
	margin := e.stamp(l) + " " + l.theme.name(e.author.Name).Render(shown) + pad + " "
	indent := strings.Repeat(" ", len("15:04")+1+width+1)
	var rows []row
	for _, line := range e.wrap(l, text, l.width-len(indent)) {
		rows = append(rows, row{margin, e.style(l, line)})
		margin = indent
	}
	return rows
}

// paintNarrow lets the text begin behind the name and go on below it.
func (e *entry) paintNarrow(l look, name, text string) []row {
	if name != "*" {
		name += ":"
	}
	shown := l.method.Truncate(name, max(l.width/2-len("15:04 "), 1), "…")
	first := len("15:04 ") + l.method.StringWidth(shown) + 1
	// No-break spaces hold the place of the margin in the first row.
	hold := strings.Repeat("\u00a0", first-2)
	lines := e.wrap(l, hold+text, max(l.width-2, 1))
	margin := e.stamp(l) + " " + l.theme.name(e.author.Name).Render(shown) + " "
	var rows []row
	for i, line := range lines {
		if i == 0 {
			line = strings.TrimPrefix(line, hold)
		}
		rows = append(rows, row{margin, e.style(l, line)})
		margin = "  "
	}
	return rows
}

func (e *entry) wrap(l look, text string, width int) []string {
	return strings.Split(l.method.Wrap(text, max(width, 1), ""), "\n")
}

func (e *entry) style(l look, line string) string {
	if e.state == sending {
		return l.theme.faint.Render(line)
	}
	return line
}

// offset counts the characters of an entry's text before one of its rows, and
// rowAt is its inverse: so a place in the text survives a new width.
func offset(rows []row, at int) int {
	n := 0
	for _, r := range rows[:min(max(at, 0), len(rows))] {
		n += utf8.RuneCountInString(ansi.Strip(r.text))
	}
	return n
}

func rowAt(rows []row, offset int) int {
	for i, r := range rows {
		if offset -= utf8.RuneCountInString(ansi.Strip(r.text)); offset < 0 {
			return i
		}
	}
	return max(len(rows)-1, 0)
}

// rule is a line across the timeline with a word in it.
func (l look) rule(word string) string {
	word = l.method.Truncate(word, max(l.width-4, 1), "…")
	rest := max(l.width-l.method.StringWidth(word)-2, 2)
	return strings.Repeat("─", rest/2) + " " + word + " " + strings.Repeat("─", rest-rest/2)
}

// sameDay reports whether two times are on one day of the reader's.
func (l look) sameDay(a, b time.Time) bool {
	if d := b.Sub(a); d >= 24*time.Hour || d <= -24*time.Hour {
		return false
	}
	return a.In(l.zone).YearDay() == b.In(l.zone).YearDay()
}

// day names the day of a time, as a separator does.
func (l look) day(at time.Time) string {
	at = at.In(l.zone)
	return fmt.Sprintf("%s, %d %s %d", at.Weekday(), at.Day(), at.Month(), at.Year())
}
