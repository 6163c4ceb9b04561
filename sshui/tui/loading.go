package tui

import (
	"slices"

	"parley/domain"
	"parley/domain/chat"
)

// need says what the view comes close to the end of.
type need int

const (
	nothing need = iota
	older
	newer
)

// needs says what should be read from the store so that scrolling finds no
// seam.
func (t *timeline) needs() need {
	if len(t.items) == 0 {
		return nothing
	}
	s := t.top()
	// Every message has a row at least: with enough of them above, none is missing.
	if t.hasBefore && s.index <= t.height && t.move(s, -t.height) == (spot{}) {
		return older
	}
	if !t.attached && t.move(s, 2*t.height).index >= t.count() {
		return newer
	}
	return nothing
}

// open fills an empty timeline with a first page and puts the view at the
// first unread message, or at the end if all that is unread fits.
func (t *timeline) open(page chat.Page, read domain.Seq) {
	t.hasBefore, t.attached = page.HasBefore, !page.HasAfter
	t.items, t.seen = t.entries(page.Messages), read
	t.newest = max(t.newest, page.Head, t.lastSeq())
	t.markUnreadFrom(read)
	if t.firstUnread == nil && !t.unreadAbove() {
		t.hideUnread()
	}
	t.follow = true
	if i := slices.Index(t.items, t.firstUnread); t.firstUnread != nil && i >= 0 {
		t.follow = false
		t.stand(spot{i, max(t.lead(i)-1, 0)})
	}
}

// refill starts the timeline anew at the newest page, for a jump to the end.
func (t *timeline) refill(page chat.Page) {
	t.items, t.hasBefore = t.entries(page.Messages), page.HasBefore
	t.attached = t.lastSeq() >= t.newest
	t.newest = max(t.newest, page.Head, t.lastSeq())
	t.findUnread()
	t.follow = true
}

// prepend adds the page before a message, unless another is the oldest by now.
func (t *timeline) prepend(edge domain.Seq, page chat.Page) {
	if len(t.items) == 0 || t.items[0].seq != edge {
		return
	}
	t.items = append(t.entries(page.Messages), t.items...)
	t.hasBefore = page.HasBefore
	if extra := len(t.items) - maxLoaded; extra > 0 && !t.follow {
		keep := max(maxLoaded, t.top().index+2*t.height)
		if keep < len(t.items) {
			clear(t.items[keep:])
			t.items, t.attached = t.items[:keep], false
		}
	}
	t.findUnread()
}

// extend adds the page after a message, unless another is the newest by now.
func (t *timeline) extend(edge domain.Seq, page chat.Page) {
	if t.lastSeq() != edge {
		return
	}
	t.items = append(t.items, t.entries(page.Messages)...)
	t.attached = !page.HasAfter && t.lastSeq() >= t.newest
	t.newest = max(t.newest, page.Head, t.lastSeq())
	t.trimOldest()
	t.findUnread()
}

// add takes a message that was just stored.
func (t *timeline) add(m domain.Message, nonce string) {
	if m.Author.ID == t.me {
		t.settlePending(nonce, m.Seq)
	}
	if m.Seq <= t.newest && t.newest > 0 {
		return
	}
	t.newest = m.Seq
	if !t.follow && len(t.items) >= 2*maxLoaded {
		t.attached = false // what comes from now on is read when it is needed
	}
	if t.attached {
		t.items = append(t.items, newEntry(m, t.me))
		if t.follow {
			t.trimOldest()
		}
	}
}

// trimOldest drops what is far above the view.
func (t *timeline) trimOldest() {
	extra := len(t.items) - maxLoaded
	if extra <= maxLoaded/10 { // a tenth at once, so that dropping is rare
		return
	}
	if !t.follow {
		extra = min(extra, t.top().index-2*t.height)
	}
	if extra > 0 {
		t.items = slices.Delete(t.items, 0, extra)
		t.hasBefore = true
	}
}

// lastSeq is the newest message that is loaded; 0 if none is.
func (t *timeline) lastSeq() domain.Seq {
	if len(t.items) == 0 {
		return 0
	}
	return t.items[len(t.items)-1].seq
}

func (t *timeline) entries(messages []domain.Message) []*entry {
	list := make([]*entry, len(messages))
	for i, m := range messages {
		list[i] = newEntry(m, t.me)
	}
	return list
}

// findUnread finds where the unread line stands: above the first message of
// somebody else behind the read marker, if it is certain that it is the first.
func (t *timeline) findUnread() {
	t.firstUnread = nil
	if !t.showUnread || len(t.items) == 0 || t.unreadAbove() {
		return
	}
	i, _ := slices.BinarySearchFunc(t.items, t.readUpTo+1, func(e *entry, seq domain.Seq) int { return int(e.seq - seq) })
	for ; i < len(t.items); i++ {
		if !t.items[i].mine {
			t.firstUnread = t.items[i]
			return
		}
	}
}

// unreadAbove reports whether there may be unread messages above those that are
// loaded.
func (t *timeline) unreadAbove() bool {
	return t.hasBefore && len(t.items) > 0 && t.items[0].seq > t.readUpTo+1
}

// markUnreadFrom puts the unread line behind a seq; hideUnread takes it away.
func (t *timeline) markUnreadFrom(seq domain.Seq) {
	t.readUpTo, t.showUnread = seq, true
	t.findUnread()
}

func (t *timeline) hideUnread() { t.showUnread, t.firstUnread = false, nil }

// addPending shows a message on its way.
func (t *timeline) addPending(e *entry) {
	t.pending = append(t.pending, e)
	t.follow = true
}

// findPending gives the message on its way with a nonce, or nil.
func (t *timeline) findPending(nonce string) *entry {
	for _, e := range t.pending {
		if e.nonce == nonce {
			return e
		}
	}
	return nil
}

// accept notes that a message on its way has a place in the room. It is over
// with it if what stands there has arrived: an event that was read from the
// history tells no nonce, and one that was sent again is not told anew.
func (t *timeline) accept(e *entry, seq domain.Seq) {
	e.accepted = seq
	if seq <= t.newest {
		t.settlePending(e.nonce, seq)
	}
}

// settlePending removes a message that arrived, known by its nonce or, if that
// is not told, by its place.
func (t *timeline) settlePending(nonce string, seq domain.Seq) {
	t.pending = slices.DeleteFunc(t.pending, func(e *entry) bool { return e.nonce == nonce || e.accepted == seq })
}
