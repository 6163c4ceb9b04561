package line

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"unicode"

	"github.com/rivo/uniseg"

	"parley/domain"
)

const (
	// maxTyped is the longest line that can be typed, in characters. It is
	// above domain.MaxContent, so that the domain has the say.
	maxTyped = 4200
	// minRoom is the least width in cells that a line is edited in.
	minRoom = 8
	// scrolled is shown instead of the prompt when the line's beginning is
	// out of sight.
	scrolled = "< "
	// brief is shown instead of a prompt that is too wide.
	brief = "> "
)

// Editor reads lines from a terminal whose client sends each key as it is
// pressed. It echoes them, lets the end of the line be corrected as a Unix
// terminal does, and prints text above the line that is being typed. What it
// shows of a line is one row: the end of a long one.
//
// Read, ReadLine and ReadSecret belong to one goroutine; the other methods may
// be called from any.
type Editor struct {
	in    io.Reader
	width func() int

	// Owned by the reading goroutine.
	buffer [4096]byte
	rest   []byte // read and not looked at yet
	keys   keys
	failed error // of the last read, for when rest is used up
	unread []byte

	mu     sync.Mutex // guards what follows; held while out is written
	out    io.Writer
	queued bytes.Buffer // to be written
	prompt string
	// lasting is the prompt that Next asks with; lasts says that it does so now.
	lasting string
	lasts   bool
	hidden  bool
	line    []rune
	from    int    // where the shown part of line begins
	over    bool   // more was typed than a line holds
	row     string // what the screen shows of the line
}

// NewEditor makes an editor. Width gives the terminal's width in cells whenever
// it is asked.
func NewEditor(in io.Reader, out io.Writer, width func() int) *Editor {
	return &Editor{in: in, out: out, width: width}
}

// Entry is a line that was typed.
type Entry struct {
	Text    string
	TooLong bool // there was more, which is lost
	Whole   bool // the screen shows all of it
}

// SetPrompt changes what Next asks with, also while it asks. The prompt has been
// made visible.
func (e *Editor) SetPrompt(prompt string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lasting = prompt; e.lasts {
		e.prompt = prompt
		e.draw()
		e.flush()
	}
}

// Next is ReadLine with the prompt that was set.
func (e *Editor) Next() (Entry, error) {
	e.begin(nil, false)
	return e.ask()
}

// ReadLine asks for a line. Its error is io.EOF when the person ends the input
// by Ctrl+D, or Ctrl+C in an empty line; else the reader's.
func (e *Editor) ReadLine(prompt string) (Entry, error) {
	e.begin(&prompt, false)
	return e.ask()
}

// ReadSecret asks for a line that is not shown.
func (e *Editor) ReadSecret(prompt string) (string, error) {
	e.begin(&prompt, true)
	entry, err := e.ask()
	return entry.Text, err
}

// Read gives what is typed, for those who read bytes: whole lines, each with
// its newline.
func (e *Editor) Read(p []byte) (int, error) {
	if len(e.unread) == 0 {
		entry, err := e.ReadLine("")
		if err != nil {
			return 0, err
		}
		e.unread = []byte(entry.Text + "\n")
	}
	n := copy(p, e.unread)
	e.unread = e.unread[n:]
	return n, nil
}

func (e *Editor) ask() (Entry, error) {
	for {
		if entry, done, err := e.look(); done || err != nil {
			return entry, err
		}
		if e.failed != nil {
			e.Leave()
			return Entry{}, e.failed
		}
		kept := copy(e.buffer[:], e.rest) // a character's beginning
		var n int
		n, e.failed = e.in.Read(e.buffer[kept:])
		e.rest = e.buffer[:kept+n]
		if n == 0 && e.failed == nil {
			e.failed = io.ErrNoProgress
		}
	}
}

// begin shows a prompt; nil for the one that was set.
func (e *Editor) begin(prompt *string, hidden bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lasts = prompt == nil
	if e.prompt, e.hidden = e.lasting, hidden; !e.lasts {
		e.prompt = *prompt
	}
	e.draw()
	e.flush()
}

// look takes keys until a line is complete or there are no more.
func (e *Editor) look() (entry Entry, done bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer e.flush()
	for len(e.rest) > 0 {
		key, size := e.keys.next(e.rest)
		if size == 0 {
			break
		}
		e.rest = e.rest[size:]
		switch {
		case key == '\r' || key == '\n':
			return e.complete(), true, nil
		case len(e.line) == 0 && (key == keyInterrupt || key == keyEnd):
			e.erase()
			e.lasts = false
			return Entry{}, false, io.EOF
		default:
			e.press(key)
		}
	}
	e.draw()
	return Entry{}, false, nil
}

