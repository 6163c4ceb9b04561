package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"parley/domain"
	"parley/domain/chat"
)

// A room that was empty when it was read may not be so any more when that is
// shown.
func TestWhatComesWhileAnEmptyRoomOpensIsRead(t *testing.T) {
	line := timeline{look: lookOf(80), height: 5, me: carol, attached: true, follow: true}
	line.take(&domain.Event{Type: domain.EventMessage, Seq: 1, Message: domain.Message{Seq: 1, Author: bob}})
	line.open(chat.Page{}, 0, 0)
	if line.find(1) == nil && line.needs() != newer {
		t.Error("the message is neither there nor asked for")
	}
}

// A jump to an old message leaves what is new as unread as it was.
func TestAJumpKeepsTheCountOfWhatIsNew(t *testing.T) {
	message := func(seq domain.Seq) domain.Message { return domain.Message{Seq: seq, Author: bob} }
	line := timeline{look: lookOf(80), height: 5, me: carol}
	line.fill(chat.Page{Messages: []domain.Message{message(100), message(101), message(102)}, HasBefore: true, Extent: domain.Extent{Head: 102}})
	line.seen = 100
	page := chat.Page{Messages: []domain.Message{message(6), message(7), message(8)}, HasBefore: true, HasAfter: true, Extent: domain.Extent{Head: 102}}
	if !line.jump(page, 7) {
		t.Fatal("the message is not found")
	}
	if unread, _ := line.unreadBelow(); unread != 2 {
		t.Errorf("%d are unread below, want 2", unread)
	}
}

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

// A message whose acknowledgement was lost may arrive while it is chosen, and
// while the view begins with it.
func TestAChosenMessageThatArrivesAfterAllIsChosenNoMore(t *testing.T) {
	line := timeline{look: lookOf(80), height: 2, me: carol, attached: true}
	for _, nonce := range []string{"a", "b", "c"} {
		line.addPending(&entry{author: carol, text: nonce, raw: nonce, mine: true, state: failed, nonce: nonce})
	}
	for range 3 {
		line.chooseNext(-1)
	}
	if line.chosen == nil || line.chosen.nonce != "a" || line.top() != (spot{}) {
		t.Fatalf("chosen is %+v, and the view begins at %v", line.chosen, line.top())
	}
	line.take(&domain.Event{
		Type: domain.EventMessage, Seq: 1, Nonce: "a", Message: domain.Message{Seq: 1, Author: carol, Content: "a"},
	})
	if line.chosen != nil || !line.follow {
		t.Errorf("chosen is %+v, and the view follows: %t", line.chosen, line.follow)
	}
}
