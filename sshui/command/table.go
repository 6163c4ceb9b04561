package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"parley/sshui/line"
)

// table lists the commands in the order of the help.
func table() []command {
	return []command{
		{
			"post", "[--json] [--nonce N] [--reply SEQ] [--lines] ROOM [TEXT...]",
			"sends TEXT, as it was typed, or else standard input as one message; with --lines, each line as one",
			[]string{
				"post lobby hello", "post '#lobby' \"it's   done\"", "post @bob see you at noon",
				"post --reply 120 lobby I agree", "post --nonce build-17 lobby build 17 passed",
				"post lobby < notes.txt", "post --lines --json lobby < lines.txt",
			},
			post,
		},
		{
			"read", "[-n 50] [--before SEQ] [--after SEQ] [--json] ROOM", "prints messages, oldest first",
			[]string{"read lobby", "read @bob -n 1", "read lobby -n 10 --before 120", "read lobby --after 120 --json"},
			read,
		},
		{
			"tail", "[-n 10] [--after SEQ] [--json] ROOM...",
			"prints the newest messages and all that follows, until interrupted; --after goes with one room",
			[]string{"tail lobby", "tail lobby dev @bob -n 0", "tail --json --after 120 lobby"},
			tail,
		},
		{
			"rooms", "[--all] [--json]",
			"lists your rooms and invitations, and what waits there; with --all, the public rooms there are",
			[]string{"rooms", "rooms --json", "rooms --all"},
			rooms,
		},
		{
			"who", "[--json] [ROOM]", "lists who is here, or the members of a room, their roles and whether they are here",
			[]string{"who", "who dev", "who --json lobby"},
			who,
		},
		{"join", "[--json] ROOM", "makes you a member of a room", []string{"join dev", "join --json '#dev'"}, join},
		{"leave", "ROOM", "ends your membership, or declines an invitation", []string{"leave dev"}, leave},
		{
			"create", "[--private] [--json] ROOM [TOPIC...]", "makes a room, public or private, of which you are the owner",
			[]string{"create dev What we build", "create --private board"},
			create,
		},
		{
			"topic", "[--clear] ROOM [TEXT...]", "sets a room's topic to TEXT, as it was typed, or takes it away, or prints it",
			[]string{"topic dev", "topic dev What we build", "topic --clear dev"},
			topic,
		},
		{"invite", "ROOM NAME", "invites somebody to a room", []string{"invite board bob"}, invite},
		{
			"kick", "ROOM NAME", "ends somebody's membership, or takes an invitation back",
			[]string{"kick board bob"},
			kick,
		},
		{"whoami", "[--json]", "prints your name", []string{"whoami", "whoami --json"}, whoami},
		{
			"sessions", "[list [--json] | end ID | end --others]", "lists where you are logged in, or ends one or all others",
			[]string{"sessions", "sessions list --json", "sessions end 17", "sessions end --others"},
			sessions,
		},
		{
			"keys", "[list [--json] | add [--json] [KEY] | remove ID]",
			"lists the SSH keys that let you in, or takes one away, or adds one, from standard input if not typed",
			[]string{"keys", "keys add < ~/.ssh/id_ed25519.pub", "keys remove 3"},
			keys,
		},
		{Plain, "", "is the chat line by line, without a full screen", []string{"plain"}, plain},
		{"help", "[COMMAND]", "prints this, or how one command is used", []string{"help", "help post"}, help},
	}
}

// synopsis is the command with its arguments.
func (c command) synopsis() string { return strings.TrimSpace(c.name + " " + c.usage) }

func (c command) help() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n  %s\n\nExamples:\n", c.synopsis(), c.does)
	for _, example := range c.examples {
		fmt.Fprintf(&text, "  ssh HOST %s\n", example)
	}
	return text.String()
}

func help(_ context.Context, c *call) error {
	l := &arguments{most: 1}
	if err := l.parse(c.raw); err != nil && !errors.Is(err, errHelp) {
		return err
	}
	if len(l.words) == 1 {
		found, err := find(l.words[0])
		if err != nil {
			return err
		}
		return c.print(found.help())
	}
	var text strings.Builder
	text.WriteString("Usage: ssh HOST COMMAND ...\n\n")
	for _, one := range table() {
		fmt.Fprintf(&text, "  %s\n      %s\n", one.synopsis(), one.does)
	}
	text.WriteString("\nA ROOM is a name (lobby or '#lobby'), a number, or @NAME or @NAME,NAME for your conversation\nwith somebody. " +
		"Flags stand before TEXT; -- ends them. --json prints one JSON object a line.\n" +
		"Exit status: 0 done, 1 refused or failed, 2 wrong usage, 75 try again later.\n" +
		"help COMMAND shows examples.\n")
	return c.print(text.String())
}

// plain is the line mode.
func plain(ctx context.Context, c *call) error {
	l := &arguments{}
	if err := l.parse(c.raw); err != nil {
		return err
	}
	t := c.terminal
	err := line.Run(ctx, line.Terminal{
		In: t.In, Out: t.Out, Err: t.Err, Editing: t.PTY, Width: t.Width, Zone: t.Zone, Go: t.Go,
	}, line.Config{Chat: c.Chat, Actor: c.Actor, Log: c.Log})
	if errors.Is(err, line.ErrRefused) {
		return errTold
	}
	return err
}
