package tui

import (
	"crypto/rand"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"
)

// finishTime is how long the input may take to end: longer than a terminal that
// stopped reading holds the program up.
const finishTime = 10 * time.Second

// finiteInput is the input of a program, which ends with a word of its own, pasted.
// The library hands on what is typed without regard to whether anybody takes it
// any more: of a program that ends before its input does, a goroutine may be
// left with all that the program holds. So it ends once that word has come
// through, behind which there is nothing more.
type finiteInput struct {
	in    io.Closer
	guard *inputGuard
	word  string
	over  bool
	rest  []byte // of the last words
}

func newInput(in io.ReadCloser) *finiteInput {
	return &finiteInput{in: in, guard: guardInput(in), word: rand.Text()}
}

// Read implements io.Reader.
func (p *finiteInput) Read(b []byte) (int, error) {
	if !p.over {
		n, err := p.guard.Read(b)
		if err != nil {
			p.over, p.rest = true, []byte(p.guard.unfinished()+pasteBegin+p.word+pasteEnd)
		}
		if n > 0 || err == nil {
			return n, nil
		}
	}
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// finishMsg asks the screen to end.
type finishMsg struct{}

// finish ends the program as soon as its input has ended.
func (s *screen) finish() tea.Cmd {
	if s.deaf {
		return tea.Quit
	}
	s.finishing = true
	_ = s.input.in.Close() // a Read under way gives it back
	over := s.over
	return func() tea.Msg {
		late := time.NewTimer(finishTime)
		defer late.Stop()
		select {
		case <-late.C:
			return tea.QuitMsg{}
		case <-over:
			return nil
		}
	}
}

// takeFinish takes what concerns the end of the screen, and reports whether that
// is all there is to do.
func (s *screen) takeFinish(msg tea.Msg) (cmd tea.Cmd, done bool) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		if s.said = msg.Content == s.input.word; s.said {
			return nil, true
		}
	case tea.PasteEndMsg: // which comes after what was pasted
		if s.deaf = s.said; s.deaf && s.finishing {
			return tea.Quit, true
		}
	case endedMsg:
		s.ended = msg.err
		return s.finish(), true
	case finishMsg:
		return s.finish(), true
	}
	return nil, s.finishing // nobody sees what else would be done
}
