package tui

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"parley/domain"
	"parley/domain/markup"
)

// sendState is how far a message of one's own has come.
type sendState int

const (
	stored  sendState = iota // in the room's history
	sending                  // on its way
	failed                   // refused or lost; can be sent again or discarded
)

const (
	// foldFrom is from how many lines on a message is folded to its first ones,
	// and foldRows from how many rows on one of long lines is.
	foldFrom, foldRows = 15, 30
	// foldTo is how many rows are left of it.
	foldTo = 12
)

// entry is one thing in the timeline: a message, or what happened between two
// of them; and its drawn rows as long as they hold.
type entry struct {
	seq    domain.Seq // 0 unless stored; of several notices, the last
	author domain.Author
	raw    string // as it was sent
	text   string // made visible
	at     time.Time
	mine   bool

	edited, deleted, pinned bool
	calls                   bool // it mentions the reader
	replyTo                 domain.Seq
	quote                   *domain.Quote
	reactions               []domain.Reaction
	notices                 []notice // instead of a message

	chosen   bool // by the keyboard
	unfolded bool

	state  sendState
	nonce  string
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
	me      string // the reader's name
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

func newEntry(m domain.Message, me domain.Author) *entry {
	e := &entry{}
	e.take(m, me)
	return e
}

// take makes the entry what a message is now.
func (e *entry) take(m domain.Message, me domain.Author) {
	m.Author.Name = domain.VisibleLine(m.Author.Name)
	e.seq, e.author, e.at, e.mine = m.Seq, m.Author, m.CreatedAt, m.Author.ID == me.ID
	e.raw, e.text = m.Content, domain.Visible(m.Content)
	e.edited, e.deleted, e.pinned = !m.EditedAt.IsZero(), m.Deleted, m.Pinned
	e.replyTo, e.quote, e.reactions = m.ReplyTo, m.Quote, m.Reactions
	e.calls = !e.mine && !m.Deleted && mentions(m.Mentions, me.Name)
	e.redraw()
}

// mentions reports whether a name is among those that a message calls.
func mentions(names []string, me string) bool {
	for _, name := range names {
		if strings.EqualFold(name, me) || name == domain.MentionHere || name == domain.MentionRoom {
			return true
		}
	}
	return false
}

// isMessage reports whether the entry is a message that is stored.
func (e *entry) isMessage() bool { return e.seq > 0 && e.notices == nil }

// choosable reports whether a key can do something with the entry.
func (e *entry) choosable() bool { return e.isMessage() && !e.deleted || e.state == failed }

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
	if e.notices != nil {
		return e.paintNotices(l)
	}
	rows := e.paintNarrow
	if l.width >= wideEnough {
		rows = e.paintWide
	}
	painted := rows(l)
	if e.state == failed {
		for _, note := range []string{"not sent: " + e.reason, "Ctrl+R sends again; Alt+Up, d discards"} {
			for _, line := range l.wrap(note, l.width-2) {
				painted = append(painted, row{margin: "  ", text: l.theme.trouble.Render(line)})
			}
		}
	}
	return painted
}

// stamp is the column before the name: the time, or how a message of one's own
// that is not stored yet fares; and a sign for one that calls the reader or is
// chosen.
func (e *entry) stamp(l look) string {
	switch {
	case e.state == sending:
		return l.theme.faint.Render("  ...") + " "
	case e.state == failed && e.chosen:
		return l.theme.chosen.Render("    !›")
	case e.state == failed:
		return l.theme.trouble.Render("    !") + " "
	case e.chosen:
		return l.theme.chosen.Render(e.at.In(l.zone).Format("15:04") + "›")
	case e.calls:
		return l.theme.faint.Render(e.at.In(l.zone).Format("15:04")) + l.theme.calls.Render("!")
	}
	return l.theme.faint.Render(e.at.In(l.zone).Format("15:04")) + " "
}

// stampWidth is how many cells a stamp takes.
const stampWidth = len("15:04 ")

func (e *entry) paintWide(l look) []row {
	width := l.nameWidth()
	shown := l.cut(e.shownName(), width)
	pad := strings.Repeat(" ", width-l.method.StringWidth(shown))
	margin := e.stamp(l) + l.theme.name(e.author.Name).Render(shown) + pad + " "
	indent := strings.Repeat(" ", stampWidth+width+1)
	var rows []row
	for _, line := range e.lines(l, l.width-len(indent), 0) {
		rows = append(rows, row{margin, line})
		margin = indent
	}
	return rows
}

