package command

import (
	"context"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/sshui/line"
)

// parseJSON reads the arguments of a command that has none but --json.
func (c *call) parseJSON() (asJSON bool, err error) {
	l := arguments{flags: []flag{{name: "--json", on: &asJSON}}}
	err = l.parse(c.raw)
	return asJSON, err
}

func rooms(ctx context.Context, c *call) error {
	var asJSON, all bool
	l := arguments{flags: []flag{{name: "--json", on: &asJSON}, {name: "--all", on: &all}}}
	if err := l.parse(c.raw); err != nil {
		return err
	}
	if all {
		return c.directory(ctx, asJSON)
	}
	views, err := c.Chat.Rooms(ctx, c.Actor)
	if err != nil {
		return err
	}
	return c.printRooms(views, asJSON, true)
}

// directory prints the public rooms, page by page.
func (c *call) directory(ctx context.Context, asJSON bool) error {
	for after := ""; ; {
		views, err := c.Chat.Directory(ctx, c.Actor, after, chat.MaxPage)
		if err != nil {
			return err
		}
		if err := c.printRooms(views, asJSON, false); err != nil || len(views) < chat.MaxPage {
			return err
		}
		after = views[len(views)-1].Name
	}
}

func (c *call) printRooms(views []chat.View, asJSON, mine bool) error {
	if !asJSON {
		return c.print(line.Rooms(views, c.Actor.ID(), mine))
	}
	for _, view := range views {
		if err := c.printJSON(view.Wire(c.Actor.ID())); err != nil {
			return err
		}
	}
	return nil
}

func who(ctx context.Context, c *call) error {
	var asJSON bool
	l := arguments{most: 1, flags: []flag{{name: "--json", on: &asJSON}}}
	if err := l.parse(c.raw); err != nil {
		return err
	}
	if len(l.words) == 1 {
		room, err := address(l.words[0])
		if err != nil {
			return err
		}
		return c.members(ctx, room, asJSON)
	}
	people, err := c.Chat.Here(ctx, c.Actor, domain.Address{Name: domain.Lobby})
	if err != nil {
		return err
	}
	list := c.list(asJSON)
	for _, p := range line.InOrder(people) {
		if err := list.add(wire.FromPresence(p), p.User.Name, p.State, p.Status); err != nil {
			return err
		}
	}
	return list.print()
}

// members prints who is in a room, page by page.
func (c *call) members(ctx context.Context, room domain.Address, asJSON bool) error {
	people, err := c.Chat.Here(ctx, c.Actor, room)
	if err != nil {
		return err
	}
	here := make(map[domain.UserID]domain.Presence, len(people))
	for _, p := range people {
		here[p.User.ID] = p
	}
	for span := (chat.MemberSpan{Limit: chat.MaxPage}); ; {
		page, err := c.Chat.Members(ctx, c.Actor, room, span)
		if err != nil {
			return err
		}
		if err := c.printMembers(page, here, asJSON); err != nil || len(page) < chat.MaxPage {
			return err
		}
		span.After = page[len(page)-1].User.ID
	}
}

func (c *call) printMembers(page []domain.Member, here map[domain.UserID]domain.Presence, asJSON bool) error {
	list := c.list(asJSON)
	for _, m := range page {
		p, ok := here[m.User.ID]
		if !ok {
			p.State = domain.Offline
		}
		if err := list.add(wire.NewPresentMember(m, p), m.User.Name, m.Role, p.State, p.Status); err != nil {
			return err
		}
	}
	return list.print()
}

func whoami(_ context.Context, c *call) error {
	asJSON, err := c.parseJSON()
	if err != nil {
		return err
	}
	user := c.Actor.User()
	if asJSON {
		return c.printJSON(wire.FromUser(user))
	}
	return c.print(user.Name + "\n")
}
