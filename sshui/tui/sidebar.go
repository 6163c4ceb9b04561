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
func (b *sidebar) lines(p *places, l look, width, height int) []string {
	p.reveal(height)
	if b.drawn != nil && b.version == p.version && b.look == l.version &&
		b.width == width && b.height == height && b.offset == p.first {
		return b.drawn
	}
	b.version, b.look, b.width, b.height, b.offset = p.version, l.version, width, height, p.first
	b.drawn = make([]string, height)
	for i := range b.drawn {
		text := strings.Repeat(" ", width-1)
		if at := p.first + i; at < len(p.list) {
			text = p.line(p.list[at], l, width-1)
		}
		b.drawn[i] = text + "│" // without a style: it is drawn with every frame
	}
	p.markHidden(b.drawn, l, width-1)
	return b.drawn
}

// reveal scrolls the list so that the room in view can be seen.
func (p *places) reveal(height int) {
	at := max(p.index(p.current), 0)
	p.first = min(p.first, max(len(p.list)-height, 0))
	if at < p.first {
		p.first = at
	}
	if at >= p.first+height {
		p.first = at - height + 1
	}
}

// markHidden says at the ends that the list goes on, and whether there is
// something to read there.
func (p *places) markHidden(rows []string, l look, width int) {
	hidden := func(list []*place, arrow string) string {
		waits := 0
		for _, pl := range list {
			if pl.urgency() > 0 {
				waits++
			}
		}
		text := arrow + " " + decimal(len(list)) + " more"
		if waits > 0 {
			text = arrow + " " + decimal(waits) + " unread"
		}
		return l.theme.faint.Render(pad(l, " "+text, width)) + "│"
	}
	end := p.first + len(rows)
	if end < len(p.list) && len(rows) > 1 && p.index(p.current) != end-1 {
		rows[len(rows)-1] = hidden(p.list[end-1:], "↓")
	}
	if p.first > 0 && len(rows) > 2 && p.index(p.current) != p.first {
		rows[0] = hidden(p.list[:p.first+1], "↑")
	}
}

// line draws one room: whether it is in view, its sign, its name, what there is
// to read.
func (p *places) line(pl *place, l look, width int) string {
	count := pl.count()
	lead := " "
	if pl.ID == p.current {
		lead = signHere
	}
	lead += p.sign(pl)
	name := l.cut(pl.title, max(width-2-l.method.StringWidth(count)-1, 1))
	gap := strings.Repeat(" ", max(width-2-l.method.StringWidth(name)-l.method.StringWidth(count), 0))
	switch {
	case pl.ID == p.current:
		return l.theme.bar.Render(lead + name + gap + count)
	case strings.HasPrefix(count, signCalls):
		return lead + l.theme.bold.Render(name) + gap + l.theme.calls.Render(count)
	case pl.urgency() > 0:
		return lead + l.theme.bold.Render(name) + gap + l.theme.bold.Render(count)
	case pl.Muted:
		return l.theme.faint.Render(lead + name + gap + count)
	}
	return lead + name + gap + count
}

// count is what there is to read, in as few letters as it takes.
func (p *place) count() string {
	if p.Unread == 0 || p.Muted && p.Mentions == 0 {
		return ""
	}
	text := decimal(p.Unread)
	if p.Unread >= chat.MaxUnread {
		text = decimal(chat.MaxUnread-1) + "+"
	}
	if p.Mentions > 0 {
		return signCalls + text
	}
	return text
}

func (p *places) sign(pl *place) string {
	switch {
	case pl.invited():
		return signInvited
	case pl.Muted:
		return signMuted
	case pl.person != 0:
		return stateSign(p.states[pl.person])
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
