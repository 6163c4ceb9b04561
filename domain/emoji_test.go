package domain_test

import (
	"strings"
	"testing"

	"parley/domain"
)

func TestAnEmojiHasOneSpelling(t *testing.T) {
	for given, want := range map[string]string{
		"👍": "👍", "👍\ufe0f": "👍", "❤": "❤\ufe0f", "❤\ufe0f": "❤\ufe0f", "❤\ufe0e": "❤\ufe0f",
		"👍🏽": "👍🏽", "✊🏿": "✊🏿", "☝🏿": "☝🏿", "☝": "☝\ufe0f", "🇩🇪": "🇩🇪", "1\ufe0f\u20e3": "1\ufe0f\u20e3", "#\u20e3": "#\ufe0f\u20e3",
		"👩\u200d👩\u200d👧\u200d👦": "👩\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈": "🏳\u200d🌈", "✅": "✅", "⭐": "⭐", "🫡": "🫡",
	} {
		got, err := domain.CleanEmoji(given)
		if err != nil || got != want {
			t.Errorf("%q (%+q) became %+q, %v", given, given, got, err)
		}
		if again, err := domain.CleanEmoji(got); err != nil || again != got {
			t.Errorf("%+q is not its own spelling: %+q, %v", got, again, err)
		}
	}
}

func TestWhatIsNotOneEmojiIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "a", "1", "#", "👍👍", "👍a", "a👍", "👍 ", "\u200d", "👍\u200d", "\u200d👍", "🇩", "🇩🇪🇫🇷", "\ufe0f", "🏽", "\x1b", "\u202e",
		"🏴\U000e0067\U000e0062\U000e007f", strings.Repeat("👩\u200d", 30) + "👩", "\xff", "👍\u0301", "\u20e3", ":+1:", "👍\ufe0f\ufe0f",
	} {
		if got, err := domain.CleanEmoji(text); !domain.HasCode(err, "reaction.emoji") {
			t.Errorf("%+q was taken as %+q", text, got)
		}
	}
}
