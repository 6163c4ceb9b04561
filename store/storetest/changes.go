package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/encryption"
)

var changeTests = map[string]func(*testing.T, *fixture){
	"a refused change writes nothing and its neighbours stand": refusals,
	"what was so already takes no place":                       settled,
	"an archived room can be taken out, left and deleted, and no more": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		f.apply(t, s.pin(2, true), s.reaction(2, s.bob, "x", true), s.change(domain.Archived))
		for name, c := range map[string]chat.Change{
			"edit": s.edit(2, s.alice, "new"), "delete": s.deletion(2, s.alice), "react": s.reaction(3, s.bob, "x", true),
			"react off": s.reaction(2, s.bob, "x", false), "pin": s.pin(3, true), "unpin": s.pin(2, false),
			"join": s.member(domain.Joined, s.carol), "invite": by(s.alice, s.member(domain.Invited, s.carol)),
			"role": by(s.alice, as(domain.RoleOwner, s.member(domain.RoleSet, s.bob))),
			"name": s.rename("other"), "topic": s.topic("topic"),
		} {
			results, err := f.Apply(t.Context(), []chat.Change{c})
			must(t, err)
			t.Log(name)
			WantError(t, results[0].Err, domain.Conflict, "room.archived")
		}
		results, err := f.Append(t.Context(), []chat.Entry{draft(s.room, s.bob, "n", "text")})
		must(t, err)
		WantError(t, results[0].Err, domain.Conflict, "room.archived")
		if again := f.add(t, draft(s.room, s.bob, "3", "three"))[0]; again.Seq != 3 || !again.Repeated {
			t.Errorf("what was stored before is %+v", again)
		}
		f.apply(t, s.member(domain.Left, s.bob), s.change(domain.Unarchived), s.rename("other"))
		f.apply(t, s.change(domain.Archived))
		if access := s.access(t, s.alice); !access.Archived || access.Name != "other" || access.Members != 1 {
			t.Errorf("got %+v", access)
		}
		f.apply(t, s.change(domain.Ended))
	},
	"a deleted room is nowhere, and its name is free": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		results, err := f.Apply(t.Context(), []chat.Change{s.topic("topic"), s.change(domain.Ended), s.pin(2, true)})
		must(t, err)
		WantError(t, results[2].Err, domain.NotFound, "room.not_found")
		for _, where := range []chat.Where{{ID: s.room}, {Name: "dev"}} {
			_, err := f.Look(t.Context(), s.alice, where)
			WantError(t, err, domain.NotFound, "room.not_found")
		}
		for _, c := range []chat.Change{s.topic("new"), s.pin(2, true), s.member(domain.Left, s.bob), s.change(domain.Ended)} {
			results, err := f.Apply(t.Context(), []chat.Change{c})
			must(t, err)
			WantError(t, results[0].Err, domain.NotFound, "room.not_found")
		}
		appended, err := f.Append(t.Context(), []chat.Entry{draft(s.room, s.bob, "n", "text")})
		must(t, err)
		WantError(t, appended[0].Err, domain.NotFound, "room.not_found")
		moved, err := moveMarkers(t.Context(), f, s.carol, map[domain.RoomID]domain.Seq{s.room: 1})
		if err != nil || len(moved) != 0 {
			t.Errorf("a marker moved there: %v, %v", moved, err)
		}
		// Whoever follows it reads its last event.
		_, changes, err := f.Events(t.Context(), s.room, results[0].Seq, 10)
		if err != nil || len(changes) != 1 || changes[0].Change != domain.Ended || changes[0].Seq != f.head(t, s.room) {
			t.Errorf("the last events are %+v, %v", changes, err)
		}
		if other := f.create(t, chat.NewRoom{Name: "dev", Kind: domain.RoomPublic, Creator: s.bob}); other == s.room {
			t.Error("the new room is the old one")
		}
	},
	"changes come back as they were made": changesComeBack,
	"a change of no known kind fails and writes nothing": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		before := f.rows(t)
		for _, c := range []chat.Change{s.change("moved"), s.change(""), s.member("promoted", s.bob), s.member("", s.carol)} {
			if results, err := f.Apply(t.Context(), []chat.Change{s.topic("topic"), c}); err == nil {
				t.Errorf("%q was %+v", c.Change, results)
			}
		}
		if after := f.rows(t); after != before {
			t.Errorf("something changed:\n%s", gocmp.Diff(before, after))
		}
	},
	"a text that cannot be sealed and a user who is not there fail all": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		before, cause := f.rows(t), errors.New("no key")
		broken := s.edit(2, s.alice, "new")
		broken.Seal = func(domain.Seq) (encryption.Sealed, error) { return encryption.Sealed{}, cause }
		if _, err := f.Apply(t.Context(), []chat.Change{s.topic("topic"), broken}); !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		for _, c := range []chat.Change{
			s.member(domain.Joined, 4711), by(s.alice, s.member(domain.Invited, 4711)), s.reaction(2, 4711, "x", true),
			s.deletion(2, 4711),
		} {
			_, err := f.Apply(t.Context(), []chat.Change{s.topic("topic"), c})
			WantError(t, err, domain.NotFound, "user.not_found")
		}
		if after := f.rows(t); after != before {
			t.Errorf("something changed:\n%s", gocmp.Diff(before, after))
		}
	},
	"what may be is asked with the role that the changes before it left": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		var asked []domain.Role
		pinned := s.pin(2, true)
		pinned.By, pinned.May = s.bob, func(role domain.Role) error {
			asked = append(asked, role)
			return chat.ErrNotMember(true)
		}
		results, err := f.Apply(t.Context(), []chat.Change{pinned, by(s.alice, s.member(domain.Removed, s.bob)), pinned})
		must(t, err)
		for _, i := range []int{0, 2} {
			WantError(t, results[i].Err, domain.Forbidden, "room.not_member")
		}
		if want := []domain.Role{domain.RoleMember, domain.RoleNone}; !slices.Equal(asked, want) || results[1].Seq == 0 {
			t.Errorf("asked %q, want %q; %+v", asked, want, results)
		}
	},
	"no changes are no change": func(t *testing.T, f *fixture) {
		if results, err := f.Apply(t.Context(), nil); err != nil || len(results) != 0 {
			t.Errorf("got %v, %v", results, err)
		}
	},
	"changes of several rooms are answered in the order they came": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		other := f.create(t, chat.NewRoom{Name: "other", Kind: domain.RoomPublic, Creator: s.bob})
		seqs := f.apply(t, memberOf(other, domain.Joined, s.carol), s.topic("a"), memberOf(other, domain.Left, s.carol), s.topic("b"))
		if want := []domain.Seq{1, 6, 2, 7}; !slices.Equal(seqs, want) {
			t.Errorf("numbered %v, want %v", seqs, want)
		}
	},
}

