package web

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// The sums are those of the files as their packages hold them; see VENDOR.md.
func TestVendoredFilesAreUnmodified(t *testing.T) {
	table, err := os.ReadFile("VENDOR.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"hooks.mjs":        "e862ab2973aa6455eaa0f77c5d832d2157d6be59a17c8ba546550a575b58c6b4",
		"htm.mjs":          "ab33dd3f38059b9be4d5f5350128eefb2356639c4e0bbe9d9e8b3ba75847e9e4",
		"preact.mjs":       "bdcbd9abdf2c77c5c45326eab42191e949222d479d0d5f69467387a77040cb55",
		"signals-core.mjs": "0c80bc127d72ecb1496ef116ffddae75079829a3af01e7f417c8e5a6474c68b6",
		"signals.mjs":      "ba8177597f45acaca4d05dcf3966b527d0a8264cfa2b0a87ace92dff324217f8",
	} {
		content, err := embedded.ReadFile("static/vendor/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s is not what its package holds: %x", name, sum)
		}
		if !strings.Contains(string(table), "`"+name+"`") {
			t.Errorf("VENDOR.md says nothing of %s", name)
		}
	}
	entries, err := embedded.ReadDir("static/vendor")
	if err != nil {
		t.Fatal(err)
	}
	if scripts := len(entries) - 3; scripts != len(modules) {
		t.Errorf("there are %d vendored scripts, and %d are known", scripts, len(modules))
	}
}

// Both screens know emoji by the same names.
func TestEmojiAreThoseOfTheTerminal(t *testing.T) {
	ours, err := embedded.ReadFile("static/emoji.txt")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile("../../sshui/tui/emoji.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(ours) != string(theirs) {
		t.Error("the tables differ")
	}
}
