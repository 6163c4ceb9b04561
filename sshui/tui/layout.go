package tui

// The smallest terminal that a conversation fits in, and from which width on
// the people at the side are shown.
const (
	leastWidth, leastHeight = 20, 5
	sideFrom                = 100
	sideWidth               = 20
)

// rect is a part of the screen, in cells.
type rect struct{ x, y, width, height int }

// layout says where everything goes.
type layout struct {
	tooSmall                                 bool
	header, timeline, side, status, composer rect
}

// arrange divides a screen. The parts do not overlap and together fill it; the
// composer gets the rows that it asks for, up to a third of the screen.
func arrange(size Size, composerRows int) layout {
	if size.Width < leastWidth || size.Height < leastHeight {
		return layout{tooSmall: true}
	}
	rows := min(max(composerRows, 1), max(size.Height/3, 1))
	body := size.Height - 2 - rows
	l := layout{
		header:   rect{0, 0, size.Width, 1},
		timeline: rect{0, 1, size.Width, body},
		status:   rect{0, 1 + body, size.Width, 1},
		composer: rect{0, 2 + body, size.Width, rows},
	}
	if size.Width >= sideFrom {
		l.timeline.width -= sideWidth
		l.side = rect{l.timeline.width, 1, sideWidth, body}
	}
	return l
}
