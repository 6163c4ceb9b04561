// Package markup is the small Markdown of messages: parsed once into a tree,
// which a terminal and a page each draw in their own way. It knows emphasis,
// code, links, lists, quotes, mentions and room links, and refuses to be more:
// HTML, images, headings and tables stay the text they are. So does whatever
// is not finished or not allowed: no character that a reader would want goes
// missing.
//
// It follows CommonMark (0.31) where a chat lets it, and leaves it where a
// chat reads otherwise: a newline is a line break, an ordered list keeps the
// numbers it was written with, * within a word of ASCII is a star, a backslash
// is one unless it stands before what would be a mark.
//
// The work grows with the length of the text and not faster, whatever the
// text is; MaxDepth and MaxNodes bound the tree. The nodes' texts are parts of
// the message as it was sent: a screen passes them through domain.Visible, as
// it does with any text of people.
package markup
