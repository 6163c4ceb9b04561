package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/sshui/line"
)

func read(ctx context.Context, c *call) error {
	span := chat.Span{Limit: chat.DefaultPage}
	var asJSON bool
	l := arguments{most: 1, flags: []flag{
		number(&span.Limit, "-n", 1, chat.MaxPage),
		seq(&span.Before, "--before"), seq(&span.After, "--after"),
		{name: "--json", on: &asJSON},
	}}
	if err := l.parse(c.raw); err != nil {
		return err
	}
	if len(l.words) == 0 {
		return wrongUsage("ROOM is missing")
	}
	if span.Before != nil && span.After != nil {
		return wrongUsage("give one of --before and --after")
	}
	room, err := address(l.words[0])
	if err != nil {
		return err
	}
	page, err := c.Chat.Messages(ctx, c.Actor, room, span)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	for _, message := range page.Messages {
		if !asJSON {
			c.writeMessage(&text, message)
		} else if err := encoder.Encode(wire.FromMessage(message, c.Actor.ID())); err != nil {
			return fmt.Errorf("encode a message: %w", err)
		}
	}
	_, err = c.out.Write(text.Bytes())
	return err
}

// writeMessage writes a message so that it can be found again: its seq, its
// day and time, and what was said.
func (c *call) writeMessage(to *bytes.Buffer, m domain.Message) {
	to.Write(m.CreatedAt.In(c.terminal.Zone).AppendFormat(fmt.Appendf(to.AvailableBuffer(), "%d ", m.Seq), "2006-01-02 15:04 "))
	to.WriteString(line.Said(m))
	to.WriteByte('\n')
}
