package sshui_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/store/storetest"
)

// room makes a room of alice's and has others be in it.
func (d *door) room(t *testing.T, name string, kind domain.RoomKind, members ...string) domain.Address {
	t.Helper()
	view, err := d.core.Chat.Create(t.Context(), d.alice, chat.Creation{Name: name, Kind: kind})
	check(t, err)
	at := domain.Address{ID: view.ID}
	for _, member := range members {
		if kind == domain.RoomPrivate {
			check(t, d.core.Chat.Invite(t.Context(), d.alice, at, member))
		}
		_, err := d.core.Chat.Join(t.Context(), d.as(t, member), at)
		check(t, err)
	}
	return at
}

// put sends a message of somebody's to a room.
func (d *door) put(t testing.TB, name string, to domain.Address, text string) domain.Message {
	t.Helper()
	sent, err := d.core.Chat.Send(t.Context(), d.as(t, name), to, chat.Draft{Content: text})
	check(t, err)
	return sent.Message
}

// lines reads lines of JSON, each as T and as all there is in it.
func lines[T any](t *testing.T, text string) []T {
	t.Helper()
	var list []T
	for line := range strings.Lines(text) {
		var one T
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&one); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		list = append(list, one)
	}
	return list
}

func TestRoomsListsWhatWaitsWhere(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic, "bob")
	d.put(t, "alice", dev, "one")
	d.put(t, "alice", dev, "for @bob")
	secret := d.room(t, "secret", domain.RoomPrivate)
	check(t, d.core.Chat.Invite(t.Context(), d.alice, secret, "bob"))
	d.room(t, "hidden", domain.RoomPrivate)
	for i := range 101 {
		sender := d.as(t, []string{"Carol", "dave", "erin", "frank"}[i%4]) // each may say so much at once
		_, err := d.core.Chat.Send(t.Context(), sender, domain.Address{Name: domain.Lobby}, chat.Draft{Content: "psst"})
		check(t, err)
	}
	d.put(t, "Carol", domain.Address{Direct: "bob"}, "psst")
	topic := "what we build"
	_, err := d.core.Chat.ChangeRoom(t.Context(), d.alice, dev, chat.RoomChange{Topic: &topic})
	check(t, err)

	client := d.logIn(t, "bob")
	want := "lobby   100+ unread\n" +
		"dev     2 unread, 1 mention  what we build\n" +
		"secret  invited, private\n" +
		"@Carol  1 unread\n"
	if got := run(t, client, nil, "rooms"); got != (result{0, want, ""}) {
		t.Errorf("got %+v, want\n%s", got, want)
	}
	want = "dev    joined, 2 members, 2 unread, 1 mention  what we build\nlobby  joined, 6 members, 100+ unread\n"
	if got := run(t, client, nil, "rooms --all"); got != (result{0, want, ""}) {
		t.Errorf("all: got %+v, want\n%s", got, want)
	}
	bob := d.as(t, "bob")
	views, err := d.core.Chat.Rooms(t.Context(), bob)
	check(t, err)
	var shapes []wire.Room
	for _, view := range views {
		shapes = append(shapes, view.Wire(bob.ID()))
	}
	if diff := cmp.Diff(shapes, lines[wire.Room](t, run(t, client, nil, "rooms --json").out)); diff != "" {
		t.Errorf("rooms --json differs from the API's shape (-want +got):\n%s", diff)
	}
	if all := lines[wire.Room](t, run(t, client, nil, "rooms --json --all").out); len(all) != 2 || all[0].Topic != topic {
		t.Errorf("all as JSON: %+v", all)
	}
}

func TestALongDirectoryComesWhole(t *testing.T) {
	d := open(t, options{})
	for i := range 205 {
		owner := d.as(t, fmt.Sprint("owner", i/15)) // each may make so many at once
		_, err := d.core.Chat.Create(t.Context(), owner, chat.Creation{Name: fmt.Sprintf("room-%03d", i), Kind: domain.RoomPublic})
		check(t, err)
	}
	list := lines[wire.Room](t, run(t, d.logIn(t, "bob"), nil, "rooms --all --json").out)
	var names []string
	for _, room := range list {
		names = append(names, room.Room)
	}
	if len(list) != 206 || !slices.IsSorted(names) || len(slices.Compact(names)) != 206 {
		t.Errorf("got %d rooms: %q", len(list), names)
	}
}

