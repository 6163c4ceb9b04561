package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/encryption"
)

// stage is a public room with people in it: alice owns it, bob is a member,
// carol is not in it. What happened there: bob joined (1), alice wrote (2), bob
// wrote (3), alice wrote (4) and deleted it (5).
type stage struct {
	*fixture
	room              domain.RoomID
	alice, bob, carol domain.UserID
}

func newStage(tb testing.TB, f *fixture) *stage {
	tb.Helper()
	s := &stage{fixture: f, alice: f.user(tb, "Alice"), bob: f.user(tb, "Bob"), carol: f.user(tb, "Carol")}
	s.room = f.create(tb, chat.NewRoom{Name: "dev", Kind: domain.RoomPublic, Creator: s.alice})
	f.apply(tb, s.member(domain.Joined, s.bob))
	f.add(tb, draft(s.room, s.alice, "2", "two"), draft(s.room, s.bob, "3", "three"), draft(s.room, s.alice, "4", "four"))
	f.apply(tb, s.deletion(4, s.alice))
	return s
}

// create makes a room that must not be there yet.
func (f *fixture) create(tb testing.TB, room chat.NewRoom) domain.RoomID {
	tb.Helper()
	room.CreatedAt = moment
	id, created, err := f.CreateRoom(tb.Context(), room)
	must(tb, err)
	if !created {
		tb.Fatalf("room %d was there already", id)
	}
	return id
}

// apply makes changes that must all be taken, and gives their seqs.
func (f *fixture) apply(tb testing.TB, changes ...chat.Change) []domain.Seq {
	tb.Helper()
	results, err := f.Apply(tb.Context(), changes)
	must(tb, err)
	seqs := make([]domain.Seq, len(results))
	for i, result := range results {
		if result.Err != nil || result.Seq == 0 {
			tb.Fatalf("change %d, %+v: %+v", i, changes[i], result)
		}
		seqs[i] = result.Seq
	}
	return seqs
}

// member is what happens to a user by their own doing.
func (s *stage) member(what domain.Change, user domain.UserID) chat.Change {
	return memberOf(s.room, what, user)
}

func memberOf(room domain.RoomID, what domain.Change, user domain.UserID) chat.Change {
	return chat.Change{RoomID: room, Type: domain.EventMember, Change: what, By: user, User: user, Role: domain.RoleMember, At: moment}
}

// by is the same change, made by somebody else.
func by(user domain.UserID, c chat.Change) chat.Change {
	c.By = user
	return c
}

// as is the same change, to a role.
func as(role domain.Role, c chat.Change) chat.Change {
	c.Role = role
	return c
}

func (s *stage) edit(target domain.Seq, author domain.UserID, text string, mentions ...chat.Mention) chat.Change {
	return chat.Change{
		RoomID: s.room, Type: domain.EventEdited, By: author, Target: target, At: moment, Mentions: mentions,
		Seal: func(seq domain.Seq) (encryption.Sealed, error) { return sealed(seq, text), nil },
	}
}

func (s *stage) deletion(target domain.Seq, user domain.UserID) chat.Change {
	return chat.Change{RoomID: s.room, Type: domain.EventDeleted, By: user, Target: target, At: moment}
}

func (s *stage) reaction(target domain.Seq, user domain.UserID, emoji string, on bool) chat.Change {
	return chat.Change{RoomID: s.room, Type: domain.EventReaction, By: user, Target: target, Emoji: emoji, Added: on, At: moment}
}

func (s *stage) pin(target domain.Seq, on bool) chat.Change {
	return chat.Change{RoomID: s.room, Type: domain.EventPin, By: s.alice, Target: target, Added: on, At: moment}
}

func (s *stage) change(what domain.Change) chat.Change {
	return chat.Change{RoomID: s.room, Type: domain.EventRoom, Change: what, By: s.alice, At: moment}
}

func (s *stage) rename(name string) chat.Change {
	c := s.change(domain.Renamed)
	c.Name = name
	return c
}

func (s *stage) topic(text string) chat.Change {
	c := s.change(domain.TopicSet)
	if text != "" {
		topic := sealed(0, text)
		c.Topic = &topic
	}
	return c
}

// access is what a user is in the room.
func (s *stage) access(tb testing.TB, user domain.UserID) chat.Access {
	tb.Helper()
	access, err := s.Look(tb.Context(), user, chat.Where{ID: s.room})
	must(tb, err)
	return access
}

// message reads one message that must be there.
func (s *stage) message(tb testing.TB, seq domain.Seq) chat.Record {
	tb.Helper()
	records, err := s.MessagesAt(tb.Context(), s.room, []domain.Seq{seq})
	must(tb, err)
	if len(records) != 1 {
		tb.Fatalf("there are %d messages at %d", len(records), seq)
	}
	return records[0]
}

// rows shows every row of the tables that hold rooms and what is in them.
func (f *fixture) rows(tb testing.TB) string {
	tb.Helper()
	var all []string
	for _, table := range []string{"rooms", "members", "messages", "changes", "message_versions", "reactions", "mentions"} {
		lines := strings.Split(Lines(tb, f.db, "SELECT * FROM "+table), "\n")
		slices.Sort(lines)
		all = append(all, table, strings.Join(lines, "\n"))
	}
	return strings.Join(all, "\n")
}

// moveMarkers moves one user's markers.
func moveMarkers(
	ctx context.Context, members chat.Members, user domain.UserID, to map[domain.RoomID]domain.Seq,
) (map[domain.RoomID]domain.Seq, error) {
	moved, err := members.MoveMarkers(ctx, []chat.Progress{{User: user, Markers: to}})
	if err != nil {
		return nil, err
	}
	return moved[0].Markers, moved[0].Err
}

// setPlace keeps where one user is.
func setPlace(tb testing.TB, members chat.Members, user domain.UserID, at chat.Place) {
	tb.Helper()
	moved, err := members.MoveMarkers(tb.Context(), []chat.Progress{{User: user, Place: &at}})
	must(tb, err)
	must(tb, moved[0].Err)
}
