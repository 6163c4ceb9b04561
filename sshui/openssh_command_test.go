package sshui_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"parley/store/storetest"
)

// inPipe runs a command by OpenSSH's client, with standard input.
func inPipe(t *testing.T, d *door, in io.Reader, words ...string) result {
	t.Helper()
	command := openssh(t, d, storetest.Password, append([]string{"127.0.0.1"}, words...)...)
	command.Stdin = in
	status, out, told := outcome(t, command)
	// The client's own words, about a host it did not know.
	_, rest, found := strings.Cut(told, "to the list of known hosts.\r\n")
	if found {
		told = rest
	}
	return result{status, out, told}
}

func TestOpenSSHRunsEachCommandInAPipe(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	// The log-ins are counted by address, all of them here from one: ten fit.
	posted := inPipe(t, d, nil, "post", "--json", "'#lobby'", `it's   "done"`)
	if posted.status != 0 || posted.told != "" || messages(t, posted.out)[0].Content != `it's   "done"` {
		t.Errorf("post: %+v", posted)
	}
	if got := inPipe(t, d, strings.NewReader("two\nlines\n"), "post", "lobby"); got != (result{}) {
		t.Errorf("post < file: %+v", got)
	}
	if got := inPipe(t, d, strings.NewReader("a\nb\n"), "post", "--lines", "lobby"); got != (result{}) {
		t.Errorf("post --lines: %+v", got)
	}
	if got := inPipe(t, d, nil, "read", "lobby", "--json"); got.status != 0 || len(messages(t, got.out)) != 4 || !strings.HasPrefix(got.out, posted.out) {
		t.Errorf("read: %+v", got)
	}
	if got := inPipe(t, d, nil, "create", "--private", "dev", `what   "we" build`); got != (result{}) {
		t.Errorf("create: %+v", got)
	}
	if got := inPipe(t, d, nil, "whoami"); got != (result{0, "alice\n", ""}) {
		t.Errorf("whoami: %+v", got)
	}
	if got := inPipe(t, d, nil, "help", "post"); got.status != 0 || !strings.Contains(got.out, "Examples:") {
		t.Errorf("help: %+v", got)
	}
	if got := inPipe(t, d, nil, "pots", "lobby"); got != (result{2, "", "parley: unknown command pots; did you mean post? (command.unknown)\n"}) {
		t.Errorf("an unknown command: %+v", got)
	}
	if got := inPipe(t, d, nil, "post", "nowhere", "hi"); got != (result{1, "", "parley: there is no such room (room.not_found)\n"}) {
		t.Errorf("a refusal: %+v", got)
	}
}

func TestOpenSSHGoesThroughRoomsInAPipe(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	// Ten log-ins from one address fit here too.
	for _, c := range []struct {
		words []string
		want  result
	}{
		{[]string{"create", "'#dev'"}, result{}},
		{[]string{"topic", "dev", `what   "we"`, "build"}, result{}},
		{[]string{"topic", "'#dev'"}, result{0, "what   \"we\" build\n", ""}},
		{[]string{"invite", "dev", "@bob"}, result{}},
		{[]string{"who", "dev"}, result{0, "alice  owner    offline\nbob    invited  offline\n", ""}},
		{[]string{"post", "@bob", "hi"}, result{}},
		{[]string{"rooms"}, result{0, "lobby\ndev      what   \"we\" build\n@bob\n", ""}},
		{[]string{"leave", "lobby"}, result{1, "", "parley: everyone is in the lobby, and it always exists (room.lobby)\n"}},
		{[]string{"kick", "dev"}, result{2, "", "parley: NAME is missing; usage: kick ROOM NAME (command.usage)\n"}},
	} {
		if got := inPipe(t, d, nil, c.words...); got != c.want {
			t.Errorf("%q: got %+v, want %+v", c.words, got, c.want)
		}
	}
}

func TestOpenSSHTailsUntilItIsInterrupted(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	d.say(t, "before")
	for _, flags := range [][]string{nil, {"-tt"}} {
		command := openssh(t, d, storetest.Password, append(flags, "127.0.0.1", "tail", "lobby")...)
		out := &journal{}
		command.Stdout = out
		in, err := command.StdinPipe()
		check(t, err)
		check(t, command.Start())
		out.await(t, "alice: before")
		d.say(t, fmt.Sprint("now ", flags))
		out.await(t, fmt.Sprint("alice: now ", flags))
		if flags == nil {
			check(t, in.Close()) // a pipe's end is no interruption
			d.say(t, "still there")
			out.await(t, "alice: still there")
			check(t, command.Process.Kill())
			_ = command.Wait()
			continue
		}
		_, err = io.WriteString(in, "\x03")
		check(t, err)
		if err := command.Wait(); err != nil {
			t.Errorf("interrupted: %v", err)
		}
	}
}

func TestOpenSSHTalksLineByLine(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	d.say(t, "before")
	got := inPipe(t, d, strings.NewReader("hello from a pipe\n"), "plain")
	lines := strings.Split(got.out, "\n")
	if got.status != 0 || got.told != "" || len(lines) != 4 || !strings.HasSuffix(lines[1], " alice: before") ||
		!strings.HasSuffix(lines[2], " alice: hello from a pipe") {
		t.Errorf("plain: %+v", got)
	}
	if got := inPipe(t, d, strings.NewReader("/qiut\n")); got.status != 1 || !strings.Contains(got.told, "did you mean /quit?") {
		t.Errorf("no command, no terminal: %+v", got)
	}
}
