package markup

import (
	"slices"
	"strings"
	"unicode"
)

const (
	minFence = 3
	maxInfo  = 32
)

// fence reads a code block: from a line of three backticks or more to a line
// of as many; without one, to the first line that ends in as many, which is
// how people close one in haste; or to the end. One that no line closes and
// that holds nothing is no code block.
func (p *parser) fence(lines []string, ends *fenceEnds) (Node, int) {
	indent, ticks, first := cutFence(lines[0])
	if ticks == 0 {
		return Node{}, 0
	}
	block := Node{Kind: CodeBlock}
	var code []string
	if isInfo(first) {
		block.Info = first
	} else if first != "" { // whoever begins the code at once means it as code
		code = append(code, first)
	}
	closed := ends.closed(lines[1:], ticks)
	marks := strings.Repeat("`", ticks)
	n := 1
	for done := false; n < len(lines) && !done; n++ {
		line := lines[n]
		if closed && closingTicks(line) >= ticks {
			n++
			break
		}
		if !closed {
			line, done = cutMarks(line, marks)
		}
		code = append(code, line[min(leadingSpaces(line), indent):])
	}
	p.work += n
	if !closed && !slices.ContainsFunc(code, isFilled) {
		return Node{}, 0
	}
	block.Text = strings.Join(code, "\n")
	return block, n
}

// cutMarks takes marks from the end of a line.
func cutMarks(line, marks string) (rest string, ok bool) {
	if rest, ok = strings.CutSuffix(strings.TrimRightFunc(line, unicode.IsSpace), marks); ok {
		return rest, true
	}
	return line, false
}

// fenceEnds is what is known of the fences among the lines of one block. It
// keeps those that nothing closes from being searched to the end, each anew.
type fenceEnds struct {
	work *int
	// longest is, for each line from the first fence on, how many backticks
	// the longest line has that closes a fence there or below.
	longest []int
}

// closed says whether any of the last lines closes a fence.
func (e *fenceEnds) closed(lines []string, ticks int) bool {
	if e.longest == nil {
		e.longest = make([]int, len(lines)+1)
		for i := len(lines) - 1; i >= 0; i-- {
			*e.work += 1 + len(lines[i])
			e.longest[i] = max(e.longest[i+1], closingTicks(lines[i]))
		}
	}
	return e.longest[len(e.longest)-1-len(lines)] >= ticks
}

// cutFence reads a line that opens a code block; ticks is 0 for another.
func cutFence(line string) (indent, ticks int, rest string) {
	indent = leadingSpaces(line)
	if indent > maxIndent {
		return 0, 0, ""
	}
	rest = strings.TrimLeft(line[indent:], "`")
	ticks = len(line) - indent - len(rest)
	if ticks < minFence || strings.Contains(rest, "`") {
		return 0, 0, ""
	}
	return indent, ticks, strings.TrimSpace(rest)
}

// closingTicks gives how many backticks a line has that closes a code block; 0
// for another.
func closingTicks(line string) int {
	if leadingSpaces(line) > maxIndent {
		return 0
	}
	line = strings.TrimSpace(line)
	if strings.Trim(line, "`") != "" {
		return 0
	}
	return len(line)
}

// isInfo says whether the word behind a fence names a language.
func isInfo(word string) bool {
	for i := range len(word) {
		if c := word[i]; !isAlnum(c) && !strings.ContainsRune("+#._-", rune(c)) {
			return false
		}
	}
	return word != "" && len(word) <= maxInfo
}
