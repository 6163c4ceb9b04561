package postgres_test

import (
	"testing"

	"parley/store/storetest"
)

// In English "a_b" comes before "a-b" and both before "a1"; by bytes it is the
// other way round.
func TestRoomsAreSortedAlikeInADatabaseOfAnyLanguage(t *testing.T) {
	t.Parallel()
	config := storetest.PostgresIn(t, "en-US")
	if storetest.Scalar[bool](t, storetest.DB(t, config), `SELECT 'a-b' < 'a_b'`) {
		t.Fatal("the database's own order is that of bytes")
	}
	storetest.RunDirectory(t, config)
}
