package domain_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley/domain"
)

func TestHarmlessTextIsShownAsItIs(t *testing.T) {
	for _, text := range []string{
		"", "plain", "tab\tnewline\n", "日本語", "🇩🇪 👩‍👩‍👧‍👦 👍🏽 ❤️ 1️⃣ ❤\ufe0f\u200d🔥", "Việt Nam", "שלום עליכם", "السلام عليكم",
		"می\u200cخواهم", "क्\u200dष", "e\u0301 a\u0328\u0301",
	} {
		if got := domain.Visible(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestWeaponsAreMadeHarmless(t *testing.T) {
	for text, want := range map[string]string{
		"\x1b[2Jgone":                            "\ufffd[2Jgone",
		"\u009b2Jgone":                           "\ufffd2Jgone",
		"over\rwrite":                            "over\ufffdwrite",
		"back\bspace":                            "back\ufffdspace",
		"bell\a\x7f":                             "bell\ufffd\ufffd",
		"\u202egnp.exe":                          "gnp.exe",
		"a\u2066b\u2069c\u200fd":                 "abcd",
		"ad\u200bmin":                            "admin",
		"ad\u200dmin":                            "admin",
		"\ufeffbom":                              "bom",
		"tag\U000e0041\U000e007fs":               "tags",
		"é\ufe00\ufe01\ufe02\ufe03\ufe00":        "é\ufe00", // a text in selectors that nobody sees
		"é\u200c\u200d\u200c\ufe0f":              "é\u200c",
		"music\U0001d173 and\U0001bca0":          "music and",
		"bad\xffbyte":                            "bad\ufffdbyte",
		"line\u2028sep":                          "linesep",
		"z" + strings.Repeat("\u0300", 50) + "!": "z" + strings.Repeat("\u0300", 6) + "!",
	} {
		if got := domain.Visible(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestVisibleTextHoldsNothingThatATerminalObeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got := domain.Visible(string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")))
		if !utf8.ValidString(got) {
			t.Fatalf("%q is not UTF-8", got)
		}
		for _, r := range got {
			if domain.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q holds %U", got, r)
			}
		}
		if again := domain.Visible(got); again != got {
			t.Fatalf("%q became %q the second time", got, again)
		}
		if strings.ContainsAny(domain.VisibleLine(got), "\n\t") {
			t.Fatalf("%q is not one line", domain.VisibleLine(got))
		}
	})
}
