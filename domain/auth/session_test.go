package auth_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/storetest"
)

// logIn logs in with the password that every account has.
func logIn(t *testing.T, core *storetest.Core, origin auth.Origin, name string) auth.Actor {
	t.Helper()
	actor, err := core.Auth.LogIn(t.Context(), origin, name, storetest.Password)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// sessionIDs lists the sessions that an actor sees.
func sessionIDs(t *testing.T, service *auth.Service, actor auth.Actor) []auth.SessionID {
	t.Helper()
	sessions, err := service.Sessions(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	var ids []auth.SessionID
	for _, session := range sessions {
		ids = append(ids, session.ID)
	}
	return ids
}

func TestALogInMakesASessionThatSaysWhereItCameFrom(t *testing.T) {
	core, clock := newCore(t, nil)
	addUser(t, core, "alice")
	origin := from(auth.SSH, "2001:db8::7")
	origin.Device = " OpenSSH\x1b[2J\u202e\n" + strings.Repeat("é", 100)
	actor := logIn(t, core, origin, "alice")
	session := actor.Session()
	if session.Door != auth.SSH || session.Addr != origin.Addr || session.UserID != actor.ID() ||
		!session.CreatedAt.Equal(clock.now()) || !session.UsedAt.Equal(clock.now()) || session.ID == 0 {
		t.Errorf("got %+v", session)
	}
	if !strings.HasPrefix(session.Device, "OpenSSH\ufffd[2J") || strings.ContainsAny(session.Device, "\x1b\u202e\n") ||
		len(session.Device) > 130 || !utf8.ValidString(session.Device) || strings.HasSuffix(session.Device, "\ufffd") {
		t.Errorf("the device is %q", session.Device)
	}
	if ids := sessionIDs(t, core.Auth, actor); len(ids) != 1 || ids[0] != session.ID {
		t.Errorf("listed are %v", ids)
	}
}

func TestEndingASessionEndsWhatHangsOnItAndNothingElse(t *testing.T) {
	for _, where := range []string{"this process", "another process"} {
		t.Run(where, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				core := storetest.NewCore(t)
				addUser(t, core, "alice")
				this, other := logIn(t, core, somewhere(), "alice"), logIn(t, core, from(auth.SSH, "10.9.9.9"), "alice")
				stays, _ := attach(t, core.Auth, this)
				goes, _ := attach(t, core.Auth, other)
				good, void := issue(t, core.Auth, this), issue(t, core.Auth, other)
				if stays.within(t, 10)+goes.within(t, 10) != 0 {
					t.Error("ended before anything happened")
				}
				for _, token := range []string{good, void} {
					if _, err := core.Auth.Authenticate(t.Context(), somewhere(), token); err != nil {
						t.Fatal(err)
					}
				}
				service := core.Auth
				if where == "another process" {
					service = core.Beside(t).Auth
				}
				if err := service.EndSession(t.Context(), this, other.Session().ID); err != nil {
					t.Fatal(err)
				}
				if n := goes.within(t, 5); n != 1 {
					t.Errorf("its connection was ended %d times", n)
				}
				_, err := core.Auth.Authenticate(t.Context(), somewhere(), void)
				storetest.WantError(t, err, domain.Unauthenticated, "auth.access_ended")
				if n := stays.within(t, 10); n != 0 {
					t.Errorf("the other connection was ended %d times", n)
				}
				if _, err := core.Auth.Authenticate(t.Context(), somewhere(), good); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestNobodyEndsSomebodyElsesSession(t *testing.T) {
	core, _ := newCore(t, nil)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	for _, id := range []auth.SessionID{bob.Session().ID, 4711, 0, -1} {
		storetest.WantError(t, core.Auth.EndSession(t.Context(), alice, id), domain.NotFound, "session.not_found")
	}
	nobody := auth.Actor{}
	storetest.WantError(t, core.Auth.EndSession(t.Context(), nobody, bob.Session().ID), domain.NotFound, "session.not_found")
	if err := core.Auth.EndOtherSessions(t.Context(), nobody); err != nil {
		t.Error(err)
	}
	if err := core.Auth.EndOtherSessions(t.Context(), alice); err != nil {
		t.Error(err)
	}
	for _, actor := range []auth.Actor{alice, bob} {
		if ids := sessionIDs(t, core.Auth, actor); len(ids) != 1 || ids[0] != actor.Session().ID {
			t.Errorf("left of %s are %v", actor.Name(), ids)
		}
	}
	if err := core.Auth.LogOut(t.Context(), alice); err != nil {
		t.Error(err)
	}
	if err := core.Auth.LogOut(t.Context(), alice); err != nil {
		t.Errorf("the second time: %v", err)
	}
	if ids := sessionIDs(t, core.Auth, alice); len(ids) != 0 {
		t.Errorf("left are %v", ids)
	}
}

func TestASessionOverSSHEndsWithItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core := storetest.NewCore(t)
		addUser(t, core, "alice")
		ssh, web := logIn(t, core, from(auth.SSH, "10.9.9.9"), "alice"), logIn(t, core, somewhere(), "alice")
		core.Auth.Leave(ssh)
		core.Auth.Leave(web) // a WebSocket's end ends no session
		core.Auth.Leave(auth.Actor{})
		if ids := sessionIDs(t, core.Auth, web); !slices.Equal(ids, []auth.SessionID{web.Session().ID}) {
			t.Errorf("listed at once are %v", ids)
		}
		jump(3)
		if ids := sessionIDs(t, core.Beside(t).Auth, web); !slices.Equal(ids, []auth.SessionID{web.Session().ID}) {
			t.Errorf("another process lists %v", ids)
		}
	})
}

func TestWhatWasLeftByAStopIsEndedByIt(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	ssh, web := logIn(t, core, from(auth.SSH, "10.9.9.9"), "alice"), logIn(t, core, somewhere(), "alice")
	core.Auth.Leave(ssh)
	core.Stop()
	if ids := sessionIDs(t, core.Beside(t).Auth, web); !slices.Equal(ids, []auth.SessionID{web.Session().ID}) {
		t.Errorf("after the stop there are %v", ids)
	}
}

func TestASessionOverSSHThatACrashLeftBehindIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core := storetest.NewCore(t)
		addUser(t, core, "alice")
		web := logIn(t, core, somewhere(), "alice")
		logIn(t, core, from(auth.SSH, "10.9.9.8"), "alice") // of no connection
		live := logIn(t, core, from(auth.SSH, "10.9.9.9"), "alice")
		open, _ := attach(t, core.Auth, live)
		other := core.Beside(t) // which does not know that connection
		jump(40 * 60)
		want := []auth.SessionID{live.Session().ID, web.Session().ID}
		if ids := sessionIDs(t, other.Auth, web); !slices.Equal(ids, want) {
			t.Errorf("left are %v, want %v", ids, want)
		}
		if n := open.within(t, 10); n != 0 {
			t.Errorf("the connection that lives was ended %d times", n)
		}
	})
}

