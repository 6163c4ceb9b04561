package chat_test

import (
	"strings"
	"testing"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/store"
	"parley/store/storetest"
)

// waiting takes what a screen was told so far.
func waiting(t *testing.T, live *chat.Live) (list []domain.Event) {
	t.Helper()
	live.Reply(wire.NewReply("mark"))
	batch, err := live.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range batch {
		if line.Event.Type != "" {
			list = append(list, line.Event)
		}
	}
	return list
}

func TestADraftIsOnAllMyScreensAndNobodyElses(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		room := makeRoom(t, core, domain.RoomPublic, alice, bob)
		this, other, his := follow(t, core, alice, room, broadcast.Live), connect(t, core, alice), follow(t, core, bob, room, broadcast.Live)
		waiting(t, this)
		draft := "  a draft with xylophones\nand spaces "
		if err := core.Chat.SetDraft(t.Context(), alice, room, draft, this.Subscription); err != nil {
			t.Fatal(err)
		}
		if got := waiting(t, other); len(got) != 1 || got[0].Type != domain.EventDraft || got[0].Content != draft || got[0].RoomID != room.ID {
			t.Errorf("the other screen was told %+v", got)
		}
		if got, bobs := waiting(t, this), waiting(t, his); len(got)+len(bobs) > 0 {
			t.Errorf("this screen was told %+v, bob %+v", got, bobs)
		}
		for _, who := range []struct {
			core *storetest.Core
			want string
		}{{core, draft}, {core.Beside(t), draft}} {
			if view, err := who.core.Chat.Room(t.Context(), alice, room); err != nil || view.Draft != draft {
				t.Errorf("she finds %q, %v", view.Draft, err)
			}
			if view, err := who.core.Chat.Room(t.Context(), bob, room); err != nil || view.Draft != "" {
				t.Errorf("bob finds %q, %v", view.Draft, err)
			}
		}
		db := storetest.DB(t, config)
		if token := storetest.Scalar[string](t, db, `SELECT draft_token FROM members WHERE draft_token IS NOT NULL`); !strings.HasPrefix(token, "gAAAA") {
			t.Errorf("the store keeps %q", token)
		}
		// A draft that was moved to somebody else's place does not open there.
		storetest.Exec(t, db, `UPDATE members SET draft_token = (SELECT draft_token FROM members WHERE draft_token IS NOT NULL),
			draft_key_id = (SELECT draft_key_id FROM members WHERE draft_token IS NOT NULL) WHERE draft_token IS NULL`)
		if view, err := core.Chat.Room(t.Context(), bob, room); err != nil || view.Draft != "" {
			t.Errorf("bob reads %q, %v", view.Draft, err)
		}
		if err := core.Chat.SetDraft(t.Context(), alice, room, "", nil); err != nil {
			t.Fatal(err)
		}
		if view, err := core.Chat.Room(t.Context(), alice, room); err != nil || view.Draft != "" {
			t.Errorf("taken away, there is %q, %v", view.Draft, err)
		}
	})
}

func TestWhatIsMineInARoomIsGoneOnceILeave(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		room := makeRoom(t, core, domain.RoomPublic, alice, bob)
		muted, all := true, domain.NotifyAll
		for _, err := range []error{
			core.Chat.SetDraft(t.Context(), bob, room, "a draft", nil),
			second(core.Chat.Configure(t.Context(), bob, room, chat.Settings{Muted: &muted, Notify: &all}, nil)),
			core.Chat.Leave(t.Context(), bob, room),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		storetest.WantError(t, core.Chat.SetDraft(t.Context(), bob, room, "another", nil), domain.Forbidden, "room.not_member")
		view, err := core.Chat.Join(t.Context(), bob, room)
		if err != nil || view.Draft != "" || view.Muted || view.Notify != domain.NotifyMentions {
			t.Errorf("back again: %+v, %v", view, err)
		}
	})
}

