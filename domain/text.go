package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks one character may carry; living scripts
// need fewer, and more only serve to paint over the neighbouring lines.
const maxMarks = 6

// IsControl reports whether r is a C0 or C1 control character or DEL: what a
// terminal obeys instead of showing.
func IsControl(r rune) bool { return r < 0x20 || r >= 0x7f && r <= 0x9f }

// isDirectional reports whether r changes the direction of what follows it
// (UAX #9: embeddings, overrides, isolates and marks).
func isDirectional(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
		r == 0x200e || r == 0x200f || r == 0x061c
}

// isInvisible reports whether r takes no room on a screen, so that a word can
// hold what its reader does not see. Joiners and variation selectors have
// lawful uses and are judged by what stands before them.
func isInvisible(r rune) bool {
	switch {
	case r == 0x00ad, r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5,
		r == 0x180e, r == 0x200b, r == 0x2028, r == 0x2029, r == 0x3164, r == 0xfeff, r == 0xffa0:
		return true
	case r >= 0x2060 && r <= 0x2065, r >= 0x206a && r <= 0x206f, r >= 0xfff0 && r <= 0xfffb:
		return true
	case r >= 0x1bca0 && r <= 0x1bca3, r >= 0x1d173 && r <= 0x1d17a: // shorthand, musical beams
		return true
	case r >= 0xe0000 && r <= 0xe0fff: // tags and supplementary variation selectors
		return true
	}
	return false
}

func isJoiner(r rune) bool { return r == 0x200c || r == 0x200d || isSelector(r) }

// isSelector reports whether r chooses how the character before it looks.
func isSelector(r rune) bool { return r >= 0xfe00 && r <= 0xfe0f }

// Visible makes text safe to show on a terminal, in a log line or on a page:
// what comes back holds no control character but newline and tab, no character
// that reorders or hides its neighbours, and no tower of combining marks. A
// control character or an invalid byte becomes U+FFFD, the rest is dropped.
// Text without any of these comes back as it is, without a copy.
func Visible(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	marks := 0
	before := rune(' ') // the last character kept
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			marks = 0
		case IsControl(r):
			r, marks = utf8.RuneError, 0
		case isDirectional(r) || isInvisible(r):
			continue
		case isJoiner(r):
			// Emoji and the scripts that join their letters are beyond ASCII;
			// a keycap (a digit, U+FE0F, U+20E3) is the one exception.
			keycap := r == 0xfe0f && (before >= '0' && before <= '9' || before == '#' || before == '*')
			// One joins at a time; behind a variation selector one may follow.
			// A longer chain says nothing to a reader and can hide a text.
			chained := isJoiner(before) && (isSelector(r) || !isSelector(before))
			if before < 0x80 && !keycap || chained {
				continue
			}
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

// VisibleLine is Visible for what must stay on one line: newlines and tabs
// become spaces.
func VisibleLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, Visible(s))
}

// cleanLine trims what must be one line and reports whether it is valid UTF-8
// without control characters, not longer than limit characters.
func cleanLine(s string, limit int) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	s = strings.TrimSpace(s)
	return s, utf8.RuneCountInString(s) <= limit && !strings.ContainsFunc(s, IsControl)
}

// isPlain is the fast answer for most text: printable ASCII, newline and tab.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 0x20 && c != '\n' && c != '\t') || c >= 0x7f {
			return false
		}
	}
	return true
}
