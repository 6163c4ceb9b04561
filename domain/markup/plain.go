package markup

import (
	"strconv"
	"strings"
)

// MaxNames is how many people a message can mention.
const MaxNames = 50

// Names gives the names that are mentioned, as written and without @, in the
// order of their first mention, each once without regard to case, at most
// MaxNames. "here" and "room" are among them; what is within code is not.
func Names(nodes []Node) []string { return appendNames(nil, nodes) }

func appendNames(names []string, nodes []Node) []string {
	for i := range nodes {
		if len(names) == MaxNames {
			return names
		}
		if nodes[i].Kind == Mention && !holds(names, nodes[i].Text) {
			names = append(names, nodes[i].Text)
		}
		names = appendNames(names, nodes[i].Nodes)
	}
	return names
}

func holds(names []string, name string) bool {
	for _, other := range names {
		if strings.EqualFold(other, name) {
			return true
		}
	}
	return false
}

// Plain gives the text without the marks: of a link its label, of an ordered
// list the numbers too, of blocks one below the other. It may hold newlines;
// who wants one line passes it through domain.VisibleLine. It gives "" for
// nil, which Parse gives for a text that is plain already.
func Plain(nodes []Node) string {
	var b strings.Builder
	writePlain(&b, nodes)
	return b.String()
}

func writePlain(b *strings.Builder, nodes []Node) {
	for i := range nodes {
		n := &nodes[i]
		if i > 0 && n.isBlock() {
			b.WriteByte('\n')
		}
		switch n.Kind {
		case Break:
			b.WriteByte('\n')
		case Mention:
			b.WriteString("@" + n.Text)
		case RoomLink:
			b.WriteString("#" + n.Text)
		case List:
			writeItems(b, n)
		default:
			b.WriteString(n.Text)
			writePlain(b, n.Nodes)
		}
	}
}

func writeItems(b *strings.Builder, list *Node) {
	for i := range list.Nodes {
		if i > 0 {
			b.WriteByte('\n')
		}
		if list.Ordered {
			b.WriteString(strconv.Itoa(list.Start+i) + ". ")
		}
		writePlain(b, list.Nodes[i].Nodes)
	}
}