// press obeys one key. The caller holds mu and draws.
func (e *Editor) press(key rune) {
	switch key {
	case keyBackspace, keyDelete:
		e.line = e.line[:max(0, len(e.line)-1)]
	case keyWord:
		e.line = withoutWord(e.line)
	case keyKill:
		e.line = e.line[:0]
	case keyInterrupt:
		e.draw()
		e.queued.WriteString("^C\r\n")
		e.line, e.row = e.line[:0], ""
	case keyRedraw, keyReprint:
		e.erase()
	case none, keyEnd:
		return
	default:
		e.insert(key)
		return
	}
	e.over = false
}

func (e *Editor) insert(key rune) {
	if domain.IsControl(key) && key != '\t' {
		return
	}
	if len(e.line) < maxTyped {
		e.line = append(e.line, key)
		return
	}
	if !e.over {
		e.queued.WriteByte(keyBell)
	}
	e.over = true
}

// withoutWord takes the last word off a line, and the blanks after it.
func withoutWord(line []rune) []rune {
	n := len(line)
	for n > 0 && unicode.IsSpace(line[n-1]) {
		n--
	}
	for n > 0 && !unicode.IsSpace(line[n-1]) {
		n--
	}
	return line[:n]
}

// complete ends the line. The caller holds mu.
func (e *Editor) complete() Entry {
	e.draw()
	e.lasts = false
	entry := Entry{Text: string(e.line), TooLong: e.over, Whole: e.from == 0 && !e.hidden}
	e.queued.WriteString("\r\n")
	e.row = ""
	e.from, e.over = 0, false
	clear(e.line)
	e.line = e.line[:0]
	return entry
}

// Print shows lines of text above the line that is being typed. The text has
// been made visible.
func (e *Editor) Print(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	row := e.row
	e.erase()
	e.queued.WriteString(strings.ReplaceAll(text, "\n", "\r\n"))
	e.queued.WriteString("\r\n")
	e.show(row)
	e.flush()
}

// Leave takes the prompt away before something else is shown. What is being
// typed stays to be read.
func (e *Editor) Leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.line) == 0 || e.hidden {
		e.erase()
	} else if e.row != "" {
		e.queued.WriteString("\r\n")
		e.row = ""
	}
	e.lasts = false
	e.flush()
}

// Restore puts a line back to be corrected, unless another has been begun.
func (e *Editor) Restore(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.line) == 0 && !e.hidden {
		e.line = append(e.line, []rune(text)...)
		if e.row != "" {
			e.draw()
			e.flush()
		}
	}
}

// draw shows the line as it is now. The caller holds mu and flushes.
func (e *Editor) draw() {
	if e.hidden {
		e.show(e.prompt)
		return
	}
	prompt, width := e.prompt, max(minRoom, e.width()-1)
	most := width - minRoom/2 // a prompt that is a sentence is shown if it can be
	if e.lasts {
		most = width / 2
	}
	if uniseg.StringWidth(prompt) > most {
		prompt = brief
	}
	room := width - max(uniseg.StringWidth(prompt), len(scrolled))
	if e.from >= len(e.line) {
		e.from = max(0, len(e.line)-room/2)
	}
	text := domain.VisibleLine(string(e.line[e.from:]))
	if uniseg.StringWidth(text) > room {
		// Half of the row is freed at once, so that the rest can be typed
		// without the row moving at every key.
		e.from = max(e.from, len(e.line)-room)
		for uniseg.StringWidth(text) > room/2 {
			e.from++
			text = domain.VisibleLine(string(e.line[e.from:]))
		}
	}
	if e.from > 0 {
		prompt = scrolled
	}
	e.show(prompt + text)
}

// show makes the screen's row what it shall be, with as little as possible.
// The caller holds mu.
func (e *Editor) show(row string) {
	old := e.row
	e.row = row
	if added, ok := strings.CutPrefix(row, old); ok {
		e.queued.WriteString(added)
		return
	}
	less := uniseg.StringWidth(old) - uniseg.StringWidth(row)
	if less > 0 && strings.HasPrefix(old, row) {
		e.queued.WriteString(strings.Repeat("\b", less))
	} else {
		e.queued.WriteString("\r" + row)
	}
	if less > 0 {
		e.queued.WriteString(strings.Repeat(" ", less) + strings.Repeat("\b", less))
	}
}

// erase empties the screen's row. The caller holds mu.
func (e *Editor) erase() {
	if e.row != "" {
		e.queued.WriteString("\r" + strings.Repeat(" ", uniseg.StringWidth(e.row)) + "\r")
		e.row = ""
	}
}

// flush writes what is queued. An error shows at the next read: the terminal
// is gone. The caller holds mu.
func (e *Editor) flush() {
	if e.queued.Len() > 0 {
		_, _ = e.out.Write(e.queued.Bytes())
		e.queued.Reset()
	}
}