func TestWhoListsPeopleAndMembers(t *testing.T) {
	d := open(t, options{})
	dev := d.room(t, "dev", domain.RoomPublic, "bob", "carol")
	check(t, d.core.Chat.Invite(t.Context(), d.alice, dev, d.as(t, "dave").Name()))
	p := lineMode(t, d.logIn(t, "carol"), "dumb", "", 80)
	p.Sees("\n#lobby>")
	away, lunch := domain.Away, "at lunch"
	_, err := d.core.Chat.SetPresence(t.Context(), d.as(t, "carol"), &away, &lunch)
	check(t, err)
	client := d.logIn(t, "bob")
	for command, want := range map[string]string{
		"who":        "carol  away  at lunch\n",
		"who --json": `{"username":"carol","state":"away","status":"at lunch"}` + "\n",
		"who dev": "alice  owner    offline\nbob    member   offline\n" +
			"carol  member   away     at lunch\ndave   invited  offline\n",
	} {
		if got := run(t, client, nil, command); got != (result{0, want, ""}) {
			t.Errorf("%s: got %+v, want\n%s", command, got, want)
		}
	}
	got := lines[struct {
		wire.Member
		State, Status string
	}](t, run(t, client, nil, "who '#dev' --json").out)
	members, err := d.core.Chat.Members(t.Context(), d.alice, dev, chat.MemberSpan{})
	check(t, err)
	for i, m := range members {
		if i >= len(got) || got[i].Member != wire.FromMember(m) || (got[i].State == "away") != (m.User.Name == "carol") {
			t.Fatalf("got %+v, want %+v", got, members)
		}
	}
}

func TestALargeRoomsMembersComeWhole(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	for i := range 203 {
		d.as(t, fmt.Sprint("member", i))
	}
	client := d.logIn(t, "bob")
	if list := strings.Split(run(t, client, nil, "who lobby").out, "\n"); len(list) != 206 {
		t.Errorf("got %d lines", len(list))
	}
	if list := strings.Split(run(t, client, nil, "who lobby --json").out, "\n"); len(list) != 206 {
		t.Errorf("got %d lines of JSON", len(list))
	}
}

func TestARoomIsMadeNamedJoinedAndLeft(t *testing.T) {
	d := open(t, options{})
	alice, bob := d.logIn(t, "alice"), d.logIn(t, "bob")
	quiet := func(name, command string) {
		t.Helper()
		client := alice
		if name == "bob" {
			client = bob
		}
		if got := run(t, client, nil, command); got != (result{}) {
			t.Errorf("%s: %s: %+v", name, command, got)
		}
	}
	topicIs := func(want string) {
		t.Helper()
		if got := run(t, bob, nil, "topic dev"); got != (result{0, want, ""}) {
			t.Errorf("topic: %+v, want %q", got, want)
		}
	}
	made := lines[wire.Room](t, run(t, alice, nil, `create --json '#dev' what we  "build"`).out)[0]
	if made.Room != "dev" || made.Kind != "public" || made.Topic != `what we  "build"` || made.Role != "owner" {
		t.Errorf("made %+v", made)
	}
	topicIs(`what we  "build"` + "\n")
	quiet("bob", "join dev")
	quiet("bob", "join #dev") // is there already
	if got := lines[wire.Room](t, run(t, bob, nil, "join --json dev").out)[0]; got.Members != 2 || got.Role != "member" {
		t.Errorf("joined %+v", got)
	}
	quiet("bob", "post dev hi")
	quiet("alice", `topic dev it's   --clear "as typed" | $HOME`)
	topicIs(`it's   --clear "as typed" | $HOME` + "\n")
	quiet("alice", "topic dev --clear")
	topicIs("")
	quiet("alice", fmt.Sprintf("topic %d by its number", made.RoomID))
	topicIs("by its number\n")
	quiet("bob", "leave dev")
	quiet("bob", "leave dev")

	quiet("alice", "create --private board")
	quiet("alice", "invite board BOB")
	if got := run(t, bob, nil, "rooms"); got.out != "lobby\nboard  invited, private\n" {
		t.Errorf("invited: %+v", got)
	}
	quiet("bob", "leave board") // declines
	quiet("alice", "invite board @bob")
	quiet("bob", "join board")
	quiet("alice", "kick board bob")
	if got := run(t, bob, nil, "rooms"); got.out != "lobby\n" {
		t.Errorf("kicked: %+v", got)
	}
}

