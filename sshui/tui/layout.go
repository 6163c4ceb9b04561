package tui

const (
	// The smallest terminal that a conversation fits in.
	leastWidth, leastHeight = 20, 5
	// roomsFrom and peopleFrom are from which width on the rooms at the left
	// and the people at the right are shown.
	roomsFrom, peopleFrom = 60, 100
	// The bounds of the width of the rooms, and the width of the people.
	leastRooms, mostRooms, peopleWidth = 14, 24, 20
)

// rect is a part of the screen, in cells.
type rect struct{ x, y, width, height int }

// layout says where everything goes.
type layout struct {
	tooSmall                                          bool
	header, rooms, timeline, people, status, composer rect
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
	if size.Width >= roomsFrom {
		width := min(max(size.Width/5, leastRooms), mostRooms)
		l.rooms = rect{0, 1, width, body}
		l.timeline.x, l.timeline.width = width, l.timeline.width-width
	}
	if size.Width >= peopleFrom {
		l.timeline.width -= peopleWidth
		l.people = rect{size.Width - peopleWidth, 1, peopleWidth, body}
	}
	return l
}
