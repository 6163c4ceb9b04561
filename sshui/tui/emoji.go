package tui

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// emojiTable is one emoji a line: a short name, as people know it from other
// chats, a blank, and the emoji. The names are in order.
//
//go:embed emoji.txt
var emojiTable string

// shortName is what stands between two colons for an emoji.
type shortName struct{ name, emoji string }

// shortNames gives the table. It must not be changed.
var shortNames = sync.OnceValue(func() []shortName {
	lines := strings.Split(strings.TrimSpace(emojiTable), "\n")
	names := make([]shortName, len(lines))
	for i, line := range lines {
		names[i].name, names[i].emoji, _ = strings.Cut(line, " ")
	}
	return names
})

// emojiNamed gives the emoji of a short name, with or without its colons.
func emojiNamed(name string) (emoji string, ok bool) {
	names := shortNames()
	name = strings.ToLower(strings.Trim(name, ":"))
	i, ok := slices.BinarySearchFunc(names, name, func(s shortName, name string) int { return strings.Compare(s.name, name) })
	if !ok {
		return "", false
	}
	return names[i].emoji, true
}
