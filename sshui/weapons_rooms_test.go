package sshui_test

// What a room, its members and its changes hold is shown by commands and by the
// line mode. Each text of theirs is brought in with what a terminal obeys: typed
// by a caller, and put into the store and the hub past every check at the door.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/encryption"
)

// short is a weapon that fits where a name does.
func short(weapon string) string {
	if len(weapon) > 200 {
		return weapon[:50]
	}
	return weapon
}

func TestWeaponsInTheArgumentsOfRoomsComeBackHarmless(t *testing.T) {
	d := open(t, options{})
	client := d.logIn(t, "alice")
	d.room(t, "dev", domain.RoomPublic)
	for name, weapon := range weapons {
		for _, command := range []string{
			"rooms %s", "who %s", "who @%s", "join %s", "leave '%s'", "topic %s", "topic dev %s", "topic dev", "create %s",
			"create --private x%s", "create other %s", "invite dev %s", "invite %s bob", "kick dev @%s", "kick dev bob %s",
			"post --reply %s dev hi", "tail dev @%s", "read #%s", "help %s", "topic --%s dev",
		} {
			if strings.Contains(command, "%s") {
				command = fmt.Sprintf(command, weapon)
			}
			got := run(t, client, nil, command)
			if bad := raw(got.out + got.told); bad != "" || len(got.told) > 1000 || strings.Count(got.told, "\n") > 1 {
				t.Errorf("%s in %.20q: %q, %q", name, command, got.out, got.told)
			}
		}
		input := strings.NewReader(fmt.Sprintf(
			"/join %[1]s\n/join @%[1]s\n/part %[1]s\n/msg %[1]s hi\n/msg @bob %[1]s\n/topic %[1]s\n/who %[1]s\n/rooms %[1]s\n/reply %[1]s x\n/%[1]s\n",
			short(weapon),
		))
		if got := run(t, client, input, "plain"); raw(got.out+got.told) != "" {
			t.Errorf("%s in the line mode: %q", name, raw(got.out+got.told))
		}
	}
	if bad := raw(d.log.String()); bad != "" {
		t.Errorf("the log holds %q", bad)
	}
}

// arm stores a room in which every text is a weapon, of somebody whose name is
// one, and has bob be in it and in a conversation with them.
func (d *door) arm(t *testing.T, weapon string, n int) (author domain.Author, room domain.Address) {
	t.Helper()
	ctx, now := t.Context(), time.Now().UTC().Truncate(time.Microsecond)
	name := fmt.Sprintf("mallory%d%s", n, weapon)
	account, err := d.core.Engine.CreateAccount(ctx, auth.NewAccount{Name: name, PasswordHash: "x", CreatedAt: now})
	check(t, err)
	mallory, bob := domain.Author{ID: account.ID, Name: name}, d.as(t, "bob").ID()
	id, _, err := d.core.Engine.CreateRoom(ctx, chat.NewRoom{
		Name: fmt.Sprintf("armed%d%s", n, weapon), Kind: domain.RoomPublic, Creator: mallory.ID, CreatedAt: now,
		SealTopic: func(id domain.RoomID) (encryption.Sealed, error) {
			return d.core.Keyring.Seal(encryption.ForTopic(id), "topic "+weapon)
		},
	})
	check(t, err)
	direct, _, err := d.core.Engine.CreateRoom(ctx, chat.NewRoom{
		Kind: domain.RoomDirect, Direct: fmt.Sprintf("%d,%d", bob, mallory.ID), Creator: bob,
		Members: []domain.UserID{bob, mallory.ID}, CreatedAt: now,
	})
	check(t, err)
	apply := func(c chat.Change) {
		c.RoomID, c.At = id, now
		done, err := d.core.Engine.Apply(ctx, []chat.Change{c})
		check(t, err)
		check(t, done[0].Err)
	}
	apply(chat.Change{Type: domain.EventMember, Change: domain.Joined, By: bob, User: bob, Role: domain.RoleMember})
	for i, where := range []domain.RoomID{id, id, direct} {
		entry := chat.Entry{
			RoomID: where, Author: mallory.ID, CreatedAt: now, Nonce: chat.NonceDigest{byte(i + 1)}, Content: chat.NonceDigest{byte(i + 1)},
			Seal: func(seq domain.Seq) (encryption.Sealed, error) {
				return d.core.Keyring.Seal(encryption.ForMessage(where, seq, mallory.ID), "text "+weapon)
			},
		}
		if i == 1 {
			entry.ReplyTo = 2
		}
		_, err := d.core.Engine.Append(ctx, []chat.Entry{entry})
		check(t, err)
	}
	apply(chat.Change{Type: domain.EventReaction, By: mallory.ID, Target: 3, Emoji: weapon, Added: true})
	apply(chat.Change{Type: domain.EventPin, By: mallory.ID, Target: 2, Added: true})
	return mallory, domain.Address{ID: id}
}

