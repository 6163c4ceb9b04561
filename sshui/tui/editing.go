package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"parley/domain"
)

// prompt stands before the first row of the composer; the others are indented
// alike.
const prompt = "> "

// composerWidth leaves a cell for the cursor behind a full row.
func (s *screen) composerWidth() int { return max(s.size.Width-len(prompt)-1, 1) }

// composerRows is how many rows what is written takes, with the line above it
// that says what it answers.
func (s *screen) composerRows() int {
	rows := len(s.composer.layout(s.composerWidth(), s.look.method).rows)
	if s.room.answer.to != nil {
		rows++
	}
	return rows
}

// edit changes what is being written.
func (s *screen) edit(msg tea.KeyPressMsg) {
	switch {
	case key.Matches(msg, s.keys.Recall):
		s.vertical(-1, s.composer.older)
	case key.Matches(msg, s.keys.RecallNext):
		s.vertical(1, s.composer.newer)
	default:
		s.editIn(&s.composer, msg)
	}
}

// editIn changes a line by one key.
func (s *screen) editIn(line *composer, msg tea.KeyPressMsg) {
	for _, e := range s.edits(line) {
		if key.Matches(msg, e.key) {
			e.do()
			return
		}
	}
	if msg.Text != "" {
		s.writeIn(line, msg.Text)
	}
}

// write puts text at the cursor, if there is room for it.
func (s *screen) write(text string) { s.writeIn(&s.composer, text) }

func (s *screen) writeIn(line *composer, text string) {
	if !line.insert(text) {
		s.complain(fmt.Sprintf("that is too much for one message, which has at most %d characters", domain.MaxContent))
	}
}

// edits is what each editing key does.
func (s *screen) edits(c *composer) []struct {
	key key.Binding
	do  func()
} {
	k := s.keys
	return []struct {
		key key.Binding
		do  func()
	}{
		{k.Newline, func() { c.insert("\n") }},
		{k.Left, c.left},
		{k.Right, c.right},
		{k.WordLeft, func() { c.moveTo(c.wordLeft()) }},
		{k.WordRight, func() { c.moveTo(c.wordRight()) }},
		{k.LineStart, func() { c.moveTo(c.lineStart()) }},
		{k.LineEnd, func() { c.moveTo(c.lineEnd()) }},
		{k.DeleteLeft, c.deleteLeft},
		{k.DeleteRight, c.deleteRight},
		{k.KillToEnd, c.killToEnd},
		{k.KillToStart, c.killToStart},
		{k.KillWord, c.killWord},
		{k.Yank, func() { s.writeIn(c, c.killed) }},
		{k.Leave, c.deleteRight}, // Ctrl+D in a line that is not empty, as in a shell
	}
}

// vertical moves between the rows of what is written; past the first or last
// one it moves through what was sent.
func (s *screen) vertical(by int, beyond func()) {
	if s.composer.recalling() || !s.composer.vertical(by, s.composerWidth(), s.look.method) {
		beyond()
	}
}
