package chat_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/store/storetest"
)

// permissions says what becomes of every call in a room, by the kind of room
// and by who calls. Olga owns the room, mia moderates it, max is a member, ivy
// is invited, sam is a stranger and ada an admin who is not in it. Hers is a
// message of olga's, his one of max's.
//
// ok is success; gone is the answer to a room that does not exist; join asks to
// join first, role to have a higher role; the others are in refusals.
const permissions = `
public          nobody stranger invited member moderator owner  admin
Room            gone   ok       ok      ok     ok        ok     ok
Messages        gone   ok       ok      ok     ok        ok     ok
Message         gone   ok       ok      ok     ok        ok     ok
Pinned          gone   ok       ok      ok     ok        ok     ok
Members         gone   ok       ok      ok     ok        ok     ok
Here            gone   ok       ok      ok     ok        ok     ok
Live.Follow     gone   ok       ok      ok     ok        ok     ok
Live.Unfollow   gone   ok       ok      ok     ok        ok     ok
MarkRead        gone   ok       ok      ok     ok        ok     ok
NoteRead        gone   ok       ok      ok     ok        ok     ok
Versions/hers   gone   join     join    role   ok        ok     ok
Versions/his    gone   join     join    ok     ok        ok     ok
Send            gone   join     join    ok     ok        ok     join
Submit          gone   join     join    ok     ok        ok     join
Typing          gone   join     join    ok     ok        ok     join
React           gone   join     join    ok     ok        ok     join
SetDraft        gone   join     join    ok     ok        ok     join
Configure       gone   join     join    ok     ok        ok     join
Edit/hers       gone   join     join    yours  yours     ok     join
Delete/hers     gone   join     join    role   ok        ok     ok
Delete/his      gone   join     join    ok     ok        ok     ok
Pin             gone   join     join    role   ok        ok     ok
ChangeRoom/topic gone  join     join    role   ok        ok     ok
ChangeRoom/name gone   join     join    role   role      ok     ok
ChangeRoom/archive gone join    join    role   role      ok     ok
DeleteRoom      gone   join     join    role   role      ok     ok
Join            gone   ok       ok      ok     ok        ok     ok
Leave           gone   ok       ok      ok     ok        last   ok
Invite          gone   join     join    ok     ok        ok     join
Remove/max      gone   join     join    role   ok        ok     ok
Remove/mia      gone   join     join    role   role      ok     ok
SetRole         gone   join     join    role   role      ok     ok

private         nobody stranger invited member moderator owner  admin
Room            gone   gone     ok      ok     ok        ok     gone
Messages        gone   gone     join    ok     ok        ok     gone
Message         gone   gone     join    ok     ok        ok     gone
Pinned          gone   gone     join    ok     ok        ok     gone
Members         gone   gone     join    ok     ok        ok     gone
Here            gone   gone     join    ok     ok        ok     gone
Live.Follow     gone   gone     join    ok     ok        ok     gone
Live.Unfollow   gone   gone     join    ok     ok        ok     gone
MarkRead        gone   gone     join    ok     ok        ok     gone
NoteRead        gone   gone     join    ok     ok        ok     gone
Versions/hers   gone   gone     join    role   ok        ok     gone
Versions/his    gone   gone     join    ok     ok        ok     gone
Send            gone   gone     join    ok     ok        ok     gone
Submit          gone   gone     join    ok     ok        ok     gone
Typing          gone   gone     join    ok     ok        ok     gone
React           gone   gone     join    ok     ok        ok     gone
SetDraft        gone   gone     join    ok     ok        ok     gone
Configure       gone   gone     join    ok     ok        ok     gone
Edit/hers       gone   gone     join    yours  yours     ok     gone
Delete/hers     gone   gone     join    role   ok        ok     gone
Delete/his      gone   gone     join    ok     ok        ok     gone
Pin             gone   gone     join    role   ok        ok     gone
ChangeRoom/topic gone  gone     join    role   ok        ok     gone
ChangeRoom/name gone   gone     join    role   role      ok     gone
ChangeRoom/archive gone gone    join    role   role      ok     gone
DeleteRoom      gone   gone     join    role   role      ok     gone
Join            gone   gone     ok      ok     ok        ok     gone
Leave           gone   gone     ok      ok     ok        last   gone
Invite          gone   gone     join    role   ok        ok     gone
Remove/max      gone   gone     join    role   ok        ok     gone
Remove/mia      gone   gone     join    role   role      ok     gone
SetRole         gone   gone     join    role   role      ok     gone

direct          nobody stranger member  admin
Room            gone   gone     ok      gone
Messages        gone   gone     ok      gone
Message         gone   gone     ok      gone
Pinned          gone   gone     ok      gone
Members         gone   gone     ok      gone
Here            gone   gone     ok      gone
Live.Follow     gone   gone     ok      gone
Live.Unfollow   gone   gone     ok      gone
MarkRead        gone   gone     ok      gone
NoteRead        gone   gone     ok      gone
Versions/hers   gone   gone     direct  gone
Versions/his    gone   gone     ok      gone
Send            gone   gone     ok      gone
Submit          gone   gone     ok      gone
Typing          gone   gone     ok      gone
React           gone   gone     ok      gone
SetDraft        gone   gone     ok      gone
Configure       gone   gone     ok      gone
Edit/hers       gone   gone     yours   gone
Delete/hers     gone   gone     yours   gone
Delete/his      gone   gone     ok      gone
Pin             gone   gone     ok      gone
ChangeRoom/topic gone  gone     direct  gone
ChangeRoom/name gone   gone     direct  gone
ChangeRoom/archive gone gone    direct  gone
DeleteRoom      gone   gone     direct  gone
Join            gone   gone     direct  gone
Leave           gone   gone     direct  gone
Invite          gone   gone     direct  gone
Remove/max      gone   gone     direct  gone
Remove/mia      gone   gone     direct  gone
SetRole         gone   gone     direct  gone

lobby           nobody member moderator admin
Room            gone   ok     ok        ok
Messages        gone   ok     ok        ok
Message         gone   ok     ok        ok
Pinned          gone   ok     ok        ok
Members         gone   ok     ok        ok
Here            gone   ok     ok        ok
Live.Follow     gone   ok     ok        ok
Live.Unfollow   gone   ok     ok        ok
MarkRead        gone   ok     ok        ok
NoteRead        gone   ok     ok        ok
Versions/hers   gone   role   ok        ok
Versions/his    gone   ok     ok        ok
Send            gone   ok     ok        ok
Submit          gone   ok     ok        ok
Typing          gone   ok     ok        ok
React           gone   ok     ok        ok
SetDraft        gone   ok     ok        ok
Configure       gone   ok     ok        ok
Edit/hers       gone   yours  yours     yours
Delete/hers     gone   role   ok        ok
Delete/his      gone   ok     ok        ok
Pin             gone   role   ok        ok
ChangeRoom/topic gone  role   ok        ok
ChangeRoom/name gone   role   role      lobby
ChangeRoom/archive gone role  role      lobby
DeleteRoom      gone   role   role      lobby
Join            gone   ok     ok        ok
Leave           gone   lobby  lobby     lobby
Invite          gone   ok     ok        ok
Remove/max      gone   role   lobby     lobby
Remove/mia      gone   role   lobby     lobby
SetRole         gone   role   role      ok

archived        nobody stranger invited member moderator owner  admin
Room            gone   ok       ok      ok     ok        ok     ok
Messages        gone   ok       ok      ok     ok        ok     ok
Message         gone   ok       ok      ok     ok        ok     ok
Pinned          gone   ok       ok      ok     ok        ok     ok
Members         gone   ok       ok      ok     ok        ok     ok
Here            gone   ok       ok      ok     ok        ok     ok
Live.Follow     gone   ok       ok      ok     ok        ok     ok
Live.Unfollow   gone   ok       ok      ok     ok        ok     ok
MarkRead        gone   ok       ok      ok     ok        ok     ok
NoteRead        gone   ok       ok      ok     ok        ok     ok
Versions/hers   gone   join     join    role   ok        ok     ok
Versions/his    gone   join     join    ok     ok        ok     ok
Send            gone   join     join    shut   shut      shut   join
Submit          gone   join     join    shut   shut      shut   join
Typing          gone   join     join    ok     ok        ok     join
React           gone   join     join    shut   shut      shut   join
SetDraft        gone   join     join    ok     ok        ok     join
Configure       gone   join     join    ok     ok        ok     join
Edit/hers       gone   join     join    yours  yours     shut   join
Delete/hers     gone   join     join    role   shut      shut   shut
Delete/his      gone   join     join    shut   shut      shut   shut
Pin             gone   join     join    role   shut      shut   shut
ChangeRoom/topic gone  join     join    role   shut      shut   shut
ChangeRoom/name gone   join     join    role   role      shut   shut
ChangeRoom/archive gone join    join    role   role      ok     ok
DeleteRoom      gone   join     join    role   role      ok     ok
Join            gone   shut     shut    shut   shut      shut   shut
Leave           gone   ok       ok      ok     ok        last   ok
Invite          gone   join     join    shut   shut      shut   join
Remove/max      gone   join     join    role   ok        ok     ok
Remove/mia      gone   join     join    role   role      ok     ok
SetRole         gone   join     join    role   role      shut   shut

deleted         nobody stranger invited member moderator owner  admin
*               gone   gone     gone    gone   gone      gone   gone
`

