// Package suggest finds the word that somebody probably meant.
package suggest

import "strings"

// maxWord is how many letters of a word are looked at.
const maxWord = 30

// Nearest gives the known word that is nearest to what was typed, or "" if none
// is near: one that begins so, or is two letters off at most.
func Nearest(typed string, known []string) string {
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
