package command

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"parley/domain/auth"
	"parley/domain/wire"
	"parley/sshui/suggest"
)

// action is what can be done with a list of one's own. The first of a command
// is what it does when none is named.
type action struct {
	name string
	run  func(ctx context.Context, c *call) error
}

// choose carries out one of a command's actions, which is its first word.
func (c *call) choose(ctx context.Context, actions ...action) error {
	name, rest := cutWord(strings.TrimLeft(c.raw, blanks))
	if name == "" || name[0] == '-' {
		return actions[0].run(ctx, c)
	}
	var names []string
	for _, a := range actions {
		if a.name == name {
			c.raw = rest
			return a.run(ctx, c)
		}
		names = append(names, a.name)
	}
	hint := "say one of " + strings.Join(names, ", ")
	if near := suggest.Nearest(name, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return wrongUsage("there is no %s; %s", shown(name), hint)
}

func sessions(ctx context.Context, c *call) error {
	return c.choose(ctx, action{"list", listSessions}, action{"end", endSession}, action{"remove", endSession})
}

func listSessions(ctx context.Context, c *call) error {
	asJSON, err := c.parseJSON()
	if err != nil {
		return err
	}
	found, err := c.Auth.Sessions(ctx, c.Actor)
	if err != nil {
		return err
	}
	list := c.list(asJSON, "ID", "DOOR", "ADDRESS", "SINCE", "LAST USED", "DEVICE", "")
	for _, one := range found {
		s := one.Wire(c.Actor.Session().ID)
		note := ""
		if s.Current {
			note = "(this one)"
		}
		if s.EndedAt != "" {
			note = "(ended: its refresh token was used twice; somebody else may have had it)"
		}
		if err := list.add(s, s.ID, s.Door, s.Address, c.day(one.CreatedAt), c.day(one.UsedAt), s.Device, note); err != nil {
			return err
		}
	}
	return list.print()
}

func endSession(ctx context.Context, c *call) error {
	var others bool
	l := arguments{most: 1, flags: []flag{{name: "--others", on: &others}}}
	if err := l.parse(c.raw); err != nil {
		return err
	}
	if others == (len(l.words) == 1) {
		return wrongUsage("give either an ID or --others")
	}
	if others {
		return c.Auth.EndOtherSessions(ctx, c.Actor)
	}
	id, err := identifier(l.words)
	if err != nil {
		return err
	}
	return c.Auth.EndSession(ctx, c.Actor, auth.SessionID(id))
}

func keys(ctx context.Context, c *call) error {
	return c.choose(ctx, action{"list", listKeys}, action{"add", addKey}, action{"remove", removeKey})
}

func listKeys(ctx context.Context, c *call) error {
	asJSON, err := c.parseJSON()
	if err != nil {
		return err
	}
	found, err := c.Auth.Keys(ctx, c.Actor)
	if err != nil {
		return err
	}
	list := c.list(asJSON, "ID", "TYPE", "FINGERPRINT", "ADDED", "LAST USED", "LABEL")
	for _, one := range found {
		if err := list.add(one.Wire(), one.ID, one.Type, one.Fingerprint, c.day(one.CreatedAt), c.day(one.UsedAt), one.Label); err != nil {
			return err
		}
	}
	return list.print()
}

// addKey takes a line of a public key file as it was typed, or from standard
// input.
func addKey(ctx context.Context, c *call) error {
	var asJSON bool
	l := arguments{hasText: true, flags: []flag{{name: "--json", on: &asJSON}}}
	err := l.parse(c.raw)
	if err == nil && l.text == "" {
		var text []byte
		text, err = io.ReadAll(io.LimitReader(c.input(), maxInput))
		l.text = string(text)
	}
	if err != nil {
		return err
	}
	added, err := c.Auth.AddKey(ctx, c.Actor, l.text, "")
	if err != nil || !asJSON {
		return err
	}
	return c.printJSON(added.Wire())
}

func removeKey(ctx context.Context, c *call) error {
	l := arguments{most: 1}
	if err := l.parse(c.raw); err != nil {
		return err
	}
	id, err := identifier(l.words)
	if err != nil {
		return err
	}
	return c.Auth.RemoveKey(ctx, c.Actor, auth.KeyID(id))
}

// identifier reads the one word that there must be as a number of the list.
func identifier(words []string) (int64, error) {
	if len(words) == 0 {
		return 0, wrongUsage("ID is missing")
	}
	id, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil || id < 1 || id > wire.MaxSafe {
		return 0, wrongUsage("ID is a number from the list, not %s", shown(words[0]))
	}
	return id, nil
}

// day writes a day and the time of it, as one looks for them in a list.
func (c *call) day(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.In(c.terminal.Zone).Format("2006-01-02 15:04")
}
