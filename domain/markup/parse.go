package markup

import (
	"strings"
	"unicode/utf8"
)

// Parse gives the tree of a message: its blocks (Paragraph, Quote, List,
// CodeBlock), in order. It gives nil for plain text, which reads the same
// undrawn, for a text of more than MaxNodes nodes, and for what is not UTF-8.
// It never fails.
func Parse(text string) []Node {
	if !mayMark(text) || !utf8.ValidString(text) {
		return nil
	}
	var p parser
	return p.parse(text)
}

// parser is the state of reading one text.
type parser struct {
	escaped bool // a backslash was taken out, so the text is not what was written
	work    int  // steps taken; tests hold it against the length of the text
}

func (p *parser) parse(text string) []Node {
	nodes := p.blocks(strings.Split(text, "\n"), 1)
	total, drawn := count(nodes)
	if total > MaxNodes || !drawn && !p.escaped {
		return nil
	}
	return nodes
}

// inlineMarks are the characters at which the reading of a line stops; all
// are ASCII, so a line can be read by bytes.
var inlineMarks = [256]bool{
	'\\': true, '`': true, '*': true, '_': true, '~': true,
	'[': true, ']': true, '@': true, '#': true, ':': true,
}

// mayMark tells most plain text from the rest, without an allocation: false
// is certain, true is not.
func mayMark(text string) bool {
	for more := true; more; {
		var line string
		line, text, more = strings.Cut(text, "\n")
		if startsQuote(line) {
			return true
		}
		if _, ok := markerOf(line); ok {
			return true
		}
		for i := range len(line) {
			if c := line[i]; inlineMarks[c] && c != ']' && (c != ':' || strings.HasPrefix(line[i:], "://")) {
				return true
			}
		}
	}
	return false
}