func TestAnUnseenRoomIsNoRoom(t *testing.T) {
	d := open(t, options{})
	at := d.room(t, "secret", domain.RoomPrivate)
	client := d.logIn(t, "bob")
	for _, command := range []string{
		"join %s", "leave %s", "topic %s", "topic %s new", "topic --clear %s", "who %s", "invite %s alice", "kick %s alice",
		"post %s hi", "read %s", "tail %s", "tail lobby %s --json", "post --reply 1 %s hi",
	} {
		want := run(t, client, nil, fmt.Sprintf(command, "nowhere"))
		if want != (result{1, "", "parley: there is no such room (room.not_found)\n"}) {
			t.Errorf("%s: %+v", command, want)
		}
		for _, room := range []string{"secret", "'#secret'", at.String(), "4711"} {
			if got := run(t, client, nil, fmt.Sprintf(command, room)); got != want {
				t.Errorf("%s: %+v", fmt.Sprintf(command, room), got)
			}
		}
	}
}

func TestRefusalsOfRoomsAreOneLineAndStatusOne(t *testing.T) {
	d := open(t, options{})
	d.room(t, "dev", domain.RoomPublic, "carol")
	private := d.room(t, "board", domain.RoomPrivate)
	check(t, d.core.Chat.Invite(t.Context(), d.alice, private, "bob"))
	old := d.room(t, "old", domain.RoomPublic)
	archived := true
	_, err := d.core.Chat.ChangeRoom(t.Context(), d.alice, old, chat.RoomChange{Archived: &archived})
	check(t, err)
	d.put(t, "carol", domain.Address{Direct: "bob"}, "hi")
	clients := map[string]func(string) result{}
	for _, name := range []string{"alice", "bob"} {
		client, err := d.tryLogIn(t, "127.0.0.1", name, gossh.Password(storetest.Password))
		check(t, err)
		clients[name] = func(command string) result { return run(t, client, nil, command) }
	}
	for _, c := range []struct{ who, command, code string }{
		{"bob", "post dev hi", "room.not_member"},
		{"bob", "post board hi", "room.not_member"},
		{"bob", "read board", "room.not_member"},
		{"bob", "tail board", "room.not_member"},
		{"bob", "who board", "room.not_member"},
		{"bob", "topic dev mine", "room.not_member"},
		{"bob", "topic lobby mine", "room.forbidden"},
		{"bob", "invite dev alice", "room.not_member"},
		{"bob", "kick dev alice", "room.not_member"},
		{"bob", "kick lobby alice", "room.forbidden"},
		{"bob", "leave lobby", "room.lobby"},
		{"bob", "join @carol", "room.direct"},
		{"bob", "leave @carol", "room.direct"},
		{"bob", "topic @carol love", "room.direct"},
		{"bob", "invite @carol alice", "room.direct"},
		{"bob", "join old", "room.archived"},
		{"bob", "create dev", "room.name_taken"},
		{"bob", "create Dev", "room.name"},
		{"bob", "create @carol", "room.name"},
		{"bob", "create 17", "room.name"},
		{"bob", "create new " + strings.Repeat("x", 251), "room.topic"},
		{"bob", "create new a\x1b[2Jb", "room.topic"},
		{"bob", "join LOBBY", "room.name"},
		{"bob", "post @nobody-here hi", "user.not_found"},
		{"bob", "tail @nobody-here", "user.not_found"},
		{"bob", "post @a,b,c hi", "user.name_length"},
		{"bob", "post @aaa,bbb,ccc,ddd,eee,fff,ggg,hhh,iii hi", "room.members"},
		{"bob", "read @alice", "room.not_found"},
		{"bob", "post --reply 4711 lobby hi", "message.not_found"},
		{"alice", "leave dev", "room.last_owner"},
		{"alice", "post old hi", "room.archived"},
		{"alice", "topic dev " + strings.Repeat("x", 251), "room.topic"},
		{"alice", "invite dev nobody-here", "user.not_found"},
		{"alice", "invite dev no!name", "user.not_found"},
		{"alice", "kick dev bob", "member.not_found"},
	} {
		got := clients[c.who](c.command)
		if got.status != 1 || got.out != "" || !strings.HasSuffix(got.told, " ("+c.code+")\n") || strings.Count(got.told, "\n") != 1 {
			t.Errorf("%s: %q: %+v, want %s", c.who, c.command, got, c.code)
		}
	}
}

