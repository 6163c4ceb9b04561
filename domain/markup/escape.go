package markup

import (
	"slices"
	"strings"
)

// escape reads the backslashes at i, and gives where to go on. A backslash is
// a mark where it makes text of another mark, and only there: people paste
// C:\Users\.ssh, \d+\.\d+ and ¯\_(ツ)_/¯, whose backslashes stand before what
// would be no mark without them. Two are one only directly before a mark, so
// that \\server\share stays as well.
func (s *scanner) escape(i int) int {
	n := repeated(s.line, i)
	s.p.work += n
	at := i + n // the mark
	if n == 1 && s.escapesBlock(i) {
		return s.emitEscape(i, at+1, run{})
	}
	if at == len(s.line) || !strings.ContainsRune("*_~`[]@#", rune(s.line[at])) {
		return at
	}
	single := i + n&^1
	if i < single {
		s.flush(i)
		s.flush(single)
		s.tokens[len(s.tokens)-1].escape = true
	}
	isRun := strings.IndexByte(emphasisMarks, s.line[at]) >= 0
	switch {
	case single == at && isRun:
		return s.marks(i, at)
	case single == at:
		return at
	case isRun:
		return s.escapeRun(single)
	case s.escapesInline(single):
		return s.emitEscape(single, at+1, run{})
	}
	return at + 1
}

// emitEscape makes a token of marks from i to end, each behind its backslash. A
// run must yet find another to pair with.
func (s *scanner) emitEscape(i, end int, r run) int {
	s.flush(i)
	s.flush(end)
	t := &s.tokens[len(s.tokens)-1]
	t.escape, t.run, t.marks = true, r, r.mark == 0
	return end
}

// escapeRun reads a row of one mark of emphasis, each behind a backslash.
func (s *scanner) escapeRun(i int) int {
	pair := s.line[i : i+2]
	end := i
	for strings.HasPrefix(s.line[end:], pair) {
		end += len(pair)
	}
	bare := end // up to here the run goes on without backslashes
	for bare < len(s.line) && s.line[bare] == pair[1] {
		bare++
	}
	s.p.work += bare - i
	r := s.lean(i, bare, (end-i)/2+bare-end)
	if !r.opens && !r.closes {
		return end
	}
	return s.emitEscape(i, end, r)
}

// escapesBlock says whether the line would begin a block without the backslash
// at i.
func (s *scanner) escapesBlock(i int) bool {
	if i+1 == len(s.line) || i > maxIndent+maxDigits || !strings.ContainsRune(">-*.", rune(s.line[i+1])) {
		return false
	}
	before := strings.TrimLeft(s.line[:i], " ")
	if s.line[i+1] == '.' {
		before = strings.TrimLeft(before, "0123456789")
	}
	if before != "" {
		return false
	}
	s.p.work += len(s.line)
	bare := s.line[:i] + s.line[i+1:]
	_, item := markerOf(bare)
	return item || startsQuote(bare)
}

// escapesInline says whether the backslash at i stands before what would be
// code, a link or a name without it, as far as the line tells.
func (s *scanner) escapesInline(i int) bool {
	at := i + 1
	switch s.line[at] {
	case '`':
		return s.lineFacts().ticks > 1
	case '[':
		return at < s.lineFacts().target
	case ']':
		return beginsTarget(s.line[at+1:])
	case '@':
		return s.userName(i, at) != ""
	default:
		return s.roomName(i, at) != ""
	}
}

// beginsTarget says whether a text begins as the target of a link does.
func beginsTarget(text string) bool {
	for _, begin := range []string{"(http", "(mailto:"} {
		if len(text) > len(begin) && strings.EqualFold(text[:len(begin)], begin) {
			return true
		}
	}
	return false
}

// unescape takes out the backslashes among tokens that are marks.
func (p *parser) unescape(tokens []token) {
	if !slices.ContainsFunc(tokens, func(t token) bool { return t.escape }) {
		return
	}
	pairRuns(tokens)
	for i := len(tokens) - 1; i >= 0; i-- {
		t := &tokens[i]
		if !t.escape {
			continue
		}
		if t.run.mark == 0 && i+1 < len(tokens) && (tokens[i+1].marks || tokens[i+1].node != nil) {
			t.marks = true // of the mark that follows
		}
		if t.marks {
			t.text = everySecond(t.text)
			p.escaped = true
		}
		t.run = run{}
	}
}

// pairRuns finds the runs, with backslashes or without, that would pair if all
// were without: roughly, since it pairs mark by mark, whatever lies between.
func pairRuns(tokens []token) {
	type opener struct{ index, left int }
	var open [len(emphasisMarks)][]opener
	for i := range tokens {
		r := tokens[i].run
		if r.mark == 0 {
			continue
		}
		left := len(tokens[i].text)
		if tokens[i].escape {
			left /= 2
		}
		openers := &open[strings.IndexByte(emphasisMarks, r.mark)]
		for last := len(*openers) - 1; r.closes && left > 0 && last >= 0; last-- {
			o := &(*openers)[last]
			if o.index == i-1 {
				break // around nothing
			}
			tokens[i].marks, tokens[o.index].marks = true, true
			n := min(left, o.left)
			left -= n
			if o.left -= n; o.left == 0 {
				*openers = (*openers)[:last]
			}
		}
		if r.opens && left > 0 {
			*openers = append(*openers, opener{i, left})
		}
	}
}

// everySecond gives what is left of pairs of a backslash and what it escapes.
func everySecond(text string) string {
	var b strings.Builder
	b.Grow(len(text) / 2)
	for i := 1; i < len(text); i += 2 {
		b.WriteByte(text[i])
	}
	return b.String()
}
