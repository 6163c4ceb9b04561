package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/sshui/line"
)

// maxInput is how many bytes of standard input can be one message. Its limit
// in characters is the domain's.
const maxInput = 64 << 10

// posting is a call of post.
type posting struct {
	*call
	room    domain.Address
	replyTo domain.Seq
	nonce   string
	json    bool
}

func post(ctx context.Context, c *call) error {
	p := posting{call: c}
	var lines bool
	l := arguments{hasText: true, flags: []flag{
		{name: "--json", on: &p.json},
		{name: "--lines", on: &lines},
		number(&p.replyTo, "--reply", 1, wire.MaxSafe),
		{name: "--nonce", take: func(value string) error { p.nonce = value; return domain.CheckNonce(value) }},
	}}
	var err error
	if p.room, err = c.inRoom(&l); err != nil {
		return err
	}
	switch {
	case lines && l.text != "":
		return wrongUsage("--lines reads standard input; leave TEXT out")
	case lines:
		return p.lines(ctx)
	case l.text == "":
		if l.text, err = p.readText(); err != nil {
			return err
		}
	}
	return p.send(ctx, l.text, p.nonce)
}

// readText reads standard input as one text.
func (p *posting) readText() (string, error) {
	text, err := io.ReadAll(io.LimitReader(p.input(), maxInput+1))
	if err == nil && len(text) > maxInput {
		err = domain.ErrTooLong()
	}
	return string(text), err
}

func (p *posting) send(ctx context.Context, text, nonce string) error {
	sent, err := p.Chat.Send(ctx, p.Actor, p.room, chat.Draft{Content: text, Nonce: nonce, ReplyTo: p.replyTo})
	if err != nil || !p.json {
		return err
	}
	return p.printJSON(wire.FromMessage(sent.Message, p.Actor.ID()))
}

// lines sends each line of standard input as a message, after the one before
// it was stored, and stops at the first that is refused. Empty lines are passed
// over. With a nonce, each line has its own: N-1, N-2, by its number.
func (p *posting) lines(ctx context.Context) error {
	pipe := line.NewPipe(p.input(), maxInput)
	for n := 1; ; n++ {
		text, tooLong, err := pipe.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case tooLong:
			err = domain.ErrTooLong()
		case strings.TrimSpace(text) == "":
			continue
		default:
			nonce := ""
			if p.nonce != "" {
				nonce = fmt.Sprintf("%s-%d", p.nonce, n)
			}
			err = p.sendInTime(ctx, text, nonce)
		}
		if err != nil {
			told := *domain.AsError(err)
			told.Message = fmt.Sprintf("line %d: %s", n, told.Message)
			return &told
		}
	}
}

// sendInTime sends a message as soon as the limit allows it: a pipe has
// somebody behind it who waits for it to be emptied.
func (p *posting) sendInTime(ctx context.Context, text, nonce string) error {
	for {
		err := p.send(ctx, text, nonce)
		if domain.KindOf(err) != domain.RateLimited {
			return err
		}
		timer := time.NewTimer(domain.AsError(err).RetryAfter)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}
