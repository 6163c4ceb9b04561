package line

import (
	"unicode/utf8"

	"parley/domain"
)

// keys takes what a terminal sends apart into keys. It remembers nothing but
// its state, however long an escape sequence is.
type keys struct {
	state    keyState
	returned bool // the last key was a carriage return, which ends a line with or without a line feed
}

type keyState int

const (
	inText    keyState = iota
	inEscape           // after ESC
	inControl          // ESC [ ...: until a letter or ~ (ECMA-48, 5.4)
	inShift            // ESC O: one more character
	inString           // ESC ] ... and the like: until BEL or ESC
)

// none is what a byte gives that is no key, or not yet.
const none rune = -1

const (
	keyInterrupt = 0x03 // Ctrl+C
	keyEnd       = 0x04 // Ctrl+D
	keyBell      = 0x07
	keyBackspace = 0x08
	keyRedraw    = 0x0c // Ctrl+L
	keyReprint   = 0x12 // Ctrl+R, as a Unix terminal has it
	keyKill      = 0x15 // Ctrl+U
	keyWord      = 0x17 // Ctrl+W
	keyEscape    = 0x1b
	keyDelete    = 0x7f
)

// next takes the first key off b and says how many bytes it was; 0 if b ends
// in the middle of a character. An escape sequence is no key: it is passed over,
// but a control character within one counts, as terminals have it.
func (k *keys) next(b []byte) (key rune, size int) {
	if !utf8.FullRune(b) {
		return none, 0
	}
	r, size := utf8.DecodeRune(b)
	if r == utf8.RuneError && size == 1 {
		return none, size
	}
	after := k.returned
	k.returned = r == '\r'
	switch {
	case r == keyEscape:
		k.state = inEscape
		return none, size
	case r == keyBell && k.state == inString:
		k.state = inText
		return none, size
	case domain.IsControl(r):
		k.state = inText
		if r == '\n' && after {
			return none, size
		}
		return r, size
	}
	switch k.state {
	case inText:
		return r, size
	case inEscape:
		k.state = introducers[r]
	case inControl:
		if r >= 0x40 && r <= 0x7e {
			k.state = inText
		}
	case inShift:
		k.state = inText
	case inString: // on and on
	}
	return none, size
}

// introducers say what follows ESC and a character; nothing, for most.
var introducers = map[rune]keyState{
	'[': inControl, 'O': inShift, ']': inString, 'P': inString, 'X': inString, '^': inString, '_': inString,
}
