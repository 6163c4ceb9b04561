package postgres_test

import (
	"testing"

	"parley/store/storetest"
)

func TestPostgreSQLKeepsTheContract(t *testing.T) {
	storetest.Run(t, storetest.EmptyPostgres, storetest.Postgres)
}
