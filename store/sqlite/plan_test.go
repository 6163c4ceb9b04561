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
		rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, 1, 0, 100, 50)
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, detail)
		}
		_ = rows.Close()
		whole := strings.Join(plan, "\n")
		if !strings.Contains(whole, "SEARCH m USING PRIMARY KEY (room_id=? AND seq>? AND seq<?)") ||
			strings.Contains(whole, "SCAN") || strings.Contains(whole, "TEMP B-TREE") {
			t.Errorf("the plan of %s is\n%s", query, whole)
		}
	}
}