// paintNarrow lets the text begin behind the name and go on below it.
func (e *entry) paintNarrow(l look) []row {
	name := e.shownName()
	if name != "*" {
		name += ":"
	}
	shown := l.cut(name, max(l.width/2-stampWidth, 1))
	indent := stampWidth + l.method.StringWidth(shown) + 1 - 2
	margin := e.stamp(l) + l.theme.name(e.author.Name).Render(shown) + " "
	var rows []row
	for _, line := range e.lines(l, max(l.width-2, 1), indent) {
		rows = append(rows, row{margin, line})
		margin = "  "
	}
	return rows
}

// shownName is the author's, or a star before what somebody does.
func (e *entry) shownName() string {
	if e.isAction() {
		return "*"
	}
	return e.author.Name
}

func (e *entry) isAction() bool { return strings.HasPrefix(e.text, actionPrefix) }

// lines gives everything beside and below the name: what is answered, the text
// and what people put to it. The first leaves indent cells free.
func (e *entry) lines(l look, width, indent int) []string {
	var lines []string
	if e.quote != nil {
		lines, indent = append(lines, e.quoteLine(l, width-indent)), 0
	}
	lines = append(lines, e.fold(l, e.body(l, width, indent))...)
	if len(e.reactions) > 0 {
		lines = append(lines, e.reactionLines(l, width)...)
	}
	return lines
}

// body is the text itself.
func (e *entry) body(l look, width, indent int) []string {
	if e.deleted {
		return l.flow([]span{{text: "(deleted)", style: l.theme.faint}}, width, indent)
	}
	style := l.theme.plain
	if e.state == sending {
		style = l.theme.faint
	}
	raw, lead := e.raw, []span(nil)
	if action, ok := strings.CutPrefix(raw, actionPrefix); ok {
		raw, lead = action, []span{{text: e.author.Name + " ", style: style}}
	}
	if nodes := markup.Parse(raw); nodes != nil && e.state == stored {
		if lead != nil {
			nodes = actedBy(lead[0].text, nodes)
		}
		return l.drawMarkup(nodes, width, indent, e.marks(l))
	}
	spans := append(lead, span{text: expandTabs(domain.Visible(raw)), style: style})
	return l.flow(append(spans, e.marks(l)...), width, indent)
}

// actedBy puts who acts before what they do: nothing else names them.
func actedBy(who string, nodes []markup.Node) []markup.Node {
	name := []markup.Node{{Kind: markup.Text, Text: who}}
	if nodes[0].Kind != markup.Paragraph {
		return append([]markup.Node{{Kind: markup.Paragraph, Nodes: name}}, nodes...)
	}
	nodes[0].Nodes = append(name, nodes[0].Nodes...)
	return nodes
}

// marks say behind the text what became of the message.
func (e *entry) marks(l look) []span {
	var spans []span
	if e.edited {
		spans = append(spans, span{text: " (edited)", style: l.theme.faint})
	}
	if e.pinned {
		spans = append(spans, span{text: " (pinned)", style: l.theme.faint})
	}
	return spans
}

// fold leaves the first rows of a long text and counts the others.
func (e *entry) fold(l look, rows []string) []string {
	long := len(rows) > foldRows || len(rows) > foldFrom && strings.Count(e.text, "\n") >= foldFrom
	if !long || e.unfolded {
		return rows
	}
	note := "… " + plural(len(rows)-foldTo, "more line", "more lines")
	return append(rows[:foldTo:foldTo], l.theme.faint.Render(note))
}

// folds reports whether the entry is drawn shorter than it is.
func (e *entry) folds() bool {
	return strings.Count(e.text, "\n") >= foldFrom || utf8.RuneCountInString(e.text) > 10*foldRows
}

// quoteLine recalls what is answered.
func (e *entry) quoteLine(l look, width int) string {
	text := "(deleted)"
	if !e.quote.Deleted {
		text = domain.VisibleLine(e.quote.Text)
	}
	line := "↳ " + domain.VisibleLine(e.quote.Author) + ": " + text
	return l.theme.faint.Render(l.cut(line, max(width, 1)))
}

// reactionLines count who put what; in brackets, what the reader did.
func (e *entry) reactionLines(l look, width int) []string {
	var shown []string
	for _, r := range e.reactions {
		text := domain.VisibleLine(r.Emoji) + "\u00a0" + decimal(len(r.Users))
		for _, user := range r.Users {
			if strings.EqualFold(user.Name, l.me) {
				text = "[" + text + "]"
				break
			}
		}
		shown = append(shown, text)
	}
	return l.flow([]span{{text: strings.Join(shown, "  "), style: l.theme.plain}}, width, 0)
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
