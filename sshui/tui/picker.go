package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"parley/sshui/suggest"
)

// choice is one thing that a picker offers.
type choice struct {
	words  string // what the letters are looked for in
	label  string // what is shown; may hold a sign before the words
	detail string // beside it
	take   func() tea.Cmd
}

// picker finds one of many things by a few letters: a room, a person, an
// emoji, a pinned message.
type picker struct {
	open     bool
	prompt   string
	line     composer // the letters
	choices  []choice // in the order in which they stand without letters
	matches  []int    // of choices, the best first
	at, top  int      // the match that Enter takes, and the first in view
	searched string
}

// ask opens the picker. Letters may be typed already.
func (p *picker) ask(prompt string, choices []choice) {
	*p = picker{open: true, prompt: prompt, choices: choices}
	p.search()
}

// offer replaces the choices, keeping what was typed and the one that Enter
// would take.
func (p *picker) offer(choices []choice) {
	kept := ""
	if c := p.current(); c != nil {
		kept = c.label
	}
	p.choices = choices
	p.search()
	for i, m := range p.matches {
		if p.choices[m].label == kept {
			p.at = i
		}
	}
}

func (p *picker) close() { *p = picker{} }

// search finds what matches the letters.
func (p *picker) search() {
	p.searched, p.at, p.top = p.line.value(), 0, 0
	letters := strings.Trim(p.searched, ":") // as the names of emoji are typed elsewhere
	ranks := make([]int, len(p.choices))
	p.matches = p.matches[:0]
	for i, c := range p.choices {
		rank, ok := suggest.Match(letters, c.words)
		if letters == "" {
			rank = 0
		}
		if ranks[i] = rank; ok {
			p.matches = append(p.matches, i)
		}
	}
	slices.SortStableFunc(p.matches, func(a, b int) int { return ranks[a] - ranks[b] })
}

// edited searches again if the letters changed.
func (p *picker) edited() {
	if p.line.value() != p.searched {
		p.search()
	}
}

// move goes to another match, around the ends.
func (p *picker) move(by int) {
	if n := len(p.matches); n > 0 {
		p.at = ((p.at+by)%n + n) % n
	}
}

// current is the choice that Enter takes, or nil.
func (p *picker) current() *choice {
	if p.at >= len(p.matches) {
		return nil
	}
	return &p.choices[p.matches[p.at]]
}

// lines draws at most height rows of matches.
func (p *picker) lines(l look, height int) []string {
	if len(p.matches) == 0 {
		return []string{l.theme.faint.Render(l.cut("nothing matches", l.width))}
	}
	p.top = min(p.top, p.at)
	p.top = max(p.top, p.at-height+1)
	var rows []string
	for i := p.top; i < len(p.matches) && len(rows) < height; i++ {
		c := p.choices[p.matches[i]]
		text, style := "  "+c.label, l.theme.plain
		if i == p.at {
			text, style = signHere+" "+c.label, l.theme.chosen
		}
		if c.detail != "" {
			text = pad(l, text, min(l.width/2, 28)) + " " + c.detail
		}
		rows = append(rows, style.Render(l.cut(text, l.width)))
	}
	return rows
}
