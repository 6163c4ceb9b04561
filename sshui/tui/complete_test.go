package tui

import (
	"slices"
	"testing"

	"parley/domain"
)

func TestWhatCanBeCompleted(t *testing.T) {
	for _, c := range []struct {
		text string
		want word
		ok   bool
	}{
		{"hi @al", word{from: 3, sign: '@', typed: "al"}, true},
		{"(@al", word{from: 1, sign: '@', typed: "al"}, true},
		{"see #de", word{from: 4, sign: '#', typed: "de"}, true},
		{":thu", word{from: 0, sign: ':', typed: "thu"}, true},
		{"well: ", word{}, false},
		{"a :", word{from: 2, sign: ':'}, false},
		{"/jo", word{from: 0, sign: '/', typed: "jo"}, true},
		{"/", word{from: 0, sign: '/'}, true},
		{"/join de", word{from: 6, typed: "de", after: "join"}, true},
		{"/msg bob @al", word{from: 9, sign: '@', typed: "al"}, true},
		{"//jo", word{}, false},
		{"", word{}, false},
		{"al", word{}, false},
		{"mail me@al", word{}, false},
		{"日本\u3000@al", word{from: 9, sign: '@', typed: "al"}, true},
	} {
		got, ok := wordBefore(c.text, len(c.text))
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%q: %+v (%v), want %+v (%v)", c.text, got, ok, c.want, c.ok)
		}
	}
}

func TestNothingIsCompletedBeforeACommand(t *testing.T) {
	if w, ok := wordBefore("/join", 0); ok {
		t.Errorf("%+v could be completed", w)
	}
}

func TestTabAddsWhatIsCommonThenWalks(t *testing.T) {
	options := []option{{word: "@alan"}, {word: "@Alice"}, {word: "@alina"}}
	line := composer{text: "hi @a there", cursor: 5}
	var c completion
	w, _ := wordBefore(line.text, line.cursor)
	c.begin(&line, w, options)
	if line.text != "hi @al there" || line.cursor != 6 {
		t.Fatalf("the first Tab gives %q, the cursor at %d", line.text, line.cursor)
	}
	for _, want := range []string{"hi @alan there", "hi @Alice there", "hi @alina there", "hi @alan there"} {
		if c.next(&line, 1); line.text != want || !c.walking(&line) {
			t.Fatalf("the next Tab gives %q, want %q", line.text, want)
		}
	}
	if c.next(&line, -1); line.text != "hi @alina there" {
		t.Errorf("Shift+Tab gives %q", line.text)
	}
	if line.insert("x"); c.walking(&line) {
		t.Error("typing does not end it")
	}
}

func TestTheOnlyWordIsTakenAtOnce(t *testing.T) {
	line := composer{text: "/thm", cursor: 4}
	var c completion
	c.begin(&line, word{sign: '/', typed: "thm"}, []option{{word: "/theme"}})
	if line.text != "/theme " || c.walking(&line) {
		t.Errorf("it became %q", line.text)
	}
	c.begin(&line, word{from: 7}, nil)
	if line.text != "/theme " {
		t.Errorf("nothing changed it to %q", line.text)
	}
}

func TestAShortNameBecomesItsEmoji(t *testing.T) {
	line := composer{text: "fine :tad", cursor: 9}
	var c completion
	c.begin(&line, word{from: 5, sign: ':', typed: "tad"}, emojiOptions("tad"))
	if line.text != "fine 🎉 " {
		t.Errorf("it became %q", line.text)
	}
}

func TestTheTableOfEmojiIsInOrderAndHoldsEmojiAlone(t *testing.T) {
	names := shortNames()
	if len(names) < 300 || !slices.IsSortedFunc(names, func(a, b shortName) int {
		if a.name < b.name {
			return -1
		}
		return 1
	}) {
		t.Errorf("%d names are out of order, or too few", len(names))
	}
	for _, n := range names {
		if _, err := domain.CleanEmoji(n.emoji); err != nil {
			t.Errorf("%s is %q: %v", n.name, n.emoji, err)
		}
	}
	for name, want := range map[string]string{"+1": "👍", ":+1:": "👍", "TADA": "🎉", "nonsense": ""} {
		if got, ok := emojiNamed(name); got != want || ok != (want != "") {
			t.Errorf("%s gives %q", name, got)
		}
	}
}
