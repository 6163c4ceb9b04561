package line

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/wire"
)

const (
	shownOnEntry = 10      // messages
	maxLine      = 8 << 10 // bytes of a line from a pipe that are kept
	maxRecent    = 64      // messages of one's own whose return is awaited
	lastWords    = 2 * time.Second
)

// ErrRefused says that not every line of a pipe was taken.
var ErrRefused = errors.New("line: a line was refused")

// Terminal is the person's end.
type Terminal struct {
	In      io.ReadCloser // Close ends a Read under way, with an error other than io.EOF
	Out     io.Writer
	Err     io.Writer  // for refusals; a terminal shows them among the lines
	Editing bool       // the client has a terminal and sends each key: it is echoed and edited here
	Width   func() int // in cells, of a terminal
	Zone    *time.Location
	Go      func(name string, task func()) // runs a task that the connection waits for
}

// Config is what the conversation works with.
type Config struct {
	Chat  *chat.Service
	Actor auth.Actor
	Log   *slog.Logger
}

// conversation is the lobby, line by line. Three goroutines have a part: one
// reads lines, one sends them, so that typing goes on meanwhile, and the
// caller's own prints what is said.
type conversation struct {
	Config
	ctx      context.Context
	terminal Terminal
	editor   *Editor // nil for a pipe
	live     *chat.Live
	room     domain.Address
	goodbye  *wire.Line // the answer by which the sender tells the printer that the pipe ended

	// Owned by the printing goroutine.
	day  string
	last domain.Seq // printed

	mu      sync.Mutex // guards what follows; held while the pipe is written
	recent  []string   // nonces of what the screen shows as it was typed
	refusal bool
	until   domain.Seq // what is printed before the end of a pipe's session
}

// Run shows the lobby until the input ends or the person leaves, the context
// ends or their access or the service does. It gives nil, ErrRefused, the
// context's cause, or a *broadcast.Bye.
func Run(parent context.Context, t Terminal, config Config) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	c := &conversation{
		Config: config, ctx: ctx, terminal: t, room: domain.Address{Name: domain.Lobby}, goodbye: &wire.Line{},
	}
	if t.Editing {
		c.editor = NewEditor(t.In, t.Out, t.Width)
		c.print("You are " + c.Actor.Name() + " in #" + domain.Lobby +
			". Enter sends; /help lists the commands, Ctrl+D leaves.")
	}
	after, err := Recent(ctx, c.Chat, c.Actor, c.room, shownOnEntry)
	if err != nil {
		return cause(parent, err)
	}
	c.live = c.Chat.Connect(c.Actor, broadcast.Options{})
	defer c.live.Close(broadcast.ErrLeft)
	view, err := c.live.Follow(ctx, c.room, after, nil)
	if err != nil {
		return cause(parent, err)
	}
	c.last, c.until = after, view.Head
	var busy sync.WaitGroup
	lines := make(chan Entry, 8)
	c.start(&busy, "lines", func() { c.read(lines) })
	c.start(&busy, "sending", func() { c.send(lines) })
	err = c.show()
	cancel()
	t.In.Close()
	busy.Wait()
	c.keepMark(parent)
	return c.outcome(parent, err)
}

func (c *conversation) start(busy *sync.WaitGroup, name string, task func()) {
	busy.Add(1)
	c.terminal.Go(name, func() {
		defer busy.Done()
		task()
	})
}

// outcome says why the conversation ended.
func (c *conversation) outcome(parent context.Context, err error) error {
	var bye *broadcast.Bye
	if errors.As(err, &bye) && bye.Code == broadcast.ErrLeft.Code {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.refusal && c.editor == nil {
			return ErrRefused
		}
		return nil
	}
	return cause(parent, err)
}

// cause is the reason for which ctx ended, if it did, or else err.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// read takes lines in until there are no more.
func (c *conversation) read(lines chan<- Entry) {
	defer close(lines)
	next := func() (Entry, error) { return c.editor.ReadLine("> ") }
	if c.editor == nil {
		pipe := NewPipe(c.terminal.In, maxLine)
		next = func() (entry Entry, err error) {
			entry.Text, entry.TooLong, err = pipe.Next()
			return entry, err
		}
	}
	for {
		entry, err := next()
		if err != nil {
			return
		}
		select {
		case lines <- entry:
		case <-c.ctx.Done():
			return
		}
	}
}

// send obeys the lines, one after the other, and leaves after the last. A pipe
// gets what was sent by then before the end.
func (c *conversation) send(lines <-chan Entry) {
	for entry := range lines {
		if c.ctx.Err() != nil || c.obey(entry) {
			break
		}
	}
	if c.editor == nil {
		c.live.Reply(c.goodbye)
	} else {
		c.live.Close(broadcast.ErrLeft)
	}
}

