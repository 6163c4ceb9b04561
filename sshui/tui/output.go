package tui

import (
	"bytes"
	"io"
)

// rawOutput ends each line as a terminal in raw mode needs it, which is how an
// SSH client sets its own: a line feed alone only goes down.
type rawOutput struct{ out io.Writer }

// Write implements io.Writer.
func (w rawOutput) Write(p []byte) (int, error) {
	if _, err := w.out.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
