package sshui_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
)

// undated takes seq and time off a line.
func undated(line string) string {
	words := strings.SplitN(line, " ", 4)
	return words[len(words)-1]
}

// next reads a line.
func next(t testing.TB, out *bufio.Reader) string {
	t.Helper()
	line, err := out.ReadString('\n')
	if err != nil {
		t.Fatalf("%v after %q", err, line)
	}
	return line
}

func TestTailTellsOfChanges(t *testing.T) {
	d := open(t, options{})
	lobby := domain.Address{Name: domain.Lobby}
	ctx, c := t.Context(), d.core.Chat
	d.say(t, "frist")
	d.say(t, "second")
	_, err := c.Edit(ctx, d.alice, lobby, 1, "first") // shown with the message
	check(t, err)
	_, out := tailing(t, d.logIn(t, "bob"), "tail lobby")
	for _, want := range []string{"alice (edited): first\n", "alice: second\n"} {
		if line := next(t, out); undated(line) != want {
			t.Errorf("got %q, want %q", line, want)
		}
	}
	for _, change := range []struct {
		do   func() error
		want string
	}{
		{func() error { _, err := c.Edit(ctx, d.alice, lobby, 2, "better\n9 now"); return err }, "-- alice edited 2: better\n  9 now\n"},
		{func() error { return c.React(ctx, d.as(t, "bob"), lobby, 2, "👍", true) }, "-- bob put 👍 to 2\n"},
		{func() error { return c.React(ctx, d.as(t, "bob"), lobby, 2, "👍", false) }, "-- bob took 👍 off 2\n"},
		{func() error { return c.Delete(ctx, d.alice, lobby, 2) }, "-- alice deleted 2\n"},
		{func() error {
			_, err := c.Send(ctx, d.alice, lobby, chat.Draft{Content: "yes", ReplyTo: 1})
			return err
		}, "-- answers 1 alice: first\nalice: yes\n"},
	} {
		check(t, change.do())
		for range strings.Count(change.want, "\n") {
			want, _, _ := strings.Cut(change.want, "\n")
			change.want = strings.TrimPrefix(change.want, want+"\n")
			if line := next(t, out); line != want+"\n" && undated(line) != want+"\n" {
				t.Errorf("got %q, want %q", line, want)
			}
		}
	}
}

func TestTailTellsWhoComesAndGoes(t *testing.T) {
	d := open(t, options{})
	ctx, c := t.Context(), d.core.Chat
	dev := d.room(t, "dev", domain.RoomPublic, "bob")
	d.put(t, "alice", dev, "ready?")
	_, out := tailing(t, d.logIn(t, "bob"), "tail dev")
	next(t, out)
	topic, none, name := "what we build", "", "builders"
	carol := d.as(t, "carol")
	for _, do := range []func() error{
		func() error { _, err := c.Join(ctx, carol, dev); return err },
		func() error { return c.SetRole(ctx, d.alice, dev, "carol", domain.RoleModerator) },
		func() error { return c.Pin(ctx, carol, dev, 2, true) },
		func() error { _, err := c.ChangeRoom(ctx, carol, dev, chat.RoomChange{Topic: &topic}); return err },
		func() error { _, err := c.ChangeRoom(ctx, carol, dev, chat.RoomChange{Topic: &none}); return err },
		func() error { return c.Leave(ctx, carol, dev) },
		func() error { return c.Invite(ctx, d.alice, dev, "carol") },
		func() error { _, err := c.ChangeRoom(ctx, d.alice, dev, chat.RoomChange{Name: &name}); return err },
	} {
		check(t, do())
	}
	var seen []string
	for range 8 {
		seen = append(seen, undated(next(t, out)))
	}
	want := []string{
		"-- carol joined\n", "-- alice made carol a moderator\n", "-- carol pinned 2\n", "-- carol set the topic: what we build\n",
		"-- carol took the topic away\n", "-- carol left\n", "-- alice invited carol\n", "-- alice renamed the room to builders\n",
	}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("got %q,\nwant %q", seen, want)
	}
}

