package markup

import (
	"slices"
	"strings"
	"unicode"
)

// run is a row of one mark that may open or close emphasis.
type run struct {
	mark   byte // '*', '_' or '~'; 0 when the token is none
	third  byte // its length as written modulo three, for the rule of three
	opens  bool
	closes bool
}

// marks reads a run of *, _ or ~ by CommonMark's rules for what leans on a
// word from the left or the right, with three changes, since people paste what
// they do not mean as marks. Only ASCII punctuation counts as such, so that 「」
// and 。 inside a mark do no harm. No mark is within a word or a path of ASCII:
// 2*3*4, snake_case, src/*/*.go. And nothing opens before what ends a phrase:
// '*.go', count(*), _.map; but ** does before the . or / of a name. What stands before the run is judged at from.
func (s *scanner) marks(from, i int) int {
	end := i + repeated(s.line, i)
	s.p.work += end - i
	r := s.lean(from, end, end-i)
	if !r.opens && !r.closes {
		return end
	}
	switch {
	case r.mark != '_':
	case r.closes && s.underscores > 0:
		s.underscores -= min(end-i, s.underscores)
	case r.opens:
		s.underscores += end - i
	}
	s.flush(i)
	s.flush(end)
	s.tokens[len(s.tokens)-1].run = r
	return end
}

// lean says what a run of n marks can do that stands between from and end.
func (s *scanner) lean(from, end, n int) run {
	r := run{mark: s.line[end-1], third: byte(n % 3)}
	before, b := s.before(from)
	after, a := s.after(end)
	spaceBefore, spaceAfter := b == 0 || unicode.IsSpace(before), a == 0 || unicode.IsSpace(after)
	punctBefore, punctAfter := isPunctRune(before), isPunctRune(after)
	left := !spaceAfter && (!punctAfter || spaceBefore || punctBefore)
	right := !spaceBefore && (!punctBefore || spaceAfter || punctAfter)
	switch {
	case r.mark == '~' && n != 2, isWordOrPath(before) && isWordOrPath(after):
	case r.mark == '_':
		r.opens, r.closes = left && (!right || punctBefore), right && (!left || punctAfter)
	default:
		r.opens, r.closes = left, right
	}
	if r.opens && strings.ContainsRune(endings, after) {
		r.opens = r.mark == '*' && n == 2 && s.isDotted(end)
	}
	return r
}

// emphasisMarks are the marks of emphasis, in the order of their tables.
const emphasisMarks = "*_~"

// endings are what emphasis does not begin with.
const endings = ".,;?/)]}"

// isDotted says whether at i stands the name of a hidden file, a path or a
// command, for **.env** and **/help**, and not what a glob has behind its stars:
// **/*.go, **/a*.go, **/test/** or the first of **/test and build/**.
func (s *scanner) isDotted(i int) bool {
	first, _ := s.after(i + 1)
	if s.line[i] != '.' && s.line[i] != '/' || first != '_' && !unicode.IsLetter(first) && !unicode.IsDigit(first) {
		return false
	}
	word := leading(s.line[i:], func(c byte) bool { return c > ' ' && c != '*' && c != '\\' })
	s.p.work += len(word)
	rest := s.line[i+len(word):]
	return (!strings.HasPrefix(rest, "*") || strings.HasPrefix(rest, "**")) && s.lineFacts().glob < i
}

func isPunctRune(r rune) bool { return r < 0x80 && isPunct(byte(r)) }

func isWordOrPath(r rune) bool { return r < 0x80 && (isAlnum(byte(r)) || r == '/') }

// settler pairs the runs of marks among tokens.
type settler struct {
	p       *parser
	limit   int
	out     []token
	openers []int // the runs in out that may open, by index
	// failed is, for a kind of closer, how many of the openers, from the
	// bottom, are known not to fit: none is asked twice (CommonMark's
	// openers_bottom).
	failed [len(emphasisMarks)][2][3]int
}

