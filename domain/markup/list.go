package markup

import "strings"

const (
	tabWidth  = 4
	minNested = 2 // columns by which what belongs to an item stands to the right of its mark
	maxDigits = 4 // of the number of an item
)

// marker is what an item of a list begins with.
type marker struct {
	indent int // columns before it
	width  int // bytes up to what follows it, with the indent and one space
	number int // 0 in an unordered list
}

// markerOf reads the marker of a line that begins an item. An item holds
// something, and not another marker: a line of stars is a line of stars, and
// the five of a crontab are no list.
func markerOf(line string) (marker, bool) {
	m, ok := readMarker(line)
	if !ok || isBlank(line[min(m.width, len(line)):]) {
		return marker{}, false
	}
	if _, twice := readMarker(line[m.width:]); twice {
		return marker{}, false
	}
	return m, true
}

// readMarker reads "- ", "* " or a number of one to maxDigits digits with ". ",
// which may stand at the line's end.
func readMarker(line string) (marker, bool) {
	m := marker{indent: leadingSpaces(line)}
	if m.indent > maxIndent || m.indent == len(line) {
		return marker{}, false
	}
	i := m.indent
	switch c := line[i]; {
	case c == '-' || c == '*':
		i++
	case c >= '1' && c <= '9':
		for ; i < len(line) && isDigit(line[i]); i++ {
			if m.number = m.number*10 + int(line[i]-'0'); m.number > 9999 {
				return marker{}, false
			}
		}
		if i == len(line) || line[i] != '.' {
			return marker{}, false
		}
		i++
	default:
		return marker{}, false
	}
	m.width = i + 1
	return m, i == len(line) || line[i] == ' ' || line[i] == '\t'
}

// next says whether an item goes on the list of m. Numbers that do not go on
// begin a list of their own: they are often answers to something, and a reader
// wants them as they were written.
func (m marker) next(other marker) bool {
	if m.number == 0 || other.number == 0 {
		return m.number == other.number
	}
	return other.number == m.number+1
}

func (p *parser) list(lines []string, depth int) (Node, int) {
	m, ok := markerOf(lines[0])
	if !ok || depth+2 > deepestBlock {
		return Node{}, 0
	}
	list := Node{Kind: List, Ordered: m.number > 0, Start: m.number}
	n := 0
	for {
		content := p.item(lines[n:], m)
		n += len(content)
		list.Nodes = append(list.Nodes, Node{Kind: Item, Nodes: p.blocks(content, depth+2)})
		if n == len(lines) {
			return list, n
		}
		other, ok := markerOf(lines[n])
		if !ok || !m.next(other) {
			return list, n
		}
		m = other
	}
}

// item gives the lines of the item with which lines begin, without its marker
// and its indent. A blank line belongs to it if something indented follows.
func (p *parser) item(lines []string, m marker) []string {
	content := []string{strings.TrimLeft(lines[0][m.width:], " \t")}
	for n := 1; n < len(lines); {
		next := n
		for next < len(lines) && isBlank(lines[next]) {
			next++
		}
		p.work += next - n + 1
		if next == len(lines) || columns(lines[next]) < m.indent+minNested {
			break
		}
		for ; n <= next; n++ {
			content = append(content, dedent(lines[n], m.width))
		}
	}
	return content
}

// columns gives how far a line is indented.
func columns(line string) int {
	n := 0
	for i := range len(line) {
		switch line[i] {
		case ' ':
			n++
		case '\t':
			n += tabWidth
		default:
			return n
		}
	}
	return n
}

// dedent takes up to n columns from the front of a line.
func dedent(line string, n int) string {
	for n > 0 && line != "" {
		switch line[0] {
		case ' ':
			n--
		case '\t':
			n -= tabWidth
		default:
			return line
		}
		line = line[1:]
	}
	return line
}
