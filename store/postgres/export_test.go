package postgres

// Reads are the queries that people wait for, by what they read.
var Reads = newRooms(nil).Reads()
