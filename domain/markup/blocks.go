package markup

import "strings"

// deepestBlock is the deepest level at which a paragraph stands: three lists
// or six quotes down, with room for emphasis below.
const deepestBlock = 7

// blocks reads lines as blocks that stand at a depth; the top is 1.
func (p *parser) blocks(lines []string, depth int) []Node {
	var nodes []Node
	begin := 0 // of the lines that are a paragraph so far
	ends := fenceEnds{work: &p.work}
	paragraph := func(end int) {
		if begin < end {
			nodes = append(nodes, Node{Kind: Paragraph, Nodes: p.inline(lines[begin:end], depth)})
		}
	}
	for i := 0; i < len(lines); {
		p.work++
		if isBlank(lines[i]) {
			paragraph(i)
			i++
			begin = i
			continue
		}
		block, n := p.block(lines[i:], depth, &ends)
		if n == 0 {
			i++
			continue
		}
		paragraph(i)
		nodes = append(nodes, block)
		i += n
		begin = i
	}
	paragraph(len(lines))
	return nodes
}

// block reads the block other than a paragraph with which lines begin, and
// gives how many lines it takes; 0 when there is none.
func (p *parser) block(lines []string, depth int, ends *fenceEnds) (Node, int) {
	if block, n := p.fence(lines, ends); n > 0 {
		return block, n
	}
	if block, n := p.quote(lines, depth); n > 0 {
		return block, n
	}
	return p.list(lines, depth)
}

// startsQuote says whether a quote can begin with a line. It asks for a space,
// so that >:( and >>> stay what they are, and for something quoted.
func startsQuote(line string) bool {
	rest, ok := cutQuote(line)
	return ok && !isBlank(rest)
}

func cutQuote(line string) (rest string, ok bool) {
	line = line[min(leadingSpaces(line), maxIndent):]
	if line == ">" {
		return "", true
	}
	return strings.CutPrefix(line, "> ")
}

func (p *parser) quote(lines []string, depth int) (Node, int) {
	if depth+1 > deepestBlock || !startsQuote(lines[0]) {
		return Node{}, 0
	}
	var quoted []string
	for _, line := range lines {
		rest, ok := cutQuote(line)
		if !ok {
			break
		}
		quoted = append(quoted, rest)
	}
	p.work += len(quoted)
	return Node{Kind: Quote, Nodes: p.blocks(quoted, depth+1)}, len(quoted)
}

// maxIndent is how many spaces may stand before the mark of a block.
const maxIndent = 3

func leadingSpaces(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func isBlank(line string) bool { return strings.TrimSpace(line) == "" }

func isFilled(line string) bool { return !isBlank(line) }
