package tui

import "io"

// How much of one sequence is let through, in bytes. The decoder behind it
// gathers a sequence or a paste until it ends, however long that takes.
const (
	maxControl = 128       // CSI: a key, a mouse event, a report
	maxString  = 4 << 10   // OSC, DCS, APC, PM, SOS: a reply of the terminal
	maxPasted  = 256 << 10 // a bracketed paste; far more than a message holds
)

const (
	pasteBegin = "\x1b[200~" // of a bracketed paste
	pasteEnd   = "\x1b[201~"
	stringEnd  = "\x1b\\"
	cancel     = "\x18" // any other sequence
)

// inputGuard cuts what a client sends down to bounded sequences. It drops the
// middle of one that is too long and lets its end through.
type inputGuard struct {
	in      io.Reader
	state   func(*inputGuard, byte) bool
	end     string // what would end the sequence under way
	length  int    // of the sequence so far
	head    string // the first bytes of a CSI
	pending int    // continuation bytes of a UTF-8 character still to come
	matched int    // bytes of pasteEnd seen in a row
}

func guardInput(in io.Reader) *inputGuard { return &inputGuard{in: in, state: (*inputGuard).ground} }

// unfinished gives what ends a sequence that was begun; "" if none was.
func (g *inputGuard) unfinished() string {
	if g.pending > 0 {
		return cancel
	}
	return g.end
}

// Read implements io.Reader.
func (g *inputGuard) Read(p []byte) (int, error) {
	for {
		n, err := g.in.Read(p)
		kept := p[:0]
		for _, b := range p[:n] {
			if g.state(g, b) {
				kept = append(kept, b)
			}
		}
		if len(kept) > 0 || err != nil || len(p) == 0 {
			return len(kept), err
		}
	}
}

func (g *inputGuard) enter(state func(*inputGuard, byte) bool, end string) {
	g.state, g.end, g.length, g.head, g.matched = state, end, 0, "", 0
}

func (g *inputGuard) ground(b byte) bool {
	switch {
	case b == 0x1b:
		g.pending = 0
		g.enter((*inputGuard).escape, cancel)
	case b >= 0xc2 && b <= 0xf4:
		g.pending = 1
		if b >= 0xe0 {
			g.pending++
		}
		if b >= 0xf0 {
			g.pending++
		}
	case b >= 0x80 && b < 0xc0 && g.pending == 0:
		return false // a bare C1 control, or no UTF-8 at all
	default:
		g.pending = max(g.pending-1, 0)
	}
	return true
}

func (g *inputGuard) escape(b byte) bool {
	switch b {
	case '[':
		g.enter((*inputGuard).control, cancel)
	case ']', 'P', '^', '_', 'X':
		g.enter((*inputGuard).text, stringEnd)
	case 0x1b:
	default:
		g.enter((*inputGuard).ground, "")
		return g.ground(b)
	}
	return true
}

// control is the inside of a CSI sequence.
func (g *inputGuard) control(b byte) bool {
	g.length++
	if len(g.head) < 4 {
		g.head += string(rune(b))
	}
	switch {
	case b == 0x1b:
		g.enter((*inputGuard).escape, cancel)
	case b >= 0x40 && b <= 0x7e:
		if g.head == "200~" {
			g.enter((*inputGuard).paste, pasteEnd)
		} else {
			g.enter((*inputGuard).ground, "")
		}
	default:
		return b < 0x80 && g.length <= maxControl
	}
	return true
}

// text is the inside of a string sequence, up to BEL or ESC.
func (g *inputGuard) text(b byte) bool {
	g.length++
	switch b {
	case 0x07:
		g.enter((*inputGuard).ground, "")
	case 0x1b:
		g.enter((*inputGuard).escape, cancel)
	default:
		return g.length <= maxString
	}
	return true
}

func (g *inputGuard) paste(b byte) bool {
	g.length++
	switch b {
	case pasteEnd[g.matched]:
		if g.matched++; g.matched == len(pasteEnd) {
			g.enter((*inputGuard).ground, "")
		}
		return true
	case pasteEnd[0]:
		g.matched = 1
		return true
	}
	g.matched = 0
	return g.length <= maxPasted
}
