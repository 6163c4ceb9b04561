package chat_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// meanwhile is a store in which something happens right after it was asked who
// somebody is in a room.
type meanwhile struct {
	chat.Store
	user domain.UserID
	then func()
}

func (m *meanwhile) Look(ctx context.Context, user domain.UserID, where chat.Where) (chat.Access, error) {
	access, err := m.Store.Look(ctx, user, where)
	if then := m.then; then != nil && user == m.user {
		m.then = nil
		then()
	}
	return access, err
}

// Who may do a thing is asked again in the transaction that does it: what was
// taken from somebody meanwhile counts.
func TestWhatIsTakenFromSomebodyMeanwhileCounts(t *testing.T) {
	t.Parallel()
	topic, name := "weather", "sky"
	// The first four places are bob's and mia's invitations and their joining.
	const his, hers domain.Seq = 5, 6
	calls := []struct {
		name string
		call func(c *chat.Service, mia auth.Actor, room domain.Address) error
		role string // the answer to a moderator who is a member now; "" if that is enough
	}{
		{"Send", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			_, err := c.Send(context.Background(), mia, room, chat.Draft{Content: "too late"})
			return err
		}, ""},
		{"Edit", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			_, err := c.Edit(context.Background(), mia, room, hers, "too late")
			return err
		}, ""},
		{"Delete/mine", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			return c.Delete(context.Background(), mia, room, hers)
		}, ""},
		{"Delete/other", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			return c.Delete(context.Background(), mia, room, his)
		}, "room.forbidden"},
		{"React", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			return c.React(context.Background(), mia, room, his, "👍", true)
		}, ""},
		{"Pin", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			return c.Pin(context.Background(), mia, room, his, true)
		}, "room.forbidden"},
		{"Invite", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			return c.Invite(context.Background(), mia, room, "carol")
		}, "room.forbidden"},
		{"Remove", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			return c.Remove(context.Background(), mia, room, "bob")
		}, "room.forbidden"},
		{"ChangeRoom/topic", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			_, err := c.ChangeRoom(context.Background(), mia, room, chat.RoomChange{Topic: &topic})
			return err
		}, "room.forbidden"},
	}
	owners := []struct {
		name string
		call func(c *chat.Service, mia auth.Actor, room domain.Address) error
	}{
		{"SetRole", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			return c.SetRole(context.Background(), mia, room, "bob", domain.RoleOwner)
		}},
		{"ChangeRoom/name", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			_, err := c.ChangeRoom(context.Background(), mia, room, chat.RoomChange{Name: &name})
			return err
		}},
		{"DeleteRoom", func(c *chat.Service, mia auth.Actor, room domain.Address) error {
			return c.DeleteRoom(context.Background(), mia, room)
		}},
	}
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		m := &meanwhile{}
		core := storetest.NewCoreWith(t, config, func(settings *storetest.Settings) {
			settings.WrapChat = func(store chat.Store) chat.Store {
				m.Store = store
				return m
			}
			clock := &clock{at: time.Now()}
			settings.Now = func() time.Time { clock.pass(time.Minute); return clock.now() } // no limit is met
		})
		olga, mia, bob := core.User(t, "olga"), core.User(t, "mia"), core.User(t, "bob")
		core.User(t, "carol")
		m.user = mia.ID()
		ctx := t.Context()
		role := func(room domain.Address, role domain.Role) {
			t.Helper()
			if err := core.Chat.SetRole(ctx, olga, room, "mia", role); err != nil {
				t.Fatal(err)
			}
		}
		fill := func(room domain.Address) {
			t.Helper()
			for _, actor := range []auth.Actor{bob, mia} {
				if _, err := core.Chat.Send(ctx, actor, room, chat.Draft{Content: "in time"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		wants := func(what string, room domain.Address, err error, code string) {
			t.Helper()
			if code == "" && err != nil || code != "" && !domain.HasCode(err, code) {
				t.Errorf("%s: %v, want %q", what, err, code)
			}
			last, err := core.Chat.Messages(ctx, olga, room, chat.Span{Limit: 1})
			if err != nil || code != "" && len(last.Messages) == 1 && last.Messages[0].Content == "too late" {
				t.Errorf("%s: it was stored: %v", what, err)
			}
		}
		remove := func(room domain.Address) func() {
			return func() {
				if err := core.Chat.Remove(ctx, olga, room, "mia"); err != nil {
					t.Error(err)
				}
			}
		}
		demote := func(room domain.Address) func() { return func() { role(room, domain.RoleMember) } }
		for _, c := range calls {
			for _, taken := range []struct {
				kind domain.RoomKind
				what func(domain.Address) func()
				code string
			}{
				{domain.RoomPrivate, demote, c.role},
				{domain.RoomPrivate, remove, "room.not_found"},
				{domain.RoomPublic, remove, "room.not_member"},
			} {
				room := namedRoom(t, core, "room", taken.kind, olga, bob, mia)
				fill(room)
				role(room, domain.RoleModerator)
				m.then = taken.what(room)
				wants(fmt.Sprint(c.name, " in a ", taken.kind, " room"), room, c.call(core.Chat, mia, room), taken.code)
				if err := core.Chat.DeleteRoom(ctx, olga, room); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, c := range owners {
			room := namedRoom(t, core, "room", domain.RoomPrivate, olga, bob, mia)
			role(room, domain.RoleOwner)
			m.then = func() { role(room, domain.RoleModerator) }
			wants(c.name+" of an owner", room, c.call(core.Chat, mia, room), "room.forbidden")
			if err := core.Chat.DeleteRoom(ctx, olga, room); err != nil {
				t.Fatal(err)
			}
		}
	})
}
