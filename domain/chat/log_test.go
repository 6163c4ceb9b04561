package chat_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store/storetest"
)

// text collects a log.
type text struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

func TestTheLogSaysWhoChangedWhoMayDoWhat(t *testing.T) {
	log := &text{}
	core := storetest.NewCoreWith(t, storetest.SQLite(t), func(s *storetest.Settings) {
		s.Log = slog.New(slog.NewJSONHandler(log, nil))
	})
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	room := makeRoom(t, core, domain.RoomPrivate, alice, bob)
	topic := "a secret topic"
	for _, err := range []error{
		core.Chat.SetRole(t.Context(), alice, room, "bob", domain.RoleModerator),
		second(core.Chat.ChangeRoom(t.Context(), alice, room, chat.RoomChange{Topic: &topic})),
		second(core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: "a secret message"})),
		core.Chat.Remove(t.Context(), alice, room, "bob"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{
		`"member changed"`, `"change":"role","member":"bob","role":"moderator"`, `"change":"removed","member":"bob"`,
		`"room changed"`, `"username":"alice"`, `"request_id"`, `"door":"console"`, `"ip":"127.`,
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%s is not in the log:\n%s", want, log)
		}
	}
	if strings.Contains(log.String(), "secret") {
		t.Errorf("the log tells what was said:\n%s", log)
	}
}

func TestAnInvitationThatIsNoMoreIsToldToTheInvited(t *testing.T) {
	core, _ := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	room := makeRoom(t, core, domain.RoomPrivate, alice)
	his := follow(t, core, bob, lobby, broadcast.Live)
	for name, withdraw := range map[domain.Change]func() error{
		domain.Removed: func() error { return core.Chat.Remove(t.Context(), alice, room, "bob") },
		domain.Left:    func() error { return core.Chat.Leave(t.Context(), bob, room) },
	} {
		if err := core.Chat.Invite(t.Context(), alice, room, "bob"); err != nil {
			t.Fatal(err)
		}
		if err := withdraw(); err != nil {
			t.Fatal(err)
		}
		got := events(t, his, 2)
		if got[0].Change != domain.Added || got[1].Type != domain.EventMember || got[1].Change != name || got[1].Seq != 0 {
			t.Errorf("he was told %+v", got)
		}
	}
}
