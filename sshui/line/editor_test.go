package line_test

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"parley/domain"
	"parley/sshui/line"
	"parley/sshui/sshtest"
)

func wide(cells int) func() int { return func() int { return cells } }

// typed gives the lines that come of what is typed, and what was shown.
func typed(in io.Reader, width int) (lines []line.Entry, shown string) {
	var out bytes.Buffer
	e := line.NewEditor(in, &out, wide(width))
	for {
		entry, err := e.ReadLine("> ")
		if err != nil {
			return lines, out.String()
		}
		lines = append(lines, entry)
	}
}

func TestKeysCorrectTheEndOfTheLine(t *testing.T) {
	for keys, want := range map[string]string{
		"plain\r":                       "plain",
		"line feed\n":                   "line feed",
		"both\r\n":                      "both",
		"typo\b\bpo\r":                  "typo",
		"typo\x7f\x7f\x7f\x7f\x7fnew\r": "new",
		"two words \x17more\r":          "two more",
		"all of it\x15new\r":            "new",
		"again\x12\x0c\r":               "again",
		"dropped\x03kept\r":             "kept",
		"no end\x04 here\r":             "no end here",
		"arrows\x1b[A\x1b[1;5C\x1bOP\r": "arrows",
		"alt\x1bb\x1b\x7f\r":            "al",
		"title\x1b]0;owned\x07\r":       "title",
		"string\x1bPq\x1b\\ on\r":       "string on",
		"open\x1b]0;owned\r":            "open",
		"paste\x1b[200~d\x1b[201~\r":    "pasted",
		"日本語\x7f\r":                     "日本",
		"tab\tstays\r":                  "tab\tstays",
		"c0\x00\x01\x02c1\u009bend\r":   "c0c1end",
		"bad\xff\xfebytes\r":            "badbytes",
		"rtl \u202etxt\r":               "rtl \u202etxt",
	} {
		for name, in := range map[string]io.Reader{
			"at once": strings.NewReader(keys), "byte by byte": iotest.OneByteReader(strings.NewReader(keys)),
		} {
			lines, shown := typed(in, 80)
			if len(lines) != 1 || lines[0].Text != want || lines[0].TooLong || !lines[0].Whole {
				t.Errorf("%q %s: got %+v", keys, name, lines)
			}
			if bad := notDumb.FindString(shown); bad != "" {
				t.Errorf("%q %s: showed %q of %q", keys, name, bad, shown)
			}
		}
	}
}

// notDumb matches what a dumb terminal does not have.
var notDumb = regexp.MustCompile("[\x00-\x06\x0b\x0c\x0e-\x1f\x7f\u0080-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

func TestCtrlDAndCtrlCInAnEmptyLineEndTheInput(t *testing.T) {
	for keys, want := range map[string]int{"\x04": 0, "\x03": 0, "one\r\x04two\r": 1, "x\x7f\x04two\r": 0} {
		if lines, shown := typed(strings.NewReader(keys), 80); len(lines) != want || strings.Contains(shown, "two") {
			t.Errorf("%q: got %+v, shown %q", keys, lines, shown)
		}
	}
}

func TestASecretIsNotShown(t *testing.T) {
	var out bytes.Buffer
	e := line.NewEditor(strings.NewReader("pass word\x7f\x7fx\rnext\r"), &out, wide(80))
	secret, err := e.ReadSecret("Password: ")
	if err != nil || secret != "pass wox" {
		t.Errorf("got %q, %v", secret, err)
	}
	if shown := out.String(); shown != "Password: \r\n" {
		t.Errorf("shown %q", shown)
	}
	if next, err := e.ReadLine("> "); err != nil || next.Text != "next" {
		t.Errorf("then got %+v, %v", next, err)
	}
}

func TestALineIsBoundedHoweverMuchIsTyped(t *testing.T) {
	lines, shown := typed(strings.NewReader(strings.Repeat("x", 1<<20)+"\rnext\r"), 80)
	if len(lines) != 2 || !lines[0].TooLong || len(lines[0].Text) > 8<<10 || lines[1].Text != "next" || lines[1].TooLong {
		t.Errorf("got %d lines", len(lines))
	}
	if strings.Count(shown, "\a") != 1 || len(shown) > 1<<20 {
		t.Errorf("rang %d times in %d bytes", strings.Count(shown, "\a"), len(shown))
	}
}

func TestAnUnendingEscapeSequenceTakesNoMemoryAndEndsWithTheLine(t *testing.T) {
	for _, begin := range []string{"\x1b[", "\x1b]", "\x1bP"} {
		lines, _ := typed(strings.NewReader("kept"+begin+strings.Repeat("1;", 1<<20)+"\rnext\r"), 80)
		if len(lines) != 2 || lines[0].Text != "kept" || lines[1].Text != "next" {
			t.Errorf("%q: got %+v", begin, lines)
		}
	}
}

func TestALostTerminalIsAnError(t *testing.T) {
	lost := errors.New("lost")
	e := line.NewEditor(io.MultiReader(strings.NewReader("half"), iotest.ErrReader(lost)), io.Discard, wide(80))
	if _, err := e.ReadLine("> "); !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
	if _, err := e.ReadLine("> "); !errors.Is(err, lost) {
		t.Errorf("then got %v", err)
	}
}

// The screen always ends with the prompt and the end of the line, whatever is
// typed, printed or asked with, in whatever width. A prompt that is too wide for
// it is a brief one.
func TestTheRowShowsTheEndOfTheLine(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		width := rapid.IntRange(12, 100).Draw(rt, "width")
		in, keys := io.Pipe()
		screen := sshtest.NewScreen(t, width, 30, io.Discard)
		e := line.NewEditor(in, screen, wide(width))
		prompt := ""
		go func() {
			_, err := e.Next()
			screen.End(err)
		}()
		text := ""
		for _, step := range rapid.SliceOfN(rapid.OneOf(
			rapid.StringMatching(`[a-z ]{1,30}`), rapid.SampledFrom([]string{"\x7f", "\x15", "\x17", "PRINT", "PROMPT", "日本"}),
		), 1, 12).Draw(rt, "steps") {
			if step == "PRINT" {
				e.Print("somebody: says\n  something")
				continue
			}
			if step == "PROMPT" {
				prompt = rapid.StringMatching(`#[a-z]{1,40}> `).Draw(rt, "prompt")
				e.SetPrompt(prompt)
				if len(prompt) > max(8, width-1)/2 {
					prompt = "> "
				}
				continue
			}
			_, _ = io.WriteString(keys, step)
			text = after(text, step)
		}
		_, _ = io.WriteString(keys, "#\x12") // a mark, and a fresh row
		text += "#"
		if err := screen.Await(patience, func(shown string) bool {
			rows := strings.Split(strings.TrimRight(shown, "\n"), "\n")
			last := rows[len(rows)-1]
			if end, ok := strings.CutPrefix(last, "< "); ok {
				return len(end) > 0 && strings.HasSuffix(text, end)
			}
			return last == prompt+text
		}); err != nil {
			rt.Fatalf("%v; the line is %q, the screen\n%s", err, text, screen.Text())
		}
		keys.Close()
		_ = screen.Wait()
	})
}

