package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"parley/domain"
)

const (
	// maxDraft is how long a draft may grow, in characters: longer than a
	// message, so that what is too long can be shortened here.
	maxDraft = 4 * domain.MaxContent
	// maxRecalled is how many sent messages Up brings back.
	maxRecalled = 50
)

// composer is the text being written. The library's text area has no kill ring,
// counts characters instead of what is drawn as one, and takes a quarter of a
// megabyte for each person.
type composer struct {
	text   string
	cursor int // byte offset, always between two grapheme clusters
	killed string

	recalled []string // what was sent, oldest first
	recall   int      // which of them is shown; len(recalled) for none
	draft    string   // what was written before recalling
}

func (c *composer) value() string { return c.text }

func (c *composer) empty() bool { return c.text == "" }

// set replaces the text and puts the cursor at its end.
func (c *composer) set(text string) { c.text, c.cursor = text, len(text) }

// insert puts text at the cursor, without the characters that a screen does not
// show. It reports false, changing nothing, if the draft would grow too long.
func (c *composer) insert(text string) bool {
	text = cleanTyped(text)
	if utf8.RuneCountInString(c.text)+utf8.RuneCountInString(text) > maxDraft {
		return false
	}
	c.text = c.text[:c.cursor] + text + c.text[c.cursor:]
	// A combining mark that was typed joins the character before it.
	c.moveTo(c.cursor + len(text))
	return true
}

// cleanTyped makes typed or pasted text what can be sent and seen: other line
// ends become newlines, other control characters go.
func cleanTyped(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	return domain.Visible(strings.Map(func(r rune) rune {
		if domain.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text))
}

// clusterEnd moves a byte offset on to the end of the cluster that it is in.
func clusterEnd(text string, at int) int {
	end := 0
	for end < at {
		cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(text[end:], -1)
		end += len(cluster)
	}
	return end
}

// moveTo puts the cursor at a byte offset, or behind the character that it is
// in.
func (c *composer) moveTo(at int) { c.cursor = clusterEnd(c.text, at) }

// before gives the start of the cluster that ends at the cursor.
func (c *composer) before() int {
	start, end := 0, 0
	for end < c.cursor {
		cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(c.text[end:], -1)
		start, end = end, end+len(cluster)
	}
	return start
}

func (c *composer) left() { c.cursor = c.before() }

func (c *composer) right() {
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(c.text[c.cursor:], -1)
	c.cursor += len(cluster)
}

func (c *composer) deleteLeft() { c.cut(c.before(), c.cursor) }

func (c *composer) deleteRight() {
	at := c.cursor
	c.right()
	c.cut(at, c.cursor)
}

// lineStart and lineEnd give the bounds of the line that the cursor is in.
func (c *composer) lineStart() int { return strings.LastIndexByte(c.text[:c.cursor], '\n') + 1 }

func (c *composer) lineEnd() int {
	if i := strings.IndexByte(c.text[c.cursor:], '\n'); i >= 0 {
		return c.cursor + i
	}
	return len(c.text)
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}

// wordLeft gives the start of the word before the cursor.
func (c *composer) wordLeft() int {
	head := strings.TrimRightFunc(c.text[:c.cursor], func(r rune) bool { return !isWordRune(r) })
	return len(strings.TrimRightFunc(head, isWordRune))
}

// wordRight gives the end of the word after the cursor.
func (c *composer) wordRight() int {
	tail := strings.TrimLeftFunc(c.text[c.cursor:], func(r rune) bool { return !isWordRune(r) })
	return len(c.text) - len(strings.TrimLeftFunc(tail, isWordRune))
}

// cut takes a piece out and leaves the cursor in its place.
func (c *composer) cut(from, to int) string {
	piece := c.text[from:to]
	c.text = c.text[:from] + c.text[to:]
	c.moveTo(from)
	return piece
}

// kill is cut for a piece that can be brought back.
func (c *composer) kill(from, to int) {
	from, to = clusterEnd(c.text, from), clusterEnd(c.text, to)
	if from < to {
		c.killed = c.cut(from, to)
	}
}

func (c *composer) killToEnd() {
	end := c.lineEnd()
	if end == c.cursor && end < len(c.text) {
		end++ // at the end of a line, join the next one to it
	}
	c.kill(c.cursor, end)
}

func (c *composer) killToStart() { c.kill(c.lineStart(), c.cursor) }

// killWord cuts back to the blank before the word, as a shell does.
func (c *composer) killWord() {
	head := strings.TrimRightFunc(c.text[:c.cursor], unicode.IsSpace)
	c.kill(len(strings.TrimRightFunc(head, func(r rune) bool { return !unicode.IsSpace(r) })), c.cursor)
}

// clear empties the line; what was in it can be brought back.
func (c *composer) clear() {
	c.cursor = len(c.text)
	c.kill(0, len(c.text))
	c.recall = len(c.recalled)
}

// sent empties the line after its text went on its way, and remembers it.
func (c *composer) sent(text string) {
	if n := len(c.recalled); n == 0 || c.recalled[n-1] != text {
		c.recalled = append(c.recalled, text)
	}
	if extra := len(c.recalled) - maxRecalled; extra > 0 {
		c.recalled = append([]string(nil), c.recalled[extra:]...)
	}
	c.recall, c.draft = len(c.recalled), ""
	c.set("")
}

// recalling reports whether the text is one that Up brought back, unchanged.
func (c *composer) recalling() bool {
	return c.recall < len(c.recalled) && c.text == c.recalled[c.recall]
}

// older brings back what was sent before; it only acts on an empty line or on
// one that it brought back.
func (c *composer) older() {
	if !c.empty() && !c.recalling() {
		return
	}
	if c.empty() {
		c.recall, c.draft = len(c.recalled), ""
	}
	if c.recall > 0 {
		c.recall--
		c.set(c.recalled[c.recall])
	}
}

// newer undoes older.
func (c *composer) newer() {
	if !c.recalling() {
		return
	}
	c.recall++
	if c.recall == len(c.recalled) {
		c.set(c.draft)
		return
	}
	c.set(c.recalled[c.recall])
}