func TestADraftIsWhatCanBecomeAMessage(t *testing.T) {
	t.Parallel()
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	for _, content := range []string{" ", "\n\t", strings.Repeat("日", domain.MaxContent)} {
		if err := core.Chat.SetDraft(t.Context(), alice, lobby, content, nil); err != nil {
			t.Errorf("%.10q: %v", content, err)
		}
		if view, err := core.Chat.Room(t.Context(), alice, lobby); err != nil || view.Draft != content {
			t.Errorf("%.10q became %.10q, %v", content, view.Draft, err)
		}
	}
	for _, content := range []string{strings.Repeat("a", domain.MaxContent+1), "\xff", "a\rb"} {
		storetest.WantError(t, core.Chat.SetDraft(t.Context(), alice, lobby, content, nil), domain.Invalid, "draft.content")
	}
}

func TestSettingsAreOnAllMyScreens(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		this, other, his := connect(t, core, alice), connect(t, core, alice), follow(t, core, bob, lobby, broadcast.Live)
		waiting(t, his)
		muted, none, wrong := true, domain.NotifyNone, domain.Notify("loudly")
		for i, wanted := range []chat.Settings{{Muted: &muted}, {Notify: &none}, {}} {
			view, err := core.Chat.Configure(t.Context(), alice, lobby, wanted, this.Subscription)
			if err != nil || !view.Muted || (view.Notify == none) != (i > 0) {
				t.Errorf("%d: %+v, %v", i, view, err)
			}
			got := waiting(t, other)
			if len(got) != 1 || got[0].Change != domain.Configured || !got[0].Muted || got[0].Notify != view.Notify || got[0].Room != "lobby" {
				t.Errorf("%d: the other screen was told %+v", i, got)
			}
		}
		_, err := core.Chat.Configure(t.Context(), alice, lobby, chat.Settings{Notify: &wrong}, nil)
		storetest.WantError(t, err, domain.Invalid, "room.notify")
		if got, bobs := waiting(t, this), waiting(t, his); len(got)+len(bobs) > 0 {
			t.Errorf("this screen was told %+v, bob %+v", got, bobs)
		}
		if view, err := core.Beside(t).Chat.Room(t.Context(), alice, lobby); err != nil || !view.Muted || view.Notify != none {
			t.Errorf("stored is %+v, %v", view, err)
		}
		if view, err := core.Chat.Room(t.Context(), bob, lobby); err != nil || view.Muted || view.Notify != domain.NotifyMentions {
			t.Errorf("bob has %+v, %v", view, err)
		}
	})
}

// All screens of whoever a room becomes open to are told, whatever they follow.
func TestANewRoomIsToldToTheScreensOfWhomItConcerns(t *testing.T) {
	t.Parallel()
	core, _ := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	hers, his := connect(t, core, alice), connect(t, core, bob)
	topic := "what we build"
	view, err := core.Chat.Create(t.Context(), alice, chat.Creation{Name: "dev", Kind: domain.RoomPrivate, Topic: topic})
	if err != nil {
		t.Fatal(err)
	}
	room := domain.Address{ID: view.ID}
	check := func(what string, got []domain.Event, role domain.Role) {
		t.Helper()
		if role == domain.RoleNone {
			if len(got) > 0 {
				t.Errorf("%s: told %+v", what, got)
			}
			return
		}
		if len(got) != 1 || got[0].Change != domain.Added || got[0].Role != role || got[0].RoomID != view.ID || got[0].Room != "dev" || got[0].Topic != topic {
			t.Errorf("%s: told %+v", what, got)
		}
	}
	check("alice made it", waiting(t, hers), domain.RoleOwner)
	check("alice made it", waiting(t, his), domain.RoleNone)
	for range 2 { // the second time is no news
		if err := core.Chat.Invite(t.Context(), alice, room, "BOB"); err != nil {
			t.Fatal(err)
		}
	}
	check("bob was invited", waiting(t, his), domain.RoleInvited)
	for range 2 {
		if _, err := core.Chat.Join(t.Context(), bob, room); err != nil {
			t.Fatal(err)
		}
	}
	check("bob joined", waiting(t, his), domain.RoleMember)
	check("bob joined", waiting(t, hers), domain.RoleNone)
}
