package sshui_test

import (
	"bufio"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store/storetest"
)

// types types a line and waits for what comes of it, which may look like
// something that stands further up.
func (p *talk) types(line string, sees ...string) {
	typed := strings.LastIndexByte(p.Written(), '\n') + 1
	p.Press(line + "\r")
	p.Until(strings.Join(sees, " and ")+" after "+line, func(string) bool {
		written := strings.ReplaceAll(p.Written()[typed:], "\r", "")
		return !slices.ContainsFunc(sees, func(text string) bool { return !strings.Contains(written, text) })
	})
}

func TestTheLineModeGoesFromRoomToRoom(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic)
	topic := "what we build"
	_, err := d.core.Chat.ChangeRoom(t.Context(), d.alice, dev, chat.RoomChange{Topic: &topic})
	check(t, err)
	d.put(t, "alice", dev, "before")
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 120)
	p.Sees("\n#lobby>")
	p.types("/join #dev", "-- now in #dev: what we build", "alice: before", "-- bob joined", "\n#dev>")
	p.types("hi there", "#dev> hi there")
	d.say(t, "not heard")
	d.put(t, "alice", dev, "heard")
	p.Sees("alice: heard")
	if screen := p.Text(); strings.Contains(screen, "not heard") || strings.Contains(screen, "bob: hi there") {
		t.Errorf("it shows what is none of this room, or twice:\n%s", screen)
	}
	if strings.Contains(p.Text(), "/join dev goes there") {
		t.Errorf("it tells of what was asked for:\n%s", p.Text())
	}
	p.types("/who", "-- here in #dev: bob")
	p.types("/topic", "-- topic: what we build")
	p.types("/topic mine", "(room.forbidden)")
	p.types("/rooms", "  lobby  1 unread\n  dev              what we build")
	p.types("/rooms all", "  lobby  joined, 2 members")
	p.types("/join @alice", "-- now in @alice", "\n@alice>")
	p.types("just you and me", "@alice> just")
	p.types("/topic love", "(room.direct)")
	p.types("/join dev", "\n#dev>")
	name := "builders"
	_, err = d.core.Chat.ChangeRoom(t.Context(), d.alice, dev, chat.RoomChange{Name: &name})
	check(t, err)
	p.Sees("-- alice renamed the room to builders", "\n#builders>")
	p.types("/join @alice", "\n@alice>")
	p.types("/part builders", "-- #builders: bob left")
	p.types("/join lobby", "-- now in #lobby", "alice: not heard", "\n#lobby>")
	p.types("/join builders", "-- now in #builders")
	p.types("/part", "-- now in #lobby")
	p.types("/part", "(room.lobby)")
	p.types("/join nowhere", "(room.not_found)")
	p.types("/join @nobody-here", "(user.not_found)")
	p.Press("\x04")
	if status := exitStatus(t, p.session); status != 0 {
		t.Errorf("exit status %d", status)
	}
	page, err := d.core.Chat.Messages(t.Context(), d.alice, domain.Address{Direct: "bob"}, chat.Span{})
	check(t, err)
	if len(page.Messages) != 1 || page.Messages[0].Content != "just you and me" {
		t.Errorf("stored %+v", page.Messages)
	}
	if bad := controls(p.Written()); bad != "" {
		t.Errorf("a dumb terminal was sent %q", bad)
	}
}

func TestWhatIsSaidToOneElsewhereIsAnnounced(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic, "bob", "carol")
	quiet := d.room(t, "quiet", domain.RoomPublic, "bob")
	muted := true
	_, err := d.core.Chat.Configure(t.Context(), d.as(t, "bob"), quiet, chat.Settings{Muted: &muted}, nil)
	check(t, err)
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 80)
	p.Sees("\n#lobby>")
	p.Press("half a sent")
	d.put(t, "carol", dev, "nobody in particular")
	d.put(t, "carol", d.joined(t, "carol", quiet), "@bob in the muted room")
	d.put(t, "carol", dev, "@BOB look\nat this")
	d.put(t, "alice", domain.Address{Direct: "bob"}, "psst, "+strings.Repeat("bob ", 60))
	d.put(t, "alice", domain.Address{Direct: "bob"}, "again")
	board := d.room(t, "board", domain.RoomPrivate)
	check(t, d.core.Chat.Invite(t.Context(), d.alice, board, "bob"))
	p.Sees(
		"-- #dev: 4 ", "carol: @BOB look at this", "-- @alice: 1 ", "alice: psst, bob", "...", "alice: again",
		"-- alice invited you to #board; /join board goes there", "#lobby> half a sent",
	)
	if screen := p.Text(); strings.Contains(screen, "nobody in particular") || strings.Contains(screen, "muted") {
		t.Errorf("too much is announced:\n%s", screen)
	}
	p.Press("\x15")
	p.types("/msg alice hello", "-- @alice: 3 ", "bob: hello")
	p.types("/msg #dev hello all", "-- #dev: 5 ", "bob: hello all")
	p.types("/msg @nobody-here hi", "(user.not_found)")
	p.types("/msg", "(command.usage)")
	check(t, d.core.Chat.Remove(t.Context(), d.alice, dev, "bob"))
	p.Sees("-- #dev: alice removed bob")
	_, err = d.core.Chat.Join(t.Context(), d.as(t, "bob"), board)
	check(t, err)
	p.Sees("-- you are in #board now; /join board goes there")
	d.put(t, "alice", board, "@bob welcome")
	p.Sees("alice: @bob welcome")
}

