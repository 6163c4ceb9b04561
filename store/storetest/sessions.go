package storetest

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/domain"
	"parley/domain/auth"
	"parley/store"
)

// addresses are compared as they are.
var addresses = cmpopts.EquateComparable(netip.Addr{})

func hashed(text string) auth.TokenHash { return auth.TokenHash([]byte(fmt.Sprintf("%-32s", text))) }

// logIn makes a session at a time.
func (f *fixture) logIn(t *testing.T, user domain.UserID, at time.Time) auth.Session {
	t.Helper()
	session, err := f.CreateSession(t.Context(), newSession(user, at))
	must(t, err)
	return session
}

func newSession(user domain.UserID, at time.Time) auth.NewSession {
	return auth.NewSession{
		UserID: user, Generation: 1, Door: auth.HTTP, Device: "a phone", Addr: netip.MustParseAddr("2001:db8::1"),
		At: at, Refresh: auth.RefreshState{Next: hashed("first")}, Address: "home", Keep: 100,
	}
}

// ids gives the sessions that last, of those asked for.
func (f *fixture) lasting(t *testing.T, ids ...auth.SessionID) int {
	t.Helper()
	found, err := f.Access(t.Context(), ids)
	must(t, err)
	return len(found)
}

// raised says whether doing something raised the revision.
func (f *fixture) raised(t *testing.T, do func()) bool {
	t.Helper()
	before, err := f.Revision(t.Context())
	must(t, err)
	do()
	after, err := f.Revision(t.Context())
	must(t, err)
	return after > before
}

