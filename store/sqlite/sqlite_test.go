package sqlite_test

import (
	"testing"

	"parley/store/storetest"
)

func TestSQLiteKeepsTheContract(t *testing.T) {
	storetest.Run(t, storetest.EmptySQLite, storetest.SQLite)
}
