// Package encryption keeps what people write unreadable to whoever holds the
// database: a keyring that seals text and binds it to its place, a random root
// from which keys for other purposes are derived, and password hashes. It
// decides nothing about who may read.
package encryption
