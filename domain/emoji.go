package domain

import "strings"

// maxEmoji is the longest sequence that is one emoji, in code points: a family
// of four, each with a skin tone, has eleven.
const maxEmoji = 12

const (
	zeroWidthJoiner = 0x200d
	textStyle       = 0xfe0e
	emojiStyle      = 0xfe0f
	keycap          = 0x20e3
)

// CleanEmoji takes one Unicode emoji (UTS #51, without tag sequences) and gives
// the one spelling under which it counts. Its error is Invalid, reaction.emoji.
func CleanEmoji(s string) (string, error) {
	runes := []rune(s)
	var clean strings.Builder
	for i := 0; i < len(runes) && len(runes) <= maxEmoji; {
		n := emojiElement(runes[i:])
		if n == 0 {
			break
		}
		writeElement(&clean, runes[i:i+n])
		if i += n; i == len(runes) {
			return clean.String(), nil
		}
		if runes[i] != zeroWidthJoiner || i+1 == len(runes) {
			break
		}
		clean.WriteRune(zeroWidthJoiner)
		i++
	}
	return "", &Error{
		Kind: Invalid, Code: "reaction.emoji", Field: "emoji",
		Message: "a reaction is one emoji",
	}
}

// emojiElement gives how many code points at the beginning are one element of
// an emoji; 0 if none are.
func emojiElement(runes []rune) int {
	first := runes[0]
	switch {
	case isRegional(first):
		if len(runes) >= 2 && isRegional(runes[1]) {
			return 2
		}
		return 0
	case isKeycapBase(first):
		n := 1 + styles(runes[1:])
		if n < len(runes) && runes[n] == keycap {
			return n + 1
		}
		return 0
	case !isPictograph(first):
		return 0
	}
	n := 1 + styles(runes[1:])
	if n < len(runes) && isSkinTone(runes[n]) {
		n++
	}
	return n
}

func styles(runes []rune) int {
	if len(runes) > 0 && (runes[0] == emojiStyle || runes[0] == textStyle) {
		return 1
	}
	return 0
}

// writeElement writes an element with the style that makes it an emoji where
// it would be text by itself, and without where it would not.
func writeElement(b *strings.Builder, runes []rune) {
	for i, r := range runes {
		if r == emojiStyle || r == textStyle {
			continue
		}
		b.WriteRune(r)
		toned := i+1 < len(runes) && isSkinTone(runes[i+1])
		if i == 0 && !toned && (isKeycapBase(r) || r < 0x1f000 && isPictograph(r) && !isColoured(r)) {
			b.WriteRune(emojiStyle)
		}
	}
}

func isRegional(r rune) bool   { return r >= 0x1f1e6 && r <= 0x1f1ff }
func isSkinTone(r rune) bool   { return r >= 0x1f3fb && r <= 0x1f3ff }
func isKeycapBase(r rune) bool { return r >= '0' && r <= '9' || r == '#' || r == '*' }

// pictographs are the ranges that hold the characters with the property
// Extended_Pictographic, from UCD emoji-data.txt; the gaps in them are symbols
// that do no harm.
var pictographs = [][2]rune{
	{0xa9, 0xa9},
	{0xae, 0xae},
	{0x203c, 0x203c},
	{0x2049, 0x2049},
	{0x2122, 0x2122},
	{0x2139, 0x2139},
	{0x2194, 0x2199},
	{0x21a9, 0x21aa},
	{0x231a, 0x231b},
	{0x2328, 0x2328},
	{0x23cf, 0x23cf},
	{0x23e9, 0x23f3},
	{0x23f8, 0x23fa},
	{0x24c2, 0x24c2},
	{0x25aa, 0x25ab},
	{0x25b6, 0x25b6},
	{0x25c0, 0x25c0},
	{0x25fb, 0x25fe},
	{0x2600, 0x27bf},
	{0x2934, 0x2935},
	{0x2b05, 0x2b07},
	{0x2b1b, 0x2b1c},
	{0x2b50, 0x2b50},
	{0x2b55, 0x2b55},
	{0x3030, 0x3030},
	{0x303d, 0x303d},
	{0x3297, 0x3297},
	{0x3299, 0x3299},
	{0x1f004, 0x1f004},
	{0x1f0cf, 0x1f0cf},
	{0x1f170, 0x1f171},
	{0x1f17e, 0x1f17f},
	{0x1f18e, 0x1f18e},
	{0x1f191, 0x1f19a},
	{0x1f201, 0x1f202},
	{0x1f21a, 0x1f21a},
	{0x1f22f, 0x1f22f},
	{0x1f232, 0x1f23a},
	{0x1f250, 0x1f251},
	{0x1f300, 0x1f64f},
	{0x1f680, 0x1f6ff},
	{0x1f7e0, 0x1f7eb},
	{0x1f7f0, 0x1f7f0},
	{0x1f90c, 0x1f9ff},
	{0x1fa70, 0x1faff},
}

// coloured are those below U+1F000 that are emoji without being asked
// (Emoji_Presentation).
var coloured = [][2]rune{
	{0x231a, 0x231b},
	{0x23e9, 0x23ec},
	{0x23f0, 0x23f0},
	{0x23f3, 0x23f3},
	{0x25fd, 0x25fe},
	{0x2614, 0x2615},
	{0x2648, 0x2653},
	{0x267f, 0x267f},
	{0x2693, 0x2693},
	{0x26a1, 0x26a1},
	{0x26aa, 0x26ab},
	{0x26bd, 0x26be},
	{0x26c4, 0x26c5},
	{0x26ce, 0x26ce},
	{0x26d4, 0x26d4},
	{0x26ea, 0x26ea},
	{0x26f2, 0x26f3},
	{0x26f5, 0x26f5},
	{0x26fa, 0x26fa},
	{0x26fd, 0x26fd},
	{0x2705, 0x2705},
	{0x270a, 0x270b},
	{0x2728, 0x2728},
	{0x274c, 0x274c},
	{0x274e, 0x274e},
	{0x2753, 0x2755},
	{0x2757, 0x2757},
	{0x2795, 0x2797},
	{0x27b0, 0x27b0},
	{0x27bf, 0x27bf},
	{0x2b1b, 0x2b1c},
	{0x2b50, 0x2b50},
	{0x2b55, 0x2b55},
}

func isPictograph(r rune) bool { return within(pictographs, r) && !isSkinTone(r) }
func isColoured(r rune) bool   { return within(coloured, r) }

func within(ranges [][2]rune, r rune) bool {
	for _, span := range ranges {
		if r >= span[0] && r <= span[1] {
			return true
		}
	}
	return false
}