// joined has somebody join a public room and gives it.
func (d *door) joined(t *testing.T, name string, room domain.Address) domain.Address {
	t.Helper()
	_, err := d.core.Chat.Join(t.Context(), d.as(t, name), room)
	check(t, err)
	return room
}

func TestWhatWaitsElsewhereIsToldAtTheBeginning(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic, "bob")
	d.put(t, "alice", dev, "@bob?")
	check(t, d.core.Chat.Invite(t.Context(), d.alice, d.room(t, "board", domain.RoomPrivate), "bob"))
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 120)
	p.Sees("-- elsewhere: #board (invited, private), #dev (1 unread, 1 mention) --")
}

func TestAnswersAndChangesAreLines(t *testing.T) {
	d := open(t, options{})
	ctx, c, lobby := t.Context(), d.core.Chat, domain.Address{Name: domain.Lobby}
	d.say(t, "what do you think?")
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 120)
	p.Sees("\n#lobby>")
	p.types("/reply 1 I agree", "-- answers 1 alice: what do you think?", "2 ", " bob: I agree")
	p.types("/reply 4711 what", "(message.not_found)", "#lobby> /reply 4711 what") // back, to be corrected
	p.Press("\x15")
	p.types("/reply one two", "(command.usage)")
	_, err := c.Edit(ctx, d.alice, lobby, 1, "what do you all think?")
	check(t, err)
	p.Sees(" -- alice edited 1: what do you all think?")
	check(t, c.React(ctx, d.alice, lobby, 2, "👍", true))
	p.Sees(" -- alice put 👍 to 2")
	check(t, c.Delete(ctx, d.alice, lobby, 1))
	p.Sees(" -- alice deleted 1")
}

func TestWhoeverAsksWhoIsThereMakesNoConversation(t *testing.T) {
	d := open(t, options{})
	got := run(t, d.logIn(t, "bob"), strings.NewReader("/who @alice\n/part @alice\n/rooms\n"), "plain")
	if got.status != 1 || strings.Count(got.told, "(room.not_found)") != 2 || got.out != "  lobby\n" {
		t.Errorf("got %+v", got)
	}
}

func TestWhoIsRemovedSpeaksToNobody(t *testing.T) {
	d := open(t, options{})
	board := d.room(t, "board", domain.RoomPrivate, "bob")
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 80)
	p.Sees("\n#lobby>")
	p.types("/join board", "\n#board>")
	check(t, d.core.Chat.Remove(t.Context(), d.alice, board, "bob"))
	p.Sees("-- alice removed bob", "-- you are not in this room any more; /join lobby goes on there")
	p.types("what was meant for few", "(room.not_found)")
	p.Press("\x15")
	p.types("/join lobby", "\n#lobby>")
	if list := d.contents(t); len(list) > 0 {
		t.Errorf("it went to the lobby: %q", list)
	}
}

func TestAPipeGoesFromRoomToRoom(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic)
	d.put(t, "alice", dev, "before")
	client := d.logIn(t, "bob")
	got := run(t, client, strings.NewReader("one\n/join dev\ntwo\n/msg @alice three\n/who\n//four\n"), "plain")
	if got.status != 0 || got.told != "" {
		t.Fatalf("got %+v", got)
	}
	for _, want := range []string{
		` bob: one\n`, `\n-- now in #dev\n`, `\n1 \d\d:\d\d alice: before\n`, `\n3 \d\d:\d\d bob: two\n`, `-- @alice: 1 \d\d:\d\d bob: three\n`,
		`\n-- here in #dev: bob\n`, `\n4 \d\d:\d\d bob: /four\n`,
	} {
		if !regexp.MustCompile(want).MatchString(got.out) {
			t.Errorf("%q is not in\n%s", want, got.out)
		}
	}
	if got := run(t, client, strings.NewReader("/join nowhere\nthis goes to the lobby\n"), "plain"); got.status != 1 || !strings.Contains(got.told, "(room.not_found)") {
		t.Errorf("got %+v", got)
	}
}

