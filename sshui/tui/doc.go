// Package tui is the full-screen chat that a person sees in a terminal: one
// Bubble Tea model whose children are plain structs. It reads and writes
// through a Terminal that somebody else opened, talks to the core through
// package chat alone, and does all I/O in commands with a time-out. It knows
// nothing of SSH.
package tui
