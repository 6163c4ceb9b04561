package tui

import (
	"strings"

	"parley/domain"
	"parley/domain/chat"
)

// The signs in the list of rooms. What they say no colour says alone.
const (
	signHere    = "›" // the room in view
	signCalls   = "!" // before a count: somebody mentions the reader
	signInvited = "+" // the reader may join
	signMuted   = "~"
	signOnline  = "●"
	signAway    = "○"
	signBusy    = "-" // do not disturb
)

// sidebar draws the list of rooms, and keeps what it drew until something in
// it changes.
type sidebar struct {
	drawn                 []string
	version, look         int
	width, height, offset int
}

// lines gives height rows of exactly a width, scrolled so that the room in view
// is among them.
func (b *sidebar) lines(rl *roomList, l look, width, height int) []string {
	rl.reveal(height)
	if b.drawn != nil && b.version == rl.version && b.look == l.version &&
		b.width == width && b.height == height && b.offset == rl.first {
		return b.drawn
	}
	b.version, b.look, b.width, b.height, b.offset = rl.version, l.version, width, height, rl.first
	b.drawn = make([]string, height)
	for i := range b.drawn {
		text := strings.Repeat(" ", width-1)
		if at := rl.first + i; at < len(rl.rooms) {
			text = rl.line(rl.rooms[at], l, width-1)
		}
		b.drawn[i] = text + "│" // without a style: it is drawn with every frame
	}
	rl.markHidden(b.drawn, l, width-1)
	return b.drawn
}

// reveal scrolls the list so that the room in view can be seen.
func (rl *roomList) reveal(height int) {
	at := max(rl.index(rl.current), 0)
	rl.first = min(rl.first, max(len(rl.rooms)-height, 0))
	if at < rl.first {
		rl.first = at
	}
	if at >= rl.first+height {
		rl.first = at - height + 1
	}
}

// markHidden says at the ends that the list goes on, and whether there is
// something to read there.
func (rl *roomList) markHidden(rows []string, l look, width int) {
	hidden := func(list []*listed, arrow string) string {
		waits := 0
		for _, lr := range list {
			if lr.urgency() > 0 {
				waits++
			}
		}
		text := arrow + " " + decimal(len(list)) + " more"
		if waits > 0 {
			text = arrow + " " + decimal(waits) + " unread"
		}
		return l.theme.faint.Render(pad(l, " "+text, width)) + "│"
	}
	end := rl.first + len(rows)
	if end < len(rl.rooms) && len(rows) > 1 && rl.index(rl.current) != end-1 {
		rows[len(rows)-1] = hidden(rl.rooms[end-1:], "↓")
	}
	if rl.first > 0 && len(rows) > 2 && rl.index(rl.current) != rl.first {
		rows[0] = hidden(rl.rooms[:rl.first+1], "↑")
	}
}

// line draws one room: whether it is in view, its sign, its name, what there is
// to read.
func (rl *roomList) line(lr *listed, l look, width int) string {
	count := lr.count()
	lead := " "
	if lr.ID == rl.current {
		lead = signHere
	}
	lead += rl.sign(lr)
	name := l.cut(lr.title, max(width-2-l.method.StringWidth(count)-1, 1))
	gap := strings.Repeat(" ", max(width-2-l.method.StringWidth(name)-l.method.StringWidth(count), 0))
	switch {
	case lr.ID == rl.current:
		return l.theme.bar.Render(lead + name + gap + count)
	case strings.HasPrefix(count, signCalls):
		return lead + l.theme.bold.Render(name) + gap + l.theme.calls.Render(count)
	case lr.urgency() > 0:
		return lead + l.theme.bold.Render(name) + gap + l.theme.bold.Render(count)
	case lr.Muted:
		return l.theme.faint.Render(lead + name + gap + count)
	}
	return lead + name + gap + count
}

// count is what there is to read, in as few letters as it takes.
func (lr *listed) count() string {
	if lr.Unread == 0 || lr.Muted && lr.Mentions == 0 {
		return ""
	}
	text := decimal(lr.Unread)
	if lr.Unread >= chat.MaxUnread {
		text = decimal(chat.MaxUnread-1) + "+"
	}
	if lr.Mentions > 0 {
		return signCalls + text
	}
	return text
}

func (rl *roomList) sign(lr *listed) string {
	switch {
	case lr.invited():
		return signInvited
	case lr.Muted:
		return signMuted
	case lr.person != 0:
		return stateSign(rl.states[lr.person])
	}
	return " "
}

// stateSign is how present somebody is, in one cell.
func stateSign(state domain.State) string {
	switch state {
	case domain.Online:
		return signOnline
	case domain.Away:
		return signAway
	case domain.DoNotDisturb:
		return signBusy
	}
	return " "
}
