package tui

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"parley/domain"
	"parley/domain/markup"
)

// span is a piece of text in one style, which may lead somewhere.
type span struct {
	text  string // safe to show
	style lipgloss.Style
	href  string // "" for none
}

// leastText is the least width that a quote or a list leaves its text.
const leastText = 6

// drawMarkup draws a message's tree in rows of a width. The first row leaves
// indent cells free, if the message begins with a paragraph; else what begins
// it has a row of its own. Tail goes on behind the last word.
func (l look) drawMarkup(nodes []markup.Node, width, indent int, tail []span) []string {
	if len(nodes) == 0 {
		return nil
	}
	var rows []string
	if indent > 0 && nodes[0].Kind != markup.Paragraph {
		rows, indent = append(rows, ""), 0
	}
	if nodes[len(nodes)-1].Kind != markup.Paragraph && len(tail) > 0 {
		return append(append(rows, l.blocks(nodes, width, indent, nil)...), l.flow(tail, width, 0)...)
	}
	return append(rows, l.blocks(nodes, width, indent, tail)...)
}

// blocks draws blocks one below the other.
func (l look) blocks(nodes []markup.Node, width, indent int, tail []span) []string {
	width = max(width, leastText)
	var rows []string
	for i := range nodes {
		n := &nodes[i]
		switch n.Kind {
		case markup.Paragraph:
			if i > 0 && nodes[i-1].Kind == markup.Paragraph {
				rows = append(rows, "")
			}
			spans := l.inline(nil, n.Nodes, l.theme.plain, "")
			if i == len(nodes)-1 {
				spans = append(spans, tail...)
			}
			rows = append(rows, l.flow(spans, width, indent)...)
		case markup.Quote:
			rows = append(rows, hang(l.theme.faint.Render("│ "), l.theme.faint.Render("│ "), l.blocks(n.Nodes, width-2, 0, nil))...)
		case markup.List:
			rows = append(rows, l.list(n, width)...)
		case markup.CodeBlock:
			rows = append(rows, hang("  ", "  ", l.codeBlock(n.Text, width-2))...)
		default: // a kind of a line, which a tree has inside of a paragraph only
			rows = append(rows, l.flow(l.inline(nil, nodes[i:i+1], l.theme.plain, ""), width, indent)...)
		}
		indent = 0
	}
	return rows
}

func (l look) list(list *markup.Node, width int) []string {
	var rows []string
	for i := range list.Nodes {
		sign := "• "
		if list.Ordered {
			sign = strconv.Itoa(list.Start+i) + ". "
		}
		cells := l.method.StringWidth(sign)
		rows = append(rows, hang(sign, strings.Repeat(" ", cells), l.blocks(list.Nodes[i].Nodes, width-cells, 0, nil))...)
	}
	return rows
}

// codeBlock breaks lines only where they do not fit: their blanks mean
// something.
func (l look) codeBlock(text string, width int) []string {
	text = l.method.Hardwrap(expandTabs(domain.Visible(text)), max(width, leastText), true)
	rows := strings.Split(text, "\n")
	for i, row := range rows {
		rows[i] = l.theme.code.Render(row)
	}
	return rows
}

// hang puts first before the first row and rest before the others.
func hang(first, rest string, rows []string) []string {
	if len(rows) == 0 {
		return []string{first}
	}
	for i, row := range rows {
		if i == 0 {
			rows[i] = first + row
		} else {
			rows[i] = rest + row
		}
	}
	return rows
}

// inline gives the spans of a line's nodes. What a colour or a slant says is
// said by a sign too where the meaning hangs on it.
func (l look) inline(spans []span, nodes []markup.Node, style lipgloss.Style, href string) []span {
	add := func(text string, style lipgloss.Style) {
		spans = append(spans, span{expandTabs(domain.Visible(text)), style, href})
	}
	for i := range nodes {
		n := &nodes[i]
		switch n.Kind {
		case markup.Break:
			add("\n", style)
		case markup.Emphasis:
			spans = l.inline(spans, n.Nodes, style.Italic(true), href)
		case markup.Strong:
			spans = l.inline(spans, n.Nodes, style.Bold(true), href)
		case markup.Strike:
			add("~", style)
			spans = l.inline(spans, n.Nodes, style.Strikethrough(true).StrikethroughSpaces(true), href)
			add("~", style)
		case markup.Code:
			add("`"+n.Text+"`", l.theme.code.Inherit(style))
		case markup.Link:
			spans = l.linked(spans, n, style)
		case markup.Mention:
			if l.callsMe(n.Text) {
				add("@"+n.Text, l.theme.calls)
			} else {
				add("@"+n.Text, style.Bold(true))
			}
		case markup.RoomLink:
			add("#"+n.Text, style.Bold(true))
		default:
			add(n.Text, style)
			spans = l.inline(spans, n.Nodes, style, href)
		}
	}
	return spans
}

