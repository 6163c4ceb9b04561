package line

import (
	"cmp"
	"slices"
	"strings"

	"parley/domain"
)

// InOrder gives people by name.
func InOrder(people []domain.Presence) []domain.Presence {
	people = slices.Clone(people)
	slices.SortFunc(people, func(a, b domain.Presence) int {
		return cmp.Compare(domain.FoldUserName(a.User.Name), domain.FoldUserName(b.User.Name))
	})
	return people
}

// present names people, each with what there is to say of them, safe to show:
// "alice", "bob (away: lunch)".
func present(people []domain.Presence) []string {
	names := make([]string, len(people))
	for i, p := range InOrder(people) {
		names[i] = name(p.User)
		if said := state(p); said != "" {
			names[i] += " (" + said + ")"
		}
	}
	return names
}

// state is how present somebody is who is not simply online, and what they say
// of it.
func state(p domain.Presence) string {
	var parts []string
	if p.State != domain.Online {
		parts = append(parts, string(p.State))
	}
	if p.Status != "" {
		parts = append(parts, domain.VisibleLine(p.Status))
	}
	return strings.Join(parts, ": ")
}
