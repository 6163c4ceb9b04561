package sshui_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/sshui"
)

// tailing starts tail and gives what it prints.
func tailing(t testing.TB, client *gossh.Client, command string) (*gossh.Session, *bufio.Reader) {
	t.Helper()
	s := newSession(t, client)
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(command); err != nil {
		t.Fatal(err)
	}
	return s, bufio.NewReader(out)
}

// event is a line of tail --json.
type event struct {
	Type  string     `json:"type"`
	Seq   domain.Seq `json:"seq"`
	After domain.Seq `json:"after"`
	Nonce string     `json:"nonce"`
}

func TestTailPrintsTheLinesOfTheWebSocket(t *testing.T) {
	d := open(t, options{})
	for i := range 15 {
		d.say(t, fmt.Sprint("message ", i+1))
	}
	client := d.logIn(t, "bob")
	for command, first := range map[string]domain.Seq{
		"tail lobby --json": 6, "tail --json -n 3 lobby": 13, "tail --json --after 2 lobby": 3, "tail --json lobby 1 -n 1": 15,
	} {
		s, out := tailing(t, client, command)
		line, err := out.ReadString('\n')
		check(t, err)
		if line != `{"type":"subscribed","room_id":1,"room":"lobby","head":15,"first":1,"read":0}`+"\n" {
			t.Errorf("%s begins with %s", command, line)
		}
		for seq := first; seq <= 15; seq++ {
			line, err := out.ReadString('\n')
			check(t, err)
			var e event
			check(t, json.Unmarshal([]byte(line), &e))
			if e.Type != "message" || e.Seq != seq {
				t.Fatalf("%s: want seq %d, got %s", command, seq, line)
			}
		}
		check(t, s.Close())
	}
	s, out := tailing(t, client, "tail --json -n 0 lobby")
	_, err := out.ReadString('\n')
	check(t, err)
	sent, err := d.core.Chat.Send(t.Context(), d.alice, domain.Address{Name: domain.Lobby}, chat.Draft{Content: "now <&>", Nonce: "n-1"})
	check(t, err)
	line, err := out.ReadBytes('\n')
	check(t, err)
	want := wire.Encode(domain.Event{Type: domain.EventMessage, RoomID: 1, Room: "lobby", Seq: 16, Message: sent.Message, Nonce: "n-1"})
	if !bytes.Equal(bytes.TrimSpace(line), want) {
		t.Errorf("got %s, want %s", line, want)
	}
	check(t, s.Close())
}

func TestTailFollowsInPlainLines(t *testing.T) {
	d := open(t, options{})
	d.say(t, "before\nand below")
	client := d.logIn(t, "bob")
	_, out := tailing(t, client, "tail lobby")
	d.say(t, "\u202eafter")
	for _, want := range []string{" alice: before\n", "  and below\n", " alice: after\n"} {
		line, err := out.ReadString('\n')
		check(t, err)
		if !strings.HasSuffix(line, want) {
			t.Errorf("got %q, want %q", line, want)
		}
	}
}

func TestTailIsInterruptedOnATerminal(t *testing.T) {
	d := open(t, options{})
	d.say(t, "before")
	client := d.logIn(t, "bob")
	for _, key := range []string{"\x03", "\x04", "typed ahead\r\x03"} {
		p := lineMode(t, client, "xterm", "tail lobby", 80)
		p.Sees("alice: before")
		p.Press(key)
		if status := exitStatus(t, p.session); status != 0 {
			t.Errorf("%q: exit status %d", key, status)
		}
		if text := p.Written(); !strings.HasSuffix(text, "alice: before\r\n") {
			t.Errorf("wrote %q", text)
		}
	}
}

// people makes enough senders for many messages at once.
func people(t testing.TB, d *door, n int) func(i int) {
	t.Helper()
	lobby := domain.Address{Name: domain.Lobby}
	senders := []func(string) error{}
	for i := range n {
		actor := d.core.User(t, fmt.Sprint("sender", i))
		senders = append(senders, func(text string) error {
			_, err := d.core.Chat.Send(t.Context(), actor, lobby, chat.Draft{Content: text})
			return err
		})
	}
	return func(i int) {
		t.Helper()
		for {
			err := senders[i%n](fmt.Sprint("message ", i, " ", strings.Repeat("with a long tail ", 200)))
			if domain.KindOf(err) == domain.RateLimited {
				<-time.After(domain.AsError(err).RetryAfter)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			return
		}
	}
}

func TestTailSurvivesALagWithoutAGap(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	client := d.logIn(t, "bob")
	_, out := tailing(t, client, "tail --json -n 0 lobby")
	_, err := out.ReadString('\n')
	check(t, err)
	const total = 1500 // some 5 MB: far more than the client's window and the queue hold
	send := people(t, d, 50)
	for i := range total {
		send(i)
	}
	lagged := 0
	for next := domain.Seq(1); next <= total; {
		line, err := out.ReadString('\n')
		check(t, err)
		var e event
		check(t, json.Unmarshal([]byte(line), &e))
		switch {
		case e.Type == "lagged":
			lagged++
			if e.After != next-1 {
				t.Fatalf("lagged after %d, while %d was next", e.After, next)
			}
		case e.Type != "message" || e.Seq != next:
			t.Fatalf("want seq %d, got %.100s", next, line)
		default:
			next++
		}
	}
	if lagged == 0 {
		t.Error("it never lagged, so this proves nothing")
	}
}

func TestATailThatNobodyReadsIsCut(t *testing.T) {
	notInShort(t)
	d := open(t, options{times: sshui.Times{Stall: 500 * time.Millisecond}})
	send := people(t, d, 40)
	for i := range 900 { // some 3 MB, over the window of 2
		send(i)
	}
	client := d.logIn(t, "bob")
	tailing(t, client, "tail --json lobby --after 0")
	closed(t, client)
	d.log.await(t, "the client stopped reading")
}

func TestATailWhoseAccessEndsSaysGoodbye(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := open(t, options{})
	_, out := tailing(t, d.logIn(t, "bob"), "tail --json -n 0 lobby")
	_, err := out.ReadString('\n')
	check(t, err)
	check(t, d.core.Auth.SetDisabled(t.Context(), "bob", true))
	line, err := out.ReadString('\n')
	check(t, err)
	var bye struct {
		Type, Code string
		Reconnect  bool
	}
	check(t, json.Unmarshal([]byte(line), &bye))
	if bye.Type != "bye" || bye.Code != "auth.access_ended" || bye.Reconnect {
		t.Errorf("got %s", line)
	}
}
