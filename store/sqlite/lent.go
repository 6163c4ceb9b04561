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
			return s.read(ctx, func(ctx context.Context) error { return fn(ctx, reading{s.reader}) })
		},
		Write: func(ctx context.Context, fn func(context.Context, engine.DB) error) error {
			return s.write(ctx, func(t *transaction) error { return fn(ctx, writing{t}) })
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

func fromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }

// reading is the readers as a engine.DB.
type reading struct{ pool *statements }

func (r reading) Query(ctx context.Context, query string, args ...any) (engine.Rows, error) {
	return r.pool.query(ctx, query, args...) //nolint:rowserrcheck // the caller does
}

// Exec is refused by the connection, which cannot write.
func (r reading) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := r.pool.db.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// ExecEach is refused as Exec is.
func (r reading) ExecEach(ctx context.Context, query string, lists [][]any) ([]int64, error) {
	return each(ctx, r, query, lists)
}

// writing is a transaction as a engine.DB.
type writing struct{ *transaction }

func (w writing) Query(ctx context.Context, query string, args ...any) (engine.Rows, error) {
	return w.query(ctx, query, args...) //nolint:rowserrcheck // the caller does
}

func (w writing) Exec(_ context.Context, query string, args ...any) (int64, error) {
	result, err := w.exec(query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (w writing) ExecEach(ctx context.Context, query string, lists [][]any) ([]int64, error) {
	return each(ctx, w, query, lists)
}

func each(ctx context.Context, db engine.DB, query string, lists [][]any) ([]int64, error) {
	changed := make([]int64, len(lists))
	for i, args := range lists {
		var err error
		if changed[i], err = db.Exec(ctx, query, args...); err != nil {
			return nil, err
		}
	}
	return changed, nil
}
