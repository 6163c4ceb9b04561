package wire_test

import (
	"testing"
	"time"

	"parley/domain"
	"parley/domain/wire"
)

var (
	bob   = domain.Author{ID: 8, Name: "bob"}
	later = time.Date(2026, 11, 23, 10, 5, 0, 0, time.UTC)
)

// The lines are the contract's, to the byte.
func TestMessagesAreWrittenAsTheContractSays(t *testing.T) {
	for name, c := range map[string]struct {
		event domain.Event
		want  string
	}{
		"plain": {
			domain.Event{Type: domain.EventMessage, RoomID: 1, Room: "lobby", Seq: 42, Message: message(nil)},
			`{"type":"message","room_id":1,"room":"lobby","seq":42,"author":{"id":7,"username":"alice"},"content":"hi","created_at":"2026-11-23T10:00:00.123456Z"}`,
		},
		"a nonce, in a direct conversation": {
			domain.Event{Type: domain.EventMessage, RoomID: 1, Seq: 42, Nonce: "0193", Message: message(func(m *domain.Message) {
				m.Room, m.CreatedAt = "", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			})},
			`{"type":"message","room_id":1,"seq":42,"author":{"id":7,"username":"alice"},"content":"hi","created_at":"2026-01-02T03:04:05.000000Z","nonce":"0193"}`,
		},
		"an answer that calls somebody": {
			domain.Event{Type: domain.EventMessage, Message: message(func(m *domain.Message) {
				m.Content, m.Mentions = "@bob", []string{"bob"}
				m.ReplyTo, m.Quote = 40, &domain.Quote{Author: "bob", Text: "how so?"}
			})},
			`{"type":"message","room_id":1,"room":"lobby","seq":42,"author":{"id":7,"username":"alice"},"content":"@bob","created_at":"2026-11-23T10:00:00.123456Z",` +
				`"reply_to":40,"quote":{"username":"bob","text":"how so?"},"mentions":["bob"],` +
				`"nodes":[{"kind":"paragraph","nodes":[{"kind":"mention","text":"bob"}]}]}`,
		},
		"all that people do to one": {
			domain.Event{Type: domain.EventMessage, Message: message(func(m *domain.Message) {
				m.EditedAt, m.Pinned = later, true
				m.Reactions = []domain.Reaction{{Emoji: "👍", Users: []domain.Author{bob, alice}}}
			})},
			`{"type":"message","room_id":1,"room":"lobby","seq":42,"author":{"id":7,"username":"alice"},"content":"hi","created_at":"2026-11-23T10:00:00.123456Z",` +
				`"edited_at":"2026-11-23T10:05:00.000000Z","pinned":true,"reactions":[{"emoji":"👍","count":2,"usernames":["bob","alice"]}]}`,
		},
		"what is left of one": {
			domain.Event{Type: domain.EventMessage, Message: message(func(m *domain.Message) {
				m.Content, m.Deleted = "", true
				m.ReplyTo, m.Quote = 40, &domain.Quote{Author: "bob", Deleted: true}
			})},
			`{"type":"message","room_id":1,"room":"lobby","seq":42,"author":{"id":7,"username":"alice"},"content":"","created_at":"2026-11-23T10:00:00.123456Z",` +
				`"deleted":true,"reply_to":40,"quote":{"username":"bob","text":"","deleted":true}}`,
		},
	} {
		if got := wire.Encode(c.event); string(got) != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
}

func TestChangesAreWrittenAsTheContractSays(t *testing.T) {
	change := func(kind domain.EventType, fill func(*domain.Event)) domain.Event {
		e := domain.Event{Type: kind, RoomID: 1, Room: "lobby", Seq: 60, At: later}
		fill(&e)
		return e
	}
	const head, at = `"room_id":1,"room":"lobby","seq":60,`, `"at":"2026-11-23T10:05:00.000000Z"}`
	for _, c := range []struct {
		event domain.Event
		want  string
	}{
		{
			change(domain.EventEdited, func(e *domain.Event) {
				e.Target, e.Message = 42, message(func(m *domain.Message) { m.EditedAt = later })
			}),
			`{"type":"edited",` + head + `"target":42,"content":"hi","edited_at":"2026-11-23T10:05:00.000000Z"}`,
		},
		{
			change(domain.EventEdited, func(e *domain.Event) {
				e.Target, e.Message = 42, message(func(m *domain.Message) {
					m.Content, m.Mentions, m.EditedAt = "*@bob*", []string{"bob"}, later
				})
			}),
			`{"type":"edited",` + head + `"target":42,"content":"*@bob*",` +
				`"nodes":[{"kind":"paragraph","nodes":[{"kind":"emphasis","nodes":[{"kind":"mention","text":"bob"}]}]}],` +
				`"mentions":["bob"],"edited_at":"2026-11-23T10:05:00.000000Z"}`,
		},
		{
			change(domain.EventDeleted, func(e *domain.Event) { e.Target, e.By = 42, bob }),
			`{"type":"deleted",` + head + `"target":42,"username":"bob",` + at,
		},
		{
			change(domain.EventReaction, func(e *domain.Event) { e.Target, e.Emoji, e.User, e.Added = 42, "👍", bob, true }),
			`{"type":"reaction",` + head + `"target":42,"emoji":"👍","username":"bob","added":true,` + at,
		},
		{
			change(domain.EventReaction, func(e *domain.Event) { e.Room, e.Target, e.Emoji, e.User = "", 42, "👍", bob }),
			`{"type":"reaction","room_id":1,"seq":60,"target":42,"emoji":"👍","username":"bob","added":false,` + at,
		},
		{
			change(domain.EventPin, func(e *domain.Event) { e.Target, e.User, e.Added = 42, bob, true }),
			`{"type":"pin",` + head + `"target":42,"username":"bob","added":true,` + at,
		},
		{
			change(domain.EventPin, func(e *domain.Event) { e.Target, e.User = 42, bob }),
			`{"type":"pin",` + head + `"target":42,"username":"bob","added":false,` + at,
		},
		{
			change(domain.EventMember, func(e *domain.Event) { e.Change, e.User, e.By, e.Role = domain.Joined, bob, bob, domain.RoleMember }),
			`{"type":"member",` + head + `"change":"joined","username":"bob","role":"member",` + at,
		},
		{
			change(domain.EventMember, func(e *domain.Event) { e.Change, e.User, e.By = domain.Removed, bob, alice }),
			`{"type":"member",` + head + `"change":"removed","username":"bob","by":"alice",` + at,
		},
		{
			change(domain.EventMember, func(e *domain.Event) {
				e.Change, e.User, e.By, e.Role = domain.RoleSet, bob, alice, domain.RoleOwner
			}),
			`{"type":"member",` + head + `"change":"role","username":"bob","by":"alice","role":"owner",` + at,
		},
		{
			change(domain.EventRoom, func(e *domain.Event) { e.Change, e.By, e.Topic = domain.TopicSet, alice, "what we eat" }),
			`{"type":"room",` + head + `"change":"topic","topic":"what we eat","username":"alice",` + at,
		},
		{
			change(domain.EventRoom, func(e *domain.Event) { e.Change, e.By = domain.TopicSet, alice }),
			`{"type":"room",` + head + `"change":"topic","topic":"","username":"alice",` + at,
		},
		{
			change(domain.EventRoom, func(e *domain.Event) { e.Change, e.By, e.Room = domain.Renamed, alice, "kitchen" }),
			`{"type":"room","room_id":1,"room":"kitchen","seq":60,"change":"renamed","username":"alice",` + at,
		},
		{
			change(domain.EventRoom, func(e *domain.Event) { e.Change, e.By = domain.Ended, alice }),
			`{"type":"room",` + head + `"change":"deleted","username":"alice",` + at,
		},
	} {
		if got := wire.Encode(c.event); string(got) != c.want {
			t.Errorf("\ngot  %s\nwant %s", got, c.want)
		}
	}
}

func TestEventsOfTheMomentAreWrittenAsTheContractSays(t *testing.T) {
	for _, c := range []struct {
		event domain.Event
		want  string
	}{
		{
			domain.Event{Type: domain.EventRead, RoomID: 1, Room: "lobby", Seq: 58, User: alice},
			`{"type":"read","room_id":1,"room":"lobby","seq":58}`,
		},
		{
			domain.Event{Type: domain.EventDraft, RoomID: 1, Room: "lobby", Content: "so *far*"},
			`{"type":"draft","room_id":1,"room":"lobby","content":"so *far*"}`,
		},
		{
			domain.Event{Type: domain.EventDraft, RoomID: 17},
			`{"type":"draft","room_id":17,"content":""}`,
		},
		{
			domain.Event{Type: domain.EventTyping, RoomID: 1, Room: "lobby", User: alice},
			`{"type":"typing","room_id":1,"room":"lobby","username":"alice"}`,
		},
		{
			domain.Event{Type: domain.EventRoom, RoomID: 9, Room: "kitchen", Change: domain.Added, Kind: domain.RoomPrivate, Topic: "food", Role: domain.RoleInvited, By: bob},
			`{"type":"room","room_id":9,"room":"kitchen","change":"added","kind":"private","topic":"food","username":"bob","role":"invited"}`,
		},
		{
			domain.Event{Type: domain.EventRoom, RoomID: 17, Change: domain.Added, Kind: domain.RoomDirect, Role: domain.RoleMember},
			`{"type":"room","room_id":17,"change":"added","kind":"direct","role":"member"}`,
		},
		{
			domain.Event{Type: domain.EventRoom, RoomID: 1, Room: "lobby", Change: domain.Configured, Muted: true, Notify: domain.NotifyNone},
			`{"type":"room","room_id":1,"room":"lobby","change":"settings","muted":true,"notify":"none"}`,
		},
		{
			domain.Event{Type: domain.EventRoom, RoomID: 1, Room: "lobby", Change: domain.Configured, Notify: domain.NotifyAll},
			`{"type":"room","room_id":1,"room":"lobby","change":"settings","muted":false,"notify":"all"}`,
		},
		{
			domain.Event{Type: domain.EventPresence, RoomID: 1, Room: "lobby", People: []domain.Presence{
				{User: alice, State: domain.DoNotDisturb, Status: "at lunch"}, {User: bob, State: domain.Offline},
			}},
			`{"type":"presence","room_id":1,"room":"lobby","users":[{"username":"alice","state":"dnd","status":"at lunch"},{"username":"bob","state":"offline"}]}`,
		},
		{
			domain.Event{Type: domain.EventPresence, RoomID: 17},
			`{"type":"presence","room_id":17,"users":[]}`,
		},
	} {
		line := wire.NewLine(c.event)
		if string(line.JSON) != c.want || line.Event.Type != c.event.Type || line.Nodes != nil {
			t.Errorf("\ngot  %s\nwant %s", line.JSON, c.want)
		}
	}
}

func TestAnswersAreWrittenAsTheContractSays(t *testing.T) {
	room := domain.Room{ID: 1, Name: "lobby", Extent: domain.Extent{First: 1, Head: 57}}
	for want, line := range map[string]*wire.Line{
		`{"type":"subscribed","room_id":1,"room":"lobby","head":57,"first":1,"read":40}`: wire.NewSubscribed(room, 40),
		`{"type":"lagged","room_id":1,"room":"lobby","after":41}`:                        wire.NewReply(wire.Lagged{Type: "lagged", RoomID: 1, Room: "lobby", After: 41}),
		`{"type":"bye","code":"server.shutdown","message":"back soon","reconnect":true}`: wire.NewBye("server.shutdown", "back soon", true),
	} {
		if string(line.JSON) != want || line.Event.Type != "" {
			t.Errorf("\ngot  %s\nwant %s", line.JSON, want)
		}
	}
}

func TestALineCarriesTheParsedTextOfWhatItSays(t *testing.T) {
	marked := message(func(m *domain.Message) { m.Content = "*hi*" })
	for _, kind := range []domain.EventType{domain.EventMessage, domain.EventEdited} {
		line := wire.NewLine(domain.Event{Type: kind, Message: marked})
		if len(line.Nodes) != 1 || line.Nodes[0].Nodes[0].Kind != "emphasis" {
			t.Errorf("%s: got %+v", kind, line.Nodes)
		}
	}
	if line := wire.NewLine(domain.Event{Type: domain.EventMessage, Message: message(nil)}); line.Nodes != nil {
		t.Errorf("plain text became %+v", line.Nodes)
	}
}

func TestAViewerIsToldWhichReactionsAreTheirs(t *testing.T) {
	m := message(func(m *domain.Message) {
		m.Reactions = []domain.Reaction{
			{Emoji: "👍", Users: []domain.Author{bob, alice}},
			{Emoji: "🎉", Users: []domain.Author{bob}},
		}
	})
	got := wire.FromMessage(m, alice.ID).Reactions
	if len(got) != 2 || got[0].Mine == nil || !*got[0].Mine || got[1].Mine == nil || *got[1].Mine {
		t.Errorf("got %+v", got)
	}
	for _, r := range wire.FromMessage(m, 0).Reactions {
		if r.Mine != nil || r.Count != len(r.Usernames) {
			t.Errorf("to nobody: %+v", r)
		}
	}
}
