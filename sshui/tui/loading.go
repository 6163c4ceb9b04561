package tui

import (
	"slices"

	"parley/domain"
	"parley/domain/chat"
)

// need says what is read of the history, and why.
type need int

const (
	nothing need = iota // of what the view comes close to the end of
	older
	newer
	opening // the first page
	latest  // a jump to the end
	around  // a jump to a message
)

// needs says what should be read from the store so that scrolling finds no
// seam.
func (t *timeline) needs() need {
	if len(t.items) == 0 {
		if !t.attached {
			return newer
		}
		return nothing
	}
	// Every message has a row at least: with enough of them above, none is missing.
	if t.follow && t.attached && t.count() > 2*t.height {
		return nothing
	}
	s := t.top()
	if t.hasBefore && s.index <= t.height && t.move(s, -t.height) == (spot{}) {
		return older
	}
	if !t.attached && t.move(s, 2*t.height).index >= t.count() {
		return newer
	}
	return nothing
}

// open fills an empty timeline with a first page and puts the view at the
// first unread message, or at the end if all that is unread fits. Unread is how
// many messages of others are.
func (t *timeline) open(page chat.Page, read domain.Seq, unread int) {
	t.fill(page)
	t.seen = read
	t.countBeyond(unread)
	t.follow = true
	t.standAtUnread()
}

// standBefore lets the view end with a message, if it is loaded. The unread
// line stays where it is.
func (t *timeline) standBefore(seq domain.Seq) {
	if i := t.index(seq); i < len(t.items) {
		t.follow = false
		t.stand(t.move(spot{i + 1, 0}, -t.height))
	}
}

// comeBack puts the view where it was left or, if it was at the end, at what
// came meanwhile.
func (t *timeline) comeBack(read domain.Seq) {
	t.seen = max(t.seen, read)
	if t.follow || !t.showUnread {
		t.standAtUnread()
	}
}

// standAtUnread marks what is behind what was seen and, unless the view was
// scrolled up, shows its beginning.
func (t *timeline) standAtUnread() {
	t.markUnreadFrom(t.seen)
	if t.firstUnread == nil && !t.unreadAbove() {
		t.hideUnread()
	}
	if !t.follow {
		return
	}
	if i := slices.Index(t.items, t.firstUnread); t.firstUnread != nil && i >= 0 {
		t.follow = false
		t.stand(spot{i, max(t.lead(i)-1, 0)})
	}
}

// unreadBelow counts what was not seen, and what of it calls the reader as far
// as it is loaded.
func (t *timeline) unreadBelow() (unread, calls int) {
	for i := len(t.items) - 1; i >= 0 && t.items[i].seq > t.seen; i-- {
		if t.items[i].unread() {
			unread++
			if t.items[i].calls {
				calls++
			}
		}
	}
	if !t.attached {
		unread += t.beyond
	}
	return min(unread, chat.MaxUnread), calls
}

// fill makes a page all that is loaded.
func (t *timeline) fill(page chat.Page) {
	t.unchoose()
	t.items, t.hasBefore = t.entries(page), page.HasBefore
	t.from, t.to = reach(page, 1, page.Head)
	t.attached = !page.HasAfter && t.to >= t.newest
	t.newest = max(t.newest, page.Head, t.to)
}

// countBeyond notes how many of the unread messages are not loaded.
func (t *timeline) countBeyond(unread int) {
	t.beyond = 0
	if t.attached {
		return
	}
	t.beyondAll = unread >= chat.MaxUnread
	for _, e := range t.items {
		if e.seq > t.seen && e.unread() {
			unread--
		}
	}
	t.beyond = max(unread, 0)
}

// reach gives the part of the history that a page stands for: up to one side's
// bound where there is no more on that side.
func reach(page chat.Page, first, last domain.Seq) (from, to domain.Seq) {
	from, to = first, last
	if n := len(page.Messages); n > 0 {
		if page.HasBefore {
			from = page.Messages[0].Seq
		}
		if page.HasAfter {
			to = page.Messages[n-1].Seq
		}
	}
	return from, to
}

// refill starts the timeline anew at the newest page, for a jump to the end.
func (t *timeline) refill(page chat.Page) {
	t.fill(page)
	t.beyond = 0
	t.findUnread()
	t.follow = true
}

// jump starts the timeline anew around a message, and chooses it if it is
// there.
func (t *timeline) jump(page chat.Page, seq domain.Seq) bool {
	unread, _ := t.unreadBelow()
	t.fill(page)
	t.countBeyond(unread)
	t.findUnread()
	t.follow = false
	e := t.find(seq)
	if e == nil {
		t.follow = true
		return false
	}
	t.choose(e)
	return true
}