func refusals(t *testing.T, f *fixture) {
	s := newStage(t, f)
	f.create(t, chat.NewRoom{Name: "taken", Kind: domain.RoomPrivate, Creator: s.bob})
	late := s.edit(2, s.alice, "late")
	late.Since = stored.Add(time.Microsecond)
	elsewhere := s.pin(2, true)
	elsewhere.RoomID += 1000
	for name, c := range map[string]struct {
		change chat.Change
		kind   domain.Kind
		code   string
	}{
		"edit nothing":               {s.edit(99, s.alice, "x"), domain.NotFound, "message.not_found"},
		"edit a change":              {s.edit(1, s.bob, "x"), domain.NotFound, "message.not_found"},
		"edit what was deleted":      {s.edit(4, s.alice, "x"), domain.Conflict, "message.deleted"},
		"edit another's":             {s.edit(3, s.alice, "x"), domain.Forbidden, "message.not_yours"},
		"edit too late":              {late, domain.Forbidden, "message.edit_window"},
		"delete nothing":             {s.deletion(99, s.alice), domain.NotFound, "message.not_found"},
		"react to nothing":           {s.reaction(99, s.bob, "x", true), domain.NotFound, "message.not_found"},
		"react to what was deleted":  {s.reaction(4, s.bob, "x", true), domain.Conflict, "message.deleted"},
		"pin nothing":                {s.pin(99, true), domain.NotFound, "message.not_found"},
		"pin a change":               {s.pin(1, true), domain.NotFound, "message.not_found"},
		"pin what was deleted":       {s.pin(4, true), domain.Conflict, "message.deleted"},
		"remove somebody else":       {by(s.alice, s.member(domain.Removed, s.carol)), domain.NotFound, "member.not_found"},
		"a role for somebody else":   {by(s.alice, s.member(domain.RoleSet, s.carol)), domain.NotFound, "member.not_found"},
		"a role for oneself outside": {s.member(domain.RoleSet, s.carol), domain.Forbidden, "room.not_member"},
		"the last owner leaves":      {s.member(domain.Left, s.alice), domain.Conflict, "room.last_owner"},
		"the last owner is removed":  {by(s.bob, s.member(domain.Removed, s.alice)), domain.Conflict, "room.last_owner"},
		"the last owner steps down":  {s.member(domain.RoleSet, s.alice), domain.Conflict, "room.last_owner"},
		"a name that is taken":       {s.rename("taken"), domain.Conflict, "room.name_taken"},
		"the lobby's name":           {s.rename(domain.Lobby), domain.Conflict, "room.name_taken"},
		"a room that is not there":   {elsewhere, domain.NotFound, "room.not_found"},
	} {
		t.Log(name)
		before, head := f.rows(t), f.head(t, s.room)
		results, err := f.Apply(t.Context(), []chat.Change{c.change})
		must(t, err)
		WantError(t, results[0].Err, c.kind, c.code)
		if after := f.rows(t); after != before || results[0].Seq != 0 {
			t.Errorf("seq %d was given, and this changed:\n%s", results[0].Seq, gocmp.Diff(before, after))
		}
		results, err = f.Apply(t.Context(), []chat.Change{
			s.reaction(2, s.alice, name, true), c.change, s.reaction(2, s.alice, name, false),
		})
		must(t, err)
		WantError(t, results[1].Err, c.kind, c.code)
		if results[0].Seq != head+1 || results[2].Seq != head+2 || f.head(t, s.room) != head+2 {
			t.Errorf("its neighbours are %+v behind %d", results, head)
		}
	}
}

