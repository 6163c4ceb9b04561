package tui

import "strings"

// help is the list of keys and commands that lies over the timeline.
type help struct {
	open  bool
	first int // the first line shown
}

func (h *help) show() { h.open, h.first = true, 0 }
func (h *help) hide() { h.open = false }

func (h *help) scroll(by, lines, height int) {
	h.first = max(min(h.first+by, lines-height), 0)
}

// lines is the whole help, made from the tables that the keys and commands
// themselves are looked up in.
func (h *help) lines(k keyMap, l look) []string {
	var lines []string
	add := func(left, right string) {
		const column = 20
		if l.width < wideEnough {
			lines = append(lines, l.method.Truncate("  "+left, l.width, "…"))
			for _, line := range strings.Split(l.method.Wrap(right, max(l.width-6, 1), ""), "\n") {
				lines = append(lines, "      "+line)
			}
			return
		}
		left = l.method.Truncate(left, column, "…")
		pad := strings.Repeat(" ", column-l.method.StringWidth(left)+2)
		lines = append(lines, l.method.Truncate("  "+left+pad+right, l.width, "…"))
	}
	for _, group := range k.groups() {
		lines = append(lines, l.theme.bold.Render(group.title))
		for _, binding := range group.keys {
			add(binding.Help().Key, binding.Help().Desc)
		}
	}
	lines = append(lines, l.theme.bold.Render("Commands"))
	for _, c := range commandTable() {
		add(strings.TrimSpace("/"+c.name+" "+c.args), c.does)
	}
	add("//text", "a message that begins with a slash")
	lines = append(lines, l.theme.bold.Render("Times"))
	add("TZ", "times are in the zone "+l.zone.String()+"; for yours: ssh -o SetEnv=TZ=Europe/Paris ...")
	return lines
}
