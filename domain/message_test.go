package domain_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley/domain"
)

func TestContentIsTrimmedAndOtherwiseKept(t *testing.T) {
	for content, want := range map[string]string{
		"hi":                             "hi",
		" \n hi \t\n":                    "hi",
		"a\r\nb":                         "a\nb",
		"tab\tand\nnewline":              "tab\tand\nnewline",
		"日本語 👩‍👩‍👧‍👦 é":                  "日本語 👩‍👩‍👧‍👦 é",
		"\u202eevil":                     "\u202eevil", // made harmless where it is shown
		strings.Repeat("日", 4000) + "\n": strings.Repeat("日", 4000),
	} {
		got, err := domain.CleanContent(content)
		if err != nil || got != want {
			t.Errorf("%.20q: got %.20q, %v", content, got, err)
		}
	}
}

func TestContentThatIsRefused(t *testing.T) {
	for content, code := range map[string]string{
		"":                        "message.empty",
		" \r\n\t ":                "message.empty",
		strings.Repeat("x", 4001): "message.too_long",
		"\xff\xfe":                "message.encoding",
		"a\x00b":                  "message.control",
		"\x1b[31mred":             "message.control",
		"del\x7f.":                "message.control",
		"c1\u009b31m":             "message.control",
		"a\rb":                    "message.control",
		"a\x0bb":                  "message.control",
	} {
		_, err := domain.CleanContent(content)
		wantCode(t, content[:min(10, len(content))], err, code)
	}
}

func TestNonces(t *testing.T) {
	for nonce, code := range map[string]string{
		"0193d9c4-0000-7000-8000-000000000000": "",
		"x":                                    "",
		strings.Repeat("é", 64):                "",
		"":                                     "message.nonce",
		strings.Repeat("é", 65):                "message.nonce",
		"a\nb":                                 "message.nonce",
		"\xff":                                 "message.nonce",
	} {
		wantCode(t, nonce, domain.CheckNonce(nonce), code)
	}
}

func TestContentThatIsTakenHoldsToTheRulesAndIsTakenAgainAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.OneOf(
			rapid.String(),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
			rapid.StringOf(rapid.SampledFrom([]rune(" \t\r\n\v\f\u0085\u00a0\u2028\u3000ab日\u202e"))),
		).Draw(t, "content")
		got, err := domain.CleanContent(content)
		if err != nil {
			if domain.KindOf(err) != domain.Invalid || got != "" {
				t.Fatalf("%q: %q, %v", content, got, err)
			}
			return
		}
		if got == "" || got != strings.TrimSpace(got) || utf8.RuneCountInString(got) > domain.MaxContent || !utf8.ValidString(got) {
			t.Fatalf("%q became %q", content, got)
		}
		for _, r := range got {
			if domain.IsControl(r) && r != '\n' && r != '\t' {
				t.Fatalf("%q holds %U", got, r)
			}
		}
		if again, err := domain.CleanContent(got); err != nil || again != got {
			t.Fatalf("%q became %q, %v", got, again, err)
		}
	})
}
