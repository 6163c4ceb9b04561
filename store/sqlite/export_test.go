package sqlite

import (
	"database/sql/driver"
	"testing"

	"parley/store/rooms"
)

// OpenWrapped is open, which lets a test interpose on the writer's connections.
var OpenWrapped = open

// ConnectorOf gives the connector of the "writer" or of a "reader".
func ConnectorOf(tb testing.TB, name, path string) driver.Connector {
	tb.Helper()
	connector, err := connectorTo(path, map[string][]pragma{"writer": writerPragmas, "reader": readerPragmas}[name])
	if err != nil {
		tb.Fatal(err)
	}
	return connector
}

// ConnectorWithout connects with everything but one pragma, and yet asserts
// that it has the value.
func ConnectorWithout(tb testing.TB, path, name, value string) driver.Connector {
	tb.Helper()
	connector, err := connectorTo(path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	asserting, ok := connector.(*assertingConnector)
	if !ok {
		tb.Fatalf("the connector is %T", connector)
	}
	asserting.pragmas = []pragma{{name: name, value: value}}
	return asserting
}

// Reads are the queries that people wait for, by what they read.
var Reads = rooms.New(lent(nil)).Reads()
