package postgres

// PageQueries are the queries by which a page of history is read.
var PageQueries = newRooms(nil).Page()
