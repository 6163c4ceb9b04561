package tui_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/domain"
	"parley/sshui/tui"
	"parley/store/storetest"
)

var sizes = []tui.Size{{Width: 40, Height: 12}, {Width: 80, Height: 24}, {Width: 120, Height: 40}}

// talk fills the lobby with a bit of everything.
func talk(t *testing.T, core *storetest.Core) {
	t.Helper()
	alice, bob := core.User(t, "alice"), core.User(t, "a_rather_long_user_name")
	say(t, core, alice, "Good morning! Has anybody seen last night's build log? It stopped right in the middle of the tests.")
	say(t, core, bob, "/me looks")
	say(t, core, bob, "func main() {\n\tprintln(\"two lines\")\n}")
	say(t, core, alice, "日本語のテキストも正しく折り返されます。幅の広い文字は二つのセルを使います。")
	say(t, core, bob, "👍🏽 e\u0301 🇩🇪 שלום")
	say(t, core, alice, "https://example.org/a/rather/long/address/that/does/not/fit?into=one&line=of&the=terminal")
}

func TestGoldenConversation(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprint(size.Width), func(t *testing.T) {
			core := newCore(t)
			carol := core.User(t, "carol")
			talk(t, core)
			screen := watch(t, core, carol, size)
			screen.Sees("unread", "1 here")
			screen.Press(endKey, "a draft that is being written")
			golden(t, fmt.Sprintf("conversation-%dx%d", size.Width, size.Height), screen.Sees("terminal", "being written"))
		})
	}
}

func TestGoldenScrolledUp(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprint(size.Width), func(t *testing.T) {
			core := newCore(t)
			history(t, core, 60)
			screen := watch(t, core, core.User(t, "carol"), size)
			screen.Sees("message number 60")
			screen.Press(pageUp)
			screen.SeesNo("message number 60")
			say(t, core, core.User(t, "dave"), "something new")
			golden(t, fmt.Sprintf("scrolled-%dx%d", size.Width, size.Height), screen.Sees("↓ 1 new"))
		})
	}
}

func TestGoldenHelp(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprint(size.Width), func(t *testing.T) {
			core := newCore(t)
			screen := watch(t, core, core.User(t, "carol"), size)
			screen.Sees("1 here")
			screen.Press(f1)
			golden(t, fmt.Sprintf("help-%dx%d", size.Width, size.Height), screen.Sees("Esc closes", "Alt+Enter"))
			screen.Press(strings.Repeat(pageDown, 60))
			screen.Sees("LC_PARLEY")
		})
	}
}

func TestGoldenTrouble(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprint(size.Width), func(t *testing.T) {
			core := newCore(t)
			screen := watch(t, core, core.User(t, "carol"), size)
			screen.Sees("Nobody has said anything yet")
			screen.Press("/joni somewhere", enter)
			golden(t, fmt.Sprintf("trouble-%dx%d", size.Width, size.Height), screen.Sees("unknown /joni: did you mean /join?"))
		})
	}
}

func TestALongDraftLeavesRoomForTheConversation(t *testing.T) {
	core := newCore(t)
	screen := watch(t, core, core.User(t, "carol"), tui.Size{Width: 40, Height: 12})
	screen.Sees("1 here")
	screen.Paste(strings.Repeat("line\n", 30) + "the last line")
	golden(t, "draft-40x12", screen.Sees("the last line"))
}

func TestTheCursorIsWhereOneTypes(t *testing.T) {
	core := newCore(t)
	screen := watch(t, core, core.User(t, "carol"), reference)
	screen.Sees("1 here")
	for _, c := range []struct {
		typed string
		x     int
	}{{"abc", 5}, {"日本", 9}, {"e\u0301", 10}, {"\x1b[D", 9}, {"\x01", 2}} {
		screen.Press(c.typed)
		screen.Until("the cursor in column "+itoa(c.x), func(string) bool {
			x, y := screen.Cursor()
			return x == c.x && y == reference.Height-1
		})
	}
}

