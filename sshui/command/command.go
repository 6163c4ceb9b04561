package command

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/sshui/line"
	"parley/sshui/suggest"
)

// Terminal is the caller's end. Writing to Out may block for as long as the
// caller reads slowly.
type Terminal struct {
	In    io.ReadCloser // Close ends a Read under way, with an error other than io.EOF
	Out   io.Writer
	Err   io.Writer
	PTY   bool                           // the client has a terminal: it sends each key and adds no returns
	Width func() int                     // of that terminal, in cells
	Zone  *time.Location                 // in which times are shown
	Go    func(name string, task func()) // runs a task that the connection waits for
}

// Config is what the commands work with.
type Config struct {
	Chat  *chat.Service
	Auth  *auth.Service
	Actor auth.Actor
	Log   *slog.Logger
}

// command is one line of the table.
type command struct {
	name     string
	usage    string // what follows the name
	does     string
	examples []string // without the ssh in front
	run      func(ctx context.Context, c *call) error
}

// call is a command that is being carried out.
type call struct {
	Config
	terminal Terminal
	raw      string    // what was typed after the command's name
	out      io.Writer // the terminal's, with the returns that it needs
	told     io.Writer // likewise, for failures
}

// Plain is the command that a session without a full screen gets by itself.
const Plain = "plain"

// Run carries out a command as it was typed and gives the exit status.
func Run(ctx context.Context, typed string, t Terminal, config Config) int {
	defer t.In.Close()
	name, raw := cutWord(strings.TrimLeft(typed, blanks))
	c := &call{Config: config, terminal: t, raw: raw, out: t.Out, told: t.Err}
	if t.PTY {
		c.out = returns{t.Out}
		c.told = c.out // a terminal has one stream, in which things keep their order
	}
	err := c.carryOut(ctx, name)
	if err == nil {
		return Done
	}
	if errors.Is(err, errTold) {
		return Failed
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	} else if domain.KindOf(err) == domain.Internal && !errors.As(err, new(*misuse)) {
		config.Log.Error("a command failed", "command", shown(name), "err", err)
	}
	return c.tell(err)
}

// tell tells of a failure and gives the status to end with.
func (c *call) tell(err error) int {
	text, status := Explain(err)
	_, _ = io.WriteString(c.told, text+"\n") // a lost client ends the session
	return status
}

func (c *call) carryOut(ctx context.Context, name string) error {
	found, err := find(name)
	if err != nil {
		return err
	}
	err = found.run(ctx, c)
	if errors.Is(err, errHelp) {
		return c.print(found.help())
	}
	var used *misuse
	if errors.As(err, &used) {
		return wrongUsage("%s; usage: %s", used.message, found.synopsis())
	}
	return err
}

// find gives a command by its name, or says which was probably meant.
func find(name string) (command, error) {
	var names []string
	for _, c := range table() {
		if c.name == name {
			return c, nil
		}
		names = append(names, c.name)
	}
	hint := "help lists the commands"
	if near := suggest.Nearest(name, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return command{}, &misuse{"command.unknown", "unknown command " + shown(name) + "; " + hint}
}

// print writes text that is safe to show.
func (c *call) print(text string) error {
	_, err := io.WriteString(c.out, text)
	return err
}

// printJSON writes a value as one line.
func (c *call) printJSON(v any) error {
	_, err := c.out.Write(append(wire.Marshal(v), '\n'))
	return err
}

// input is what the caller sends. On a terminal it is echoed and edited, and
// Ctrl+D ends it.
func (c *call) input() io.Reader {
	if c.terminal.PTY {
		return line.NewEditor(c.terminal.In, c.terminal.Out, c.terminal.Width)
	}
	return c.terminal.In
}

// returns ends each line as a terminal in raw mode needs it, which is how an
// SSH client sets its own: a line feed alone only goes down.
type returns struct{ out io.Writer }

// Write implements io.Writer.
func (r returns) Write(p []byte) (int, error) {
	if _, err := r.out.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
