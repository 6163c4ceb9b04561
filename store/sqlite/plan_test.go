package sqlite_test

import (
	"strings"
	"testing"

	"parley/store/sqlite"
	"parley/store/storetest"
)

// A page costs the same in a room of ten messages and of ten million: it is a
// range of the primary key, in its order.
func TestAPageIsARangeOfThePrimaryKey(t *testing.T) {
	db := storetest.DB(t, storetest.SQLite(t))
	for _, query := range sqlite.PageQueries {
		plan := storetest.Lines(t, db, "EXPLAIN QUERY PLAN "+query, 1, 0, 100, 50)
		if !strings.Contains(plan, "SEARCH m USING PRIMARY KEY (room_id=? AND seq>? AND seq<?)") ||
			strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("the plan of %s is\n%s", query, plan)
		}
	}
}
