//go:build race

package auth_test

// raced says that the race detector is on, under which times mean nothing.
const raced = true
