// Package sshui is the SSH door: it accepts connections, finds out who is
// calling and gives each session the screen of sshui/tui. It grants nothing
// else that SSH can carry, no forwarding, no agent, no subsystem, and keeps
// every resource that a client can ask for within a bound.
//
// Identity is read from the permissions of the finished connection alone.
package sshui