// prepend adds the page before a seq, unless another is the oldest by now.
func (t *timeline) prepend(edge domain.Seq, page chat.Page) {
	if t.from != edge {
		return
	}
	t.items = append(t.entries(page), t.items...)
	t.from, _ = reach(page, 1, edge)
	t.hasBefore = page.HasBefore
	if extra := len(t.items) - maxLoaded; extra > 0 && !t.follow {
		keep := max(maxLoaded, t.top().index+2*t.height)
		if keep < len(t.items) {
			for _, e := range t.items[keep:] {
				if e.unread() && e.seq > t.seen {
					t.beyond++
				}
			}
			clear(t.items[keep:])
			t.items, t.attached = t.items[:keep], false
			t.to = t.items[keep-1].seq
		}
	}
	t.findUnread()
}

// extend adds the page after a seq, unless another is the newest by now.
func (t *timeline) extend(edge domain.Seq, page chat.Page) {
	if t.to != edge {
		return
	}
	for _, e := range t.entries(page) {
		if e.unread() {
			t.beyond = max(t.beyond-1, 0)
		}
		t.append(e)
	}
	_, t.to = reach(page, edge, page.Head)
	t.attached = !page.HasAfter && t.to >= t.newest
	t.newest = max(t.newest, page.Head, t.to)
	if t.attached {
		t.beyond, t.beyondAll = 0, false
	}
	t.trimOldest()
	t.findUnread()
}

// append adds an entry at the end, folded into the last one if both are notices.
func (t *timeline) append(e *entry) {
	if n := len(t.items); n > 0 && t.items[n-1].join(e, t.look) {
		return
	}
	t.items = append(t.items, e)
}

// entries makes a page's messages and notices one list.
func (t *timeline) entries(page chat.Page) []*entry {
	list := make([]*entry, 0, len(page.Messages)+len(page.Notices))
	notices := page.Notices
	add := func(before domain.Seq) {
		for len(notices) > 0 && (before == 0 || notices[0].Seq < before) {
			if isNotice(&notices[0]) {
				e := newNotice(&notices[0])
				if n := len(list); n == 0 || !list[n-1].join(e, t.look) {
					list = append(list, e)
				}
			}
			notices = notices[1:]
		}
	}
	for _, m := range page.Messages {
		add(m.Seq)
		list = append(list, newEntry(m, t.me))
	}
	add(0)
	return list
}

// trimOldest drops what is far above the view.
func (t *timeline) trimOldest() { t.trimTo(maxLoaded) }

// trimTo leaves about so many entries.
func (t *timeline) trimTo(keep int) {
	extra := len(t.items) - keep
	if extra <= maxLoaded/10 { // a tenth at once, so that dropping is rare
		return
	}
	if !t.follow {
		extra = min(extra, t.top().index-2*t.height)
	}
	for extra > 0 && extra < len(t.items) && !t.items[extra].isMessage() {
		extra-- // a page is read before a message
	}
	if extra > 0 {
		t.items = slices.Delete(t.items, 0, extra)
		t.from, t.hasBefore = t.items[0].seq, true
	}
}

// findUnread finds where the unread line stands: above the first message of
// somebody else behind the read marker, if it is certain that it is the first.
func (t *timeline) findUnread() {
	t.firstUnread = nil
	if !t.showUnread || len(t.items) == 0 || t.unreadAbove() {
		return
	}
	for i := t.index(t.readUpTo + 1); i < len(t.items); i++ {
		if t.items[i].unread() {
			t.firstUnread = t.items[i]
			return
		}
	}
}

// index gives where in items the first entry from a seq on stands.
func (t *timeline) index(seq domain.Seq) int {
	i, _ := slices.BinarySearchFunc(t.items, seq, func(e *entry, seq domain.Seq) int { return int(e.seq - seq) })
	return i
}

// find gives the message of a seq, if it is loaded.
func (t *timeline) find(seq domain.Seq) *entry {
	if i := t.index(seq); i < len(t.items) && t.items[i].seq == seq && t.items[i].isMessage() {
		return t.items[i]
	}
	return nil
}

// unreadAbove reports whether there may be unread messages above those that are
// loaded.
func (t *timeline) unreadAbove() bool { return t.hasBefore && t.from > t.readUpTo+1 }

// markUnreadFrom puts the unread line behind a seq; hideUnread takes it away.
func (t *timeline) markUnreadFrom(seq domain.Seq) {
	t.readUpTo, t.showUnread = seq, true
	t.findUnread()
}

func (t *timeline) hideUnread() { t.showUnread, t.firstUnread = false, nil }