// say sends a message. One that comes too fast waits its turn: whoever pastes
// or pipes lines wants them all sent. Whole says that the screen shows it as
// it was typed.
func (c *conversation) say(text string, whole bool) {
	nonce := rand.Text()
	if whole {
		c.expect(nonce)
	}
	for {
		sent, err := c.Chat.Send(c.ctx, c.Actor, c.room, chat.Draft{Content: text, Nonce: nonce})
		if err == nil {
			c.sent(sent.Message.Seq)
		}
		if err == nil || c.ctx.Err() != nil {
			return
		}
		e := domain.AsError(err)
		if e.Kind == domain.RateLimited {
			c.wait(e.RetryAfter)
			continue
		}
		if e.Kind == domain.Internal {
			c.Log.Error("cannot send a line", "err", err)
		}
		c.refused(err)
		if c.editor != nil {
			c.editor.Restore(text)
		}
		return
	}
}

func (c *conversation) sent(seq domain.Seq) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = max(c.until, seq)
}

func (c *conversation) wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.ctx.Done():
	}
}

func (c *conversation) expect(nonce string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.recent) == maxRecent {
		c.recent = c.recent[1:]
	}
	c.recent = append(c.recent, nonce)
}

// expected reports whether a message is one that the screen shows already.
func (c *conversation) expected(nonce string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.recent, nonce)
	if i < 0 {
		return false
	}
	c.recent = slices.Delete(c.recent, i, i+1)
	return true
}

// show prints what is said until the subscription ends, or the pipe did and
// all that was sent into it is printed.
func (c *conversation) show() error {
	leaving := false
	for {
		if leaving && c.complete() {
			return &broadcast.ErrLeft
		}
		batch, err := c.next(leaving)
		if err != nil {
			return err
		}
		var text strings.Builder
		for _, l := range batch {
			leaving = leaving || l == c.goodbye
			c.take(&text, l)
		}
		if text.Len() > 0 {
			c.print(strings.TrimSuffix(text.String(), "\n"))
		}
	}
}

// next waits for what is said; not for long when all that is left is to
// complete the picture.
func (c *conversation) next(leaving bool) ([]*wire.Line, error) {
	if !leaving {
		return c.live.Next(c.ctx)
	}
	ctx, cancel := context.WithTimeout(c.ctx, lastWords)
	defer cancel()
	batch, err := c.live.Next(ctx)
	if err != nil && ctx.Err() != nil && c.ctx.Err() == nil {
		return nil, &broadcast.ErrLeft
	}
	return batch, err
}

func (c *conversation) complete() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last >= c.until
}

// take writes what one line of the subscription says.
func (c *conversation) take(text *strings.Builder, l *wire.Line) {
	switch {
	case l == c.goodbye:
	case l.Event.Type == domain.EventMessage:
		c.last = l.Event.Seq
		if nonce := l.Event.Nonce; nonce == "" || !c.expected(nonce) {
			c.write(text, l.Event.Message)
		}
	case l.Event.Type == "": // the one answer there is
		text.WriteString("-- you were reading too slowly; here is what you missed --\n")
	}
}

// write writes a message, and the day before the first one of it.
func (c *conversation) write(text *strings.Builder, m domain.Message) {
	at := m.CreatedAt.In(c.terminal.Zone)
	if day := at.Format("Monday, 2 January 2006"); day != c.day {
		c.day = day
		fmt.Fprintf(text, "-- %s --\n", day)
	}
	fmt.Fprintf(text, "%s %s\n", at.Format("15:04"), Said(m))
}

// print shows lines that are safe to show.
func (c *conversation) print(text string) {
	if c.editor != nil {
		c.editor.Print(text)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = io.WriteString(c.terminal.Out, text+"\n") // a lost client ends the context
}

// refused tells that a line was not taken, and why.
func (c *conversation) refused(err error) {
	e := domain.AsError(err)
	text := fmt.Sprintf("parley: %s (%s)", domain.VisibleLine(e.Message), e.Code)
	if c.editor != nil {
		c.editor.Print(text)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusal = true
	_, _ = io.WriteString(c.terminal.Err, text+"\n")
}

// keepMark remembers, for a person's other screens, how far they have read.
func (c *conversation) keepMark(ctx context.Context) {
	if c.last == 0 || c.editor == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	if err := c.Chat.MarkRead(ctx, c.Actor, c.room, c.last, nil); err != nil {
		c.Log.Warn("the read marker of a leaving user was not kept", "user_id", c.Actor.ID(), "err", err)
	}
}