var refusals = map[string]*domain.Error{
	"ok":     nil,
	"gone":   domain.ErrRoomNotFound(),
	"join":   {Kind: domain.Forbidden, Code: "room.not_member"},
	"role":   {Kind: domain.Forbidden, Code: "room.forbidden"},
	"yours":  {Kind: domain.Forbidden, Code: "message.not_yours"},
	"last":   {Kind: domain.Conflict, Code: "room.last_owner"},
	"lobby":  {Kind: domain.Conflict, Code: "room.lobby"},
	"direct": {Kind: domain.Conflict, Code: "room.direct"},
	"shut":   {Kind: domain.Conflict, Code: "room.archived"},
}

// inRoom are the calls that name a room.
var inRoom = map[string]func(ctx context.Context, w *world, me auth.Actor) error{
	"Room": func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Room(ctx, me, w.at)) },
	"Messages": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Messages(ctx, me, w.at, chat.Span{}))
	},
	"Message": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Message(ctx, me, w.at, w.hers))
	},
	"Pinned": func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Pinned(ctx, me, w.at)) },
	"Members": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Members(ctx, me, w.at, chat.MemberSpan{}))
	},
	"Here": func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Here(ctx, me, w.at)) },
	"Live.Follow": func(ctx context.Context, w *world, me auth.Actor) error {
		live := w.Chat.Connect(me, broadcast.Options{})
		defer live.Close(broadcast.ErrLeft)
		return second(live.Follow(ctx, w.at, broadcast.Live, nil))
	},
	"Live.Unfollow": func(ctx context.Context, w *world, me auth.Actor) error {
		live := w.Chat.Connect(me, broadcast.Options{})
		defer live.Close(broadcast.ErrLeft)
		return second(live.Unfollow(ctx, w.at))
	},
	"MarkRead": func(ctx context.Context, w *world, me auth.Actor) error {
		return w.Chat.MarkRead(ctx, me, w.at, w.hers, nil)
	},
	"NoteRead": func(ctx context.Context, w *world, me auth.Actor) error {
		if err := w.Chat.NoteRead(ctx, me, w.at, w.hers, nil); err != nil {
			return err
		}
		return w.Chat.MarkRead(ctx, me, w.at, w.hers, nil) // so that it is not written in the midst of what follows
	},
	"Versions/hers": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Versions(ctx, me, w.at, w.hers))
	},
	"Versions/his": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Versions(ctx, me, w.at, w.his))
	},
	"Send": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Send(ctx, me, w.at, chat.Draft{Content: "hello"}))
	},
	"Submit": func(ctx context.Context, w *world, me auth.Actor) error {
		wait, err := w.Chat.Submit(ctx, me, w.at, chat.Draft{Content: "hello @max"})
		if err != nil {
			return err
		}
		return second(wait(ctx))
	},
	"Typing": func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Typing(ctx, me, w.at) },
	"React": func(ctx context.Context, w *world, me auth.Actor) error {
		return w.Chat.React(ctx, me, w.at, w.hers, "👍", true)
	},
	"SetDraft": func(ctx context.Context, w *world, me auth.Actor) error {
		return w.Chat.SetDraft(ctx, me, w.at, "perhaps", nil)
	},
	"Configure": func(ctx context.Context, w *world, me auth.Actor) error {
		muted := true
		return second(w.Chat.Configure(ctx, me, w.at, chat.Settings{Muted: &muted}, nil))
	},
	"Edit/hers": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Edit(ctx, me, w.at, w.hers, "another text"))
	},
	"Delete/hers": func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Delete(ctx, me, w.at, w.hers) },
	"Delete/his":  func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Delete(ctx, me, w.at, w.his) },
	"Pin": func(ctx context.Context, w *world, me auth.Actor) error {
		return w.Chat.Pin(ctx, me, w.at, w.hers, true)
	},
	"ChangeRoom/topic": func(ctx context.Context, w *world, me auth.Actor) error {
		topic := fmt.Sprint("topic ", w.made)
		return second(w.Chat.ChangeRoom(ctx, me, w.at, chat.RoomChange{Topic: &topic}))
	},
	"ChangeRoom/name": func(ctx context.Context, w *world, me auth.Actor) error {
		name := fmt.Sprint("renamed", w.made)
		return second(w.Chat.ChangeRoom(ctx, me, w.at, chat.RoomChange{Name: &name}))
	},
	"ChangeRoom/archive": func(ctx context.Context, w *world, me auth.Actor) error {
		archived := true
		return second(w.Chat.ChangeRoom(ctx, me, w.at, chat.RoomChange{Archived: &archived}))
	},
	"DeleteRoom": func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.DeleteRoom(ctx, me, w.at) },
	"Join":       func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Join(ctx, me, w.at)) },
	"Leave":      func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Leave(ctx, me, w.at) },
	"Invite":     func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Invite(ctx, me, w.at, "nora") },
	"Remove/max": func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Remove(ctx, me, w.at, "max") },
	"Remove/mia": func(ctx context.Context, w *world, me auth.Actor) error {
		if me.Name() == "mia" {
			return w.Chat.Remove(ctx, me, w.at, "olga")
		}
		return w.Chat.Remove(ctx, me, w.at, "mia")
	},
	"SetRole": func(ctx context.Context, w *world, me auth.Actor) error {
		return w.Chat.SetRole(ctx, me, w.at, w.promoted, domain.RoleModerator)
	},
}

