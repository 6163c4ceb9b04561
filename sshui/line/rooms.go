package line

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"

	"parley/domain"
	"parley/domain/chat"
)

// Place is a room's address as its viewer can type it: lobby, @bob, @bob,carol.
func Place(v chat.View, me domain.UserID) string {
	if v.Kind == domain.RoomDirect {
		return domain.VisibleLine(strings.ReplaceAll(v.Title(me), ", ", ","))
	}
	return domain.VisibleLine(v.Name)
}

// Rooms lists rooms, one a line: the address, what there is to know and the
// topic. Counted is for a list of one's own, which says what waits; any other
// says how many are there.
func Rooms(views []chat.View, me domain.UserID, counted bool) string {
	rows := make([][]string, len(views))
	for i, v := range views {
		rows[i] = []string{Place(v, me), strings.Join(notes(v, counted), ", "), v.Topic}
	}
	return Columns(rows)
}

// notes are what a list tells of a room besides its name.
func notes(v chat.View, counted bool) []string {
	var list []string
	for _, note := range []struct {
		text string
		on   bool
	}{
		{"invited", v.Role == domain.RoleInvited},
		{"joined", v.Role.In() && !counted},
		{"private", v.Kind == domain.RoomPrivate},
		{"archived", v.Archived},
		{"muted", v.Muted},
		{plural(v.Members, "member"), !counted},
		{capped(v.Unread) + " unread", v.Unread > 0},
		{plural(v.Mentions, "mention"), v.Mentions > 0},
	} {
		if note.on {
			list = append(list, note.text)
		}
	}
	return list
}

// capped writes a count that stops at chat.MaxUnread.
func capped(n int) string {
	if n >= chat.MaxUnread {
		return fmt.Sprintf("%d+", chat.MaxUnread)
	}
	return fmt.Sprint(n)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Columns lays out rows of what is then safe to show, one a line.
func Columns(rows [][]string) string {
	var laid bytes.Buffer
	tabs := tabwriter.NewWriter(&laid, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = domain.VisibleLine(cell)
		}
		fmt.Fprintln(tabs, strings.Join(safe, "\t"))
	}
	_ = tabs.Flush() // a bytes.Buffer takes everything
	var text strings.Builder
	for line := range strings.Lines(laid.String()) {
		text.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return text.String()
}
