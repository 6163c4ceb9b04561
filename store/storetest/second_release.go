package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/domain"
	"parley/domain/chat"
	"parley/migrations"
	"parley/store"
)

// secondRelease is what the release before rooms kept: Alice and Bob are in the
// lobby, Alice joined dev, which Bob only reads.
var secondRelease = []string{
	`INSERT INTO users (name, folded_name, password_hash, created_at) VALUES ('Alice', 'alice', 'hash', {now}), ('Bob', 'bob', 'hash', {now})`,
	`INSERT INTO rooms (name, kind, head_seq, created_at) VALUES ('dev', 'public', 2, {now})`,
	`INSERT INTO members (room_id, user_id, read_seq, joined_at)
		VALUES (1, 1, 1, {now}), (1, 2, 0, {now}), (2, 1, 2, {now}), (2, 2, 1, NULL)`,
	`INSERT INTO messages (room_id, seq, author_id, token, key_id, reply_to, created_at)
		VALUES (1, 1, 1, 'one', 'key', NULL, {now}), (1, 2, 2, 'two', 'key', 1, {now}), (1, 3, 1, 'three', 'key', NULL, {now}),
			(2, 1, 1, 'four', 'key', NULL, {now}), (2, 2, 1, 'five', 'key', NULL, {now})`,
	`UPDATE rooms SET head_seq = 3 WHERE id = 1`,
	`INSERT INTO nonces (room_id, author_id, nonce, content, seq, created_at) VALUES (1, 1, {01}, {02}, 1, {now})`,
	`INSERT INTO sessions (user_id, door, device, address, created_at, used_at) VALUES (1, 'http', 'a phone', 'home', {now}, {now})`,
	`INSERT INTO ssh_keys (user_id, type, blob, fingerprint, label, created_at) VALUES (1, 'ssh-ed25519', {03}, 'SHA256:x', 'laptop', {now})`,
	`INSERT INTO login_addresses (user_id, address, used_at) VALUES (1, 'home', {now})`,
	`UPDATE instance SET revision = 7`,
}

func fromSecondRelease(t *testing.T, config store.Config) {
	migrateTo(t, config, 2)
	db := DB(t, config)
	for _, statement := range secondRelease {
		Exec(t, db, inDialect(config, statement))
	}
	kept := `SELECT room_id, seq, author_id, token, key_id, reply_to, created_at FROM messages ORDER BY room_id, seq`
	tables := map[string]string{"messages": kept}
	for _, table := range []string{"nonces", "sessions", "ssh_keys", "login_addresses", "instance"} {
		tables[table] = "SELECT * FROM " + table
	}
	before := map[string]string{}
	for table, query := range tables {
		before[table] = Lines(t, db, query)
	}
	engine := OpenEmpty(t, config)
	names, err := engine.Migrate(t.Context())
	must(t, err)
	if len(names) != len(migrations.Versions(migrations.SQLite()))-2 || names[0] != "0003_rooms.sql" {
		t.Errorf("applied %v", names)
	}
	for table, query := range tables {
		if after := Lines(t, db, query); after != before[table] {
			t.Errorf("%s was\n%sand is\n%s", table, before[table], after)
		}
	}
	f := &fixture{Engine: engine, config: config, db: db}
	wantCounted(t, f)
	s := &stage{fixture: f, room: 1, alice: 1, bob: 2}
	wantMembers(t, s)
	wantUsable(t, s)
}

// inDialect puts a time and bytes into a statement as an engine writes them.
func inDialect(config store.Config, statement string) string {
	words := []string{"{now}", "1795428000000000", "{01}", "x'01'", "{02}", "x'02'", "{03}", "x'03'"}
	if config.Postgres != nil {
		words = []string{"{now}", "'2026-11-23T10:00:00Z'", "{01}", `'\x01'`, "{02}", `'\x02'`, "{03}", `'\x03'`}
	}
	return strings.NewReplacer(words...).Replace(statement)
}

// wantMembers fails unless those who had joined are members, and nobody else.
func wantMembers(t *testing.T, s *stage) {
	t.Helper()
	for _, c := range []struct {
		room    domain.RoomID
		user    domain.UserID
		role    domain.Role
		read    domain.Seq
		members int
	}{
		{1, s.alice, domain.RoleMember, 1, 2},
		{1, s.bob, domain.RoleMember, 0, 2},
		{2, s.alice, domain.RoleMember, 2, 1},
		{2, s.bob, domain.RoleNone, 1, 1},
	} {
		got, err := s.Look(t.Context(), c.user, chat.Where{ID: c.room})
		if err != nil || got.Role != c.role || got.Read != c.read || got.Members != c.members ||
			got.Muted || got.Notify != domain.NotifyMentions || got.Draft.Token != "" || got.Sealed.Token != "" || got.Archived {
			t.Errorf("user %d in room %d: %+v, %v", c.user, c.room, got, err)
		}
	}
	if standing := s.standing(t, s.alice); standing.Unread != 1 || standing.Mentions != 0 {
		t.Errorf("what waits for Alice: %+v", standing)
	}
	profiles, err := s.Profiles(t.Context(), []string{"alice", "bob"})
	if err != nil || len(profiles) != 2 || profiles[0].Chosen != domain.Online || profiles[0].Status.Token != "" {
		t.Errorf("the profiles are %+v, %v", profiles, err)
	}
}

// wantUsable fails unless what was written before can be changed like anything
// written now.
func wantUsable(t *testing.T, s *stage) {
	t.Helper()
	if got := s.message(t, 2); got.TextSeq != 2 || got.ReplyTo != 1 || got.Deleted || got.Pinned || got.Reactions != 0 || !got.EditedAt.IsZero() {
		t.Errorf("an old message is %+v", got)
	}
	seqs := s.apply(t, s.edit(1, s.alice, "new"), s.reaction(1, s.bob, "x", true), s.pin(1, true), s.deletion(2, s.bob),
		s.member(domain.Left, s.bob), s.topic("topic"))
	if !slices.Equal(seqs, span[domain.Seq](4, 9)) {
		t.Errorf("the changes got %v", seqs)
	}
	if got := s.message(t, 1); got.Sealed != sealed(4, "new") || got.TextSeq != 4 || !got.Pinned || got.Reactions != 1 {
		t.Errorf("changed, it is %+v", got)
	}
	versions, err := s.Versions(t.Context(), s.room, 1)
	if err != nil || len(versions) != 1 || versions[0].Sealed.Token != "one" || versions[0].Seq != 1 {
		t.Errorf("it was %+v, %v", versions, err)
	}
	if got := s.message(t, 2); !got.Deleted || got.Sealed.Token != "" {
		t.Errorf("deleted, it is %+v", got)
	}
	if got := s.add(t, draft(s.room, s.alice, "next", "next"))[0]; got.Seq != 10 {
		t.Errorf("the next is %+v", got)
	}
	wantCounted(t, s.fixture)
	if id := s.create(t, chat.NewRoom{Name: "new", Kind: domain.RoomPublic, Creator: s.bob}); id != 3 {
		t.Errorf("a new room is %s", fmt.Sprint(id))
	}
}
