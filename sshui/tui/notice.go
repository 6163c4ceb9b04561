package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
)

// bellMode says which messages ring the terminal's bell.
type bellMode string

// The modes of the bell.
const (
	bellOff     bellMode = "off"
	bellMention bellMode = "mention" // what calls me: mentions and direct messages
	bellAll     bellMode = "all"     // every message in rooms that are not muted
)

func parseBell(text string) (bellMode, bool) {
	switch mode := bellMode(text); mode {
	case bellOff, bellMention, bellAll:
		return mode, true
	}
	return "", false
}

const (
	bell       = "\a"
	maxAlerted = 120 // characters of a notice
)

// alert is what happened out of view since it was told last.
type alert struct {
	count int
	text  string // of the first
}

// note remembers a message that calls the reader.
func (a *alert) note(m *domain.Message, room string) {
	if a.count++; a.count == 1 {
		text := domain.VisibleLine(m.Author.Name)
		if !strings.HasPrefix(room, "@") {
			text += " in " + room
		}
		a.text = text + ": " + quoted(m.Content)
	}
}

// ring gives the sequences that tell the terminal: its bell, and a notice in
// words (OSC 9) for those that show them. Nothing of a message's own can end
// the sequence or begin another.
func (a *alert) ring(mode bellMode) tea.Cmd {
	told := *a
	*a = alert{}
	if told.count == 0 || mode == bellOff {
		return nil
	}
	text := told.text
	if told.count > 1 {
		text += " (and " + decimal(told.count-1) + " more)"
	}
	return tea.Raw(bell + "\x1b]9;Parley: " + clip(domain.VisibleLine(text), maxAlerted) + bell)
}