func TestTailAsJSONIsTheWholeHistory(t *testing.T) {
	d := open(t, options{})
	ctx, c := t.Context(), d.core.Chat
	bob := d.as(t, "bob")
	dev := d.room(t, "dev", domain.RoomPublic, "bob", "carol")
	d.put(t, "alice", dev, "**hi** @bob")
	topic := "what we build"
	_, err := c.Edit(ctx, d.alice, dev, 3, "hello")
	check(t, err)
	check(t, c.React(ctx, bob, dev, 3, "👍", true))
	check(t, c.Pin(ctx, d.alice, dev, 3, true))
	check(t, c.Delete(ctx, d.alice, dev, 3))
	_, err = c.ChangeRoom(ctx, d.alice, dev, chat.RoomChange{Topic: &topic})
	check(t, err)
	check(t, c.Leave(ctx, d.as(t, "carol"), dev))

	_, out := tailing(t, d.logIn(t, "bob"), "tail --json --after 0 dev")
	// What the WebSocket writes, which are the same lines.
	live := c.Connect(bob, broadcast.Options{})
	t.Cleanup(func() { live.Close(broadcast.ErrLeft) })
	_, err = live.Follow(ctx, dev, 0, nil)
	check(t, err)
	next(t, out) // subscribed
	for seq := domain.Seq(1); seq < 10; {
		batch, err := live.Next(ctx)
		check(t, err)
		for _, l := range batch {
			if line := next(t, out); line != string(l.JSON)+"\n" {
				t.Errorf("got  %swant %s", line, l.JSON)
			}
			seq = l.Event.Seq + 1
		}
	}
	// What is nobody else's business and what is of the moment is no history.
	check(t, c.SetDraft(ctx, bob, dev, "unfinished", nil))
	check(t, c.MarkRead(ctx, bob, dev, 3, nil))
	check(t, c.Typing(ctx, d.alice, dev))
	d.put(t, "alice", dev, "after that")
	if line := next(t, out); !strings.Contains(line, `"content":"after that"`) {
		t.Errorf("got %s", line)
	}
}

func TestTailOfSeveralRoomsNamesThem(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic)
	d.put(t, "alice", dev, "in dev") // a public room is followed without being in it
	d.put(t, "carol", domain.Address{Direct: "bob"}, "in private")
	d.say(t, "in the lobby")
	_, out := tailing(t, d.logIn(t, "bob"), "tail lobby '#dev' @CAROL lobby 1")
	seen := map[string]bool{}
	for range 3 {
		line := next(t, out)
		words := strings.SplitN(line, " ", 5)
		seen[words[0]+" "+words[len(words)-1]] = true
	}
	for _, want := range []string{"lobby alice: in the lobby\n", "dev alice: in dev\n", "@carol carol: in private\n"} {
		if !seen[want] {
			t.Errorf("%q is not among %v", want, seen)
		}
	}
	name := "builders"
	_, err := d.core.Chat.ChangeRoom(t.Context(), d.alice, dev, chat.RoomChange{Name: &name})
	check(t, err)
	d.put(t, "alice", dev, "under another name")
	for _, want := range []string{"-- alice renamed the room to builders\n", "alice: under another name\n"} {
		if line := next(t, out); !strings.HasSuffix(line, want) || strings.HasPrefix(line, "dev ") != strings.HasPrefix(want, "--") {
			t.Errorf("got %q, want %q", line, want)
		}
	}
}

// What is committed at once is read at once.
func TestARoomHasItsNewNameFromTheRenamingOn(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic)
	at := d.put(t, "alice", dev, "before")
	_, out := tailing(t, d.logIn(t, "bob"), "tail dev lobby")
	next(t, out)
	after := at
	after.Room, after.Seq, after.Content = "builders", at.Seq+2, "after"
	d.core.Hub.Publish(
		domain.Event{
			Type: domain.EventRoom, Change: domain.Renamed, RoomID: at.RoomID, Room: "builders", Seq: at.Seq + 1, By: at.Author, At: at.CreatedAt,
		},
		domain.Event{Type: domain.EventMessage, RoomID: at.RoomID, Room: "builders", Seq: at.Seq + 2, Message: after},
	)
	for _, want := range []string{"dev ", "builders "} {
		if line := next(t, out); !strings.HasPrefix(line, want) {
			t.Errorf("got %q, want it to begin with %q", line, want)
		}
	}
}

