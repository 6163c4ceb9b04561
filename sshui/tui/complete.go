package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is what stands before the cursor, as far as it can be completed.
type word struct {
	from  int    // byte offset of its sign, or of its first letter
	sign  byte   // '@', '#', ':', '/', or 0 for an argument of a command
	typed string // behind the sign
	after string // for an argument: the command's name
}

// wordBefore gives the word that ends at a cursor. A command stands at the
// beginning of a text alone; other signs anywhere behind a blank or a bracket.
func wordBefore(text string, cursor int) (word, bool) {
	head := text[:cursor]
	from := strings.LastIndexFunc(head, unicode.IsSpace) + 1
	if from > 0 {
		_, size := utf8.DecodeRuneInString(head[from-1:])
		from += size - 1
	}
	for from < len(head) && strings.IndexByte(`("'[`, head[from]) >= 0 {
		from++
	}
	w := word{from: from, typed: head[from:]}
	command := strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//")
	switch {
	case w.typed == "" && from == 0:
		return word{}, false
	case w.typed != "" && strings.IndexByte("@#:", w.typed[0]) >= 0, command && from == 0:
		w.sign, w.typed = w.typed[0], w.typed[1:]
	case command:
		w.after, _, _ = strings.Cut(text[1:], " ")
	default:
		return word{}, false
	}
	return w, w.sign != ':' || w.typed != ""
}

// completion walks through the words that could be meant. The first Tab adds
// what they all have in common, or takes the only one; each further one tries
// the next.
type completion struct {
	options []string // what stands in the word's place, sign and all; nil when not walking
	shown   []string // the same, for the status line
	at      int      // which of them stands there; -1 for what they have in common
	from    int      // where in the text
	text    string   // the text and the cursor that it left: another ends it
	cursor  int
}

// option is one way to complete a word.
type option struct {
	word   string // as it is typed, sign and all
	insert string // what takes its place; "" for word and a blank
	shown  string // in the status line; "" for word
}

func (o option) text() string {
	if o.insert != "" {
		return o.insert
	}
	return o.word + " "
}

// walking reports whether the composer stands as completion left it.
func (c *completion) walking(line *composer) bool {
	return c.options != nil && line.text == c.text && line.cursor == c.cursor
}

// next tries the next option, or the one before; it needs walking.
func (c *completion) next(line *composer, by int) {
	n := len(c.options)
	if c.at < 0 && by < 0 {
		c.at = 0
	}
	c.at = ((c.at+by)%n + n) % n
	c.put(line, c.options[c.at])
}

// begin completes a word. Options begin with what is typed, and are in the
// order in which they are tried.
func (c *completion) begin(line *composer, w word, options []option) {
	c.stop()
	if len(options) == 0 {
		return
	}
	c.from, c.at = w.from, -1
	typed := line.text[w.from:line.cursor]
	common := options[0].word
	for _, o := range options {
		common = commonPrefix(common, o.word)
		c.options = append(c.options, o.text())
		if o.shown == "" {
			o.shown = o.word
		}
		c.shown = append(c.shown, o.shown)
	}
	c.cursor = line.cursor
	switch {
	case len(options) == 1:
		c.put(line, c.options[0])
		c.stop()
	case len(common) > len(typed):
		c.put(line, common)
	default:
		c.next(line, 1)
	}
}

func (c *completion) stop() { *c = completion{} }

// put replaces what stands between the word's begin and the cursor.
func (c *completion) put(line *composer, text string) {
	rest := line.text[c.cursor:]
	if strings.HasSuffix(text, " ") && strings.HasPrefix(rest, " ") {
		rest = rest[1:]
	}
	line.text = line.text[:c.from] + text + rest
	line.moveTo(c.from + len(text))
	c.text, c.cursor = line.text, line.cursor
}

// commonPrefix gives what two words begin with, whatever their case; as the
// first has it.
func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) {
		r, size := utf8.DecodeRuneInString(a[n:])
		q, _ := utf8.DecodeRuneInString(b[min(n, len(b)):])
		if n >= len(b) || unicode.ToLower(r) != unicode.ToLower(q) {
			break
		}
		n += size
	}
	return a[:n]
}

// beginsWith reports whether a word begins with what was typed, whatever the
// case.
func beginsWith(word, typed string) bool {
	return len(word) >= len(typed) && strings.EqualFold(word[:len(typed)], typed)
}

// emojiOptions completes a short name; its options are the emoji themselves.
func emojiOptions(typed string) []option {
	var options []option
	for _, s := range shortNames() {
		if beginsWith(s.name, typed) {
			options = append(options, option{word: ":" + s.name, insert: s.emoji + " ", shown: s.emoji + " " + s.name})
		}
	}
	return options
}