// linked draws a link, with its address for everyone to see, unless its label
// is the address.
func (l look) linked(spans []span, n *markup.Node, style lipgloss.Style) []span {
	href := domain.VisibleLine(n.Href)
	under := l.theme.link.Inherit(style)
	spans = l.inline(spans, n.Nodes, under, href)
	label := domain.VisibleLine(markup.Plain(n.Nodes))
	if label == href || "https://"+label == href || "http://"+label == href || "mailto:"+label == href {
		return spans
	}
	return append(spans, span{" (", style, ""}, span{href, under, href}, span{")", style, ""})
}

// callsMe reports whether a mentioned name is the reader's, or everybody's.
func (l look) callsMe(name string) bool {
	return strings.EqualFold(name, l.me) || name == domain.MentionHere || name == domain.MentionRoom
}

// flow breaks spans into rows of a width; the first leaves indent cells free.
func (l look) flow(spans []span, width, indent int) []string {
	var joined strings.Builder
	hold := strings.Repeat("\u00a0", indent) // a wrap does not break or drop it
	joined.WriteString(hold)
	for _, s := range spans {
		joined.WriteString(s.text)
	}
	text := joined.String()
	if safe := domain.Visible(text); safe != text {
		// Only spans that were put together hold what each alone does not: a
		// tower of marks. It is not worth a style.
		spans, text = []span{{safe[len(hold):], l.theme.plain, ""}}, safe
	}
	lines := l.wrap(text, width)
	rows := make([]string, 0, len(lines))
	w := weaver{spans: append([]span{{text: hold}}, spans...), text: text}
	for i, line := range lines {
		row := w.weave(line)
		if i == 0 {
			row = strings.TrimPrefix(row, hold)
		}
		rows = append(rows, row)
	}
	return rows
}

// wrap breaks a text into rows of a width: between words where it can.
func (l look) wrap(text string, width int) []string {
	width = max(width, 1)
	rows := strings.Split(l.method.Wrap(text, width, ""), "\n")
	for i := 0; i < len(rows); i++ {
		// The library lets a word that fits no row begin behind a blank, and
		// counts that in the first row alone.
		if len(rows[i]) > width && l.method.StringWidth(rows[i]) > width {
			rows = slices.Replace(rows, i, i+1, strings.Split(l.method.Hardwrap(rows[i], width, true), "\n")...)
		}
	}
	return rows
}

// weaver gives the rows that a text was broken into the styles of its spans
// again. A wrap leaves out blanks and nothing else.
type weaver struct {
	spans []span
	text  string
	at    int // in text
	in    int // the span that at is in
	left  int // bytes of that span before at
}

func (w *weaver) weave(line string) string {
	var out, piece strings.Builder
	in := w.in
	for _, r := range line {
		if !w.find(r) {
			return line
		}
		if w.in != in {
			out.WriteString(w.spans[in].render(piece.String()))
			piece.Reset()
			in = w.in
		}
		piece.WriteRune(r)
		w.step()
	}
	out.WriteString(w.spans[in].render(piece.String()))
	return out.String()
}

// find goes on to the next r, over blanks alone.
func (w *weaver) find(r rune) bool {
	for w.at < len(w.text) {
		next, _ := utf8.DecodeRuneInString(w.text[w.at:])
		w.enter()
		if next == r {
			return true
		}
		if next != ' ' && next != '\n' && next != '\u00a0' {
			return false
		}
		w.step()
	}
	return false
}

// enter moves to the span that at stands in.
func (w *weaver) enter() {
	for w.left >= len(w.spans[w.in].text) && w.in < len(w.spans)-1 {
		w.in, w.left = w.in+1, 0
	}
}

func (w *weaver) step() {
	_, size := utf8.DecodeRuneInString(w.text[w.at:])
	w.at, w.left = w.at+size, w.left+size
}

func (s span) render(text string) string {
	if text == "" {
		return ""
	}
	text = s.style.Render(text)
	if s.href == "" {
		return text
	}
	return ansi.SetHyperlink(s.href) + text + ansi.ResetHyperlink()
}

func expandTabs(text string) string {
	return strings.ReplaceAll(text, "\t", strings.Repeat(" ", tabWidth))
}
