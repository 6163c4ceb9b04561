package command

import (
	"context"
	"strings"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
)

// inRoom reads a command line that begins with a room. More names the words
// that must follow it.
func (c *call) inRoom(l *arguments, more ...string) (domain.Address, error) {
	l.most = 1 + len(more)
	if err := l.parse(c.raw); err != nil {
		return domain.Address{}, err
	}
	for i, name := range append([]string{"ROOM"}, more...) {
		if len(l.words) <= i {
			return domain.Address{}, wrongUsage("%s is missing", name)
		}
	}
	return address(l.words[0])
}

func join(ctx context.Context, c *call) error {
	var asJSON bool
	room, err := c.inRoom(&arguments{flags: []flag{{name: "--json", on: &asJSON}}})
	if err != nil {
		return err
	}
	view, err := c.Chat.Join(ctx, c.Actor, room)
	return c.printRoom(view, asJSON, err)
}

func leave(ctx context.Context, c *call) error {
	room, err := c.inRoom(&arguments{})
	if err != nil {
		return err
	}
	return c.Chat.Leave(ctx, c.Actor, room)
}

func create(ctx context.Context, c *call) error {
	var asJSON, private bool
	l := arguments{hasText: true, flags: []flag{{name: "--json", on: &asJSON}, {name: "--private", on: &private}}}
	room, err := c.inRoom(&l)
	if err != nil {
		return err
	}
	if room.Name == "" {
		return domain.CheckRoomName(l.words[0])
	}
	wanted := chat.Creation{Name: room.Name, Kind: domain.RoomPublic, Topic: l.text}
	if private {
		wanted.Kind = domain.RoomPrivate
	}
	view, err := c.Chat.Create(ctx, c.Actor, wanted)
	return c.printRoom(view, asJSON, err)
}

// printRoom prints a room for who asked for it.
func (c *call) printRoom(view chat.View, asJSON bool, err error) error {
	if err != nil || !asJSON {
		return err
	}
	return c.printJSON(view.Wire(c.Actor.ID()))
}

// topic sets a topic as it was typed, or prints it.
func topic(ctx context.Context, c *call) error {
	var clear bool
	l := arguments{hasText: true, flags: []flag{{name: "--clear", on: &clear}}}
	room, err := c.inRoom(&l)
	if err != nil {
		return err
	}
	if clear && l.text != "" {
		return wrongUsage("--clear takes no TEXT")
	}
	if clear || l.text != "" {
		_, err := c.Chat.ChangeRoom(ctx, c.Actor, room, chat.RoomChange{Topic: &l.text})
		return err
	}
	view, err := c.Chat.Room(ctx, c.Actor, room)
	if err != nil || view.Topic == "" {
		return err
	}
	return c.print(domain.VisibleLine(view.Topic) + "\n")
}

func invite(ctx context.Context, c *call) error { return c.withMember(ctx, c.Chat.Invite) }

func kick(ctx context.Context, c *call) error { return c.withMember(ctx, c.Chat.Remove) }

// withMember does something to a member of a room.
func (c *call) withMember(
	ctx context.Context, do func(ctx context.Context, actor auth.Actor, room domain.Address, username string) error,
) error {
	var l arguments
	room, err := c.inRoom(&l, "NAME")
	if err != nil {
		return err
	}
	return do(ctx, c.Actor, room, strings.TrimPrefix(l.words[1], "@"))
}
