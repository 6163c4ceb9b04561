package tui

import (
	"slices"

	"parley/domain"
)

const (
	// maxLoaded is how many messages a screen holds. Beyond it those that are
	// farthest from the view are dropped and read again when needed.
	maxLoaded = 600
	// tall is from how many rows on an entry is kept drawn only in view, or
	// nearby: so many entries from it.
	tall   = 50
	nearby = 2
)

// timeline is the part of a room's history that is loaded, and where in it the
// view stands. New messages never move a view that was scrolled up.
type timeline struct {
	look   look
	height int
	me     domain.Author

	items     []*entry   // what is stored, oldest first
	pending   []*entry   // own messages that are not stored, in the order of sending
	from, to  domain.Seq // the part of the history that items stand for; from is that of a message
	hasBefore bool       // there is more before it in the store
	attached  bool       // it reaches up to the newest event
	newest    domain.Seq
	beyond    int  // messages of others that are known to come after it
	beyondAll bool // there may be more of them

	follow bool   // the view stays at the end, as far as it is loaded
	anchor anchor // else its first row

	seen        domain.Seq // the newest that was on the screen
	readUpTo    domain.Seq // the unread line stands above what follows it
	showUnread  bool
	firstUnread *entry // where the unread line stands; nil for nowhere

	chosen *entry // by the keyboard; nil for none
}

// anchor is a row: of an entry, counted from its text's first row, so that
// what is drawn above it (a day, the unread line) may come and go.
type anchor struct {
	entry *entry
	row   int // negative for a line above the text
}

// spot is a row: of an entry in the order of the timeline, counted from the
// first line above its text.
type spot struct{ index, row int }

func (t *timeline) count() int { return len(t.items) + len(t.pending) }

func (t *timeline) at(i int) *entry {
	if i < len(t.items) {
		return t.items[i]
	}
	return t.pending[i-len(t.items)]
}

// place is the inverse of at: -1 for what is not there.
func (t *timeline) place(e *entry) int {
	if i := slices.Index(t.items, e); i >= 0 {
		return i
	}
	if i := slices.Index(t.pending, e); i >= 0 {
		return len(t.items) + i
	}
	return -1
}

// beginsDay reports whether an entry is the first of its day.
func (t *timeline) beginsDay(i int) bool {
	return i < len(t.items) && (i == 0 || !t.look.sameDay(t.items[i-1].at, t.items[i].at))
}

// above gives the lines drawn above an entry's text.
func (t *timeline) above(i int) []string {
	var lines []string
	e := t.at(i)
	if t.beginsDay(i) {
		lines = append(lines, t.look.theme.faint.Render(t.look.rule(t.look.day(e.at))))
	}
	if e == t.firstUnread {
		lines = append(lines, t.look.theme.divider.Render(t.look.rule("unread")))
	}
	return lines
}

// lead is how many lines above gives.
func (t *timeline) lead(i int) int {
	n := 0
	if t.beginsDay(i) {
		n++
	}
	if t.at(i) == t.firstUnread {
		n++
	}
	return n
}

// block is how many rows an entry takes, the lines above it included.
func (t *timeline) block(i int) int { return t.lead(i) + len(t.at(i).draw(t.look)) }

// move goes rows down, or up if by is negative, as far as the timeline reaches.
func (t *timeline) move(s spot, by int) spot {
	for by < 0 {
		if s.row >= -by {
			return spot{s.index, s.row + by}
		}
		by += s.row
		if s.index == 0 {
			return spot{}
		}
		s.index--
		s.row = t.block(s.index)
	}
	for by > 0 && s.index < t.count() {
		left := t.block(s.index) - s.row
		if by < left {
			return spot{s.index, s.row + by}
		}
		by -= left
		s = spot{s.index + 1, 0}
	}
	return s
}

// last is the view's first row when it stands at the end.
func (t *timeline) last() spot { return t.move(spot{t.count(), 0}, -t.height) }

// top is the view's first row.
func (t *timeline) top() spot {
	if t.follow {
		return t.last()
	}
	i := t.place(t.anchor.entry)
	if i < 0 {
		return t.last()
	}
	above := t.lead(i)
	return t.move(spot{i, above}, min(t.anchor.row, len(t.at(i).draw(t.look))-1))
}

// stand puts the view's first row at a spot; at the end it follows.
func (t *timeline) stand(s spot) {
	end := t.last()
	if s.index > end.index || s.index == end.index && s.row >= end.row {
		s = end
		if t.attached {
			t.follow = true
			return
		}
	}
	if t.count() == 0 {
		t.follow = true
		return
	}
	t.follow = false
	t.anchor = anchor{t.at(s.index), s.row - t.lead(s.index)}
}

func (t *timeline) scroll(by int) { t.stand(t.move(t.top(), by)) }

func (t *timeline) page() int { return max(t.height-2, 1) }

// draw gives the view's rows, at most height of them.
func (t *timeline) draw() []string {
	rows := make([]string, 0, t.height)
	s := t.top()
	i := s.index
	for ; i < t.count() && len(rows) < t.height; i++ {
		for n, line := range t.above(i) {
			if i > s.index || n >= s.row {
				rows = append(rows, line)
			}
		}
		skip := 0
		if i == s.index {
			skip = max(s.row-t.lead(i), 0)
		}
		for _, r := range t.at(i).draw(t.look)[skip:] {
			rows = append(rows, r.margin+r.text)
		}
	}
	t.release(s.index-nearby, i+nearby)
	return rows[:min(len(rows), t.height)]
}

// release forgets the rows of tall entries outside of a range: drawn, they take
// many times the memory of their text.
func (t *timeline) release(from, to int) {
	for i, e := range t.items {
		if (i < from || i >= to) && len(e.rows) > tall {
			e.redraw()
		}
	}
}

// resize changes the size and the look, keeping the line that is read.
func (t *timeline) resize(l look, height int) {
	if l.version == t.look.version && height == t.height {
		return
	}
	e, before := t.anchor.entry, 0
	if !t.follow && e != nil && t.anchor.row > 0 {
		before = offset(e.draw(t.look), t.anchor.row)
	}
	t.look, t.height = l, max(height, 1)
	if !t.follow && e != nil && t.anchor.row > 0 {
		t.anchor.row = rowAt(e.draw(t.look), before)
	}
	if !t.follow {
		t.stand(t.top())
	}
}

// settle notes what has come into view, if somebody looks. It gives the number
// of messages of others that were not seen.
func (t *timeline) settle(looking bool) (below int) {
	if looking {
		t.see()
	}
	below, _ = t.unreadBelow()
	return below
}

// lastInView gives the last message that is in view as a whole; 0 at the end.
func (t *timeline) lastInView() domain.Seq {
	if t.follow || len(t.items) == 0 {
		return 0
	}
	end := t.move(t.top(), t.height)
	return t.items[max(min(end.index, len(t.items))-1, 0)].seq
}

// see moves seen to the last message that is in view as a whole.
func (t *timeline) see() {
	if t.follow && t.attached {
		t.seen = max(t.seen, t.newest)
	} else if end := t.move(t.top(), t.height); end.index > 0 && len(t.items) > 0 {
		t.seen = max(t.seen, t.items[min(end.index, len(t.items))-1].seq)
	}
}
