package sshui_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain/wire"
	"parley/store/storetest"
)

func TestPostTakesTheTextAsItWasTyped(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	for _, c := range []struct{ command, content string }{
		{"post lobby hello", "hello"},
		{"post #lobby hello again", "hello again"},
		{"post '#lobby' quoted room", "quoted room"},
		{`post "lobby" quoted room`, "quoted room"},
		{"post 1 by its number", "by its number"},
		{`post lobby  two  spaces and "quotes" 'and' more\ `, `two  spaces and "quotes" 'and' more\`},
		{"post lobby $HOME; rm -rf / | cat && `date` > x", "$HOME; rm -rf / | cat && `date` > x"},
		{"post lobby say --json or -n 5", "say --json or -n 5"},
		{"post lobby -- --json", "--json"},
		{"post -- lobby -5 degrees", "-5 degrees"},
		{"post lobby - ", "-"},
		{"  post \t lobby \t two\nlines ", "two\nlines"},
		{"post lobby it's the caller's own \" quote", "it's the caller's own \" quote"},
		{"post lobby 日本語 👩‍👩‍👧", "日本語 👩‍👩‍👧"},
	} {
		if got := run(t, client, nil, c.command); got != (result{}) {
			t.Errorf("%q: %+v", c.command, got)
			continue
		}
		if list := d.contents(t); list[len(list)-1] != c.content {
			t.Errorf("%q stored %q, want %q", c.command, list[len(list)-1], c.content)
		}
	}
}

func TestPostReadsStandardInput(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	if got := run(t, client, strings.NewReader("one\ntwo\n"), "post lobby"); got != (result{}) {
		t.Errorf("got %+v", got)
	}
	got := run(t, client, strings.NewReader("a\r\n\n  \nb\nlast without end"), "post --lines --json lobby")
	if got.status != 0 || got.told != "" || len(messages(t, got.out)) != 3 {
		t.Errorf("got %+v", got)
	}
	want := []string{"one\ntwo", "a", "b", "last without end"}
	if list := d.contents(t); fmt.Sprint(list) != fmt.Sprint(want) {
		t.Errorf("stored %q", list)
	}
	for input, code := range map[string]string{
		"":                            "message.empty",
		strings.Repeat("x", 5000):     "message.too_long",
		strings.Repeat("x", 1<<17):    "message.too_long",
		"\xff\xfe":                    "message.encoding",
		"\x1b[31mred":                 "message.control",
		strings.Repeat("x", 64<<10):   "message.too_long",
		"c1 \u009b31m and \u202e rlo": "message.control",
	} {
		got := run(t, client, strings.NewReader(input), "post lobby")
		if got.status != 1 || got.out != "" || !strings.HasSuffix(got.told, "("+code+")\n") || strings.Count(got.told, "\n") != 1 {
			t.Errorf("%.10q: got %+v, want %s", input, got, code)
		}
	}
}

func TestLinesStopAtTheFirstThatIsRefused(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	got := run(t, client, strings.NewReader("one\n\ntwo\nthree \x1b[2J\nfour\n"), "post --lines lobby")
	want := "parley: line 4: a message holds no control characters other than newline and tab (message.control)\n"
	if got != (result{1, "", want}) {
		t.Errorf("got %+v", got)
	}
	got = run(t, client, strings.NewReader("five\n"+strings.Repeat("x", 70_000)+"\nsix\n"), "post --lines lobby")
	if got != (result{1, "", "parley: line 2: a message has at most 4,000 characters (message.too_long)\n"}) {
		t.Errorf("got %+v", got)
	}
	if list := d.contents(t); fmt.Sprint(list) != "[one two five]" {
		t.Errorf("stored %q", list)
	}
}

func TestWhatACutConnectionLeftUnfinishedIsNotSent(t *testing.T) {
	d := open(t, options{})
	const tries = 20 // each a race that a half sentence may win
	for i, command := range []string{"post lobby", "post --lines lobby", "plain"} {
		for j := range tries {
			client, err := d.tryLogIn(t, fmt.Sprintf("127.0.%d.%d", i+1, j+1), "alice", gossh.Password(storetest.Password))
			check(t, err)
			s, err := client.NewSession()
			check(t, err)
			in, err := s.StdinPipe()
			check(t, err)
			check(t, s.Start(command))
			_, err = io.WriteString(in, "we shall not")
			check(t, err)
			check(t, client.Close())
		}
	}
	d.close(t)
	if list := d.contents(t); len(list) > 0 {
		t.Errorf("stored %q", list)
	}
}

func TestLinesWaitForTheLimitInsteadOfFailing(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	var in, want []string
	for i := range 35 { // 30 at once, then one every 100 ms
		want = append(want, fmt.Sprint("line ", i))
		in = append(in, want[i]+"\n")
	}
	if got := run(t, client, strings.NewReader(strings.Join(in, "")), "post --lines lobby"); got != (result{}) {
		t.Fatalf("got %+v", got)
	}
	if list := d.contents(t); fmt.Sprint(list) != fmt.Sprint(want) {
		t.Errorf("stored %q", list)
	}
	for {
		got := run(t, client, nil, "post lobby once more")
		if got == (result{}) {
			continue // until the burst is used up
		}
		if got.status != 75 || got.told != "parley: you are sending too fast; wait a moment (limit.messages)\n" {
			t.Errorf("got %+v", got)
		}
		return
	}
}

func TestAMessagePostedTwiceWithItsNonceIsOne(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	first := run(t, client, nil, "post --json --nonce build-17 lobby passed")
	again := run(t, client, strings.NewReader("passed\n"), "post --nonce=build-17 --json lobby")
	if first.status != 0 || first != again || messages(t, first.out)[0].Seq != 1 {
		t.Errorf("got %+v, then %+v", first, again)
	}
	for range 2 {
		if got := run(t, client, strings.NewReader("a\nb\n"), "post --lines --nonce day-1 lobby"); got != (result{}) {
			t.Errorf("got %+v", got)
		}
	}
	if list := d.contents(t); fmt.Sprint(list) != "[passed a b]" {
		t.Errorf("stored %q", list)
	}
	if got := run(t, client, nil, "post --nonce build-17 lobby failed"); got.status != 1 || !strings.Contains(got.told, "(message.nonce_reused)") {
		t.Errorf("other content: %+v", got)
	}
	if got := run(t, client, nil, "post --nonce "+strings.Repeat("n", 65)+" lobby x"); got.status != 1 || !strings.Contains(got.told, "(message.nonce)") {
		t.Errorf("a long nonce: %+v", got)
	}
}

func TestReadPagesThroughTheHistory(t *testing.T) {
	d := open(t, options{})
	for i := range 25 {
		d.say(t, fmt.Sprint("message ", i+1))
	}
	client := d.logIn(t, "bob")
	for command, want := range map[string][2]int{ // the first and the last seq
		"read lobby --json":                           {1, 25},
		"read --json -n 10 lobby":                     {16, 25},
		"read lobby -n10 --before 16 --json":          {6, 15},
		"read lobby -n 10 --before=6 --json":          {1, 5},
		"read lobby --after 20 --json":                {21, 25},
		"read lobby --after 3 -n 2 --json":            {4, 5},
		"read #lobby --before 2 --json":               {1, 1},
		"read 1 --after 0 --json -n 200":              {1, 25},
		"read lobby --before 9007199254740991 --json": {1, 25},
	} {
		got := run(t, client, nil, command)
		list := messages(t, got.out)
		if got.status != 0 || got.told != "" || len(list) != want[1]-want[0]+1 ||
			int(list[0].Seq) != want[0] || int(list[len(list)-1].Seq) != want[1] || list[0].Author.Username != "alice" {
			t.Errorf("%s: %+v", command, got)
		}
	}
	for _, command := range []string{"read lobby --after 25 --json", "read lobby --before 1", "read lobby --before 0"} {
		if got := run(t, client, nil, command); got != (result{}) {
			t.Errorf("%s: %+v", command, got)
		}
	}
	got := run(t, client, nil, "read lobby -n 1")
	if got.status != 0 || !strings.HasPrefix(got.out, "25 20") || !strings.HasSuffix(got.out, " alice: message 25\n") {
		t.Errorf("got %+v", got)
	}
}

func TestJSONIsShapedAsInTheAPI(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	posted := run(t, client, nil, "post --json lobby <b>hi</b>\u202e")
	stored := d.contents(t)
	if m := messages(t, posted.out)[0]; m.Content != stored[0] || m.Room != "lobby" || m.RoomID != 1 || m.Seq != 1 || m.CreatedAt == "" {
		t.Errorf("posted %+v", m)
	}
	if got := run(t, client, nil, "read --json lobby"); got != posted {
		t.Errorf("posted %+v, read %+v", posted, got)
	}
	for command, want := range map[string]string{
		"rooms":         "lobby\n",
		"whoami":        "alice\n",
		"whoami --json": fmt.Sprintf(`{"id":%d,"username":"alice","created_at":%q}`+"\n", d.alice.ID(), wire.Time(d.alice.User().CreatedAt)),
	} {
		if got := run(t, client, nil, command); got != (result{0, want, ""}) {
			t.Errorf("%s: %+v", command, got)
		}
	}
}

func TestWrongUsageIsOneLineAndStatusTwo(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	for command, want := range map[string]string{
		"pots lobby hi":                   "unknown command pots; did you mean post? (command.unknown)",
		"xyzzy":                           "unknown command xyzzy; help lists the commands (command.unknown)",
		"post":                            "ROOM is missing; usage: post [--json] [--nonce N] [--reply SEQ] [--lines] ROOM [TEXT...] (command.usage)",
		"post --loud lobby hi":            "there is no flag --loud;",
		"post lobby --lines hi":           "--lines reads standard input; leave TEXT out;",
		"post --nonce":                    "--nonce needs a value;",
		"post --json=yes lobby x":         "--json takes no value;",
		"read lobby -n 0":                 "-n is a number between 1 and 200;",
		"read lobby -n x":                 "-n is a number between 1 and 200;",
		"read lobby --before -1":          "--before is a number between 0 and 9007199254740991;",
		"read lobby --before 1 --after 1": "give one of --before and --after;",
		"read lobby other":                "other is one argument too many;",
		"tail":                            "ROOM is missing;",
		"tail a b --after 1":              "--after goes with one room;",
		"tail lobby --after 1 -n 1":       "give one of -n and --after;",
		"rooms all":                       "all is one argument too many;",
		"rooms --all=yes":                 "--all takes no value;",
		"who a b":                         "b is one argument too many;",
		"join":                            "ROOM is missing; usage: join [--json] ROOM",
		"join dev now":                    "now is one argument too many;",
		"leave":                           "ROOM is missing;",
		"create --secret dev":             "there is no flag --secret;",
		"create":                          "ROOM is missing;",
		"topic":                           "ROOM is missing;",
		"topic --clear lobby now":         "--clear takes no TEXT;",
		"invite dev":                      "NAME is missing; usage: invite ROOM NAME",
		"kick":                            "ROOM is missing;",
		"kick dev bob now":                "now is one argument too many;",
		"post --reply 0 lobby hi":         "--reply is a number between 1 and 9007199254740991;",
		"post --reply":                    "--reply needs a value;",
		"joni dev":                        "unknown command joni; did you mean join?",
		"whoami -x":                       "there is no flag -x;",
		"help pots":                       "unknown command pots; did you mean post?",
		"sessions ned 1":                  "there is no ned; did you mean end?; usage: sessions ",
		"sessions end":                    "give either an ID or --others;",
		"sessions end x":                  "ID is a number from the list, not x;",
		"keys remove":                     "ID is missing;",
		"keys remove 0":                   "ID is a number from the list, not 0;",
		"keys list --all":                 "there is no flag --all;",
		"plain text":                      "text is one argument too many;",
		" ":                               "unknown command ;",
	} {
		got := run(t, client, nil, command)
		if got.status != 2 || got.out != "" || !strings.HasPrefix(got.told, "parley: ") ||
			!strings.Contains(got.told, want) || strings.Count(got.told, "\n") != 1 {
			t.Errorf("%q: %+v, want %q", command, got, want)
		}
	}
	for command, code := range map[string]string{
		"post nowhere hi": "room.not_found", "read @bob": "room.not_found", "tail 4711": "room.not_found",
		"post No!Room hi": "room.name", "read @a": "user.name_length",
	} {
		if got := run(t, client, nil, command); got.status != 1 || got.out != "" || !strings.HasSuffix(got.told, "("+code+")\n") {
			t.Errorf("%q: %+v, want %s", command, got, code)
		}
	}
}

func TestHelpShowsEveryCommandWithExamples(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	all := run(t, client, nil, "help")
	if all.status != 0 || all.told != "" {
		t.Fatalf("got %+v", all)
	}
	for _, name := range []string{"post", "read", "tail", "rooms", "who", "join", "leave", "create", "topic", "invite", "kick", "whoami", "sessions", "keys", "plain", "help"} {
		one := run(t, client, nil, "help "+name)
		if !strings.Contains(all.out, "\n  "+name) || one.status != 0 || !strings.Contains(one.out, "\n  ssh HOST "+name) {
			t.Errorf("%s: %+v", name, one)
		}
		if same := run(t, client, nil, name+" --help"); name != "help" && same != one {
			t.Errorf("%s --help: %+v", name, same)
		}
	}
}

func TestOnATerminalLinesEndWithAReturnAndInputIsEchoed(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	s, err := client.NewSession()
	check(t, err)
	out := &journal{}
	s.Stdout, s.Stderr = out, out
	in, err := s.StdinPipe()
	check(t, err)
	check(t, s.RequestPty("xterm", 24, 80, nil))
	check(t, s.Start("post --json lobby"))
	fmt.Fprint(in, "typed with a mistkae\x17mistake\r")
	out.await(t, "mistake\r\n")
	fmt.Fprint(in, "\x04")
	if status := exitStatus(t, s); status != 0 {
		t.Errorf("status %d: %s", status, out)
	}
	if list := d.contents(t); fmt.Sprint(list) != "[typed with a mistake]" {
		t.Errorf("stored %q", list)
	}
	if text := out.String(); strings.Count(text, "\n") != strings.Count(text, "\r\n") || !strings.HasSuffix(text, "}\r\n") {
		t.Errorf("got %q", text)
	}
}

func TestASlowReaderOfACommandIsWaitedFor(t *testing.T) {
	d := open(t, options{})
	text := strings.Repeat("long message ", 300)
	for range 28 {
		d.say(t, text)
	}
	client := d.logIn(t, "bob")
	s, err := client.NewSession()
	check(t, err)
	out, err := s.StdoutPipe()
	check(t, err)
	check(t, s.Start("read lobby --json"))
	var got bytes.Buffer
	buffer := make([]byte, 1000)
	for {
		n, err := out.Read(buffer)
		got.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	if list := messages(t, got.String()); len(list) != 28 || exitStatus(t, s) != 0 {
		t.Errorf("got %d messages", len(list))
	}
}

func TestAFailureOfOursIsOneLineAndAStatus(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	d.core.Stop()
	for command, status := range map[string]int{"post lobby x": 75, "read lobby": 1, "tail lobby": 1, "rooms": 1} {
		got := run(t, client, nil, command)
		if got.status != status || got.out != "" || !strings.HasPrefix(got.told, "parley: ") || strings.Count(got.told, "\n") != 1 {
			t.Errorf("%s: %+v", command, got)
		}
	}
}