// after is the line after a step.
func after(text, step string) string {
	switch step {
	case "\x7f":
		r := []rune(text)
		return string(r[:max(0, len(r)-1)])
	case "\x15":
		return ""
	case "\x17":
		text = strings.TrimRight(text, " ")
		return text[:strings.LastIndex(text, " ")+1]
	}
	return text + step
}

// Whoever registers can have a terminal of any width.
func TestAnyPromptLeavesRoomToType(t *testing.T) {
	for width := range 24 {
		in, keys := io.Pipe()
		screen := sshtest.NewScreen(t, 24, 10, io.Discard)
		e := line.NewEditor(in, screen, wide(width))
		read := make(chan line.Entry, 1)
		go func() {
			entry, err := e.ReadLine("Enter tries again: ")
			read <- entry
			screen.End(err)
		}()
		_, _ = io.WriteString(keys, "a日本b\r")
		if got := <-read; got.Text != "a日本b" {
			t.Errorf("in %d cells: got %+v", width, got)
		}
		keys.Close()
		_ = screen.Wait()
	}
}

func TestLeavingKeepsWhatIsBeingTypedToBeRead(t *testing.T) {
	for keys, want := range map[string]string{"half": "#dev> half\nbye", "": "bye"} {
		in, typing := io.Pipe()
		screen := sshtest.NewScreen(t, 40, 10, io.Discard)
		e := line.NewEditor(in, screen, wide(40))
		e.SetPrompt("#dev> ")
		go func() {
			_, err := e.Next()
			screen.End(err)
		}()
		if keys != "" { // nothing, written to a pipe, is an input that makes no progress
			_, _ = io.WriteString(typing, keys)
		}
		screen.Sees(strings.TrimRight("#dev> "+keys, " "))
		e.Leave()
		e.Leave()
		_, _ = io.WriteString(screen, "bye")
		screen.Sees(want)
		typing.Close()
		_ = screen.Wait()
	}
}

func TestWhateverIsTypedNothingRawIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOf(rapid.OneOf(
			rapid.Byte(), rapid.SampledFrom([]byte("\x1b[]\r\n\x7f\x15ab \xc2\x9b\xe2\x80\xae")),
		)).Draw(t, "keys")
		lines, shown := typed(bytes.NewReader(keys), rapid.IntRange(1, 40).Draw(t, "width"))
		if bad := notDumb.FindString(shown); bad != "" {
			t.Fatalf("showed %q of %q", bad, shown)
		}
		for _, l := range lines {
			if strings.ContainsFunc(l.Text, func(r rune) bool { return domain.IsControl(r) && r != '\t' }) {
				t.Fatalf("gave %q", l.Text)
			}
		}
	})
}
