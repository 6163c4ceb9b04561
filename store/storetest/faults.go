package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
)

var faultTests = map[string]func(*testing.T, *fixture){
	"a call whose context has ended does nothing and says why": func(t *testing.T, f *fixture) {
		room, user := f.room(t, "dev"), f.user(t, "alice")
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		late, cancelLate := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancelLate()
		for _, call := range Calls(f.Engine, user, room) {
			for ctx, cause := range map[context.Context]error{ended: context.Canceled, late: context.DeadlineExceeded} {
				err := call.Do(ctx)
				if domain.KindOf(err) != domain.Unavailable || !errors.Is(err, cause) || domain.HasCode(err, "message.unknown") {
					t.Errorf("%s: got %v, want Unavailable for %v", call.Name, err, cause)
				}
			}
		}
		if head := f.head(t, room); head != 0 {
			t.Errorf("a message was stored: the head is %d", head)
		}
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM users`); n != 1 {
			t.Errorf("there are %d users", n)
		}
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM attempts`); n != 0 {
			t.Errorf("%d attempts were counted", n)
		}
	},
	"a caller who leaves during an append is told the truth": func(t *testing.T, f *fixture) {
		room, author := f.room(t, "dev"), f.user(t, "alice")
		ctx, cancel := context.WithCancel(t.Context())
		entry := draft(room, author, "n", "hello")
		entry.Seal = func(seq domain.Seq) (encryption.Sealed, error) {
			cancel() // inside the transaction
			return sealed(seq, "hello"), nil
		}
		_, err := f.Append(ctx, []chat.Entry{entry})
		if domain.KindOf(err) != domain.Unavailable || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		sent, sentErr := f.Sent(t.Context(), entry)
		must(t, sentErr)
		if stored := f.head(t, room) == 1; stored != (sent.Seq == 1) || stored && !domain.HasCode(err, "message.unknown") {
			t.Errorf("stored: %v, looked up: %+v, answered: %v", stored, sent, err)
		}
		f.add(t, draft(room, author, "m", "next"))
	},
	"two processes on one database see each other's work": func(t *testing.T, f *fixture) {
		serve, tool := f.Engine, f.beside(t)
		account, err := tool.CreateAccount(t.Context(), auth.NewAccount{Name: "alice", PasswordHash: "hash", CreatedAt: moment})
		must(t, err)
		before, err := serve.Revision(t.Context())
		must(t, err)
		disabled := true
		must(t, tool.ChangeAccount(t.Context(), account.ID, auth.AccountChange{Disabled: &disabled, Void: true}))
		after, err := serve.Revision(t.Context())
		must(t, err)
		seen, err := serve.AccountByName(t.Context(), "alice")
		if err != nil || !seen.Disabled || seen.Generation != 2 || after <= before {
			t.Errorf("serve sees %+v at revision %d, %d before, %v", seen, after, before, err)
		}
	},
	"a closed store answers nothing and harms nobody": func(t *testing.T, f *fixture) {
		room, user := f.room(t, "dev"), f.user(t, "alice")
		engine, err := store.Open(t.Context(), f.config)
		must(t, err)
		must(t, engine.Close())
		for _, call := range Calls(engine, user, room) {
			if err := call.Do(t.Context()); err == nil {
				t.Errorf("%s was answered", call.Name)
			}
		}
		f.add(t, draft(room, user, "n", "hello"))
	},
}

// Call is one method of an engine with arguments that are good.
type Call struct {
	Name   string
	Writes bool
	Do     func(context.Context) error
}

