package sshui_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/chat"
	"parley/sshui/sshtest"
)

// talk is somebody in the line mode on a terminal.
type talk struct {
	*sshtest.Screen
	session *gossh.Session
}

// lineMode starts the line mode on a terminal of a name; by a command, if one
// is given.
func lineMode(t *testing.T, client *gossh.Client, term, command string, width int) *talk {
	t.Helper()
	s := newSession(t, client)
	keys, err := s.StdinPipe()
	check(t, err)
	check(t, s.RequestPty(term, 24, width, nil))
	p := &talk{sshtest.NewScreen(t, width, 24, keys), s}
	s.Stdout, s.Stderr = p, p
	if command == "" {
		check(t, s.Shell())
	} else {
		check(t, s.Start(command))
	}
	t.Cleanup(func() { s.Close() })
	return p
}

func (d *door) sayAs(t *testing.T, name, text string) {
	t.Helper()
	_, err := d.core.Chat.Send(t.Context(), d.as(t, name), domain.Address{Name: domain.Lobby}, chat.Draft{Content: text})
	check(t, err)
}

func TestADumbTerminalGetsTheChatLineByLine(t *testing.T) {
	for name, start := range map[string][2]string{"dumb": {"dumb", ""}, "empty": {"", ""}, "asked for": {"xterm-256color", "plain"}} {
		t.Run(name, func(t *testing.T) {
			d := open(t, options{})
			d.say(t, "before")
			p := lineMode(t, d.logIn(t, "bob"), start[0], start[1], 80)
			p.Sees("You are bob in #lobby.", "alice: before", "\n#lobby>")
			p.Press("hello tehre\x17there\r")
			d.sayAs(t, "carol", "/me nods")
			p.Sees("> hello there", "* carol nods")
			if screen := p.Text(); strings.Contains(screen, "bob: hello") || strings.Count(screen, "hello there") != 1 {
				t.Errorf("what was typed is shown twice:\n%s", screen)
			}
			p.Press("\x04")
			if status := exitStatus(t, p.session); status != 0 {
				t.Errorf("exit status %d", status)
			}
			if list := d.contents(t); fmt.Sprint(list) != "[before hello there /me nods]" {
				t.Errorf("stored %q", list)
			}
			if bad := controls(p.Written()); bad != "" {
				t.Errorf("a dumb terminal was sent %q", bad)
			}
			view, err := d.core.Chat.Room(t.Context(), d.as(t, "dave"), domain.Address{Name: domain.Lobby})
			check(t, err)
			if view.Head != 3 {
				t.Errorf("the head is %d", view.Head)
			}
		})
	}
}

func TestWhatComesInLeavesTheLineBeingTypedAlone(t *testing.T) {
	d := open(t, options{})
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 40)
	p.Sees("\n#lobby>")
	p.Press("half a sent")
	p.Sees("> half a sent")
	d.say(t, "first line\nsecond line")
	d.say(t, strings.Repeat("wide ", 20))
	screen := p.Sees("alice: first line", "\n  second line", "wide wide")
	rows := strings.Split(strings.TrimRight(screen, "\n"), "\n")
	if last := rows[len(rows)-1]; last != "#lobby> half a sent" || strings.Count(screen, "half a") != 1 {
		t.Errorf("the line being typed is not last:\n%s", screen)
	}
	p.Press("ence\r")
	p.Sees("> half a sentence")
	p.Press("/quit\r")
	if status := exitStatus(t, p.session); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if list := d.contents(t); list[len(list)-1] != "half a sentence" {
		t.Errorf("stored %q", list)
	}
}

func TestSlashCommandsOfTheLineMode(t *testing.T) {
	d := open(t, options{})
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 80)
	p.Sees("\n#lobby>")
	for typed, want := range map[string]string{
		"/help":    "/me ACTION: say what you do",
		"/hepl":    "parley: unknown command /hepl - did you mean /help? (command.unknown)",
		"/xyzzy":   "begin with // to send a slash",
		"/me":      "parley: say what you do: /me waves (command.usage)",
		"/me bows": "* bob bows",
		"//etc":    "bob: /etc",
	} {
		p.Press(typed + "\r")
		p.Sees(want)
	}
	p.Press("stays\x03")
	p.Sees("> stays^C")
	p.Press("\x03")
	if status := exitStatus(t, p.session); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

