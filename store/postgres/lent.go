package postgres

import (
	"context"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/store/engine"
)

// lent is what the packages that both engines share get of this one.
func lent(s *Store) engine.Engine {
	return engine.Engine{
		Read: func(ctx context.Context, fn func(context.Context, engine.DB) error) error {
			return s.read(ctx, func(ctx context.Context, conn *pgx.Conn) error { return fn(ctx, statements{conn}) })
		},
		Write: func(ctx context.Context, fn func(context.Context, engine.DB) error) error {
			return s.write(ctx, func(ctx context.Context, tx pgx.Tx) error { return fn(ctx, statements{tx}) })
		},
		Lost:    isLost,
		Dialect: dialect{},
	}
}

type dialect struct{}

var (
	words      = regexp.MustCompile(`\{(\w+) ?(\?\d+)?\}`)
	parameters = regexp.MustCompile(`\?(\d+)`)
)

// membersTurn is the advisory lock of those who lock the rows of many members.
const membersTurn = "20003"

// Rewrite implements engine.Dialect. {lock} is the one that a row's referrers do
// not wait for.
func (dialect) Rewrite(query string) string {
	query = words.ReplaceAllStringFunc(query, func(word string) string {
		switch parts := words.FindStringSubmatch(word); parts[1] {
		case "any":
			return "= ANY (" + parts[2] + "::bigint[])"
		case "anytext":
			return "= ANY (" + parts[2] + "::text[])"
		case "turn":
			if parts[2] != "" {
				return "pg_advisory_xact_lock(hashtextextended(" + parts[2] + ", 0))"
			}
			return "pg_advisory_xact_lock(" + membersTurn + ")"
		case "row":
			return "ctid"
		case "lock":
			return "FOR NO KEY UPDATE"
		case "claim":
			return "FOR UPDATE"
		default:
			panic("a word that PostgreSQL does not have: " + word)
		}
	})
	return parameters.ReplaceAllString(query, `$$$1`)
}

// Numbers implements engine.Dialect.
func (dialect) Numbers(list []int64) any { return list }

// Texts implements engine.Dialect.
func (dialect) Texts(list []string) any { return list }

// Time implements engine.Dialect.
func (dialect) Time(t time.Time) any { return t }

// statements runs statements as an engine.DB: on a connection or in a transaction.
type statements struct {
	on interface {
		Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
		Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
		SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	}
}

func (s statements) Query(ctx context.Context, query string, args ...any) (engine.Rows, error) {
	rows, err := s.on.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return closing{rows}, nil
}

func (s statements) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := s.on.Exec(ctx, query, args...)
	return tag.RowsAffected(), err
}

func (s statements) ExecEach(ctx context.Context, query string, lists [][]any) ([]int64, error) {
	changed := make([]int64, 0, len(lists))
	b := &pgx.Batch{}
	for _, args := range lists {
		b.Queue(query, args...).Exec(func(tag pgconn.CommandTag) error {
			changed = append(changed, tag.RowsAffected())
			return nil
		})
	}
	err := s.on.SendBatch(ctx, b).Close() // fills changed
	return changed, err
}

// closing is pgx's rows, whose Close has no error: Err tells it.
type closing struct{ pgx.Rows }

func (c closing) Close() error {
	c.Rows.Close()
	return nil
}
