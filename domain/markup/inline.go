package markup

import (
	"strings"
	"unicode/utf8"
)

// token is a part of a paragraph before emphasis is settled.
type token struct {
	text   string // as written; of a run, the marks that are left
	node   *Node  // what it stands for; nil for text
	height int    // of the node's tree; 1 for a leaf
	run    run    // what it can do when its text is a run of marks
	escape bool   // its text is backslashes, each with what it escapes
	marks  bool   // it is known to be marks: of a run, to pair; of an escape, to count
}

// scanner cuts a paragraph's lines into tokens.
type scanner struct {
	p        *parser
	limit    int // the height a token may have
	tokens   []token
	line     string
	start    int                // of the text that is in no token yet
	noCode   [maxTicks + 1]bool // no run of as many backticks follows on the line
	brackets []int              // the tokens that are a [ of this line
	facts    facts
	// underscores is how many _ of this line have begun emphasis that none has
	// closed so far.
	underscores int
}

// inline reads the lines of a paragraph that stands at a depth.
func (p *parser) inline(lines []string, depth int) []Node {
	s := scanner{p: p, limit: MaxDepth - depth}
	for i, line := range lines {
		if i > 0 {
			s.tokens = append(s.tokens, token{node: &Node{Kind: Break}, height: 1})
		}
		s.scan(line)
	}
	nodes, _ := p.settle(s.tokens, s.limit)
	return nodes
}

func (s *scanner) scan(line string) {
	s.line, s.start, s.brackets, s.noCode = line, 0, s.brackets[:0], [maxTicks + 1]bool{}
	s.facts, s.underscores = facts{}, 0
	for i := 0; i < len(line); {
		s.p.work++
		if inlineMarks[line[i]] {
			i = s.mark(i)
		} else {
			i++
		}
	}
	s.flush(len(line))
}

// mark reads what begins at i, where a mark may be, and gives where to go on.
func (s *scanner) mark(i int) int {
	switch s.line[i] {
	case '\\':
		return s.escape(i)
	case '`':
		return s.code(i)
	case '*', '_', '~':
		return s.marks(i, i)
	case '[':
		s.flush(i)
		s.flush(i + 1)
		s.brackets = append(s.brackets, len(s.tokens)-1)
	case ']':
		return s.link(i)
	case '@':
		return s.mention(i)
	case '#':
		return s.room(i)
	case ':':
		return s.address(i)
	}
	return i + 1
}

// flush makes a token of the text up to end.
func (s *scanner) flush(end int) {
	if s.start < end {
		s.tokens = append(s.tokens, token{text: s.line[s.start:end], height: 1})
		s.start = end
	}
}

// emit makes a token of a node that was written from i to end.
func (s *scanner) emit(i, end int, node Node, height int) int {
	s.flush(i)
	s.tokens = append(s.tokens, token{text: s.line[i:end], node: &node, height: height})
	s.start = end
	return end
}

// facts are what is asked about a whole line, found at most once.
type facts struct {
	known  bool
	ticks  int // how many backticks it has
	target int // where the last ] stands that a target follows; -1 for nowhere
	glob   int // where the last /** stands; -1 for nowhere
}

func (s *scanner) lineFacts() facts {
	if s.facts.known {
		return s.facts
	}
	s.p.work += len(s.line)
	target := strings.LastIndex(s.line, "](")
	for target >= 0 && !beginsTarget(s.line[target+1:]) {
		target = strings.LastIndex(s.line[:target], "](")
	}
	s.facts = facts{known: true, ticks: strings.Count(s.line, "`"), target: target, glob: strings.LastIndex(s.line, "/**")}
	return s.facts
}

// maxTicks is how many backticks may enclose code within a line.
const maxTicks = 3

// code reads code in backticks, which ends on its line. That a search has
// failed is remembered, so that each length is looked for in vain but once.
func (s *scanner) code(i int) int {
	n := repeated(s.line, i)
	s.p.work += n
	begin := i + n
	if n > maxTicks || s.noCode[n] {
		return begin
	}
	for j := begin; j < len(s.line); {
		next := strings.IndexByte(s.line[j:], '`')
		if next < 0 {
			break
		}
		s.p.work += next + 1
		j += next
		m := repeated(s.line, j)
		s.p.work += m
		if m == n {
			return s.emit(i, j+m, Node{Kind: Code, Text: unpad(s.line[begin:j])}, 1)
		}
		j += m
	}
	s.noCode[n] = true
	return begin
}

// unpad takes one space from either side, put there to hold a backtick.
func unpad(code string) string {
	if len(code) > 2 && code[0] == ' ' && code[len(code)-1] == ' ' && !isBlank(code) {
		return code[1 : len(code)-1]
	}
	return code
}

// repeated gives how often the byte at i stands there in a row.
func repeated(s string, i int) int {
	n := 1
	for i+n < len(s) && s[i+n] == s[i] {
		n++
	}
	return n
}

// before and after give the characters next to a position; utf8.RuneError and
// 0 at the line's ends.
func (s *scanner) before(i int) (rune, int) { return utf8.DecodeLastRuneInString(s.line[:i]) }
func (s *scanner) after(i int) (rune, int)  { return utf8.DecodeRuneInString(s.line[i:]) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlnum(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' }

// isPunct says whether c is ASCII punctuation.
func isPunct(c byte) bool { return c > ' ' && c < 0x7f && !isAlnum(c) }
