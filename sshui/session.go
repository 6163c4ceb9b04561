package sshui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/sshui/command"
	"parley/sshui/tui"
)

// session is one session channel: what the client prepared for it and, once
// started, what runs on it. Requests are answered by one goroutine, which owns
// all fields but those it has given to the running part.
type session struct {
	connection *connection
	channel    gossh.Channel

	environment environment
	terminal    bool // a PTY was asked for
	term        string
	size        tui.Size
	width       atomic.Int64  // size.Width, for what only needs to know it
	resizes     chan tui.Size // holds the latest size only
	command     string        // what to run; "" for the chat

	started bool
	output  *output
	errors  *output // stderr; nil for the chat
	stop    context.CancelCauseFunc
	over    chan struct{} // closed when what was started has ended
}

func newSession(c *connection, channel gossh.Channel) *session {
	return &session{connection: c, channel: channel, resizes: make(chan tui.Size, 1), over: make(chan struct{})}
}

// answers says how a request is met: it reports whether it was granted. What
// is not named here is refused: subsystems, X11 and agent forwarding, signals.
var answers = map[string]func(s *session, payload []byte) bool{
	"env":           (*session).setEnvironment,
	"pty-req":       (*session).setTerminal,
	"window-change": (*session).resize,
	"shell":         (*session).startChat,
	"exec":          (*session).startCommand,
}

// serve answers the session's requests, one after the other, until the channel
// is closed, and waits for what was started.
func (s *session) serve(requests <-chan *gossh.Request) {
	// A client has nothing to say on stderr; unread, it would be kept.
	s.connection.run("stderr", func() { _, _ = io.Copy(io.Discard, s.channel.Stderr()) })
	for request := range requests {
		answer, known := answers[request.Type]
		granted := known && answer(s, request.Payload)
		_ = request.Reply(granted, nil) // the channel's end is noticed above
		if s.started && s.stop == nil {
			s.connection.startSession()
			s.start()
		}
	}
	if s.stop != nil {
		s.stop(errHungUp)
		<-s.over
	}
}

// start runs the session's content. The request for it has been answered.
func (s *session) start() {
	c := s.connection
	var ctx context.Context
	ctx, s.stop = context.WithCancelCause(c.ctx)
	work := s.runCommand
	switch {
	case c.surplus != nil:
		work = s.refuse
	case c.stranger:
		work = s.register
	}
	if s.showsChat() {
		work = s.chat
		s.output = newOutput(s.channel, outputRoom(s.size.Width*s.size.Height), c.server.limits, c.end)
	} else {
		// A pipe may be emptied as slowly as its reader likes.
		patient := c.server.limits
		patient.patience = 0
		s.output = newOutput(s.channel, commandRoom, patient, c.end)
		s.errors = newOutput(s.channel.Stderr(), commandRoom, patient, c.end)
		c.run("errors", s.errors.run)
	}
	size := s.size
	c.run("output", s.output.run)
	c.run("session", func() {
		defer close(s.over)
		defer s.settle() // after a panic nothing else ends them
		s.exit(work(ctx, size))
	})
}

func (s *session) settle() {
	s.output.settle(errEnded)
	if s.errors != nil {
		s.errors.settle(errEnded)
	}
}

func (s *session) showsChat() bool {
	c := s.connection
	return c.surplus == nil && !c.stranger && s.terminal && s.command == "" && s.term != "" && s.term != "dumb"
}

// chat shows the full-screen chat and gives the exit status.
func (s *session) chat(ctx context.Context, size tui.Size) int {
	c := s.connection
	err := tui.Run(ctx, tui.Terminal{
		In: newInput(s.channel, c.run), Out: s.output, Size: size, Resizes: s.resizes, Environ: s.environment.list(s.term),
	}, tui.Config{Chat: c.server.chat, Actor: c.actor, Log: c.log, Now: time.Now})
	if err == nil {
		return command.Done
	}
	if ctx.Err() == nil {
		var bye *broadcast.Bye
		if !errors.As(err, &bye) {
			c.log.Error("the screen failed", "err", err)
		}
	}
	fmt.Fprintf(s.output, "Connection closed: %s\r\n", farewell(err))
	return command.Failed
}

// farewell is what a person is told about the end of their session.
func farewell(err error) string {
	var bye *broadcast.Bye
	if errors.As(err, &bye) {
		return domain.VisibleLine(bye.Message)
	}
	return domain.VisibleLine(domain.AsError(err).Message)
}

// runCommand carries out the command, or the line mode where the screen cannot
// be shown, and gives the exit status.
func (s *session) runCommand(ctx context.Context, _ tui.Size) int {
	c := s.connection
	typed := s.command
	if typed == "" {
		typed = command.Plain
	}
	in := newInput(s.channel, c.run)
	defer context.AfterFunc(ctx, func() { _ = in.Close() })()
	return command.Run(ctx, typed, command.Terminal{
		In: in, Out: s.output, Err: s.errors, PTY: s.terminal,
		Width: func() int { return int(s.width.Load()) },
		Zone:  tui.Zone(s.environment.list(s.term)), Go: c.run,
	}, command.Config{Chat: c.server.chat, Auth: c.server.auth, Actor: c.actor, Log: c.log})
}

// refuse says why the connection is one too many, and gives the exit status.
func (s *session) refuse(context.Context, tui.Size) int {
	line, status := command.Explain(s.connection.surplus)
	s.tell(line)
	return status
}

// tell writes a line to stderr, ended as the client's terminal needs it.
func (s *session) tell(line string) {
	end := "\n"
	if s.terminal {
		end = "\r\n"
	}
	fmt.Fprint(s.errors, line+end)
}

// exit ends the session after what it wrote. A command's result may take its
// time, as long as it is read.
func (s *session) exit(status int) {
	if s.errors == nil {
		s.output.flush(s.connection.server.limits.grace)
	} else {
		s.output.flush(0)
		s.errors.flush(0)
	}
	_, _ = s.channel.SendRequest("exit-status", false, gossh.Marshal(struct{ Status uint32 }{uint32(status)}))
	_ = s.channel.Close()
}
