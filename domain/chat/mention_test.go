package chat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// waits are what waits for somebody in a room.
func waits(t *testing.T, core *storetest.Core, actor auth.Actor, room domain.RoomID) (unread, mentions int) {
	t.Helper()
	views, err := core.Chat.Rooms(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	for _, view := range views {
		if view.ID == room {
			return view.Unread, view.Mentions
		}
	}
	return -1, -1
}

func TestWhomAMessageCalls(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob, mia := core.User(t, "alice"), core.User(t, "Bob"), core.User(t, "mia")
		core.User(t, "stranger")
		room := makeRoom(t, core, domain.RoomPrivate, alice, bob, mia)
		for content, want := range map[string][]string{
			"hi @bob":                          {"Bob"},
			"hi @BOB, @bOb and @Bob":           {"Bob"},
			"@mia @bob":                        {"Bob", "mia"},
			"**@bob** > *@mia*, @mia_":         {"Bob", "mia"},
			"@bob.":                            {"Bob"},
			"@bobby @bob-by @bob_ @b0b":        nil,
			"@bоb":                             nil, // its o is Cyrillic
			"@bob\u0301 @bob\u200dx":           nil,
			"@nobody @stranger":                nil, // who is not in the room
			"@alice thinks of herself":         nil,
			"`@bob` and\n```\n@mia\n```":       nil,
			"write to me@bob.example or a@bob": nil,
			"https://example.org/@bob":         nil,
			"@@bob":                            nil,
			"@":                                nil,
		} {
			sent, err := core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: content})
			if err != nil || !slices.Equal(sent.Message.Mentions, want) {
				t.Errorf("%q calls %v, %v, want %v", content, sent.Message.Mentions, err, want)
			}
			if m, err := core.Chat.Message(t.Context(), alice, room, sent.Message.Seq); err != nil || !slices.Equal(m.Mentions, want) {
				t.Errorf("%q is stored as calling %v, %v", content, m.Mentions, err)
			}
		}
	})
}

// Here and room call people only if their author may: else they are text.
func TestCallingEveryoneTakesARole(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob, mia := core.User(t, "alice"), core.User(t, "bob"), core.User(t, "mia")
		ada := admin(t, core, "ada")
		room := makeRoom(t, core, domain.RoomPrivate, alice, bob, mia)
		direct, _, err := core.Chat.Open(t.Context(), alice, []string{"bob"})
		if err != nil {
			t.Fatal(err)
		}
		follow(t, core, mia, room, broadcast.Live)
		follow(t, core, mia, lobby, broadcast.Live)
		for _, c := range []struct {
			who        auth.Actor
			room       domain.Address
			content    string
			want       []string
			bobs, mias int // how many mentions more they have afterwards
		}{
			{who: bob, room: room, content: "@here @room"},
			{who: bob, room: room, content: "@room @mia", want: []string{"mia"}, mias: 1},
			{who: alice, room: room, content: "@here", want: []string{"here"}, mias: 1}, // only mia is here
			{who: alice, room: room, content: "@ROOM", want: []string{"room"}, bobs: 1, mias: 1},
			{who: alice, room: room, content: "@room @here @mia @alice", want: []string{"mia", "here", "room"}, bobs: 1, mias: 1},
			{who: alice, room: lobby, content: "@here @room"},
			{who: ada, room: lobby, content: "@room", want: []string{"room"}, bobs: 1, mias: 1},
			{who: bob, room: domain.Address{ID: direct.ID}, content: "@room", want: []string{"room"}},
		} {
			place, err := core.Chat.Room(t.Context(), c.who, c.room)
			if err != nil {
				t.Fatal(err)
			}
			_, bobs := waits(t, core, bob, place.ID)
			_, mias := waits(t, core, mia, place.ID)
			sent, err := core.Chat.Send(t.Context(), c.who, c.room, chat.Draft{Content: c.content})
			if err != nil || !slices.Equal(sent.Message.Mentions, c.want) {
				t.Errorf("%s: %q calls %v, %v, want %v", c.who.Name(), c.content, sent.Message.Mentions, err, c.want)
			}
			if m, err := core.Chat.Message(t.Context(), c.who, c.room, sent.Message.Seq); err != nil || !slices.Equal(m.Mentions, c.want) {
				t.Errorf("%q is stored as calling %v, %v", c.content, m.Mentions, err)
			}
			_, bobsNow := waits(t, core, bob, place.ID)
			_, miasNow := waits(t, core, mia, place.ID)
			if miasNow-mias != c.mias || bobsNow-max(bobs, 0) != c.bobs {
				t.Errorf("%s: %q calls bob %d times, mia %d times", c.who.Name(), c.content, bobsNow-bobs, miasNow-mias)
			}
		}
	})
}