// armed are events of a room in which every text is a weapon.
func armed(room domain.RoomID, mallory domain.Author, me domain.Author, weapon string) []domain.Event {
	at := time.Now()
	said := domain.Message{
		RoomID: room, Room: weapon, Author: mallory, Content: "said " + weapon, CreatedAt: at, EditedAt: at, ReplyTo: 2,
		Quote:     &domain.Quote{Author: mallory.Name, Text: weapon},
		Reactions: []domain.Reaction{{Emoji: weapon, Users: []domain.Author{mallory}}},
	}
	event := func(e domain.Event) domain.Event {
		e.RoomID, e.Room, e.At, e.By, e.Topic, e.Emoji = room, weapon, at, mallory, weapon, weapon
		if e.User.ID == 0 {
			e.User = mallory
		}
		return e
	}
	list := []domain.Event{
		event(domain.Event{Type: domain.EventMessage, Message: said}),
		event(domain.Event{Type: domain.EventEdited, Target: 1, Message: said}),
		event(domain.Event{Type: domain.EventDeleted, Target: 1}),
		event(domain.Event{Type: domain.EventReaction, Target: 1, Added: true}),
		event(domain.Event{Type: domain.EventPin, Target: 1}),
	}
	for _, change := range []domain.Change{domain.Joined, domain.Left, domain.Removed, domain.Invited, domain.RoleSet} {
		list = append(list, event(domain.Event{Type: domain.EventMember, Change: change, Role: domain.Role(weapon)}))
	}
	for _, change := range []domain.Change{domain.TopicSet, domain.Renamed, domain.Archived, domain.Unarchived} {
		list = append(list, event(domain.Event{Type: domain.EventRoom, Change: change}))
	}
	list = append(list, event(domain.Event{Type: domain.EventMember, Change: domain.Removed, User: me}))
	return list
}

func TestWeaponsStoredInRoomsAreShownHarmless(t *testing.T) {
	d := open(t, options{})
	client, bob := d.logIn(t, "bob"), d.as(t, "bob")
	n := 0
	for name, weapon := range weapons {
		weapon = short(weapon)
		n++
		mallory, room := d.arm(t, weapon, n)
		live := d.core.Hub.Subscribe(mallory, broadcast.Options{})
		d.core.Hub.SetPresence(domain.Presence{User: mallory, State: domain.Away, Status: weapon})
		for _, id := range []domain.RoomID{1, room.ID} {
			_, err := live.Join(t.Context(), broadcast.Joining{ID: id, Name: weapon, Head: broadcast.Live}, broadcast.Live, nil)
			check(t, err)
		}
		at := room.String()
		for command, holds := range map[string]string{
			"rooms": "armed", "rooms --all": "topic", "who": "mallory", "who " + at: "mallory", "topic " + at: "topic", "read " + at: "text",
		} {
			got := run(t, client, nil, command)
			if bad := raw(got.out); bad != "" || got.status != 0 || got.told != "" || !strings.Contains(got.out, holds) {
				t.Errorf("%s: %s prints %q, told %q", name, command, bad, got.told)
			}
		}
		input := strings.NewReader(strings.ReplaceAll("/join N\n/who\n/topic\n/rooms\n/rooms all\n/join lobby\n/who N\n", "N", at))
		if got := run(t, client, input, "plain"); raw(got.out+got.told) != "" || got.status != 0 || !strings.Contains(got.out, "text") {
			t.Errorf("%s: the line mode prints %q, told %q", name, raw(got.out), got.told)
		}
		// As it happens: in the line mode in view and elsewhere, and in a tail.
		tail, out, told := watched(t, client, "tail lobby "+at)
		out.await(t, "text")
		p := lineMode(t, client, "dumb", "", 200)
		p.Sees("elsewhere: ")
		p.types("/join "+at, "text")
		seq := domain.Seq(6)
		for _, e := range armed(room.ID, mallory, bob.Author(), weapon) {
			e.Seq, e.Message.Seq = seq, seq
			seq++
			d.core.Hub.Publish(e)
		}
		if status := exitStatusAfter(t, p, out); status != 0 {
			t.Errorf("%s: exit status %d", name, status)
		}
		check(t, tail.Close())
		if bad := raw(out.String() + told.String()); bad != "" {
			t.Errorf("%s: tail prints %q", name, bad)
		}
		if bad := controls(p.Written()); bad != "" {
			t.Errorf("%s: a terminal was sent %q", name, bad)
		}
		live.Close(broadcast.ErrLeft)
	}
	if bad := raw(d.log.String()); bad != "" {
		t.Errorf("the log holds %q", bad)
	}
}

// exitStatusAfter leaves the line mode once it and a tail told of the end.
func exitStatusAfter(t *testing.T, p *talk, tail *journal) int {
	t.Helper()
	p.Sees("you are not in this room any more")
	tail.await(t, "removed bob")
	p.Press("\x04")
	return exitStatus(t, p.session)
}
