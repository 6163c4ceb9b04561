package domain_test

import (
	"strings"
	"testing"

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
