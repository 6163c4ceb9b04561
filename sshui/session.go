package sshui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/sshui/tui"
)

// Exit statuses of a session, as for a command.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
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
	resizes     chan tui.Size // holds the latest size only
	command     string        // what to run; "" for the chat

	started bool
	output  *output
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
	to, work, cells := s.channel.Stderr(), s.explain, 0
	if s.showsChat() {
		to, work, cells = s.channel, s.chat, s.size.Width*s.size.Height
	}
	s.output = newOutput(to, outputRoom(cells), c.server.limits, c.end)
	size := s.size
	c.run("output", s.output.run)
	c.run("session", func() {
		defer close(s.over)
		defer s.output.settle(errEnded) // after a panic nothing else ends it
		s.exit(work(ctx, size))
	})
}

func (s *session) showsChat() bool {
	return s.terminal && s.command == "" && s.term != "" && s.term != "dumb"
}

// chat shows the full-screen chat and gives the exit status.
func (s *session) chat(ctx context.Context, size tui.Size) int {
	c := s.connection
	err := tui.Run(ctx, tui.Terminal{
		In: s.channel, Out: s.output, Size: size, Resizes: s.resizes, Environ: s.environment.list(s.term),
	}, tui.Config{Chat: c.server.chat, Actor: c.actor, Log: c.log, Now: time.Now})
	if err == nil {
		return exitDone
	}
	if ctx.Err() == nil {
		var bye *broadcast.Bye
		if !errors.As(err, &bye) {
			c.log.Error("the screen failed", "err", err)
		}
	}
	fmt.Fprintf(s.output, "Connection closed: %s\r\n", farewell(err))
	return exitFailed
}

// farewell is what a person is told about the end of their session.
func farewell(err error) string {
	var bye *broadcast.Bye
	if errors.As(err, &bye) {
		return domain.VisibleLine(bye.Message)
	}
	return domain.VisibleLine(domain.AsError(err).Message)
}

// explain says why there is no chat, and gives the exit status.
func (s *session) explain(context.Context, tui.Size) int {
	line := "parley: this session has no terminal; connect with: ssh -t ..."
	switch {
	case s.command != "":
		line = fmt.Sprintf("parley: unknown command %q; there are no commands yet", shown(s.command, maxShownCommand))
	case s.terminal:
		line = "parley: this terminal cannot show the chat; set TERM to what it is, such as xterm-256color"
	}
	end := "\n"
	if s.terminal {
		end = "\r\n" // the client's own terminal does not add the return
	}
	fmt.Fprint(s.output, line+end)
	return exitUsage
}

// exit ends the session after what it wrote.
func (s *session) exit(status int) {
	s.output.flush(s.connection.server.limits.grace)
	_, _ = s.channel.SendRequest("exit-status", false, gossh.Marshal(struct{ Status uint32 }{uint32(status)}))
	_ = s.channel.Close()
}
