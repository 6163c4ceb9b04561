package markup_test

import (
	"strings"
	"testing"

	"parley/domain/markup"
)

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"plain", "I think we should meet at ten; the room upstairs is free, isn't it?"},
		{"mention", "hi @bob, the fix is in *main* now: see `git log` and https://example.com/pull/42."},
		{"hostile/stars", strings.Repeat("*a ", 1300)},
		{"hostile/nested", strings.Repeat("*a **b ", 280) + strings.Repeat("b** a* ", 280)},
		{"hostile/brackets", strings.Repeat("[", 4000)},
		{"hostile/links", strings.Repeat("[a](http://x", 330)},
		{"hostile/quotes", strings.Repeat("> ", 2000)},
		{"hostile/escapes", strings.Repeat(`\*a `, 500) + strings.Repeat(`a\* `, 500)},
		{"hostile/names", strings.Repeat("_@bob_/", 570)},
		{"hostile/fences", strings.Repeat("```a b\nc```\n", 330)},
		{"hostile/dots", strings.Repeat("**/a ", 800)},
		{"hostile/ticks", ticks(4000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				markup.Parse(c.text)
			}
		})
	}
}

// ticks gives runs of backticks that grow, so that none closes another.
func ticks(size int) string {
	var b strings.Builder
	for n := 1; b.Len()+n < size; n++ {
		b.WriteString(strings.Repeat("`", n) + " ")
	}
	return b.String()
}
