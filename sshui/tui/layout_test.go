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
		for _, r := range []rect{l.header, l.timeline, l.side, l.status, l.composer} {
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

func TestTheSideShowsOnWideScreensAlone(t *testing.T) {
	for width, want := range map[int]bool{40: false, 59: false, 80: false, 99: false, 100: true, 120: true} {
		if l := arrange(Size{width, 24}, 1); (l.side.width > 0) != want {
			t.Errorf("at %d columns the side is %v", width, l.side)
		}
	}
}
