package storetest

import (
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/encryption"
)

var memberTests = map[string]func(*testing.T, *fixture){
	"whoever joins has nothing to catch up with": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		_, err := moveMarkers(t.Context(), f, s.carol, map[domain.RoomID]domain.Seq{s.room: 2})
		must(t, err)
		seq := f.apply(t, s.member(domain.Joined, s.carol))[0]
		if access := s.access(t, s.carol); access.Role != domain.RoleMember || access.Read != seq || access.Members != 3 {
			t.Errorf("joined at %d: %+v", seq, access)
		}
		f.apply(t, s.member(domain.Left, s.carol))
		if access := s.access(t, s.carol); access.Role != domain.RoleNone || access.Read != seq || access.Members != 2 {
			t.Errorf("left: %+v", access)
		}
		_, err = moveMarkers(t.Context(), f, s.carol, map[domain.RoomID]domain.Seq{s.room: 4711})
		must(t, err)
		f.apply(t, s.member(domain.Joined, s.carol))
		if access := s.access(t, s.carol); access.Read != 4711 {
			t.Errorf("a marker went back to %d", access.Read)
		}
	},
	"a private room is joined by invitation only": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		s.room = f.create(t, chat.NewRoom{Name: "club", Kind: domain.RoomPrivate, Creator: s.alice})
		refused := func(why string) {
			t.Helper()
			results, err := f.Apply(t.Context(), []chat.Change{s.member(domain.Joined, s.carol)})
			must(t, err)
			t.Log(why)
			WantError(t, results[0].Err, domain.NotFound, "room.not_found")
		}
		invited := by(s.alice, s.member(domain.Invited, s.carol))
		refused("nobody invited her")
		f.apply(t, invited)
		if access := s.access(t, s.carol); access.Role != domain.RoleInvited || access.Members != 1 {
			t.Errorf("invited: %+v", access)
		}
		for _, c := range []chat.Change{s.member(domain.Left, s.carol), by(s.alice, s.member(domain.Removed, s.carol))} {
			results, err := f.Apply(t.Context(), []chat.Change{c})
			if err != nil || results[0] != (chat.Changed{}) {
				t.Errorf("the end of an invitation is told: %+v, %v", results, err)
			}
			refused("she declined, or it was taken back")
			f.apply(t, invited)
		}
		f.apply(t, s.member(domain.Joined, s.carol), by(s.alice, s.member(domain.Removed, s.carol)))
		refused("she was removed")
	},
	"an owner can go once there is another": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		f.apply(t, by(s.alice, as(domain.RoleOwner, s.member(domain.RoleSet, s.bob))), s.member(domain.Left, s.alice))
		results, err := f.Apply(t.Context(), []chat.Change{s.member(domain.Left, s.bob)})
		must(t, err)
		WantError(t, results[0].Err, domain.Conflict, "room.last_owner")
	},
	"members are listed by id, invited people among them": listed,
	"the disabled are not listed, but in direct conversations they stay": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		direct := f.create(t, chat.NewRoom{
			Kind: domain.RoomDirect, Direct: "1,2", Creator: s.alice, Members: []domain.UserID{s.alice, s.bob},
		})
		disabled := true
		must(t, f.ChangeAccount(t.Context(), s.bob, auth.AccountChange{Disabled: &disabled, Void: true}))
		for room, want := range map[domain.RoomID]int{s.room: 1, direct: 2} {
			members, err := f.Members(t.Context(), room, chat.MemberSpan{Limit: 10})
			if err != nil || len(members) != want {
				t.Errorf("listed: %+v, %v", members, err)
			}
		}
		if people, err := f.Named(t.Context(), s.room, []string{"bob"}); err != nil || len(people) != 0 {
			t.Errorf("named: %+v, %v", people, err)
		}
	},
	"those are named who have joined": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		f.apply(t, by(s.alice, s.member(domain.Invited, s.carol)))
		people, err := f.Named(t.Context(), s.room, []string{"carol", "bob", "nobody", "alice", "bob", "Alice", "'"})
		want := []domain.Author{{ID: s.alice, Name: "Alice"}, {ID: s.bob, Name: "Bob"}}
		if err != nil || !slices.Equal(people, want) {
			t.Errorf("got %+v, %v", people, err)
		}
		for _, none := range [][]string{nil, {}} {
			if people, err := f.Named(t.Context(), s.room, none); err != nil || len(people) != 0 {
				t.Errorf("of none: %+v, %v", people, err)
			}
		}
	},
	"a draft is a member's own, sealed, and goes with them": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		_, err := moveMarkers(t.Context(), f, s.carol, map[domain.RoomID]domain.Seq{s.room: 2}) // she reads there
		must(t, err)
		for _, user := range []domain.UserID{s.bob, s.carol, s.carol + 1000} {
			must(t, f.SetDraft(t.Context(), user, s.room, sealed(0, "draft")))
		}
		for user, want := range map[domain.UserID]encryption.Sealed{s.alice: {}, s.bob: sealed(0, "draft"), s.carol: {}} {
			if got := s.access(t, user).Draft; got != want {
				t.Errorf("user %d has %+v", user, got)
			}
		}
		must(t, f.SetDraft(t.Context(), s.bob, s.room, encryption.Sealed{}))
		if got := s.access(t, s.bob).Draft; got != (encryption.Sealed{}) {
			t.Errorf("taken away, it is %+v", got)
		}
		must(t, f.SetDraft(t.Context(), s.bob, s.room, sealed(0, "draft")))
		f.apply(t, s.member(domain.Left, s.bob))
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM members WHERE draft_token IS NOT NULL`); n != 0 {
			t.Errorf("%d drafts are left", n)
		}
	},
	"settings are a member's own, and go with them": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		_, err := moveMarkers(t.Context(), f, s.carol, map[domain.RoomID]domain.Seq{s.room: 2})
		must(t, err)
		for _, user := range []domain.UserID{s.bob, s.carol} {
			must(t, f.Configure(t.Context(), user, s.room, true, domain.NotifyAll))
		}
		for user, want := range map[domain.UserID]bool{s.alice: false, s.bob: true, s.carol: false} {
			access := s.access(t, user)
			if access.Muted != want || (access.Notify == domain.NotifyAll) != want {
				t.Errorf("user %d has %+v", user, access)
			}
		}
		f.apply(t, s.member(domain.Left, s.bob), s.member(domain.Joined, s.bob))
		if access := s.access(t, s.bob); access.Muted || access.Notify != domain.NotifyMentions {
			t.Errorf("who came back has %+v", access)
		}
	},
}

func listed(t *testing.T, f *fixture) {
	s := newStage(t, f)
	dan := f.user(t, "Dan_1")
	f.apply(t, by(s.alice, s.member(domain.Invited, s.carol)), s.member(domain.Joined, dan),
		by(s.alice, as(domain.RoleModerator, s.member(domain.RoleSet, dan))))
	want := []domain.Member{
		{User: domain.Author{ID: s.alice, Name: "Alice"}, Role: domain.RoleOwner, JoinedAt: stored},
		{User: domain.Author{ID: s.bob, Name: "Bob"}, Role: domain.RoleMember, JoinedAt: stored},
		{User: domain.Author{ID: s.carol, Name: "Carol"}, Role: domain.RoleInvited},
		{User: domain.Author{ID: dan, Name: "Dan_1"}, Role: domain.RoleModerator, JoinedAt: stored},
	}
	for name, c := range map[string]struct {
		span chat.MemberSpan
		want []domain.Member
	}{
		"all":               {chat.MemberSpan{Limit: 100}, want},
		"the first":         {chat.MemberSpan{Limit: 2}, want[:2]},
		"those after":       {chat.MemberSpan{After: s.bob, Limit: 1}, want[2:3]},
		"none":              {chat.MemberSpan{Limit: 0}, nil},
		"a prefix":          {chat.MemberSpan{Prefix: "dan", Limit: 10}, want[3:]},
		"a whole name":      {chat.MemberSpan{Prefix: "dan_1", Limit: 10}, want[3:]},
		"more than a name":  {chat.MemberSpan{Prefix: "dan_11", Limit: 10}, nil},
		"no pattern":        {chat.MemberSpan{Prefix: "dan%", Limit: 10}, nil},
		"_ is a character":  {chat.MemberSpan{Prefix: "b_", Limit: 10}, nil},
		"a prefix, further": {chat.MemberSpan{After: dan, Prefix: "dan", Limit: 10}, nil},
	} {
		got, err := f.Members(t.Context(), s.room, c.span)
		must(t, err)
		if diff := gocmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got, err := f.Members(t.Context(), s.room+1000, chat.MemberSpan{Limit: 10}); err != nil || len(got) != 0 {
		t.Errorf("of no room: %v, %v", fmt.Sprint(got), err)
	}
}
