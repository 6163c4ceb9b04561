package markup

// Kind names what a node is; its text is what the JSON carries.
type Kind string

// The kinds within a line. Emphasis, Strong, Strike and Link hold Nodes of
// these kinds; the others hold Text, and Break nothing.
const (
	Text     Kind = "text"
	Break    Kind = "break" // a newline within a paragraph
	Emphasis Kind = "emphasis"
	Strong   Kind = "strong"
	Strike   Kind = "strike"
	Code     Kind = "code"    // never empty, never with a newline
	Link     Kind = "link"    // Href; its Nodes hold no link, mention or room
	Mention  Kind = "mention" // Text is the name as written, without @
	RoomLink Kind = "room"    // Text is the name, without #
)

// The kinds of block. A Paragraph holds kinds of a line, a List holds Items,
// a Quote and an Item hold blocks, a CodeBlock holds Text.
const (
	CodeBlock Kind = "code_block" // Text without the last newline; Info may name the language
	Paragraph Kind = "paragraph"
	Quote     Kind = "quote"
	List      Kind = "list" // Ordered lists count up from Start
	Item      Kind = "item"
)

const (
	// MaxDepth is how many nodes lie at most on the way from the top of a tree
	// to a leaf, both counted. What is nested deeper stays text.
	MaxDepth = 10
	// MaxNodes is how many nodes a tree has at most. A text that has more of
	// them is read as plain; nobody writes one for people to read.
	MaxNodes = 1000
)

// Node is a part of a message. Which fields it has follows from its Kind.
type Node struct {
	Kind    Kind   `json:"kind"`
	Text    string `json:"text,omitempty"`
	Href    string `json:"href,omitempty"` // begins with http://, https:// or mailto:, in lower case
	Info    string `json:"info,omitempty"` // 1 to 32 of A-Z a-z 0-9 + # . _ -
	Ordered bool   `json:"ordered,omitempty"`
	Start   int    `json:"start,omitempty"` // 1 to 9999 in an ordered list, else 0
	Nodes   []Node `json:"nodes,omitempty"`
}

func (n *Node) isBlock() bool {
	switch n.Kind {
	case CodeBlock, Paragraph, Quote, List, Item:
		return true
	}
	return false
}

// count gives the number of nodes, and whether any of them is drawn otherwise
// than as the text it came from.
func count(nodes []Node) (total int, drawn bool) {
	for i := range nodes {
		switch nodes[i].Kind {
		case Text, Break, Paragraph:
		default:
			drawn = true
		}
		below, drawnBelow := count(nodes[i].Nodes)
		total += 1 + below
		drawn = drawn || drawnBelow
	}
	return total, drawn
}
