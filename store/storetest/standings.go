package storetest

import (
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/chat"
)

var standingTests = map[string]func(*testing.T, *fixture){
	"a standing tells all of a room": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		topic := s.topic("topic")
		f.apply(t, topic)
		must(t, f.SetDraft(t.Context(), s.bob, s.room, sealed(0, "draft")))
		must(t, f.Configure(t.Context(), s.bob, s.room, true, domain.NotifyNone))
		_, err := moveMarkers(t.Context(), f, s.bob, map[domain.RoomID]domain.Seq{s.room: 1})
		must(t, err)
		want := chat.Access{
			Room: domain.Room{
				ID: s.room, Name: "dev", Kind: domain.RoomPublic, CreatedAt: stored, Extent: domain.Extent{First: 1, Head: 6},
			},
			Sealed: sealed(0, "topic"), Creator: s.alice, Members: 2, Role: domain.RoleMember, Read: 1,
			Muted: true, Notify: domain.NotifyNone, Draft: sealed(0, "draft"),
		}
		if diff := gocmp.Diff(chat.Standing{Access: want, Unread: 1}, s.standing(t, s.bob)); diff != "" {
			t.Errorf("standing (-want +got):\n%s", diff)
		}
		if diff := gocmp.Diff(want, s.access(t, s.bob)); diff != "" {
			t.Errorf("access (-want +got):\n%s", diff)
		}
	},
	"rooms that one is in or invited to are listed, by id": whereOneIs,
	"unread are the messages of others above the marker":   unread,
	"own messages hide none of others": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		f.fill(t, s.room, s.alice, 400)
		f.fill(t, s.room, s.bob, 60)
		var more []chat.Entry
		for i := range 400 {
			more = append(more, draft(s.room, s.alice, fmt.Sprint("more", i), "text"))
		}
		f.add(t, more...)
		if got := s.standing(t, s.alice); got.Unread != 61 {
			t.Errorf("%d are unread, want 61", got.Unread)
		}
	},
	"mentions are the unread messages that call one": mentioned,
}

// standing is how things stand for a user in the room.
func (s *stage) standing(tb testing.TB, user domain.UserID) chat.Standing {
	tb.Helper()
	list, err := s.Standings(tb.Context(), user)
	must(tb, err)
	at := slices.IndexFunc(list, func(standing chat.Standing) bool { return standing.ID == s.room })
	if at < 0 {
		tb.Fatalf("room %d is not among %+v", s.room, list)
	}
	among, err := s.StandingsAmong(tb.Context(), user, []domain.RoomID{s.room + 1000, s.room})
	must(tb, err)
	if diff := gocmp.Diff(list[at:at+1], among); diff != "" {
		tb.Errorf("asked for alone (-want +got):\n%s", diff)
	}
	return list[at]
}

func whereOneIs(t *testing.T, f *fixture) {
	s := newStage(t, f)
	rooms := map[string]domain.RoomID{}
	for _, name := range []string{"left", "gone", "old", "private", "other", "read"} {
		kind := domain.RoomPublic
		if name == "private" {
			kind = domain.RoomPrivate
		}
		rooms[name] = f.create(t, chat.NewRoom{Name: name, Kind: kind, Creator: s.alice})
	}
	pair := f.create(t, chat.NewRoom{
		Kind: domain.RoomDirect, Direct: "pair", Creator: s.alice, Members: []domain.UserID{s.alice, s.bob},
	})
	alone := f.create(t, chat.NewRoom{Kind: domain.RoomDirect, Direct: "alone", Creator: s.bob, Members: []domain.UserID{s.bob}})
	f.create(t, chat.NewRoom{Kind: domain.RoomDirect, Direct: "not mine", Creator: s.alice, Members: []domain.UserID{s.alice}})
	end := s.change(domain.Ended)
	end.RoomID = rooms["gone"]
	archive := s.change(domain.Archived)
	archive.RoomID = rooms["old"]
	f.apply(t, memberOf(rooms["left"], domain.Joined, s.bob), memberOf(rooms["left"], domain.Left, s.bob),
		memberOf(rooms["gone"], domain.Joined, s.bob), end, memberOf(rooms["old"], domain.Joined, s.bob), archive,
		by(s.alice, memberOf(rooms["private"], domain.Invited, s.bob)))
	_, err := moveMarkers(t.Context(), f, s.bob, map[domain.RoomID]domain.Seq{rooms["read"]: 1})
	must(t, err)
	list, err := f.Standings(t.Context(), s.bob)
	must(t, err)
	bob, alice := domain.Author{ID: s.bob, Name: "Bob"}, domain.Author{ID: s.alice, Name: "Alice"}
	type brief struct {
		ID       domain.RoomID
		Role     domain.Role
		Archived bool
		People   []domain.Author
	}
	var got []brief
	for _, standing := range list {
		got = append(got, brief{standing.ID, standing.Role, standing.Archived, standing.People})
	}
	if diff := gocmp.Diff([]brief{
		{f.lobby(t), domain.RoleMember, false, nil},
		{s.room, domain.RoleMember, false, nil},
		{rooms["old"], domain.RoleMember, true, nil},
		{rooms["private"], domain.RoleInvited, false, nil},
		{pair, domain.RoleMember, false, []domain.Author{alice, bob}},
		{alone, domain.RoleMember, false, []domain.Author{bob}},
	}, got); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	if list, err := f.Standings(t.Context(), s.carol+1000); err != nil || len(list) != 0 {
		t.Errorf("of nobody: %+v, %v", list, err)
	}
}

