// Package broadcast brings committed events to every subscription, in order,
// each once. The Hub has one rule, a room and a subscription: deliver the next
// seq, drop what was delivered, and read what is missing from the History.
// Joining, reconnecting, lagging and losing an event are all that one rule.
//
// It never waits for a reader, starts no goroutine for a message and holds no
// lock while it reads. It does not decide who may read, but nobody reads on
// after an event of the room that ends it for them. Beside the history it
// carries what is of the moment: who is there, who types, what one person's
// screens tell each other.
package broadcast
