package postgres

import "parley/store/rooms"

// Reads are the queries that people wait for, by what they read.
var Reads = rooms.New(lent(nil)).Reads()
