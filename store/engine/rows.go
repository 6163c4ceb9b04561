package engine

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// queryer is a Tx, or what has one inside.
type queryer interface {
	Query(ctx context.Context, query string, args ...any) (Rows, error)
}

// All reads every row of a query.
func All[T any](ctx context.Context, t queryer, scan func(Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := t.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what it would
	var list []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, rows.Err()
}

// First reads the first row of a query and reports whether there is one.
func First[T any](ctx context.Context, t queryer, scan func(Rows) (T, error), query string, args ...any) (T, bool, error) {
	list, err := All(ctx, t, scan, query, args...)
	if err != nil || len(list) == 0 {
		var none T
		return none, false, err
	}
	return list[0], true, nil
}

// One reads the first row of a query; missing is the error if there is none.
func One[T any](
	ctx context.Context, t queryer, scan func(Rows) (T, error), missing error, query string, args ...any,
) (T, error) {
	row, found, err := First(ctx, t, scan, query, args...)
	if err == nil && !found {
		err = missing
	}
	return row, err
}

// Scalar scans a row of one column.
func Scalar[T any](rows Rows) (T, error) {
	var value T
	err := rows.Scan(&value)
	return value, err
}

// Stamp scans a time as either engine keeps it; NULL is the zero time.
func Stamp(at *time.Time) sql.Scanner { return stamp{at} }

type stamp struct{ at *time.Time }

// Scan implements sql.Scanner.
func (s stamp) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*s.at = time.Time{}
	case int64:
		*s.at = time.UnixMicro(value).UTC()
	case time.Time:
		*s.at = value.UTC()
	default:
		return fmt.Errorf("a time of type %T", value)
	}
	return nil
}
