package tui

import (
	"hash/fnv"
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"parley/domain"
)

// theme is how things look. What is not plain differs by weight or by a sign,
// never by colour alone.
type theme struct {
	plain, faint, bold lipgloss.Style
	bar                lipgloss.Style // header
	divider            lipgloss.Style // the unread line
	trouble            lipgloss.Style // failed messages, errors
	notice             lipgloss.Style
	calls              lipgloss.Style // what calls the reader: their name, the count of such messages
	code, link         lipgloss.Style
	chosen             lipgloss.Style // the message or line that the keys act on
	names              []lipgloss.Style
}

// ground is what is known of a terminal's background.
type ground int

const (
	unknownGround ground = iota
	darkGround
	lightGround
)

// The themes that a person can choose. Auto goes by what the terminal says of
// its background and, when it says nothing, by what is readable on any.
const (
	themeAuto     = "auto"
	themeDark     = "dark"
	themeLight    = "light"
	themeContrast = "contrast"
	themeSixteen  = "16"
)

func themeNames() []string {
	return []string{themeAuto, themeDark, themeLight, themeContrast, themeSixteen}
}

// nameColors have a relative luminance (WCAG 2) of about 0.18, which gives a
// contrast of 4.5:1 against black as well as against white.
var nameColors = []string{
	"#d8393e", "#b95b00", "#8f7200", "#637f00", "#258821", "#008563",
	"#008193", "#0079c5", "#5e69e0", "#9158d9", "#b746b7", "#cf3a7f",
}

// darkNameColors and lightNameColors are the same hues with a luminance of 0.38
// and 0.09, for a contrast of 7:1 against the one or the other ground.
var (
	darkNameColors = []string{
		"#ff7f81", "#ff8428", "#c9a100", "#8db300", "#37be32", "#00bc8d",
		"#00b6cf", "#56aaff", "#969dff", "#bc90ff", "#ff66ff", "#ff79af",
	}
	lightNameColors = []string{
		"#9f272b", "#884100", "#685200", "#475c00", "#186215", "#006147",
		"#005e6b", "#005891", "#434ba5", "#693e9f", "#863186", "#98285c",
	}
)

// plainNameColors stand in where a terminal has 16 colours, which its owner
// has chosen to be readable.
var plainNameColors = []color.Color{
	lipgloss.Red, lipgloss.Green, lipgloss.Yellow, lipgloss.Blue, lipgloss.Magenta, lipgloss.Cyan,
}

// newTheme makes the theme of a name for what a terminal can show.
func newTheme(name string, profile colorprofile.Profile, on ground) theme {
	plain := lipgloss.NewStyle()
	bold := plain.Bold(true)
	t := theme{
		plain: plain, faint: plain.Faint(true), bold: bold,
		bar:     plain.Reverse(true),
		divider: bold.Foreground(lipgloss.Red),
		trouble: bold.Foreground(lipgloss.Red),
		notice:  plain.Italic(true),
		calls:   bold.Reverse(true).Foreground(lipgloss.Magenta),
		code:    plain.Foreground(lipgloss.Cyan),
		link:    plain.Underline(true).UnderlineSpaces(true), // else each letter is styled by itself
		chosen:  plain.Reverse(true),
	}
	switch {
	case name == themeContrast:
		return t.highContrast()
	case name == themeSixteen || profile <= colorprofile.ANSI:
		for _, c := range plainNameColors {
			t.names = append(t.names, bold.Foreground(c))
		}
		return t
	}
	colors := nameColors
	switch {
	case name == themeDark || name == themeAuto && on == darkGround:
		colors = darkNameColors
	case name == themeLight || name == themeAuto && on == lightGround:
		colors = lightNameColors
	}
	for _, hex := range colors {
		t.names = append(t.names, bold.Foreground(lipgloss.Color(hex)))
	}
	return t
}

// highContrast leaves the terminal's own two colours, which no other pair on it
// beats, and tells things apart by weight, underlining and reversal.
func (t theme) highContrast() theme {
	bold := t.plain.Bold(true)
	t.faint, t.notice, t.code = t.plain, t.plain, t.plain
	t.divider, t.trouble = bold, bold
	t.calls = bold.Reverse(true)
	t.names = []lipgloss.Style{bold}
	return t
}

// name gives a person's style: always the same for one name.
func (t theme) name(name string) lipgloss.Style {
	h := fnv.New32a()
	h.Write([]byte(domain.FoldUserName(name)))
	return t.names[h.Sum32()%uint32(len(t.names))]
}