// settle makes emphasis of the runs that pair, text of the others, and gives
// the nodes and the height of the highest, which is at most limit.
func (p *parser) settle(tokens []token, limit int) ([]Node, int) {
	p.unescape(tokens)
	if !slices.ContainsFunc(tokens, func(t token) bool { return t.run.closes }) {
		return nodesOf(tokens)
	}
	s := settler{p: p, limit: limit, out: make([]token, 0, len(tokens))}
	for _, t := range tokens {
		if t.run.closes {
			for t.text != "" && s.pair(&t) {
			}
		}
		if t.run.mark != 0 && t.text == "" {
			continue
		}
		if t.run.opens {
			s.openers = append(s.openers, len(s.out))
		}
		s.out = append(s.out, t)
	}
	return nodesOf(s.out)
}

// pair closes the nearest opener that fits a closer, taking one or two marks
// from both.
func (s *settler) pair(closer *token) bool {
	at := s.find(closer.run)
	if at < 0 {
		return false
	}
	index := s.openers[at]
	opener := &s.out[index]
	kind, n := Emphasis, 1
	switch {
	case closer.run.mark == '~':
		kind, n = Strike, 2
	case len(opener.text) >= 2 && len(closer.text) >= 2:
		kind, n = Strong, 2
	}
	inner, height := nodesOf(s.out[index+1:])
	s.p.work += len(s.out) - index
	if height+1 > s.limit {
		s.keep(0) // all that are open hold what is too high already
		return false
	}
	opener.text = opener.text[n:]
	closer.text = closer.text[n:]
	s.keep(at + 1)
	s.out = s.out[:index+1]
	if opener.text == "" {
		s.keep(at)
		s.out = s.out[:index]
	}
	s.out = append(s.out, token{node: &Node{Kind: kind, Nodes: inner}, height: height + 1})
	return true
}

// find gives the nearest opener that fits, as an index of openers, or -1.
func (s *settler) find(closer run) int {
	failed := s.failedFor(closer)
	for at := len(s.openers) - 1; at >= *failed; at-- {
		s.p.work++
		opener := s.out[s.openers[at]].run
		if opener.mark == closer.mark && opener.fits(closer) {
			return at
		}
	}
	*failed = len(s.openers)
	return -1
}

// fits is CommonMark's rule of three: a run that could do both does not pair
// with one when their lengths only together make a multiple of three.
func (r run) fits(closer run) bool {
	if r.mark == '~' || !r.closes && !closer.opens {
		return true
	}
	return (r.third+closer.third)%3 != 0 || r.third == 0 && closer.third == 0
}

func (s *settler) failedFor(closer run) *int {
	both := 0
	if closer.opens {
		both = 1
	}
	return &s.failed[strings.IndexByte(emphasisMarks, closer.mark)][both][closer.third]
}

// keep forgets all openers but the lowest n.
func (s *settler) keep(n int) {
	s.openers = s.openers[:n]
	for i := range s.failed {
		for j := range s.failed[i] {
			for k := range s.failed[i][j] {
				s.failed[i][j][k] = min(s.failed[i][j][k], n)
			}
		}
	}
}

// nodesOf gives the nodes of tokens, with neighbouring text made one, and the
// height of the highest.
func nodesOf(tokens []token) (nodes []Node, height int) {
	for i := 0; i < len(tokens); {
		height = max(height, tokens[i].height)
		if node := tokens[i].node; node != nil {
			nodes = append(nodes, *node)
			i++
			continue
		}
		end := i + 1
		for end < len(tokens) && tokens[end].node == nil {
			end++
		}
		nodes = append(nodes, Node{Kind: Text, Text: joined(tokens[i:end])})
		i = end
	}
	return nodes, height
}

func joined(tokens []token) string {
	if len(tokens) == 1 {
		return tokens[0].text
	}
	size := 0
	for i := range tokens {
		size += len(tokens[i].text)
	}
	var b strings.Builder
	b.Grow(size)
	for i := range tokens {
		b.WriteString(tokens[i].text)
	}
	return b.String()
}
