// Package line is the chat for those who have lines and nothing else: a pipe, a
// dumb terminal, a screen reader. What is read is sent line by line, and what
// is said is printed line by line. It moves no cursor and knows no colour; on a
// terminal it uses nothing but carriage return, line feed, backspace and space.
package line
