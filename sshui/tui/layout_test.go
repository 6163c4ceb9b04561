package tui

import (
	"testing"

	"pgregory.net/rapid"
)

func TestThePartsFillTheScreenWithoutOverlapping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := Size{rapid.IntRange(1, 500).Draw(t, "width"), rapid.IntRange(1, 200).Draw(t, "height")}
		l := arrange(size, rapid.IntRange(0, 300).Draw(t, "composer rows"))
		if small := size.Width < leastWidth || size.Height < leastHeight; small != l.tooSmall {
			t.Fatalf("%v: tooSmall is %v", size, l.tooSmall)
		}
		if l.tooSmall {
			return
		}
		covered := make([]int, size.Width*size.Height)
		for _, r := range []rect{l.header, l.timeline, l.rooms, l.people, l.status, l.composer} {
			for y := r.y; y < r.y+r.height; y++ {
				for x := r.x; x < r.x+r.width; x++ {
					if x < 0 || y < 0 || x >= size.Width || y >= size.Height {
						t.Fatalf("%v: %v reaches outside", size, r)
					}
					covered[y*size.Width+x]++
				}
			}
		}
		for i, n := range covered {
			if n != 1 {
				t.Fatalf("%v: cell %d,%d belongs to %d parts", size, i%size.Width, i/size.Width, n)
			}
		}
		if l.timeline.height < 1 || l.composer.height < 1 || l.composer.height > max(size.Height/3, 1) {
			t.Fatalf("%v: timeline %v, composer %v", size, l.timeline, l.composer)
		}
	})
}

func TestTheSidesShowWhereThereIsRoomForThem(t *testing.T) {
	for width, want := range map[int][2]bool{
		20: {}, 40: {}, 59: {}, 60: {true, false}, 80: {true, false}, 99: {true, false}, 100: {true, true}, 120: {true, true},
	} {
		l := arrange(Size{width, 24}, 1)
		if got := [2]bool{l.rooms.width > 0, l.people.width > 0}; got != want {
			t.Errorf("at %d columns rooms and people show: %v, want %v", width, got, want)
		}
		if l.rooms.x != 0 || l.timeline.x != l.rooms.width || l.people.width > 0 && l.people.x != l.timeline.x+l.timeline.width {
			t.Errorf("at %d columns they stand in the wrong order: %+v", width, l)
		}
	}
}

func TestNamesHaveAColumnOnTheReferenceTerminal(t *testing.T) {
	if l := arrange(Size{80, 24}, 1); l.timeline.width < wideEnough {
		t.Errorf("the timeline has %d columns of 80", l.timeline.width)
	}
}