// countingStore counts what is written about sessions' use.
type countingStore struct {
	auth.Store
	writes, sessions int
}

func (c *countingStore) TouchSessions(ctx context.Context, used map[auth.SessionID]time.Time, left []auth.SessionID) error {
	c.writes++
	c.sessions += len(used)
	return c.Store.TouchSessions(ctx, used, left)
}

func TestUseIsWrittenTogetherOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counting := &countingStore{}
		core := storetest.NewCoreWith(t, storetest.SQLite(t), func(s *storetest.Settings) {
			s.Wrap = func(store auth.Store) auth.Store {
				counting.Store = store
				return counting
			}
		})
		var tokens []string
		var actors []auth.Actor
		for i := range 5 {
			actors = append(actors, core.User(t, fmt.Sprint("user", i)))
			tokens = append(tokens, issue(t, core.Auth, actors[i]))
		}
		began := time.Now()
		for range 179 {
			for _, token := range tokens {
				if _, err := core.Auth.Authenticate(t.Context(), somewhere(), token); err != nil {
					t.Fatal(err)
				}
			}
			jump(1)
		}
		if counting.writes != 2 || counting.sessions != 10 {
			t.Errorf("in 3 minutes of 5 sessions' use %d writes told of %d", counting.writes, counting.sessions)
		}
		sessions, err := core.Beside(t).Auth.Sessions(t.Context(), actors[0])
		if err != nil || len(sessions) != 1 || sessions[0].UsedAt.Sub(began) < 100*time.Second {
			t.Errorf("another process sees %+v, %v", sessions, err)
		}
	})
}

func TestTheTwentyFirstConnectionOfAUserIsRefused(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	bob := core.User(t, "bob")
	var detaches []func()
	for i := range auth.MaxUserConnections {
		actor := logIn(t, core, from([]auth.Door{auth.SSH, auth.HTTP}[i%2], fmt.Sprintf("10.8.0.%d", i/5)), "alice")
		_, detach := attach(t, core.Auth, actor)
		detaches = append(detaches, detach)
	}
	alice := logIn(t, core, somewhere(), "alice")
	_, err := core.Auth.Attach(alice, func(error) {})
	storetest.WantError(t, err, domain.RateLimited, "limit.connections")
	if e := domain.AsError(err); e.RetryAfter == 0 || !strings.Contains(e.Message, "20 connections") {
		t.Errorf("told %q, %s", e.Message, e.RetryAfter)
	}
	attach(t, core.Auth, bob)
	detaches[3]()
	detaches[3]() // frees no second place
	attach(t, core.Auth, alice)
	_, err = core.Auth.Attach(alice, func(error) {})
	storetest.WantError(t, err, domain.RateLimited, "limit.connections")
}

func TestTheHundredAndFirstConnectionFromAnAddressIsRefused(t *testing.T) {
	core, _ := newCore(t, nil)
	var actors []auth.Actor
	for i := range 6 {
		addUser(t, core, fmt.Sprint("user", i))
		origin := from(auth.SSH, fmt.Sprintf("2001:db8:5:5::%x", i+1)) // one network
		actors = append(actors, logIn(t, core, origin, fmt.Sprint("user", i)))
	}
	for i := range auth.MaxAddressConnections {
		attach(t, core.Auth, actors[i/auth.MaxUserConnections])
	}
	_, err := core.Auth.Attach(actors[5], func(error) {})
	storetest.WantError(t, err, domain.RateLimited, "limit.connections")
	if e := domain.AsError(err); !strings.Contains(e.Message, "100 connections from your address") {
		t.Errorf("told %q", e.Message)
	}
	attach(t, core.Auth, logIn(t, core, from(auth.SSH, "2001:db8:5:6::1"), "user5"))
}