func TestAskingForTooMuchIsTriedAgainLater(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "bob")
	for i := range 30 {
		got := run(t, client, nil, fmt.Sprintf("create room-%d", i))
		if got == (result{}) {
			continue
		}
		if got != (result{75, "", "parley: you are making rooms too fast; wait a while (limit.rooms)\n"}) {
			t.Errorf("got %+v", got)
		}
		return
	}
	t.Error("rooms can be made without end")
}

func TestDirectConversationsAreAddressedByNames(t *testing.T) {
	d := open(t, options{})
	d.as(t, "Carol")
	alice, bob := d.logIn(t, "alice"), d.logIn(t, "bob")
	if got := run(t, alice, nil, "post @BOB hi"); got != (result{}) {
		t.Errorf("post: %+v", got)
	}
	if got := run(t, alice, strings.NewReader("all\n"), "post '@carol,bob'"); got != (result{}) {
		t.Errorf("post to two: %+v", got)
	}
	for command, want := range map[string]string{
		"read @Alice": " alice: hi\n", "read @alice,carol": " alice: all\n", "read '@carol,alice,bob'": " alice: all\n",
	} {
		if got := run(t, bob, nil, command); got.status != 0 || !strings.HasSuffix(got.out, want) || strings.Count(got.out, "\n") != 1 {
			t.Errorf("%s: %+v", command, got)
		}
	}
	if got := run(t, bob, nil, "rooms"); got.out != "lobby\n@alice,Carol  1 unread\n@alice        1 unread\n" {
		t.Errorf("rooms: %+v", got)
	}
	m := messages(t, run(t, bob, nil, "post --json --reply 1 @alice yes").out)[0]
	if m.Room != "" || m.ReplyTo != 1 || m.Quote == nil || m.Quote.Text != "hi" {
		t.Errorf("replied %+v", m)
	}
	if got := run(t, bob, nil, fmt.Sprintf("read %d --json", m.RoomID)); !strings.Contains(got.out, `"content":"yes"`) {
		t.Errorf("by number: %+v", got)
	}
}

func TestReadShowsWhatBecameOfMessages(t *testing.T) {
	d := open(t, options{})
	lobby := domain.Address{Name: domain.Lobby}
	d.say(t, "what do you **think**?\nsay")
	d.say(t, "wrnog")
	d.say(t, "gone")
	_, err := d.core.Chat.Edit(t.Context(), d.alice, lobby, 2, "right")
	check(t, err)
	check(t, d.core.Chat.Delete(t.Context(), d.alice, lobby, 3))
	client := d.logIn(t, "bob")
	if got := run(t, client, nil, "post --reply 1 lobby I agree"); got != (result{}) {
		t.Fatalf("got %+v", got)
	}
	check(t, d.core.Chat.React(t.Context(), d.alice, lobby, 6, "👍", true))
	for i := range 6 {
		check(t, d.core.Chat.React(t.Context(), d.as(t, fmt.Sprint("fan", i)), lobby, 6, "🎉", true))
	}
	got := run(t, client, nil, "read lobby")
	var seen []string
	for line := range strings.Lines(got.out) {
		if head := strings.SplitN(line, " ", 4); len(head) == 4 && len(head[1]) == len("2006-01-02") {
			line = head[0] + " " + head[3]
		}
		seen = append(seen, line)
	}
	want := []string{
		"1 alice: what do you **think**?\n", "  say\n", "2 alice (edited): right\n", "3 alice (deleted)\n",
		"-- answers 1 alice: what do you think? say\n", "6 bob: I agree\n",
		"-- on 6: 👍 alice; 🎉 fan0, fan1, fan2, fan3, fan4 and 1 more\n",
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