var sessionTests = map[string]func(*testing.T, *fixture){
	"a session comes back as it was made, alone and with its account": func(t *testing.T, f *fixture) {
		alice := f.user(t, "alice")
		var made auth.Session
		if f.raised(t, func() { made = f.logIn(t, alice, moment) }) {
			t.Error("a log-in raised the revision, though nothing became void")
		}
		want := auth.Session{
			ID: made.ID, UserID: alice, Door: auth.HTTP, Device: "a phone", Addr: netip.MustParseAddr("2001:db8::1"),
			CreatedAt: stored, UsedAt: stored,
		}
		list, err := f.Sessions(t.Context(), alice)
		must(t, err)
		access, err := f.Access(t.Context(), []auth.SessionID{made.ID, 0, -1, 4711})
		must(t, err)
		account, err := f.AccountByID(t.Context(), alice)
		must(t, err)
		if diff := gocmp.Diff([]auth.Session{want, want}, append(list, made), addresses); diff != "" || made.ID == 0 {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := gocmp.Diff([]auth.Access{{Account: account, Session: want}}, access, addresses); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if f.lasting(t) != 0 {
			t.Error("nothing was asked for and something found")
		}
	},
	"whoever may not come in gets no session": func(t *testing.T, f *fixture) {
		alice, yes := f.user(t, "alice"), true
		for name, change := range map[string]func(*auth.NewSession){
			"another generation": func(n *auth.NewSession) { n.Generation = 2 },
			"nobody":             func(n *auth.NewSession) { n.UserID = 4711 },
			"a key that is gone": func(n *auth.NewSession) { n.Key = 4711 },
		} {
			session := newSession(alice, moment)
			change(&session)
			_, err := f.CreateSession(t.Context(), session)
			if err == nil {
				t.Errorf("%s got a session", name)
			}
			WantError(t, err, domain.Unauthenticated, "auth.access_ended")
		}
		must(t, f.ChangeAccount(t.Context(), alice, auth.AccountChange{Disabled: &yes}))
		_, err := f.CreateSession(t.Context(), newSession(alice, moment))
		WantError(t, err, domain.Unauthenticated, "auth.access_ended")
		if n := Scalar[int](t, f.db, `SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM login_addresses)`); n != 0 {
			t.Errorf("%d rows were left behind", n)
		}
	},
	"of too many sessions the one used longest ago gives way": func(t *testing.T, f *fixture) {
		alice, bob := f.user(t, "alice"), f.user(t, "bob")
		hers := f.logIn(t, bob, moment.Add(-time.Hour))
		var ids []auth.SessionID
		for i := range 3 {
			ids = append(ids, f.logIn(t, alice, moment.Add(time.Duration(i)*time.Second)).ID)
		}
		must(t, f.TouchSessions(t.Context(), map[auth.SessionID]time.Time{ids[0]: moment.Add(time.Hour)}, nil))
		session := newSession(alice, moment.Add(time.Minute))
		session.Keep = 3
		if !f.raised(t, func() {
			_, err := f.CreateSession(t.Context(), session)
			must(t, err)
		}) {
			t.Error("a session ended and the revision stayed")
		}
		if f.lasting(t, ids[1]) != 0 || f.lasting(t, ids[0], ids[2], hers.ID) != 3 {
			t.Error("another session gave way")
		}
	},
	"sessions that end with their connection make no other give way": func(t *testing.T, f *fixture) {
		alice := f.user(t, "alice")
		phone := f.logIn(t, alice, moment)
		overSSH := newSession(alice, moment.Add(time.Minute))
		overSSH.Door, overSSH.Keep = auth.SSH, 3
		ids := []auth.SessionID{phone.ID}
		for range 5 {
			session, err := f.CreateSession(t.Context(), overSSH)
			must(t, err)
			ids = append(ids, session.ID)
		}
		tablet := newSession(alice, moment.Add(time.Hour))
		tablet.Keep = 2
		_, err := f.CreateSession(t.Context(), tablet)
		must(t, err)
		if n := f.lasting(t, ids...); n != len(ids) {
			t.Errorf("%d of %d sessions are left", n, len(ids))
		}
	},
	"ending takes just the sessions that are meant": endings,
	"a change that voids ends the other sessions with it": func(t *testing.T, f *fixture) {
		alice, bob := f.user(t, "alice"), f.user(t, "bob")
		this, other, his := f.logIn(t, alice, moment), f.logIn(t, alice, moment), f.logIn(t, bob, moment)
		hash := "new hash"
		err := f.ChangeAccount(t.Context(), alice, auth.AccountChange{PasswordHash: &hash, Void: true, Generation: 7})
		WantError(t, err, domain.Unauthenticated, "auth.access_ended")
		if f.lasting(t, this.ID, other.ID, his.ID) != 3 {
			t.Error("a change that was refused ended a session")
		}
		change := auth.AccountChange{PasswordHash: &hash, Void: true, Except: this.ID, Generation: 1}
		must(t, f.ChangeAccount(t.Context(), alice, change))
		if f.lasting(t, other.ID) != 0 || f.lasting(t, this.ID, his.ID) != 2 {
			t.Error("other sessions than meant were ended")
		}
		must(t, f.ChangeAccount(t.Context(), alice, auth.AccountChange{Void: true}))
		if f.lasting(t, this.ID) != 0 {
			t.Error("the session outlived its account's access")
		}
	},
	"a refresh sees what is kept, and keeps what was decided": refreshes,
	"of refreshes at once each sees what the one before it kept": func(t *testing.T, f *fixture) {
		id := f.logIn(t, f.user(t, "alice"), moment).ID
		engines := []store.Engine{f.Engine, f.beside(t)}
		var first atomic.Int64
		var refreshing sync.WaitGroup
		for i := range 20 {
			refreshing.Go(func() {
				err := engines[i%2].Refresh(t.Context(), id, func(_ auth.Access, state auth.RefreshState) (auth.Refreshed, error) {
					if state.Next == hashed("first") {
						first.Add(1)
						state = auth.RefreshState{Next: hashed("second"), Spent: hashed("first"), SpentAt: moment}
					}
					return auth.Refreshed{State: state, UsedAt: moment}, nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		refreshing.Wait()
		if first.Load() != 1 {
			t.Errorf("%d of them were the first", first.Load())
		}
	},
	"touching moves forward, and takes those that left": func(t *testing.T, f *fixture) {
		alice := f.user(t, "alice")
		a, b, c := f.logIn(t, alice, moment), f.logIn(t, alice, moment), f.logIn(t, alice, moment)
		if f.raised(t, func() {
			must(t, f.TouchSessions(t.Context(), map[auth.SessionID]time.Time{
				a.ID: moment.Add(time.Hour), b.ID: moment.Add(-time.Hour), 4711: moment,
			}, []auth.SessionID{c.ID, 4712}))
			must(t, f.TouchSessions(t.Context(), nil, nil))
		}) {
			t.Error("touching raised the revision")
		}
		list, err := f.Sessions(t.Context(), alice)
		must(t, err)
		if len(list) != 2 || list[0].ID != a.ID || !list[0].UsedAt.Equal(stored.Add(time.Hour)) || !list[1].UsedAt.Equal(stored) {
			t.Errorf("got %+v", list)
		}
	},
	"what is too old goes": expires,
	"it is remembered where each user came from": func(t *testing.T, f *fixture) {
		alice, bob := f.user(t, "alice"), f.user(t, "bob")
		f.logIn(t, alice, moment)
		f.logIn(t, alice, moment.Add(-time.Hour))
		silent := newSession(bob, moment)
		silent.Address = ""
		_, err := f.CreateSession(t.Context(), silent)
		must(t, err)
		for _, c := range []struct {
			user    domain.UserID
			address string
			known   bool
		}{{alice, "home", true}, {alice, "away", false}, {bob, "home", false}, {bob, "", false}, {0, "home", false}} {
			if known, err := f.KnowsAddress(t.Context(), c.user, c.address); err != nil || known != c.known {
				t.Errorf("user %d at %q is known: %v, %v", c.user, c.address, known, err)
			}
		}
		must(t, f.ExpireSessions(t.Context(), auth.Expiry{Address: moment}))
		if known, err := f.KnowsAddress(t.Context(), alice, "home"); err != nil || !known {
			t.Errorf("an older log-in made the address older: %v, %v", known, err)
		}
		must(t, f.ExpireSessions(t.Context(), auth.Expiry{Address: moment.Add(time.Second)}))
		if known, err := f.KnowsAddress(t.Context(), alice, "home"); err != nil || known {
			t.Errorf("the address outlived its time: %v, %v", known, err)
		}
	},
}

func endings(t *testing.T, f *fixture) {
	alice, bob := f.user(t, "alice"), f.user(t, "bob")
	var a, b [3]auth.SessionID
	again := func() {
		for i := range 3 {
			a[i], b[i] = f.logIn(t, alice, moment).ID, f.logIn(t, bob, moment).ID
		}
	}
	again()
	end := func(which auth.Ending, want int64, raised bool) {
		t.Helper()
		if got := f.raised(t, func() {
			if n, err := f.EndSessions(t.Context(), which); err != nil || n != want {
				t.Errorf("%+v ended %d, %v, want %d", which, n, err, want)
			}
		}); got != raised {
			t.Errorf("%+v raised the revision: %v", which, got)
		}
	}
	end(auth.Ending{User: bob, Only: a[0]}, 0, false)
	end(auth.Ending{}, 0, false)
	end(auth.Ending{User: alice, Only: a[0]}, 1, true)
	end(auth.Ending{User: alice, Only: a[0]}, 0, false)
	end(auth.Ending{User: alice, Except: a[1]}, 1, true)
	if f.lasting(t, a[:]...) != 1 || f.lasting(t, a[1]) != 1 || f.lasting(t, b[:]...) != 3 {
		t.Error("other sessions than meant were ended")
	}
	end(auth.Ending{User: bob}, 3, true)
	again()
	end(auth.Ending{Everybody: true}, 7, true)
	end(auth.Ending{Everybody: true}, 0, false)
}

func refreshes(t *testing.T, f *fixture) {
	alice := f.user(t, "alice")
	id := f.logIn(t, alice, moment).ID
	want := auth.RefreshState{Next: hashed("first")}
	step := func(kept auth.Refreshed, refusal error) {
		t.Helper()
		err := f.Refresh(t.Context(), id, func(access auth.Access, state auth.RefreshState) (auth.Refreshed, error) {
			if access.Session.ID != id || access.Account.Name != "alice" {
				t.Errorf("asked about %+v", access)
			}
			if diff := gocmp.Diff(want, state); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			return kept, refusal
		})
		if !errors.Is(err, refusal) {
			t.Errorf("got %v, want %v", err, refusal)
		}
	}
	second := auth.RefreshState{Next: hashed("second"), Spent: hashed("first"), SpentAt: stored}
	step(auth.Refreshed{State: second, UsedAt: moment, EndedAt: moment}, errors.New("no"))
	if f.raised(t, func() { step(auth.Refreshed{State: second, UsedAt: moment.Add(time.Hour)}, nil) }) {
		t.Error("a refresh raised the revision")
	}
	want = second
	if !f.raised(t, func() {
		step(auth.Refreshed{State: second, UsedAt: moment.Add(time.Hour), EndedAt: moment.Add(2 * time.Hour)}, nil)
	}) {
		t.Error("a session ended and the revision stayed")
	}
	list, err := f.Sessions(t.Context(), alice)
	must(t, err)
	if len(list) != 1 || !list[0].EndedAt.Equal(stored.Add(2*time.Hour)) || !list[0].UsedAt.Equal(stored.Add(time.Hour)) {
		t.Errorf("its owner sees %+v", list)
	}
	if f.lasting(t, id) != 0 {
		t.Error("it lasts")
	}
	for _, id := range []auth.SessionID{id, 4711, 0} {
		err := f.Refresh(t.Context(), id, func(auth.Access, auth.RefreshState) (auth.Refreshed, error) {
			t.Error("a session that is over was asked about")
			return auth.Refreshed{}, nil
		})
		WantError(t, err, domain.NotFound, "session.not_found")
	}
	ssh := newSession(alice, moment)
	ssh.Refresh, ssh.Door = auth.RefreshState{}, auth.SSH
	session, err := f.CreateSession(t.Context(), ssh)
	must(t, err)
	id, want = session.ID, auth.RefreshState{}
	step(auth.Refreshed{UsedAt: moment}, nil)
}

func expires(t *testing.T, f *fixture) {
	alice := f.user(t, "alice")
	at := func(minutes int) time.Time { return moment.Add(time.Duration(minutes) * time.Minute) }
	make := func(door auth.Door, created, used int) auth.SessionID {
		session := newSession(alice, at(created))
		session.Door = door
		made, err := f.CreateSession(t.Context(), session)
		must(t, err)
		must(t, f.TouchSessions(t.Context(), map[auth.SessionID]time.Time{made.ID: at(used)}, nil))
		return made.ID
	}
	tooOld, unused, ended := make(auth.HTTP, 9, 100), make(auth.HTTP, 10, 19), make(auth.HTTP, 10, 100)
	crashed := make(auth.SSH, 10, 29)
	good := []auth.SessionID{make(auth.HTTP, 10, 20), make(auth.SSH, 10, 30), make(auth.Console, 10, 20)}
	must(t, f.Refresh(t.Context(), ended, func(_ auth.Access, state auth.RefreshState) (auth.Refreshed, error) {
		return auth.Refreshed{State: state, UsedAt: at(100), EndedAt: at(19)}, nil
	}))
	before := auth.Expiry{Created: at(10), Used: at(20), SSH: at(30), Address: at(0)}
	if !f.raised(t, func() { must(t, f.ExpireSessions(t.Context(), before)) }) {
		t.Error("sessions went and the revision stayed")
	}
	if f.raised(t, func() { must(t, f.ExpireSessions(t.Context(), before)) }) {
		t.Error("nothing went and the revision was raised")
	}
	if f.lasting(t, tooOld, unused, crashed) != 0 || f.lasting(t, good...) != len(good) {
		t.Error("other sessions than meant have gone")
	}
	if n := Scalar[int](t, f.db, `SELECT count(*) FROM sessions`); n != len(good) {
		t.Errorf("%d sessions are kept", n)
	}
}
