package line

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Pipe reads lines from what is no terminal.
type Pipe struct {
	in   *bufio.Reader
	most int
	line bytes.Buffer
}

// NewPipe makes a reader of lines of at most so many bytes.
func NewPipe(in io.Reader, most int) *Pipe {
	return &Pipe{in: bufio.NewReader(in), most: most}
}

// Next gives the next line without its end, LF or CR LF. The last one needs no
// end. TooLong says that the line was passed over, as it was longer than can
// be kept. Its error is the reader's.
func (p *Pipe) Next() (text string, tooLong bool, err error) {
	p.line.Reset()
	began := false
	for {
		part, err := p.in.ReadSlice('\n')
		began = began || len(part) > 0
		if tooLong = tooLong || p.line.Len()+len(part) > p.most; !tooLong {
			p.line.Write(part)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (!began || !errors.Is(err, io.EOF)):
			return "", false, err
		case tooLong:
			return "", true, nil
		}
		line := bytes.TrimSuffix(p.line.Bytes(), []byte("\n"))
		return string(bytes.TrimSuffix(line, []byte("\r"))), false, nil
	}
}
