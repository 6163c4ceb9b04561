// Package command is the door for scripts: ssh ... COMMAND. A command is found
// in one table, does one thing through the domain, prints its result and
// nothing else, and ends with a status that says what to do next.
//
// It is no shell: the line that was typed is taken as it came.
package command
