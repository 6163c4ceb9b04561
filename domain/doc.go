// Package domain holds the nouns of Parley and the rules that hold whichever
// door a request came through: User, Room, Message, Event, Address, Error. It
// does no I/O and imports nothing but the standard library.
package domain
