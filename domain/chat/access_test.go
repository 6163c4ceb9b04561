package chat_test

import (
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
	config := storetest.SQLite(t)
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
