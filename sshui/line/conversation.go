package line

import (
	"context"
	"errors"
	"io"
	"log/slog"
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

// conversation is one room after another, line by line. Three goroutines have a
// part: one reads lines, one sends and obeys them, so that typing goes on
// meanwhile, and the caller's own prints what is said.
type conversation struct {
	Config
	ctx      context.Context
	terminal Terminal
	editor   *Editor // nil for a pipe
	live     *chat.Live
	goodbye  *wire.Line    // the answer by which the sender tells the printer that the pipe ended
	printed  chan struct{} // holds a token when something was printed that was waited for

	// Owned by the sending goroutine, once there is one.
	here chat.View // the room that lines go to

	// Owned by the printing goroutine, likewise.
	seen screen

	following sync.Mutex // held while it is found out whether a room is followed, and followed

	mu      sync.Mutex // guards what follows; held while the pipe is written
	recent  []sending
	turns   map[*wire.Line]turn // the answers by which the sender tells the printer to turn to a room
	refusal bool
	last    map[domain.RoomID]domain.Seq // taken in
	until   map[domain.RoomID]domain.Seq // what is printed before another room comes into view, or a pipe's session ends
}

// sending is a message of one's own whose return is awaited. Shown says that
// the screen has it as it was typed.
type sending struct {
	nonce string
	shown bool
}

// turn is a room that is followed from here on, and where its lines begin if it
// comes into view.
type turn struct {
	view   chat.View
	inView bool
	start  Start
}

// Run shows rooms, the lobby first, until the input ends or the person leaves,
// the context ends or their access or the service does. It gives nil,
// ErrRefused, the context's cause, or a *broadcast.Bye.
func Run(parent context.Context, t Terminal, config Config) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	c := &conversation{
		Config: config, ctx: ctx, terminal: t, goodbye: &wire.Line{}, printed: make(chan struct{}, 1),
		last:  map[domain.RoomID]domain.Seq{},
		turns: map[*wire.Line]turn{}, until: map[domain.RoomID]domain.Seq{},
	}
	if t.Editing {
		c.editor = NewEditor(t.In, t.Out, t.Width)
	}
	c.live = c.Chat.Connect(c.Actor, broadcast.Options{})
	defer c.live.Close(broadcast.ErrLeft)
	if err := c.begin(ctx); err != nil {
		return cause(parent, err)
	}
	var busy sync.WaitGroup
	lines := make(chan Entry, 8)
	c.start(&busy, "lines", func() { c.read(lines) })
	c.start(&busy, "sending", func() { c.send(lines) })
	err := c.show()
	cancel()
	t.In.Close()
	busy.Wait()
	if c.editor != nil {
		c.editor.Leave()
	}
	return c.outcome(parent, err)
}

// begin follows all rooms and puts the lobby in view.
func (c *conversation) begin(ctx context.Context) error {
	views, err := c.live.FollowAll(ctx)
	if err != nil {
		return err
	}
	c.seen.rooms = make(map[domain.RoomID]chat.View, len(views))
	for _, view := range views {
		if view.Role.In() {
			c.seen.rooms[view.ID] = view
		}
	}
	if c.editor != nil {
		c.print(greeting(c.Actor, views))
	}
	lobby, err := c.Chat.Room(ctx, c.Actor, domain.Address{Name: domain.Lobby})
	if err != nil {
		return err
	}
	c.following.Lock()
	defer c.following.Unlock()
	return c.enter(lobby)
}

func (c *conversation) start(busy *sync.WaitGroup, name string, task func()) {
	busy.Add(1)
	c.terminal.Go(name, func() {
		defer busy.Done()
		task()
	})
}

// outcome says why the conversation ended. What ends its context ends the input,
// too, and that may be noticed first.
func (c *conversation) outcome(parent context.Context, err error) error {
	var bye *broadcast.Bye
	if parent.Err() == nil && errors.As(err, &bye) && bye.Code == broadcast.ErrLeft.Code {
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
	var next func() (Entry, error)
	if c.editor != nil {
		next = c.editor.Next
	} else {
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
