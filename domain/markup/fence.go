package markup

import (
	"slices"
	"strings"
)

const (
	minFence = 3
	maxInfo  = 32
)

// fence reads a code block: from a line of three backticks or more to a line
// of as many, or to the end. One that is never closed and holds nothing is no
// code block.
func (p *parser) fence(lines []string) (Node, int) {
	indent, ticks, first := cutFence(lines[0])
	if ticks == 0 {
		return Node{}, 0
	}
	var code []string
	block := Node{Kind: CodeBlock}
	if isInfo(first) {
		block.Info = first
	} else if first != "" { // whoever begins the code at once means it as code
		code = append(code, first)
	}
	n, closed := 1, false
	for ; n < len(lines) && !closed; n++ {
		if closed = closesFence(lines[n], ticks); !closed {
			line := lines[n]
			code = append(code, line[min(leadingSpaces(line), indent):])
		}
	}
	p.work += n
	if !closed {
		if len(code) > 0 { // closed, in haste, behind the last word
			code[len(code)-1] = strings.TrimSuffix(code[len(code)-1], strings.Repeat("`", ticks))
		}
		if !slices.ContainsFunc(code, isFilled) {
			return Node{}, 0
		}
	}
	block.Text = strings.Join(code, "\n")
	return block, n
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

func closesFence(line string, ticks int) bool {
	if leadingSpaces(line) > maxIndent {
		return false
	}
	line = strings.TrimSpace(line)
	return len(line) >= ticks && strings.Trim(line, "`") == ""
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
