package tui

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func guarded(t *testing.T, in string) string {
	t.Helper()
	out, err := io.ReadAll(guardInput(iotest.OneByteReader(strings.NewReader(in))))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestOrdinaryInputPassesAsItIs(t *testing.T) {
	for _, in := range []string{
		"hello", "日本語 👍🏽 שלום", "\x1b[A\x1b[5~\x1bOP\x1b[1;5D", "\x1b\r\x1bb\x03\x04\x7f",
		"\x1b[<64;10;20M", "\x1b[I\x1b[O", "\x1b[?2026;2$y", "\x1b]11;rgb:0000/0000/0000\x07", "\x1bP>|xterm\x1b\\",
		"\x1b[200~pasted\nlines 日本 \x1b[31m and \x1b\x1b[201~after",
	} {
		if got := guarded(t, in); got != in {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func TestEndlessSequencesAreCutToABound(t *testing.T) {
	const flood = 4 << 20
	for name, c := range map[string]struct {
		begin, fill, end string
		most             int
	}{
		"a paste":                     {"\x1b[200~", "x", pasteEnd, maxPasted + 100},
		"an operating system command": {"\x1b]52;c;", "A", "\x07", maxString + 100},
		"a device control string":     {"\x1bP", "q", "\x1b\\", maxString + 100},
		"an application command":      {"\x1b_", "z", "\x1b\\", maxString + 100},
		"a control sequence":          {"\x1b[", "1;", "m", maxControl + 100},
	} {
		t.Run(name, func(t *testing.T) {
			got := guarded(t, c.begin+strings.Repeat(c.fill, flood/len(c.fill))+c.end+"after")
			if len(got) > c.most || !strings.HasSuffix(got, c.end+"after") {
				t.Errorf("%d bytes pass, ending in %q", len(got), got[max(len(got)-20, 0):])
			}
		})
	}
}

func TestBareControlsOfTheUpperHalfAreDropped(t *testing.T) {
	if got := guarded(t, "a\x9b31mb\x90c\u009bd"); got != "a31mbc\u009bd" {
		t.Errorf("got %q", got)
	}
}

func TestAGuardNeverAddsOrReorders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "in")
		out, err := io.ReadAll(guardInput(bytes.NewReader(in)))
		if err != nil {
			t.Fatal(err)
		}
		for i, b := 0, 0; i < len(out); i++ {
			for b < len(in) && in[b] != out[i] {
				b++
			}
			if b++; b > len(in) {
				t.Fatalf("%q is not what was left of %q", out, in)
			}
		}
	})
}
