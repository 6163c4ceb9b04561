// Package suggest finds the word that somebody probably meant.
package suggest

import "strings"

// maxWord is how many letters of a word are looked at.
const maxWord = 30

// Nearest gives the known word that is nearest to what was typed, or "" if none
// is near: one that begins so, or is two letters off at most. Known words are in
// small letters; case does not count in what was typed.
func Nearest(typed string, known []string) string {
	typed = strings.ToLower(typed)
	best, nearest := "", 3
	for _, word := range known {
		d := distance(typed, word)
		if typed != "" && strings.HasPrefix(word, typed) {
			d = min(d, 1)
		}
		if d < nearest {
			best, nearest = word, d
		}
	}
	return best
}

// distance counts the letters to insert, delete or change (Levenshtein).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	from = from[:min(len(from), maxWord)]
	previous := make([]int, len(to)+1)
	for j := range previous {
		previous[j] = j
	}
	for i, r := range from {
		current := make([]int, len(to)+1)
		current[0] = i + 1
		for j, q := range to {
			cost := 1
			if r == q {
				cost = 0
			}
			current[j+1] = min(previous[j]+cost, previous[j+1]+1, current[j]+1)
		}
		previous = current
	}
	return previous[len(to)]
}

// The ranks of Match, from the best on, before the length of the word counts.
const (
	rankPrefix = 1000 * (iota + 1)
	rankWord   // a part of the word begins so: "build" in "dev-build"
	rankWithin
	rankScattered
)

// Match says how well a word fits what was typed of it: it holds the letters
// typed, in their order and without regard to case. A lower rank is better.
func Match(typed, word string) (rank int, ok bool) {
	folded, query := strings.ToLower(word), strings.ToLower(typed)
	length := min(len(folded), 999)
	at := strings.Index(folded, query)
	switch {
	case at == 0:
		return rankPrefix + length, true
	case at > 0:
		for i := at; i >= 0; i = next(folded, query, i) {
			if !isLetter(folded[i-1]) {
				return rankWord + length, true
			}
		}
		return rankWithin + length, true
	}
	return scattered(folded, query, length)
}

// next gives where query occurs again behind i, or -1.
func next(word, query string, i int) int {
	if at := strings.Index(word[i+1:], query); at >= 0 {
		return i + 1 + at
	}
	return -1
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80 }

// scattered finds the letters of query in word one after the other; the fewer
// gaps are between them, the better.
func scattered(word, query string, length int) (rank int, ok bool) {
	gaps, within := 0, false
	for _, r := range query {
		at := strings.IndexRune(word, r)
		if at < 0 {
			return 0, false
		}
		if at > 0 && within {
			gaps++
		}
		within = true
		word = word[at+len(string(r)):]
	}
	return rankScattered + 1000*gaps + length, true
}
