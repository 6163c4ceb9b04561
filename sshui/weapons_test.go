package sshui_test

// A client chooses its user name, its TERM and its command, and a message its
// text. Each of them is brought in with what a terminal obeys; neither the
// client's terminal nor the log may get it raw.

import (
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/chat"
	"parley/store/storetest"
)

// weapons are texts that do something to the terminal that shows them.
var weapons = map[string]string{
	"clear": "\x1b[2J\x1b[H", "title": "\x1b]0;owned\x07", "answer": "\x1b[c\x1b[6n", "c1": "\u009b31m\u009d0;x\u009c",
	"raw c1": "\x9b31m", "bidi": "\u202egnp.exe\u2066", "zero width": "ad\u200bmin", "return": "a\rb\bc",
	"marks": "z" + strings.Repeat("\u0300", 50), "tags": "x\U000e0041\U000e007f", "null": "a\x00b\x7f",
	"newline": "x\nlevel=ERROR msg=forged", "long": strings.Repeat("W", 100_000),
}

// raw gives what of a text a terminal would obey. Lines are allowed.
func raw(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); domain.VisibleLine(line) != strings.ReplaceAll(line, "\t", " ") {
			return line
		}
	}
	return ""
}

func TestWeaponsReachNoTerminalAndNoLog(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	for name, weapon := range weapons {
		for _, command := range []string{
			weapon, "post " + weapon, "post lobby --" + weapon, "post --nonce " + weapon + " lobby x", "read @" + weapon,
			"read lobby -n " + weapon, "tail lobby " + weapon, "help " + weapon, "whoami " + weapon,
		} {
			got := run(t, client, nil, command)
			if bad := raw(got.out + got.told); bad != "" || len(got.told) > 1000 || strings.Count(got.told, "\n") > 1 {
				t.Errorf("%s in %.20q: %q, %q", name, command, got.out, got.told)
			}
		}
		if got := run(t, client, strings.NewReader(weapon), "post lobby"); raw(got.told) != "" {
			t.Errorf("%s from a pipe: %+v", name, got)
		}
	}
	for _, command := range []string{"read lobby", "read lobby -n 200"} {
		if got := run(t, client, nil, command); raw(got.out) != "" || got.status != 0 {
			t.Errorf("%s prints %q", command, raw(got.out))
		}
	}
	if got := run(t, client, strings.NewReader(""), "plain"); raw(got.out) != "" {
		t.Errorf("plain prints %q", raw(got.out))
	}
	if bad := raw(d.log.String()); bad != "" {
		t.Errorf("the log holds %q", bad)
	}
}

func TestATermThatIsAWeaponIsNoTerm(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	for name, weapon := range weapons {
		if name == "long" {
			weapon = weapon[:20_000] // a request is a packet
		}
		s := newSession(t, client)
		out := &journal{}
		s.Stdout, s.Stderr = out, out
		in, err := s.StdinPipe()
		check(t, err)
		_, err = s.SendRequest("pty-req", true, gossh.Marshal(struct {
			Term                                     string
			Columns, Rows, WidthPixels, HeightPixels uint32
			Modes                                    string
		}{weapon, 80, 24, 0, 0, ""}))
		check(t, err)
		check(t, s.Shell())
		out.await(t, "You are alice in #lobby.")
		check(t, in.Close())
		if status := exitStatus(t, s); status != 0 || strings.Contains(out.String(), weapon) || strings.Contains(out.String(), "\x1b") {
			t.Errorf("%s: status %d, %q", name, status, out)
		}
	}
	if bad := raw(d.log.String()); bad != "" {
		t.Errorf("the log holds %q", bad)
	}
}

func TestAUserNameThatIsAWeaponIsNobody(t *testing.T) {
	d := open(t, options{})
	for name, weapon := range weapons {
		if name == "long" {
			weapon = weapon[:20_000]
		}
		for _, user := range []string{weapon, "new" + weapon} {
			if _, err := d.tryLogIn(t, "127.0.0.1", user); err == nil {
				t.Errorf("%s was let in without proof", name)
			}
		}
	}
	if bad := raw(d.log.String()); bad != "" {
		t.Errorf("the log holds %q", bad)
	}
}

func TestAStoredWeaponIsShownHarmless(t *testing.T) {
	d := open(t, options{})
	// What the door lets through: it is made harmless where it is shown.
	const text = "\u202eover\u2066ride \u200bhere\nalice: forged"
	_, err := d.core.Chat.Send(t.Context(), d.alice, domain.Address{Name: domain.Lobby}, chat.Draft{Content: text})
	check(t, err)
	client, err := d.tryLogIn(t, "127.0.0.1", "bob", gossh.Password(storetest.Password))
	check(t, err)
	const want = " alice: override here\n  alice: forged\n"
	for _, command := range []string{"read lobby", "plain"} {
		if got := run(t, client, strings.NewReader(""), command); got.status != 0 || !strings.HasSuffix(got.out, want) {
			t.Errorf("%s: %+v", command, got)
		}
	}
	_, out := tailing(t, client, "tail lobby")
	for range 2 {
		line, err := out.ReadString('\n')
		check(t, err)
		if raw(line) != "" {
			t.Errorf("tail prints %q", line)
		}
	}
	p := lineMode(t, client, "dumb", "", 80)
	p.Sees("alice: override here", "\n  alice: forged")
	if bad := controls(p.Written()); bad != "" {
		t.Errorf("a terminal was sent %q", bad)
	}
}