// nowhere are the calls that name no room, with what they answer to nobody.
var nowhere = map[string]struct {
	call func(ctx context.Context, w *world, me auth.Actor) error
	code string
}{
	"Rooms": {func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Rooms(ctx, me)) }, ""},
	"Directory": {func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Directory(ctx, me, "", 0))
	}, ""},
	"Create": {func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Create(ctx, me, chat.Creation{Name: "new-one", Kind: domain.RoomPublic}))
	}, "user.not_found"},
	"Open": {func(ctx context.Context, w *world, me auth.Actor) error {
		_, _, err := w.Chat.Open(ctx, me, []string{"nora"})
		return err
	}, "room.not_found"},
	"Place": {func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Place(ctx, me)) }, ""},
	"KeepPlace": {func(_ context.Context, w *world, me auth.Actor) error {
		w.Chat.KeepPlace(me, chat.Place{Room: w.at.ID, Seq: 1})
		return nil
	}, ""},
	"Person":   {func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Person(ctx, me, "max")) }, "user.not_found"},
	"Presence": {func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Presence(ctx, me)) }, "user.not_found"},
	"SetPresence": {func(ctx context.Context, w *world, me auth.Actor) error {
		status := "here I am"
		return second(w.Chat.SetPresence(ctx, me, nil, &status))
	}, "user.not_found"},
	"Live.FollowAll": {func(ctx context.Context, w *world, me auth.Actor) error {
		live := w.Chat.Connect(me, broadcast.Options{})
		defer live.Close(broadcast.ErrLeft)
		return second(live.FollowAll(ctx))
	}, ""},
}