func TestTailWaitsForAConversationToBegin(t *testing.T) {
	d := open(t, options{})
	_, out := tailing(t, d.logIn(t, "bob"), "tail --json @alice")
	if line := next(t, out); !strings.Contains(line, `"subscribed"`) {
		t.Errorf("got %s", line)
	}
	d.put(t, "alice", domain.Address{Direct: "bob"}, "here I am")
	if line := next(t, out); !strings.Contains(line, `"here I am"`) {
		t.Errorf("got %s", line)
	}
}

// watched is a tail of which both streams are kept.
func watched(t *testing.T, client *gossh.Client, command string) (s *gossh.Session, out, told *journal) {
	t.Helper()
	s, out, told = newSession(t, client), &journal{}, &journal{}
	s.Stdout, s.Stderr = out, told
	check(t, s.Start(command))
	return s, out, told
}

func TestWhoIsRemovedSeesTheTailEnd(t *testing.T) {
	for name, end := range map[string]struct {
		do   func(d *door, t *testing.T, room domain.Address) error
		told string
	}{
		"removed": {
			func(d *door, t *testing.T, room domain.Address) error {
				return d.core.Chat.Remove(t.Context(), d.alice, room, "bob")
			},
			"parley: you are no longer in board (room.not_member)\n",
		},
		"left": {
			func(d *door, t *testing.T, room domain.Address) error {
				return d.core.Chat.Leave(t.Context(), d.as(t, "bob"), room)
			},
			"parley: you are no longer in board (room.not_member)\n",
		},
		"deleted": {
			func(d *door, t *testing.T, room domain.Address) error {
				return d.core.Chat.DeleteRoom(t.Context(), d.alice, room)
			},
			"parley: board was deleted (room.not_found)\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, options{})
			board := d.room(t, "board", domain.RoomPrivate, "bob")
			d.put(t, "alice", board, "before")
			client := d.logIn(t, "bob")
			plain, out, told := watched(t, client, "tail board")
			out.await(t, "alice: before")
			asJSON, lines, toldToo := watched(t, client, "tail --json board")
			lines.await(t, `"before"`)
			check(t, end.do(d, t, board))
			for _, s := range []*gossh.Session{plain, asJSON} {
				if status := exitStatus(t, s); status != 1 {
					t.Errorf("exit status %d", status)
				}
			}
			if told.String() != end.told || toldToo.String() != end.told {
				t.Errorf("told %q and %q", told, toldToo)
			}
			last := bytes.Split(bytes.TrimSpace([]byte(lines.String())), []byte("\n"))
			var bye struct {
				Type, Code string
				Reconnect  bool
			}
			check(t, json.Unmarshal(last[len(last)-1], &bye))
			if bye.Type != "bye" || bye.Reconnect || !strings.Contains(end.told, "("+bye.Code+")") {
				t.Errorf("the last lines are %s", last[len(last)-2:])
			}
		})
	}
}

func TestATailOfTheRestGoesOn(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic, "bob")
	client := d.logIn(t, "bob")
	p := lineMode(t, client, "xterm", "tail dev lobby -n 1", 80)
	d.put(t, "alice", dev, "in dev")
	p.Sees("alice: in dev")
	check(t, d.core.Chat.Remove(t.Context(), d.alice, dev, "bob"))
	p.Sees("-- alice removed bob", "parley: you are no longer in dev (room.not_member)")
	d.say(t, "life goes on")
	p.Sees("alice: life goes on")
	p.Press("\x03")
	if status := exitStatus(t, p.session); status != 1 {
		t.Errorf("exit status %d, though one of the rooms ended", status)
	}
}

func TestAnEarlierStayEndsNoTail(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic, "bob")
	bob := d.as(t, "bob")
	check(t, d.core.Chat.Leave(t.Context(), bob, dev))
	_, err := d.core.Chat.Join(t.Context(), bob, dev)
	check(t, err)
	d.put(t, "bob", dev, "back again")
	_, out := tailing(t, d.logIn(t, "bob"), "tail dev --after 0")
	for _, want := range []string{"bob joined\n", "bob left\n", "bob joined\n", "bob: back again\n"} {
		if line := next(t, out); !strings.HasSuffix(line, want) {
			t.Errorf("got %q, want %q", line, want)
		}
	}
	d.put(t, "alice", dev, "welcome")
	if line := next(t, out); !strings.HasSuffix(line, "alice: welcome\n") {
		t.Errorf("got %q", line)
	}
}