func TestAPasteAcrossRoomsKeepsItsOrder(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic, "bob")
	var paste, lobby, there []string
	for i := range 8 {
		lobby, there = append(lobby, fmt.Sprint("lobby ", i)), append(there, fmt.Sprint("dev ", i))
		paste = append(paste, "/join lobby", lobby[i], "/join dev", there[i])
	}
	if got := run(t, d.logIn(t, "bob"), strings.NewReader(strings.Join(paste, "\n")), "plain"); got.status != 0 {
		t.Errorf("got %+v", got)
	}
	page, err := d.core.Chat.Messages(t.Context(), d.alice, dev, chat.Span{})
	check(t, err)
	var stored []string
	for _, m := range page.Messages {
		stored = append(stored, m.Content)
	}
	if fmt.Sprint(d.contents(t)) != fmt.Sprint(lobby) || fmt.Sprint(stored) != fmt.Sprint(there) {
		t.Errorf("stored %q and %q", d.contents(t), stored)
	}
}

func TestMyOtherScreensHearWhatIRead(t *testing.T) {
	d := open(t, options{})
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 80)
	p.Sees("\n#lobby>")
	bob := d.as(t, "bob")
	other := d.core.Chat.Connect(bob, broadcast.Options{})
	t.Cleanup(func() { other.Close(broadcast.ErrLeft) })
	d.say(t, "news")
	p.Sees("alice: news")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	batch, err := other.Next(ctx)
	check(t, err)
	if e := batch[0].Event; e.Type != domain.EventRead || e.RoomID != 1 || e.Seq != 1 {
		t.Errorf("told %+v", e)
	}
}

func TestWhoComesBackReadsOnWhereTheyAre(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic, "bob")
	p := lineMode(t, d.logIn(t, "bob"), "dumb", "", 80)
	p.Sees("\n#lobby>")
	p.types("/join dev", "\n#dev>")
	check(t, d.core.Chat.Remove(t.Context(), d.alice, dev, "bob"))
	p.Sees("-- you are not in this room any more")
	d.joined(t, "bob", dev)
	p.Sees("-- you are in #dev now")
	other := d.core.Chat.Connect(d.as(t, "bob"), broadcast.Options{})
	t.Cleanup(func() { other.Close(broadcast.ErrLeft) })
	said := d.put(t, "alice", dev, "welcome back")
	p.Sees("alice: welcome back")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	batch, err := other.Next(ctx)
	if err != nil || batch[0].Event.Type != domain.EventRead || batch[0].Event.Seq != said.Seq {
		t.Errorf("it is not noted as read: %v", err)
	}
}

func TestALineModeThatLagsSaysSoAndLosesNothing(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	client := d.logIn(t, "bob")
	s := newSession(t, client)
	in, err := s.StdinPipe()
	check(t, err)
	out, err := s.StdoutPipe()
	check(t, err)
	check(t, s.Start("plain"))
	fmt.Fprintln(in, "ready")
	scanner := bufio.NewScanner(out)
	for scanner.Scan() && !strings.HasSuffix(scanner.Text(), " bob: ready") { // and then nothing is read for a while
	}
	const total = 1500 // some 5 MB: far more than the client's window and the queue hold
	send := people(t, d, 50)
	for i := range total {
		send(i)
	}
	seen, lagged := 0, 0
	for scanner.Scan() {
		line := scanner.Text()
		if strings.HasPrefix(line, "-- you were reading too slowly;") {
			lagged++
		}
		var seq, hour, minute, n int
		if _, err := fmt.Sscanf(line, "%d %d:%d sender", &seq, &hour, &minute); err != nil {
			continue
		}
		_, text, _ := strings.Cut(line, ": message ")
		if _, err := fmt.Sscanf(text, "%d", &n); err != nil || n != seen || seq != seen+2 {
			t.Fatalf("want message %d, got %.60s", seen, line)
		}
		if seen++; seen == total {
			check(t, in.Close())
		}
	}
	if lagged == 0 || seen != total {
		t.Errorf("it lagged %d times and showed %d messages", lagged, seen)
	}
}

func TestAnOutageIsToldAndNothingTypedIsLost(t *testing.T) {
	d := open(t, options{})
	client, err := d.tryLogIn(t, "127.0.0.1", "bob", gossh.Password(storetest.Password))
	check(t, err)
	p := lineMode(t, client, "dumb", "", 80)
	p.Sees("\n#lobby>")
	check(t, d.core.Engine.Close()) // the store is away, while everything else runs
	p.types("important words", "parley: ", "#lobby> important words")
	p.Until("the line again", func(screen string) bool { return strings.Count(screen, "important words") == 2 })
	p.Press("\x15")
	p.types("/rooms", "parley: ")
	p.Press("\x04")
	if status := exitStatus(t, p.session); status != 0 {
		t.Errorf("exit status %d", status)
	}
}
