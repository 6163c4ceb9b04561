package tui

import (
	"fmt"
	"slices"
	"strings"

	"parley/domain"
)

// people is who is here, and their names as they are drawn at the side: drawn
// again only when somebody comes or goes, or the look changes.
type people struct {
	here map[domain.UserID]domain.Author

	sorted  []string // names; nil when somebody came or went
	drawn   []string // the same, styled and cut to size
	version int      // of the look that drawn belongs to
}

func (p *people) set(online []domain.Author) {
	p.here = make(map[domain.UserID]domain.Author, len(online))
	for _, person := range online {
		p.here[person.ID] = person
	}
	p.sorted = nil
}

func (p *people) change(person domain.Author, online bool) {
	if online {
		p.here[person.ID] = person
	} else {
		delete(p.here, person.ID)
	}
	p.sorted = nil
}

// lines draws at most height names in a width; what does not fit is counted.
func (p *people) lines(l look, width, height int) []string {
	if p.sorted == nil {
		p.sorted = make([]string, 0, len(p.here))
		for _, person := range p.here {
			p.sorted = append(p.sorted, person.Name)
		}
		slices.SortFunc(p.sorted, func(a, b string) int {
			return strings.Compare(domain.FoldUserName(a), domain.FoldUserName(b))
		})
		p.version = 0
	}
	shown := min(len(p.sorted), height)
	if p.version != l.version || len(p.drawn) != shown {
		p.drawn, p.version = make([]string, shown), l.version
		for i, name := range p.sorted[:shown] {
			p.drawn[i] = l.theme.name(name).Render(l.method.Truncate(name, width, "…"))
		}
		if more := len(p.sorted) - shown; more > 0 && shown > 0 {
			p.drawn[shown-1] = l.theme.faint.Render(fmt.Sprintf("and %d more", more+1))
		}
	}
	return p.drawn
}
