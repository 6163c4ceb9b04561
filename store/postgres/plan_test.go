package postgres_test

import (
	"regexp"
	"strings"
	"testing"

	"parley/store/postgres"
	"parley/store/storetest"
)

// scanned matches a plan that reads a whole table of those that grow.
var scanned = regexp.MustCompile(`Seq Scan on (messages|message_versions|changes|members|reactions|mentions)`)

// What is read costs the same however much there is beside it: it is found by
// an index, and a page is taken from it in its order.
func TestReadsAreByIndex(t *testing.T) {
	t.Parallel()
	config := storetest.Postgres(t)
	village := storetest.NewVillage(t, config)
	reader := village.People[7]
	village.Enter(t, reader)
	db := storetest.DB(t, config)
	const end = int64(1 << 62)
	some := []int64{5, 50, 500, 5000, 50000}
	for name, c := range map[string]struct {
		args   []any
		by     []string
		sorted bool // it must not sort
	}{
		"oldest messages":   {[]any{village.Vast, 100, end, 50}, []string{"messages_pkey"}, true},
		"newest messages":   {[]any{village.Vast, 0, end, 50}, []string{"messages_pkey"}, true},
		"single messages":   {[]any{village.Vast, some}, []string{"messages_pkey"}, false},
		"pinned messages":   {[]any{village.Vast}, []string{"messages_pinned"}, false},
		"changes":           {[]any{village.Vast, 0, end, 50}, []string{"changes_pkey"}, true},
		"oldest notices":    {[]any{village.Vast, 0, end, 50}, []string{"changes_notices"}, true},
		"newest notices":    {[]any{village.Vast, 0, end, 50}, []string{"changes_notices"}, true},
		"reactions":         {[]any{village.Vast, some}, []string{"reactions_pkey"}, false},
		"mentions":          {[]any{village.Rooms[0], some}, []string{"mentions_pkey"}, false},
		"versions":          {[]any{village.Vast, 5}, []string{"message_versions_pkey"}, false},
		"standings":         {[]any{reader}, []string{"members_by_user", "Index Only Scan using messages_pkey", "mentions_by_user"}, false},
		"standings among":   {[]any{reader, some}, []string{"members_by_user", "Index Only Scan using messages_pkey", "mentions_by_user"}, false},
		"direct people":     {[]any{reader}, []string{"members_by_user"}, false},
		"directory":         {[]any{reader, "", 20}, []string{"rooms_public"}, true},
		"room by name":      {[]any{reader, "room1"}, []string{"rooms_name", "members_pkey"}, true},
		"members":           {[]any{village.Crowd, 0, 50}, []string{"members_pkey", "users_pkey"}, true},
		"members by prefix": {[]any{village.Crowd, 0, 50, "person55", "person55\x7f"}, []string{"members_pkey", "users_folded_name"}, false},
		"number of pins":    {[]any{village.Vast}, []string{"messages_pinned"}, true},
		"named members":     {[]any{village.Crowd, []string{"person5", "person55"}}, []string{"users_folded_name", "members_pkey"}, false},
	} {
		plan := storetest.Lines(t, db, "EXPLAIN "+postgres.Reads[name], c.args...)
		for _, index := range c.by {
			if !strings.Contains(plan, index) {
				t.Errorf("%s: not by %s:\n%s", name, index, plan)
			}
		}
		if scanned.MatchString(plan) || c.sorted && strings.Contains(plan, "Sort") {
			t.Errorf("%s: it scans or sorts:\n%s", name, plan)
		}
	}
}
