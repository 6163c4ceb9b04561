package postgres_test

import (
	"strings"
	"testing"

	"parley/store/postgres"
	"parley/store/storetest"
)

// A page costs the same in a room of ten messages and of ten million: it is a
// range of the primary key, in its order.
func TestAPageIsARangeOfThePrimaryKey(t *testing.T) {
	t.Parallel()
	config := storetest.Postgres(t)
	db := storetest.DB(t, config)
	for _, statement := range []string{
		`INSERT INTO users (name, folded_name, password_hash, created_at) VALUES ('alice', 'alice', '', now())`,
		`INSERT INTO messages (room_id, seq, author_id, token, key_id, created_at)
			SELECT 1, n, 1, repeat('x', 150), 'key', now() FROM generate_series(1, 20000) n`,
		`ANALYZE`,
	} {
		storetest.Exec(t, db, statement)
	}
	for _, query := range postgres.PageQueries {
		plan := storetest.Lines(t, db, "EXPLAIN "+query, 1, 0, int64(1<<62), 50)
		if !strings.Contains(plan, "using messages_pkey on messages") || strings.Contains(plan, "Sort") || strings.Contains(plan, "Seq Scan on messages") {
			t.Errorf("the plan of %s is\n%s", query, plan)
		}
	}
}