func unread(t *testing.T, f *fixture) {
	s := newStage(t, f)
	count := func(want int, why string) {
		t.Helper()
		if got := s.standing(t, s.alice); got.Unread != want || got.Mentions != 0 {
			t.Errorf("%s: %d unread, %d mentions, want %d", why, got.Unread, got.Mentions, want)
		}
	}
	count(1, "bob's message, not her own, not the changes")
	f.apply(t, s.deletion(3, s.bob))
	count(0, "it was deleted")
	f.fill(t, s.room, s.bob, 98)
	f.add(t, draft(s.room, s.alice, "own", "own"))
	count(98, "own ones among them")
	for i, want := range []int{99, 100, 100, 100} {
		f.add(t, draft(s.room, s.bob, fmt.Sprint("more", i), "text"))
		count(want, fmt.Sprint(i+1, " more"))
	}
	f.fill(t, s.room, s.carol, 300)
	count(chat.MaxUnread, "many more")
	head := f.head(t, s.room)
	for _, step := range []struct{ marker, left domain.Seq }{{head - 100, 100}, {head - 99, 99}, {head - 1, 1}, {head, 0}, {head + 5, 0}} {
		_, err := moveMarkers(t.Context(), f, s.alice, map[domain.RoomID]domain.Seq{s.room: step.marker})
		must(t, err)
		count(int(step.left), fmt.Sprint("read up to ", step.marker, " of ", head))
	}
}

func mentioned(t *testing.T, f *fixture) {
	s := newStage(t, f)
	count := func(want int, why string) {
		t.Helper()
		if got := s.standing(t, s.alice); got.Mentions != want {
			t.Errorf("%s: %d mentions, want %d", why, got.Mentions, want)
		}
	}
	say := func(author domain.UserID, nonce string, mentions ...chat.Mention) domain.Seq {
		t.Helper()
		entry := draft(s.room, author, nonce, "text")
		entry.Mentions = mentions
		return f.add(t, entry)[0].Seq
	}
	byName, here := chat.Mention{User: s.alice, How: chat.ByName}, chat.Mention{User: s.alice, How: chat.ByHere}
	everybody, somebody := chat.Mention{User: chat.Everyone, How: chat.ByRoom}, chat.Mention{User: s.carol, How: chat.ByName}
	say(s.bob, "carol", somebody)
	count(0, "somebody else is called")
	say(s.alice, "own", byName, everybody)
	count(0, "she calls herself")
	named := say(s.bob, "name", byName)
	called := say(s.bob, "room", everybody)
	say(s.bob, "here", here)
	count(3, "by name, with everybody, and as one who is here")
	both := say(s.bob, "both", byName, here, everybody)
	count(4, "twice in one message")
	f.apply(t, s.edit(named, s.bob, "new", somebody), s.edit(3, s.bob, "new", byName))
	count(4, "one edited away, one edited in")
	f.apply(t, s.edit(both, s.bob, "new", everybody), s.deletion(called, s.bob))
	count(3, "one deleted")
	for i := range 60 {
		say(s.bob, fmt.Sprint("name ", i), byName)
		say(s.bob, fmt.Sprint("room ", i), everybody)
	}
	count(chat.MaxUnread, "very many")
	_, err := moveMarkers(t.Context(), f, s.alice, map[domain.RoomID]domain.Seq{s.room: f.head(t, s.room) - 3})
	must(t, err)
	count(3, "most are read")
}