func settled(t *testing.T, f *fixture) {
	s := newStage(t, f)
	f.apply(t, s.pin(2, true), s.reaction(2, s.bob, "x", true))
	before := f.rows(t)
	changes := []chat.Change{
		s.deletion(4, s.alice), s.deletion(4, s.bob),
		s.pin(2, true), s.pin(3, false),
		s.reaction(2, s.bob, "x", true), s.reaction(2, s.bob, "y", false), s.reaction(2, s.alice, "x", false),
		s.member(domain.Joined, s.bob), s.member(domain.Joined, s.alice), s.member(domain.Left, s.carol),
		by(s.alice, s.member(domain.Invited, s.bob)), by(s.alice, s.member(domain.RoleSet, s.bob)),
		by(s.bob, as(domain.RoleOwner, s.member(domain.RoleSet, s.alice))),
		s.rename("dev"), s.topic(""), s.change(domain.Unarchived),
	}
	results, err := f.Apply(t.Context(), changes)
	must(t, err)
	for i, result := range results {
		if result != (chat.Changed{}) {
			t.Errorf("change %d, %+v: %+v", i, changes[i], result)
		}
	}
	if after := f.rows(t); after != before {
		t.Errorf("something changed:\n%s", gocmp.Diff(before, after))
	}
	f.apply(t, s.change(domain.Archived))
	results, err = f.Apply(t.Context(), []chat.Change{s.change(domain.Archived)})
	if err != nil || results[0] != (chat.Changed{}) {
		t.Errorf("archived twice: %+v, %v", results, err)
	}
}

func changesComeBack(t *testing.T, f *fixture) {
	s := newStage(t, f)
	changes := []chat.Change{
		s.edit(2, s.alice, "new"), s.reaction(2, s.bob, "👍", true), s.reaction(2, s.bob, "👍", false), s.pin(3, true),
		by(s.alice, as(domain.RoleModerator, s.member(domain.RoleSet, s.bob))),
		by(s.alice, as(domain.RoleInvited, s.member(domain.Invited, s.carol))), s.member(domain.Joined, s.carol),
		by(s.alice, as(domain.RoleNone, s.member(domain.Removed, s.carol))),
		s.topic("topic"), s.rename("other"), s.change(domain.Archived), s.change(domain.Unarchived), s.deletion(3, s.bob),
	}
	f.apply(t, changes...)
	names := map[domain.UserID]string{s.alice: "Alice", s.bob: "Bob", s.carol: "Carol", 0: ""}
	var want []chat.ChangeRecord
	for i, c := range changes {
		detail := c.Emoji
		if c.Type == domain.EventMember {
			detail = string(c.Role)
		}
		want = append(want, chat.ChangeRecord{
			RoomID: s.room, Room: "other", Seq: domain.Seq(6 + i), Type: c.Type, Change: c.Change, Target: c.Target,
			By: domain.Author{ID: c.By, Name: names[c.By]}, User: domain.Author{ID: c.User, Name: names[c.User]},
			Detail: detail, Added: c.Added, At: stored,
		})
	}
	messages, got, err := f.Events(t.Context(), s.room, 5, 100)
	must(t, err)
	if diff := gocmp.Diff(want, got); diff != "" || len(messages) != 0 {
		t.Errorf("%d messages, changes (-want +got):\n%s", len(messages), diff)
	}
	noticed := slices.DeleteFunc(want, func(c chat.ChangeRecord) bool {
		return c.Type != domain.EventMember && c.Type != domain.EventRoom && c.Type != domain.EventPin
	})
	for name, c := range map[string]struct {
		span chat.Range
		want []chat.ChangeRecord
	}{
		"all":        {chat.Range{After: 1, Limit: 100}, noticed},
		"the oldest": {chat.Range{After: 1, Limit: 2}, noticed[:2]},
		"the newest": {chat.Range{Limit: 2, Newest: true}, noticed[len(noticed)-2:]},
		"between":    {chat.Range{After: noticed[1].Seq, Before: noticed[4].Seq, Limit: 100}, noticed[2:4]},
		"nothing":    {chat.Range{After: 1, Limit: 0}, nil},
	} {
		got, err := f.Notices(t.Context(), s.room, c.span)
		must(t, err)
		if diff := gocmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got, err := f.Notices(t.Context(), s.room+1000, chat.Range{Limit: 10}); err != nil || len(got) != 0 {
		t.Errorf("of no room: %v, %v", fmt.Sprint(got), err)
	}
}