func TestWhatWaitsIsCounted(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob, reader := core.User(t, "alice"), core.User(t, "bob"), core.User(t, "reader")
		room := makeRoom(t, core, domain.RoomPublic, alice, bob)
		expect := func(who auth.Actor, unread, mentions int) {
			t.Helper()
			if u, m := waits(t, core, who, room.ID); u != unread || m != mentions {
				t.Errorf("%s has %d unread and %d mentions, want %d and %d", who.Name(), u, m, unread, mentions)
			}
		}
		say := func(who auth.Actor, content string) domain.Seq {
			t.Helper()
			sent, err := core.Chat.Send(t.Context(), who, room, chat.Draft{Content: content})
			if err != nil {
				t.Fatal(err)
			}
			return sent.Message.Seq
		}
		expect(bob, 0, 0)
		first, second, mine := say(alice, "hello"), say(alice, "@bob"), say(bob, "my own @alice")
		expect(bob, 2, 1)
		expect(alice, 1, 1)
		for _, err := range []error{
			core.Chat.React(t.Context(), alice, room, mine, "👍", true), // a change is no message
			core.Chat.Delete(t.Context(), alice, room, first),          // nor is what was deleted
			core.Chat.Delete(t.Context(), alice, room, second),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		expect(bob, 0, 0)
		third := say(alice, "hello")
		if _, err := core.Chat.Edit(t.Context(), alice, room, third, "hello @bob"); err != nil {
			t.Fatal(err)
		}
		expect(bob, 1, 1)
		if err := core.Chat.NoteRead(t.Context(), bob, room, third+1, nil); err != nil {
			t.Fatal(err)
		}
		expect(bob, 0, 0) // at once, though it may not be stored yet
		// Whoever reads without joining has a marker and no list that it counts in.
		if err := core.Chat.MarkRead(t.Context(), reader, room, 1, nil); err != nil {
			t.Fatal(err)
		}
		expect(reader, -1, -1)
		view, err := core.Chat.Join(t.Context(), reader, room)
		if err != nil || view.Read != view.Head {
			t.Errorf("whoever joins starts at %d of %d, %v", view.Read, view.Head, err)
		}
		say(alice, "welcome @reader")
		expect(reader, 1, 1)
	})
}

// A message of nothing but marks is taken, shown and mentioned from in bounded
// time and size.
func TestMarkdownBombsAreMessagesLikeOthers(t *testing.T) {
	t.Parallel()
	core, clock := newCore(t)
	alice := core.User(t, "alice")
	live := follow(t, core, alice, lobby, broadcast.Live)
	for _, part := range []string{
		"*", "_", "**a", "[", "[a](", "`", "``` ", "> ", "- ", "> - ", "@bob ", "@here ", "*_~`[", "a\n", "\na", "http://a ", "~~", "](", "@", "#a ",
	} {
		clock.pass(time.Minute)
		content := strings.Repeat(part, domain.MaxContent/len(part)-1) + "x"
		began := time.Now()
		sent := send(t, core, alice, content)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%q took %s", part, took)
		}
		lines := events(t, live, 1)
		if lines[0].Message.Content != sent.Content || len(lines[0].Message.Content) < 2000 {
			t.Errorf("%q became %.20q", part, lines[0].Message.Content)
		}
	}
	names := ""
	for i := range 600 {
		names += fmt.Sprintf("@u%03d ", i)
	}
	if sent := send(t, core, alice, names); len(sent.Mentions) > 0 {
		t.Errorf("it calls %v", sent.Mentions)
	}
}
