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

// session is a log-in as its line of JSON, shaped as in the HTTP API.
type session struct {
	ID        auth.SessionID `json:"id"`
	Door      auth.Door      `json:"door"`
	Device    string         `json:"device"`
	Address   string         `json:"address"`
	CreatedAt string         `json:"created_at"`
	LastUsed  string         `json:"last_used"`
	Current   bool           `json:"current"`
	EndedAt   string         `json:"ended_at,omitempty"`
	Reason    string         `json:"reason,omitempty"`
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
		s := session{
			ID: one.ID, Door: one.Door, Device: one.Device, Address: one.Addr.String(),
			CreatedAt: wire.Time(one.CreatedAt), LastUsed: wire.Time(one.UsedAt), Current: one.ID == c.Actor.Session().ID,
		}
		note := ""
		if s.Current {
			note = "(this one)"
		}
		if !one.EndedAt.IsZero() {
			s.EndedAt, s.Reason = wire.Time(one.EndedAt), "auth.refresh_reused" // the only one that is kept
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

// key is an SSH key as its line of JSON, likewise.
type key struct {
	ID          auth.KeyID `json:"id"`
	Type        string     `json:"type"`
	Fingerprint string     `json:"fingerprint"`
	Label       string     `json:"label"`
	CreatedAt   string     `json:"created_at"`
	LastUsed    string     `json:"last_used,omitempty"`
}

func newKey(k auth.Key) key {
	return key{
		ID: k.ID, Type: k.Type, Fingerprint: k.Fingerprint, Label: k.Label,
		CreatedAt: wire.Time(k.CreatedAt), LastUsed: wire.TimeOrNone(k.UsedAt),
	}
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
		if err := list.add(newKey(one), one.ID, one.Type, one.Fingerprint, c.day(one.CreatedAt), c.day(one.UsedAt), one.Label); err != nil {
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
	return c.printJSON(newKey(added))
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
