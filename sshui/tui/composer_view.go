package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
)

// tabWidth is how many cells a tab takes, wherever it stands.
const tabWidth = 4

// cell is a place on the screen, counted from 0.
type cell struct{ x, y int }

// composed is the composer as it is drawn. No row is wider than asked for; the
// cursor may stand right behind a full row.
type composed struct {
	rows   []string
	cursor cell
}

// layout breaks the text into rows of a width, in cells.
func (c *composer) layout(width int, method ansi.Method) composed {
	var out composed
	out.rows = flow(c.text, width, method, func(at int, where cell) {
		if at == c.cursor {
			out.cursor = where
		}
	})
	return out
}

// flow breaks text into rows and tells where each cluster begins, and where
// the text ends.
func flow(text string, width int, method ansi.Method, place func(at int, where cell)) (rows []string) {
	var row strings.Builder
	used := 0
	wrap := func() {
		rows = append(rows, row.String())
		row.Reset()
		used = 0
	}
	at, rest, state := 0, text, -1
	for rest != "" {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		shown, cells := cluster, 0
		switch cluster {
		case "\n":
		case "\t":
			shown, cells = strings.Repeat(" ", tabWidth), tabWidth
		default:
			cells = method.StringWidth(cluster)
		}
		if used+cells > width && used > 0 {
			wrap()
		}
		place(at, cell{used, len(rows)})
		if cluster == "\n" {
			wrap()
		} else if cells <= width {
			row.WriteString(shown)
			used += cells
		}
		at += len(cluster)
	}
	place(at, cell{used, len(rows)})
	wrap()
	return rows
}

// window keeps at most height rows, the cursor's among them.
func (c composed) window(height int) composed {
	if len(c.rows) <= height {
		return c
	}
	first := min(max(c.cursor.y-height+1, 0), len(c.rows)-height)
	return composed{rows: c.rows[first : first+height], cursor: cell{c.cursor.x, c.cursor.y - first}}
}

// vertical moves the cursor a row up (-1) or down (1) as the text is drawn,
// staying in its column as far as the row has one. It reports false at the
// first or the last row.
func (c *composer) vertical(by, width int, method ansi.Method) bool {
	now := c.layout(width, method).cursor
	best, bestX := -1, -1
	flow(c.text, width, method, func(at int, where cell) {
		if where.y == now.y+by && where.x > bestX && (where.x <= now.x || best < 0) {
			best, bestX = at, where.x
		}
	})
	if best < 0 {
		return false
	}
	c.cursor = best
	return true
}
