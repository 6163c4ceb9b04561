package tui

// chooseNext moves the choice to the next message up (-1) or down (1), or so
// many further; without one it begins at the last message in view. It reports
// false if there is none to choose.
func (t *timeline) chooseNext(by int) bool {
	from := t.chosenIndex()
	if from < 0 {
		last := t.move(t.top(), t.height-1)
		from, by = min(last.index, t.count()-1)+1, -1
	}
	best := -1
	direction := 1
	if by < 0 {
		direction = -1
	}
	for i := from + direction; i >= 0 && i < t.count() && by != 0; i += direction {
		if t.at(i).choosable() {
			best, by = i, by-direction
		}
	}
	if best < 0 {
		return t.chosen != nil
	}
	t.choose(t.at(best))
	return true
}

// chosenIndex gives where the chosen message stands, or -1.
func (t *timeline) chosenIndex() int { return t.place(t.chosen) }

// choseFailed reports whether a message that was not sent is chosen.
func (t *timeline) choseFailed() bool { return t.chosen != nil && t.chosen.state == failed }

// choose marks a message and brings it into view.
func (t *timeline) choose(e *entry) {
	t.unchoose()
	t.chosen, e.chosen = e, true
	e.redraw()
	t.reveal(t.chosenIndex())
}

// unchoose takes the mark away.
func (t *timeline) unchoose() {
	if t.chosen != nil {
		t.chosen.chosen = false
		t.chosen.redraw()
		t.chosen = nil
	}
}

// reveal scrolls as little as shows an entry, or its beginning if it is taller
// than the view.
func (t *timeline) reveal(i int) {
	if i < 0 {
		return
	}
	top := t.top()
	begin := spot{i, t.lead(i)}
	first := t.move(spot{i + 1, 0}, -t.height) // the view that ends with it
	switch {
	case begin.before(top) || first.after(begin):
		t.stand(begin)
	case first.after(top):
		t.stand(first)
	}
}

func (s spot) before(other spot) bool {
	return s.index < other.index || s.index == other.index && s.row < other.row
}

func (s spot) after(other spot) bool { return other.before(s) }
