// Package httpapi is the HTTP door: the first API as its clients know it, the
// API under /api/v1, and the WebSockets of both. It translates between HTTP
// and the domain and decides nothing about who may do what.
package httpapi