func TestALineTooLongIsToldAndALongOneScrolls(t *testing.T) {
	d := open(t, options{})
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 40)
	p.Sees("\n#lobby>")
	long := strings.Repeat("abcdefghi ", 20) + "end"
	p.Press(long)
	p.Sees("< ", "abcdefghi end")
	p.Press("\r")
	p.Sees("bob: abcdefghi") // in full, as the typed line did not show it all
	p.Press(strings.Repeat("日", 4100) + "\r")
	p.Sees("(message.too_long)")
	p.Press("\x15" + strings.Repeat("x", 10_000) + "\r")
	p.Until("two refusals", func(string) bool { return strings.Count(p.Written(), "(message.too_long)") == 2 })
	if list := d.contents(t); fmt.Sprint(list) != fmt.Sprint([]string{long}) {
		t.Errorf("stored %d messages", len(list))
	}
}

func TestAPipeTalksLineByLine(t *testing.T) {
	d := open(t, options{})
	for i := range 12 {
		d.say(t, fmt.Sprint("message ", i+1))
	}
	client := d.logIn(t, "bob")
	got := run(t, client, strings.NewReader("one\n\n/me two\nthree"), "")
	want := regexp.MustCompile(`^-- .*, \d+ \w+ \d{4} --
(\d+ \d\d:\d\d alice: message (3|4|5|6|7|8|9|10|11|12)
){10}13 \d\d:\d\d bob: one
14 \d\d:\d\d \* bob two
15 \d\d:\d\d bob: three
$`)
	if got.status != 0 || got.told != "" || !want.MatchString(got.out) {
		t.Errorf("got %+v", got)
	}
	got = run(t, client, strings.NewReader("four\nbad \x1b[2J\n/hlep\nfive\n"), "plain")
	if got.status != 1 || strings.Contains(got.out, "\x1b") || !strings.Contains(got.out, "bob: five\n") ||
		strings.Count(got.told, "\n") != 2 || !strings.Contains(got.told, "(message.control)") || !strings.Contains(got.told, "/help?") {
		t.Errorf("got %+v", got)
	}
}

func TestAPasteOfManyLinesWaitsForTheLimit(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := open(t, options{})
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 80)
	p.Sees("\n#lobby>")
	var want []string
	for i := range 40 {
		want = append(want, fmt.Sprint("line ", i))
	}
	p.Press(strings.Join(want, "\r") + "\r")
	p.Sees("line 39")
	p.Press("\x04")
	if status := exitStatus(t, p.session); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if list := d.contents(t); fmt.Sprint(list) != fmt.Sprint(want) {
		t.Errorf("stored %q", list)
	}
	if strings.Contains(p.Written(), "limit.messages") {
		t.Error("the limit was told as a failure")
	}
}

func TestTheEndOfAccessIsALineOfTheLineMode(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := open(t, options{})
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 80)
	p.Press("half a sentence")
	p.Sees("> half a sentence")
	check(t, d.core.Auth.SetDisabled(t.Context(), "bob", true))
	p.Sees("#lobby> half a sentence\nparley: this access has ended; log in again (auth.access_ended)")
	if status := exitStatus(t, p.session); status != 1 {
		t.Errorf("exit status %d", status)
	}
}

func TestAShutdownIsToldInEveryMode(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "bob")
	p := lineMode(t, client, "dumb", "", 80)
	p.Sees("\n#lobby>")
	s := newSession(t, client)
	told := &journal{}
	s.Stdout, s.Stderr = told, told
	check(t, s.Start("tail lobby --json"))
	told.await(t, `{"type":"subscribed","room_id":1,"room":"lobby","head":0,"first":1,"read":0}`+"\n")
	go d.close(t)
	p.Sees("parley: the server is shutting down (server.shutdown)")
	told.await(t, `{"type":"bye","code":"server.shutdown","message":"the server is shutting down","reconnect":true}`+"\n")
	told.await(t, "parley: the server is shutting down (server.shutdown)\n")
	for _, session := range []*gossh.Session{p.session, s} {
		if status := exitStatus(t, session); status != 75 {
			t.Errorf("exit status %d, want 75", status)
		}
	}
}