// Calls lists every method of an engine's ports.
func Calls(engine store.Engine, user domain.UserID, room domain.RoomID) []Call {
	entry := draft(room, user, "call", "call")
	return append(roomCalls(engine, user, room), []Call{
		{"Append", true, func(ctx context.Context) error { _, err := engine.Append(ctx, []chat.Entry{entry}); return err }},
		{"Sent", true, func(ctx context.Context) error { _, err := engine.Sent(ctx, entry); return err }},
		{"Messages", false, func(ctx context.Context) error {
			_, err := engine.Messages(ctx, room, chat.Range{Limit: 1})
			return err
		}},
		{"Extents", false, func(ctx context.Context) error {
			_, err := engine.Extents(ctx, []domain.RoomID{room})
			return err
		}},
		{"ForgetNonces", true, func(ctx context.Context) error { return engine.ForgetNonces(ctx, moment) }},
		{"Epoch", false, func(ctx context.Context) error { _, err := engine.Epoch(ctx); return err }},
		{"CreateAccount", true, func(ctx context.Context) error {
			_, err := engine.CreateAccount(ctx, auth.NewAccount{Name: "somebody", PasswordHash: "hash", CreatedAt: moment})
			return err
		}},
		{"AccountByName", false, func(ctx context.Context) error { _, err := engine.AccountByName(ctx, "alice"); return err }},
		{"AccountByID", false, func(ctx context.Context) error { _, err := engine.AccountByID(ctx, user); return err }},
		{"Accounts", false, func(ctx context.Context) error { _, err := engine.Accounts(ctx, 0, 1); return err }},
		{"ChangeAccount", true, func(ctx context.Context) error {
			return engine.ChangeAccount(ctx, user, auth.AccountChange{})
		}},
		{"CreateSession", true, func(ctx context.Context) error {
			_, err := engine.CreateSession(ctx, newSession(user, moment))
			return err
		}},
		{"Sessions", false, func(ctx context.Context) error { _, err := engine.Sessions(ctx, user); return err }},
		{"Access", false, func(ctx context.Context) error { _, err := engine.Access(ctx, []auth.SessionID{1}); return err }},
		{"Refresh", true, func(ctx context.Context) error {
			err := engine.Refresh(ctx, 1, func(auth.Access, auth.RefreshState) (auth.Refreshed, error) {
				return auth.Refreshed{UsedAt: moment}, nil
			})
			if domain.HasCode(err, "session.not_found") {
				err = nil
			}
			return err
		}},
		{"EndSessions", true, func(ctx context.Context) error {
			_, err := engine.EndSessions(ctx, auth.Ending{User: user})
			return err
		}},
		{"TouchSessions", true, func(ctx context.Context) error {
			return engine.TouchSessions(ctx, map[auth.SessionID]time.Time{1: moment}, nil)
		}},
		{"ExpireSessions", true, func(ctx context.Context) error { return engine.ExpireSessions(ctx, auth.Expiry{}) }},
		{"KnowsAddress", false, func(ctx context.Context) error { _, err := engine.KnowsAddress(ctx, user, "home"); return err }},
		{"Keys", false, func(ctx context.Context) error { _, err := engine.Keys(ctx, user); return err }},
		{"KeyByFingerprint", false, func(ctx context.Context) error {
			_, err := engine.KeyByFingerprint(ctx, "SHA256:laptop")
			if domain.HasCode(err, "key.not_found") {
				err = nil
			}
			return err
		}},
		{"AddKey", true, func(ctx context.Context) error {
			_, err := engine.AddKey(ctx, newKey(user, "laptop"), 20)
			return err
		}},
		{"RemoveKey", true, func(ctx context.Context) error {
			err := engine.RemoveKey(ctx, user, 1)
			if domain.HasCode(err, "key.not_found") {
				err = nil
			}
			return err
		}},
		{"Return", true, func(ctx context.Context) error { return engine.Return(ctx, try("key", moment)) }},
		{"Revision", false, func(ctx context.Context) error { _, err := engine.Revision(ctx); return err }},
		{"Take", true, func(ctx context.Context) error { _, err := engine.Take(ctx, try("key", moment)); return err }},
		{"Forgive", true, func(ctx context.Context) error { return engine.Forgive(ctx, "log-in", "subject") }},
		{"Expire", true, func(ctx context.Context) error { return engine.Expire(ctx, "log-in", moment) }},
		{"CreateRoot", true, func(ctx context.Context) error {
			_, err := engine.CreateRoot(ctx, encryption.Sealed{Token: "root", KeyID: "key"})
			return err
		}},
		{"Root", false, func(ctx context.Context) error {
			_, err := engine.Root(ctx)
			if domain.HasCode(err, "root.missing") {
				err = nil
			}
			return err
		}},
		{"Ready", false, engine.Ready},
	}...)
}
