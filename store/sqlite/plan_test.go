package sqlite_test

import (
	"regexp"
	"strings"
	"testing"

	"parley/store/sqlite"
	"parley/store/storetest"
)

// scanned matches a plan that reads a whole table. The parameters' list, and
// what a subquery found already, may be gone through.
var scanned = regexp.MustCompile(`SCAN (json_each|next|unread|called|CONSTANT)?`)

// What is read costs the same however much there is beside it: it is found by
// an index, and a page is taken from it in its order.
func TestReadsAreByIndex(t *testing.T) {
	db := storetest.DB(t, storetest.SQLite(t))
	const end = int64(1 << 62)
	for name, c := range map[string]struct {
		args   []any
		by     []string
		sorted bool // it must not sort
	}{
		"oldest messages": {[]any{1, 100, end, 50}, []string{"m USING PRIMARY KEY (room_id=? AND seq>? AND seq<?)"}, true},
		"newest messages": {[]any{1, 0, end, 50}, []string{"m USING PRIMARY KEY (room_id=? AND seq>? AND seq<?)"}, true},
		"single messages": {[]any{1, "[1,2]"}, []string{"m USING PRIMARY KEY (room_id=? AND seq=?)"}, true},
		"pinned messages": {[]any{1}, []string{"p USING COVERING INDEX messages_pinned (room_id=? AND pinned=?)", "m USING PRIMARY KEY (room_id=? AND seq=?)"}, true},
		"changes":         {[]any{1, 0, end, 50}, []string{"c USING PRIMARY KEY (room_id=? AND seq>? AND seq<?)"}, true},
		"oldest notices":  {[]any{1, 0, end, 50}, []string{"c USING INDEX changes_notices (room_id=? AND seq>? AND seq<?)"}, true},
		"newest notices":  {[]any{1, 0, end, 50}, []string{"c USING INDEX changes_notices (room_id=? AND seq>? AND seq<?)"}, true},
		"reactions":       {[]any{1, "[1,2]"}, []string{"x USING PRIMARY KEY (room_id=? AND target=?)"}, false},
		"mentions":        {[]any{1, "[1,2]"}, []string{"x USING PRIMARY KEY (room_id=? AND seq=?)"}, false},
		"versions":        {[]any{1, 5}, []string{"message_versions USING PRIMARY KEY (room_id=? AND target=?)"}, true},
		"standings": {[]any{1}, []string{
			"m USING INDEX members_by_user (user_id=?)", "x USING PRIMARY KEY (room_id=? AND seq>?)",
			"x USING COVERING INDEX mentions_by_user (user_id=? AND room_id=? AND seq>?)",
			"y USING PRIMARY KEY (room_id=? AND seq=? AND user_id=?)",
		}, true},
		"standings among": {[]any{1, "[1,2]"}, []string{
			"m USING INDEX members_by_user (user_id=? AND room_id=?)", "x USING PRIMARY KEY (room_id=? AND seq>?)",
			"x USING COVERING INDEX mentions_by_user (user_id=? AND room_id=? AND seq>?)",
		}, false},
		"direct people":     {[]any{1}, []string{"m USING INDEX members_by_user (user_id=?)", "other USING PRIMARY KEY (room_id=?)"}, false},
		"directory":         {[]any{1, "a", 50}, []string{"r USING INDEX rooms_"}, true},
		"room by name":      {[]any{1, "a"}, []string{"r USING INDEX sqlite_autoindex_rooms_1 (name=?)", "m USING PRIMARY KEY (room_id=? AND user_id=?)"}, true},
		"members":           {[]any{1, 0, 50}, []string{"m USING PRIMARY KEY (room_id=? AND user_id>?)"}, true},
		"members by prefix": {[]any{1, 0, 50, "a", "b"}, []string{"m USING PRIMARY KEY (room_id=? AND user_id"}, false},
		"number of pins":    {[]any{1}, []string{"m USING COVERING INDEX messages_pinned (room_id=? AND pinned=?)"}, true},
		"named members":     {[]any{1, `["a"]`}, []string{"u USING INDEX sqlite_autoindex_users_1 (folded_name=?)", "m USING PRIMARY KEY (room_id=? AND user_id=?)"}, false},
	} {
		plan := storetest.Lines(t, db, "EXPLAIN QUERY PLAN "+sqlite.Reads[name], c.args...)
		for _, index := range c.by {
			if !strings.Contains(plan, index) {
				t.Errorf("%s: not by %s:\n%s", name, index, plan)
			}
		}
		for _, scan := range scanned.FindAllStringSubmatch(plan, -1) {
			if scan[1] == "" {
				t.Errorf("%s: it scans:\n%s", name, plan)
			}
		}
		if c.sorted && strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: it sorts:\n%s", name, plan)
		}
	}
}
