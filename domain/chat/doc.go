// Package chat is what an Actor may do in a room: send, read its history,
// follow it live, say how far they have read. Both front ends call it, and
// only it decides. Every message takes the same way: checked here, appended by
// the store, and only then published to the hub.
package chat