func TestATerminalThatIsTooSmallIsTold(t *testing.T) {
	core := newCore(t)
	screen := watch(t, core, core.User(t, "carol"), reference)
	screen.Sees("1 here")
	screen.Resize(tui.Size{Width: 19, Height: 4})
	screen.Sees("Parley needs 20×5")
	screen.Resize(tui.Size{Width: 20, Height: 5})
	screen.Sees("#lobby", ">")
	screen.Resize(tui.Size{Width: 1, Height: 1})
	screen.Resize(tui.Size{Width: 500, Height: 200})
	screen.Sees("#lobby", "carol · 1 here")
}

func TestColoursAreThoseThatTheTerminalHas(t *testing.T) {
	for _, c := range []struct {
		name     string
		environ  []string
		has, not []string
	}{
		{"NO_COLOR", []string{"NO_COLOR=1"}, nil, []string{"\x1b[31", ";31m", "38;5;", "38;2;"}},
		{"16 colours", []string{"TERM=xterm"}, nil, []string{"38;5;", "38;2;"}},
		{"256 colours", []string{"TERM=xterm-256color"}, []string{"38;5;"}, []string{"38;2;"}},
		{"all colours", []string{"TERM=xterm-256color", "COLORTERM=truecolor"}, []string{"38;2;"}, []string{"38;5;"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			core := newCore(t)
			say(t, core, core.User(t, "alice"), "hello")
			screen := watch(t, core, core.User(t, "carol"), reference, c.environ...)
			screen.Sees("hello")
			written := screen.Written()
			for _, sequence := range c.has {
				if !strings.Contains(written, sequence) {
					t.Errorf("%q is missing in %q", sequence, written)
				}
			}
			for _, sequence := range c.not {
				if strings.Contains(written, sequence) {
					t.Errorf("%q is in %q", sequence, written)
				}
			}
		})
	}
}

func TestTimesAreInTheReadersZone(t *testing.T) {
	core := newCore(t)
	say(t, core, core.User(t, "alice"), "what time is it?")
	carol := core.User(t, "carol")
	utc := clock.FindString(watch(t, core, carol, reference, "TZ=UTC").Sees("what time"))
	nepal := clock.FindString(watch(t, core, carol, reference, "TZ=Asia/Kathmandu").Sees("what time"))
	if minutes(nepal) != (minutes(utc)+5*60+45)%(24*60) {
		t.Errorf("%s UTC is shown as %s in Kathmandu", utc, nepal)
	}
}

func minutes(hhmm string) int {
	var h, m int
	if _, err := fmt.Sscanf(hhmm, "%d:%d", &h, &m); err != nil {
		panic(err)
	}
	return 60*h + m
}

func TestNothingInAMessageReachesTheTerminalAsACommand(t *testing.T) {
	core := newCore(t)
	alice := core.User(t, "alice")
	say(t, core, alice, "start")
	screen := watch(t, core, core.User(t, "carol"), reference)
	screen.Sees("start")
	for _, payload := range []string{
		"bidi \u202eevil\u202c end", "isolate \u2066x\u2069 end", "zero\u200bwidth end", "tag\U000e0041 end",
		"zalgo z" + strings.Repeat("\u0301", 500) + " end",
	} {
		say(t, core, alice, payload)
	}
	shown := screen.Sees("bidi evil end", "isolate x end", "zerowidth end", "tag end", "zalgo")
	for _, r := range "\u202e\u202c\u2066\u2069\u200b\U000e0041\x1b" {
		if strings.ContainsRune(shown, r) {
			t.Errorf("%U is on the screen", r)
		}
	}
	for _, payload := range []string{"\x1b[2J", "\x1b]0;title\x07", "\u009b31m", "a\bb", "a\rb", "\x7f"} {
		if _, err := domain.CleanContent("x" + payload + "x"); err == nil {
			t.Errorf("%q is let in", payload)
		}
	}
}
