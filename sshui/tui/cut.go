package tui

import (
	"strings"

	"github.com/rivo/uniseg"
)

// cut shortens a text without styles to a width, and says so. The library's own
// counts the parts of a joined emoji as one in some places and one by one in
// others.
func (l look) cut(text string, width int) string {
	if l.method.StringWidth(text) <= width {
		return text
	}
	const more = "…"
	room := width - l.method.StringWidth(more)
	if room < 0 {
		return ""
	}
	var kept strings.Builder
	for rest, state := text, -1; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if room -= l.method.StringWidth(cluster); room < 0 {
			break
		}
		kept.WriteString(cluster)
	}
	return kept.String() + more
}

// pad fills a text with blanks up to a width, or cuts it down to it.
func pad(l look, text string, width int) string {
	text = l.cut(text, width)
	return text + strings.Repeat(" ", max(width-l.method.StringWidth(text), 0))
}
