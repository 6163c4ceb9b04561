package tui

import (
	"io"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// ear is a program that ends when it hears a word pasted.
type ear struct {
	word  string
	heard bool
}

func (e *ear) Init() tea.Cmd { return nil }

func (e *ear) View() tea.View { return tea.NewView("") }

func (e *ear) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		e.heard = msg.Content == e.word
	case tea.PasteEndMsg:
		if e.heard {
			return e, tea.Quit
		}
	}
	return e, nil
}

func TestTheLastWordIsHeardWhateverWasBegunBeforeIt(t *testing.T) {
	for _, begun := range []string{
		"", "text", "\x1b", "\x1b[", "\x1b[1;5", "\x1b[200~pasted", "\x1b[200~pasted\x1b[20", "\x1b]0;title", "\x1b]11;rgb:00\x1b",
		"\x1bP1$r", "\x1b_x", "\x1bO", "h\xc3", "\xf0\x9f\x98",
	} {
		in := newInput(io.NopCloser(strings.NewReader(begun)))
		heard, err := tea.NewProgram(&ear{word: in.word}, tea.WithInput(in), tea.WithOutput(io.Discard),
			tea.WithContext(t.Context()), tea.WithoutSignalHandler(), tea.WithWindowSize(80, 24)).Run()
		if err != nil || !heard.(*ear).heard {
			t.Errorf("%q: %v", begun, err)
		}
	}
}
