package command

import (
	"context"

	"parley/domain"
	"parley/domain/wire"
)

// room is a room as its line of JSON, shaped as in the HTTP API.
type room struct {
	RoomID domain.RoomID   `json:"room_id"`
	Room   string          `json:"room,omitempty"`
	Kind   domain.RoomKind `json:"kind"`
	Head   domain.Seq      `json:"head"`
	First  domain.Seq      `json:"first"`
	Read   domain.Seq      `json:"read"`
}

// account is the caller's account as its line of JSON, likewise.
type account struct {
	ID        domain.UserID `json:"id"`
	Username  string        `json:"username"`
	CreatedAt string        `json:"created_at"`
}

// parseJSON reads the arguments of a command that has none but --json.
func (c *call) parseJSON() (asJSON bool, err error) {
	l := arguments{flags: []flag{{name: "--json", on: &asJSON}}}
	err = l.parse(c.raw)
	return asJSON, err
}

func rooms(ctx context.Context, c *call) error {
	asJSON, err := c.parseJSON()
	if err != nil {
		return err
	}
	views, err := c.Chat.Rooms(ctx, c.Actor)
	if err != nil {
		return err
	}
	for _, v := range views {
		if asJSON {
			err = c.printJSON(room{v.ID, v.Name, v.Kind, v.Head, v.First, v.Read})
		} else {
			err = c.print(addressOf(v.Room).String() + "\n")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addressOf is how a room can be named in another command.
func addressOf(r domain.Room) domain.Address {
	if r.Name != "" {
		return domain.Address{Name: r.Name}
	}
	return domain.Address{ID: r.ID}
}

func whoami(_ context.Context, c *call) error {
	asJSON, err := c.parseJSON()
	if err != nil {
		return err
	}
	user := c.Actor.User()
	if asJSON {
		return c.printJSON(account{user.ID, user.Name, wire.Time(user.CreatedAt)})
	}
	return c.print(user.Name + "\n")
}
