// Package web is the page: the same rooms in a browser. It serves an
// application of plain ES modules that talks to the public API and to nothing
// else; whatever the page can do, any client can. On the side of the server it
// is files and headers: it knows nobody and decides nothing.
package web
