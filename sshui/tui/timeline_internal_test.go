package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"parley/domain"
)

// Messages of 2,000 lines each take twenty times their own size when drawn, in
// the memory of everybody who has them on a screen.
func TestTallMessagesOutOfViewAreNotKeptDrawn(t *testing.T) {
	timeline := timeline{
		look:   look{version: 1, theme: newTheme(themeAuto, colorprofile.ANSI256, unknownGround), width: 80, zone: time.UTC},
		height: 20, me: domain.Author{ID: 1}, follow: true, attached: true,
	}
	text := "a" + strings.Repeat("\nx", 1998)
	for seq := domain.Seq(1); seq <= 50; seq++ {
		timeline.take(&domain.Event{Type: domain.EventMessage, Seq: seq, Message: domain.Message{
			Seq: seq, Author: domain.Author{ID: 2, Name: "mallory"}, Content: text,
		}})
		timeline.items[seq-1].unfolded = true
		timeline.items[seq-1].redraw()
		if rows := timeline.draw(); len(rows) != 20 {
			t.Fatalf("%d rows are drawn", len(rows))
		}
	}
	kept := 0
	for _, e := range timeline.items {
		kept += len(e.rows)
	}
	if kept > 10_000 {
		t.Errorf("%d rows are kept for a view of 20", kept)
	}
}
