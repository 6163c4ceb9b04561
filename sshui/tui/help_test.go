package tui

import "testing"

func TestATableHasNoEmptyRowForWhatHasNothingBesideIt(t *testing.T) {
	for _, width := range []int{40, 80} {
		table := table{look: lookOf(width)}
		table.row("bob", "")
		if len(table.lines) != 1 {
			t.Errorf("in a width of %d it is %q", width, table.lines)
		}
	}
}
