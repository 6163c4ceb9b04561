package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// rule is a line across the timeline with a word in it.
func (l look) rule(word string) string {
	word = l.cut(word, max(l.width-4, 1))
	rest := max(l.width-l.method.StringWidth(word)-2, 2)
	return strings.Repeat("─", rest/2) + " " + word + " " + strings.Repeat("─", rest-rest/2)
}

// sameDay reports whether two times are on one day of the reader's.
func (l look) sameDay(a, b time.Time) bool {
	if d := b.Sub(a); d >= 24*time.Hour || d <= -24*time.Hour {
		return false
	}
	return a.In(l.zone).YearDay() == b.In(l.zone).YearDay()
}

// day names the day of a time, as a separator does.
func (l look) day(at time.Time) string {
	at = at.In(l.zone)
	return fmt.Sprintf("%s, %d %s %d", at.Weekday(), at.Day(), at.Month(), at.Year())
}

func decimal(n int) string { return strconv.Itoa(n) }

// plural counts things in words.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return decimal(n) + " " + many
}
