package tui

import (
	"hash/fnv"
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"parley/domain"
)

// theme is how things look. Nothing in it assumes a light or a dark
// background: plain text keeps the terminal's own colours, and what is not
// plain differs by weight or by a sign, never by colour alone.
type theme struct {
	plain, faint, bold lipgloss.Style
	bar                lipgloss.Style // header
	divider            lipgloss.Style // the unread line
	trouble            lipgloss.Style // failed messages, errors
	notice             lipgloss.Style
	names              []lipgloss.Style
}

// nameColors have a relative luminance (WCAG 2) of about 0.18, which gives a
// contrast of 4.5:1 against black as well as against white.
var nameColors = []string{
	"#d8393e", "#b95b00", "#8f7200", "#637f00", "#258821", "#008563",
	"#008193", "#0079c5", "#5e69e0", "#9158d9", "#b746b7", "#cf3a7f",
}

// plainNameColors stand in where a terminal has 16 colours, which its owner
// has chosen to be readable.
var plainNameColors = []color.Color{
	lipgloss.Red, lipgloss.Green, lipgloss.Yellow, lipgloss.Blue, lipgloss.Magenta, lipgloss.Cyan,
}

func newTheme(profile colorprofile.Profile) theme {
	plain := lipgloss.NewStyle()
	t := theme{
		plain: plain, faint: plain.Faint(true), bold: plain.Bold(true),
		bar:     plain.Reverse(true),
		divider: plain.Bold(true).Foreground(lipgloss.Red),
		trouble: plain.Bold(true).Foreground(lipgloss.Red),
		notice:  plain.Italic(true),
	}
	if profile <= colorprofile.ANSI {
		for _, c := range plainNameColors {
			t.names = append(t.names, plain.Bold(true).Foreground(c))
		}
		return t
	}
	for _, hex := range nameColors {
		t.names = append(t.names, plain.Bold(true).Foreground(lipgloss.Color(hex)))
	}
	return t
}

// name gives a person's style: always the same for one name.
func (t theme) name(name string) lipgloss.Style {
	h := fnv.New32a()
	h.Write([]byte(domain.FoldUserName(name)))
	return t.names[h.Sum32()%uint32(len(t.names))]
}
