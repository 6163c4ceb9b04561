package command

import (
	"fmt"

	"parley/sshui/line"
)

// listing is a list that is printed in columns or, as JSON, one object a line.
type listing struct {
	call *call
	json bool
	rows [][]string
}

// list begins a list. Titles, if there are any, stand above its columns.
func (c *call) list(asJSON bool, titles ...any) *listing {
	l := &listing{call: c, json: asJSON}
	if len(titles) > 0 {
		l.row(titles)
	}
	return l
}

func (l *listing) row(cells []any) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = fmt.Sprint(cell)
	}
	l.rows = append(l.rows, row)
}

// add takes a thing as cells of a row, or prints its written shape at once.
func (l *listing) add(shape any, cells ...any) error {
	if l.json {
		return l.call.printJSON(shape)
	}
	l.row(cells)
	return nil
}

// print prints the rows; JSON is printed already.
func (l *listing) print() error {
	if l.json {
		return nil
	}
	return l.call.print(line.Columns(l.rows))
}
