package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// prompt stands before the first row of the composer; the others are indented
// alike.
const prompt = "> "

func (s *screen) composerWidth() int { return max(s.size.Width-len(prompt), 1) }

func (s *screen) composerRows() int {
	return len(s.composer.layout(s.composerWidth(), s.timeline.look.method).rows)
}

// edit changes what is being written.
func (s *screen) edit(msg tea.KeyPressMsg) {
	c := &s.composer
	for _, e := range s.edits() {
		if key.Matches(msg, e.key) {
			e.do()
			return
		}
	}
	if msg.Text != "" && !c.insert(msg.Text) {
		s.complain("this is too long already")
	}
}

// edits is what each editing key does.
func (s *screen) edits() []struct {
	key key.Binding
	do  func()
} {
	c, k := &s.composer, s.keys
	return []struct {
		key key.Binding
		do  func()
	}{
		{k.Newline, func() { c.insert("\n") }},
		{k.Recall, func() { s.vertical(-1, c.older) }},
		{k.RecallNext, func() { s.vertical(1, c.newer) }},
		{k.Left, c.left},
		{k.Right, c.right},
		{k.WordLeft, func() { c.cursor = c.wordLeft() }},
		{k.WordRight, func() { c.cursor = c.wordRight() }},
		{k.LineStart, func() { c.cursor = c.lineStart() }},
		{k.LineEnd, func() { c.cursor = c.lineEnd() }},
		{k.DeleteLeft, c.deleteLeft},
		{k.DeleteRight, c.deleteRight},
		{k.KillToEnd, c.killToEnd},
		{k.KillToStart, c.killToStart},
		{k.KillWord, c.killWord},
		{k.Yank, func() { c.yank() }},
		{k.Leave, c.deleteRight}, // Ctrl+D in a line that is not empty, as in a shell
	}
}

// vertical moves between the rows of what is written; past the first or last
// one it moves through what was sent.
func (s *screen) vertical(by int, beyond func()) {
	if s.composer.recalling() || !s.composer.vertical(by, s.composerWidth(), s.timeline.look.method) {
		beyond()
	}
}