// world is a core with people, and one room in which calls are tried.
type world struct {
	*storetest.Core
	clock  *clock
	db     *sql.DB
	people map[string]auth.Actor
	lives  []*chat.Live // each person's own screen

	made      int
	kind      string
	at        domain.Address
	hers, his domain.Seq
	promoted  string

	dump    string // the state at a version
	version int
	seen    domain.Address
}

// standing says who has which standing.
var standing = map[string]string{
	"nobody": "", "stranger": "sam", "invited": "ivy", "member": "max", "moderator": "mia", "owner": "olga", "admin": "ada",
}

func newWorld(t *testing.T) *world {
	config := storetest.EmptySQLite(t)
	clock := &clock{at: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	w := &world{clock: clock, people: map[string]auth.Actor{"": {}}, promoted: "max"}
	w.Core = storetest.NewCoreWith(t, config, func(s *storetest.Settings) { s.Now = clock.now })
	w.db = storetest.DB(t, config)
	w.db.SetMaxOpenConns(1) // whose data_version tells what others write
	for _, name := range []string{"sam", "ivy", "max", "mia", "olga", "nora"} {
		w.people[name] = w.User(t, name)
	}
	w.people["ada"] = admin(t, w.Core, "ada")
	for _, actor := range w.people {
		if actor.ID() != 0 {
			w.lives = append(w.lives, connect(t, w.Core, actor))
		}
	}
	return w
}

// admin makes an account of an admin and logs it in.
func admin(t testing.TB, core *storetest.Core, name string) auth.Actor {
	t.Helper()
	if _, err := core.Auth.AddAccount(t.Context(), name, storetest.Password, "", true); err != nil {
		t.Fatal(err)
	}
	actor, err := core.Auth.LogIn(t.Context(), auth.Origin{Door: auth.Console, Addr: netip.MustParseAddr("10.0.0.1")}, name, storetest.Password)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// build makes the room in which the next calls are tried.
func (w *world) build(t *testing.T) {
	t.Helper()
	w.made++
	w.clock.pass(time.Hour) // no limit plays a part
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, olga, max := t.Context(), w.people["olga"], w.people["max"]
	switch w.kind {
	case "lobby":
		w.at, w.promoted = lobby, "nora"
		must(w.Chat.SetRole(ctx, w.people["ada"], lobby, "mia", domain.RoleModerator))
		must(w.Chat.SetRole(ctx, w.people["ada"], lobby, "nora", domain.RoleMember))
	case "direct":
		view, _, err := w.Chat.Open(ctx, olga, []string{"max"})
		must(err)
		w.at = domain.Address{ID: view.ID}
	default:
		kind := domain.RoomPrivate
		if w.kind == "public" || w.kind == "archived" {
			kind = domain.RoomPublic
		}
		view, err := w.Chat.Create(ctx, olga, chat.Creation{Name: fmt.Sprint("room", w.made), Kind: kind})
		must(err)
		w.at = domain.Address{ID: view.ID}
		for _, name := range []string{"max", "mia", "ivy"} {
			must(w.Chat.Invite(ctx, olga, w.at, name))
		}
		must(second(w.Chat.Join(ctx, max, w.at)))
		must(second(w.Chat.Join(ctx, w.people["mia"], w.at)))
		must(w.Chat.SetRole(ctx, olga, w.at, "mia", domain.RoleModerator))
	}
	for author, seq := range map[auth.Actor]*domain.Seq{olga: &w.hers, max: &w.his} {
		sent, err := w.Chat.Send(ctx, author, w.at, chat.Draft{Content: "hello"})
		must(err)
		*seq = sent.Message.Seq
	}
	switch w.kind {
	case "archived":
		archived := true
		must(second(w.Chat.ChangeRoom(ctx, olga, w.at, chat.RoomChange{Archived: &archived})))
	case "deleted":
		must(w.Chat.DeleteRoom(ctx, olga, w.at))
	}
	if w.kind != "deleted" {
		live := connect(t, w.Core, max)
		must(second(live.Follow(ctx, w.at, broadcast.Live, nil)))
		w.lives[0].Close(broadcast.ErrLeft)
		w.lives[0] = live
	}
	w.told(t)
}

// state is all that the store keeps of the room, and how much it keeps of
// everything. It is read again only if anybody wrote anything meanwhile.
func (w *world) state(t *testing.T) string {
	t.Helper()
	version := storetest.Scalar[int](t, w.db, "PRAGMA data_version")
	if version == w.version && w.at == w.seen {
		return w.dump
	}
	var dump strings.Builder
	room := fmt.Sprint("(SELECT id FROM rooms WHERE id = ", w.at.ID, " OR name = '", w.at.Name, "')")
	for table, key := range map[string]string{
		"rooms": "id", "members": "room_id", "messages": "room_id", "changes": "room_id", "nonces": "room_id",
		"message_versions": "room_id", "reactions": "room_id", "mentions": "room_id",
	} {
		dump.WriteString(storetest.Lines(t, w.db, "SELECT count(*) FROM "+table))
		dump.WriteString(storetest.Lines(t, w.db, "SELECT * FROM "+table+" WHERE "+key+" IN "+room))
	}
	dump.WriteString(storetest.Lines(t, w.db, "SELECT id, presence, status_token FROM users"))
	lines := strings.Split(dump.String(), "\n")
	slices.Sort(lines)
	w.version, w.seen, w.dump = version, w.at, strings.Join(lines, "\n")
	return w.dump
}

// told takes and counts what anybody's screen was told.
func (w *world) told(t *testing.T) (n int) {
	t.Helper()
	for _, live := range w.lives {
		live.Reply(wire.NewReply("mark")) // comes with all that is there
		batch, err := live.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n += len(batch) - 1
	}
	return n
}

// try makes a call and checks its answer; a refused one must have changed and
// told nothing.
func (w *world) try(t *testing.T, what string, want *domain.Error, before string, call func() error) (after string) {
	t.Helper()
	w.clock.pass(time.Hour)
	got := domain.AsError(call())
	switch {
	case want == nil && got != nil, want != nil && got == nil:
		t.Errorf("%s: got %v, want %v", what, got, want)
	case want != nil && (got.Kind != want.Kind || got.Code != want.Code || got.Message == ""):
		t.Errorf("%s: got %v (kind %d), want %v", what, got, got.Kind, want)
	case want != nil && want.Message != "" && (got.Message != want.Message || got.Field != want.Field):
		t.Errorf("%s: %q tells it from a room that is not there", what, got.Message)
	}
	told, after := w.told(t), w.state(t)
	if got != nil && (told > 0 || after != before) {
		t.Errorf("%s: refused, but %d were told; the store before:\n%s\nand after:\n%s", what, told, before, after)
	}
	return after
}

func TestEveryCallIsAllowedToWhomItIsMeantAndToNobodyElse(t *testing.T) {
	t.Parallel()
	for _, block := range strings.Split(strings.TrimSpace(permissions), "\n\n") {
		lines := strings.Split(block, "\n")
		header := strings.Fields(lines[0])
		t.Run(header[0], func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.kind = header[0]
			w.build(t)
			rows := map[string][]string{}
			for _, line := range lines[1:] {
				row := strings.Fields(line)
				rows[row[0]] = row[1:]
			}
			if all, ok := rows["*"]; ok {
				for name := range inRoom {
					rows[name] = all
				}
				delete(rows, "*")
			}
			if got, want := slices.Sorted(maps.Keys(rows)), slices.Sorted(maps.Keys(inRoom)); !slices.Equal(got, want) {
				t.Fatalf("the table has %v, the calls are %v", got, want)
			}
			state := w.state(t)
			for _, name := range slices.Sorted(maps.Keys(rows)) {
				for i, who := range header[1:] {
					want, known := refusals[rows[name][i]]
					if !known {
						t.Fatalf("%q is no answer", rows[name][i])
					}
					after := w.try(t, fmt.Sprint(name, " by ", who), want, state, func() error {
						return inRoom[name](t.Context(), w, w.people[standing[who]])
					})
					if after != state { // the next one finds a room as new
						w.build(t)
						after = w.state(t)
					}
					state = after
				}
			}
		})
	}
}

func TestCallsThatNameNoRoomAreForSomebody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.kind = "private"
	w.build(t)
	for name, c := range nowhere {
		state := w.state(t)
		var want *domain.Error
		if c.code != "" {
			want = &domain.Error{Kind: domain.NotFound, Code: c.code}
		}
		after := w.try(t, name+" by nobody", want, state, func() error { return c.call(t.Context(), w, auth.Actor{}) })
		if after != state {
			t.Errorf("%s by nobody changed the store", name)
		}
		w.try(t, name+" by sam", nil, state, func() error { return c.call(t.Context(), w, w.people["sam"]) })
	}
	if views, err := w.Chat.Directory(t.Context(), auth.Actor{}, "", 0); err != nil || len(views) > 0 {
		t.Errorf("nobody is shown %+v, %v", views, err)
	}
}

// A call that is new must be put into one of the tables.
func TestEveryExportedCallIsInTheTable(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{
		"Run": true, "Epoch": true, // of the process, not of somebody
		"Connect": true, // follows nothing yet
	}
	for name := range inRoom {
		name, _, _ = strings.Cut(name, "/")
		tried[name] = true
	}
	for name := range nowhere {
		tried[name] = true
	}
	hub := reflect.TypeFor[*broadcast.Subscription]()
	for typ, prefix := range map[reflect.Type]string{
		reflect.TypeFor[*chat.Service](): "", reflect.TypeFor[*chat.Live](): "Live.",
	} {
		for method := range methods(typ) {
			if _, ofHub := hub.MethodByName(method); ofHub && prefix != "" {
				continue // asks nothing, but Live's owner alone calls it
			}
			if !tried[prefix+method] {
				t.Errorf("%s%s is in no table: who may call it?", prefix, method)
			}
		}
	}
}

func methods(typ reflect.Type) map[string]bool {
	names := map[string]bool{}
	for i := range typ.NumMethod() {
		names[typ.Method(i).Name] = true
	}
	return names
}
