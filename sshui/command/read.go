package command

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/sshui/line"
)

func read(ctx context.Context, c *call) error {
	span := chat.Span{Limit: chat.DefaultPage}
	var asJSON bool
	l := arguments{flags: []flag{
		number(&span.Limit, "-n", 1, chat.MaxPage),
		seq(&span.Before, "--before"), seq(&span.After, "--after"),
		{name: "--json", on: &asJSON},
	}}
	room, err := c.inRoom(&l)
	if err != nil {
		return err
	}
	if span.Before != nil && span.After != nil {
		return wrongUsage("give one of --before and --after")
	}
	page, err := c.Chat.Messages(ctx, c.Actor, room, span)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	for _, message := range page.Messages {
		if asJSON {
			text.Write(append(wire.Marshal(wire.FromMessage(message, c.Actor.ID())), '\n'))
		} else {
			c.writeMessage(&text, "", message)
		}
	}
	_, err = c.out.Write(text.Bytes())
	return err
}

// writeMessage writes a message so that it can be found again: its seq, its
// day and time, and what was said. Where, if not empty, begins each line.
func (c *call) writeMessage(to *bytes.Buffer, where string, m domain.Message) {
	for _, text := range line.Lines(c.head(m.Seq, m.CreatedAt), m) {
		to.WriteString(where)
		to.WriteString(text)
		to.WriteByte('\n')
	}
}

// head is what stands before everything in a room's history.
func (c *call) head(seq domain.Seq, at time.Time) string {
	return fmt.Sprintf("%d %s ", seq, c.day(at))
}
