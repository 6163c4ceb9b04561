package sqlite

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"time"

	"parley/store/engine"
)

// lent is what the packages that both engines share get of this one.
func lent(s *Store) engine.Engine {
	return engine.Engine{
		Read: func(ctx context.Context, fn func(context.Context, engine.DB) error) error {
			return s.read(ctx, func(ctx context.Context) error { return fn(ctx, s.reader) })
		},
		Write: func(ctx context.Context, fn func(context.Context, engine.DB) error) error {
			return s.write(ctx, func(t *transaction) error { return fn(ctx, t) })
		},
		Lost:    isLost,
		Dialect: dialect{},
	}
}

type dialect struct{}

var words = regexp.MustCompile(`\{(\w+) ?(\?\d+)?\}`)

// Rewrite implements engine.Dialect. A transaction holds the write lock, so no
// row needs one of its own and nobody another turn.
func (dialect) Rewrite(query string) string {
	return words.ReplaceAllStringFunc(query, func(word string) string {
		switch parts := words.FindStringSubmatch(word); parts[1] {
		case "lock", "claim":
			return ""
		case "turn":
			return cmp.Or(parts[2], "1")
		case "row":
			return "rowid"
		case "any", "anytext":
			return "IN (SELECT value FROM json_each(" + parts[2] + "))"
		default:
			panic("a word that SQLite does not have: " + word)
		}
	})
}

// Numbers implements engine.Dialect.
func (dialect) Numbers(list []int64) any {
	text := []byte{'['}
	for i, n := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, n, 10)
	}
	return string(append(text, ']'))
}

// Texts implements engine.Dialect.
func (dialect) Texts(list []string) any {
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(text)
}

// Time implements engine.Dialect.
func (dialect) Time(t time.Time) any { return micros(t) }

func micros(t time.Time) int64 { return t.UnixMicro() }
