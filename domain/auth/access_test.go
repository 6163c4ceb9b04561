package auth_test

import (
	"testing"
	"testing/synctest"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/storetest"
)

// attached counts how often a connection was told that its access ended.
type attached struct{ reasons chan error }

func attach(t *testing.T, service *auth.Service, actor auth.Actor) (*attached, func()) {
	t.Helper()
	a := &attached{make(chan error, 10)}
	detach, err := service.Attach(actor, func(err error) { a.reasons <- err })
	if err != nil {
		t.Fatal(err)
	}
	return a, detach
}

// within waits some seconds of the bubble's time and says how often the
// connection was ended.
func (a *attached) within(t *testing.T, seconds int) int {
	t.Helper()
	jump(seconds)
	ended := len(a.reasons)
	for range ended {
		storetest.WantError(t, <-a.reasons, domain.Unauthenticated, "auth.access_ended")
	}
	return ended
}

// jump moves the bubble's clock, which waits for nothing, and lets everything
// happen that is due.
func jump(seconds int) {
	<-time.After(time.Duration(seconds) * time.Second)
	synctest.Wait()
}

// What takes access away, whichever process it is done in.
var takeAway = map[string]func(*testing.T, *auth.Service) error{
	"disabling": func(t *testing.T, s *auth.Service) error { return s.SetDisabled(t.Context(), "alice", true) },
	"a new password": func(t *testing.T, s *auth.Service) error {
		return s.SetPassword(t.Context(), "alice", "Another-horse-2")
	},
}

func TestTakenAwayAccessEndsConnectionsAndTokensWithinFiveSeconds(t *testing.T) {
	for name, take := range takeAway {
		for _, where := range []string{"this process", "another process"} {
			t.Run(name+" in "+where, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					core := storetest.NewCore(t)
					alice, bob := core.User(t, "alice"), core.User(t, "bob")
					token := issue(t, core.Auth, alice)
					hers, _ := attach(t, core.Auth, alice)
					his, _ := attach(t, core.Auth, bob)
					if hers.within(t, 60) != 0 {
						t.Error("ended before anything happened")
					}
					if _, err := core.Auth.Authenticate(t.Context(), somewhere(), token); err != nil {
						t.Fatal(err)
					}
					service := core.Auth
					if where == "another process" {
						service = core.Beside(t).Auth
					}
					if err := take(t, service); err != nil {
						t.Fatal(err)
					}
					if n := hers.within(t, 5); n != 1 {
						t.Errorf("her connection was ended %d times", n)
					}
					_, err := core.Auth.Authenticate(t.Context(), somewhere(), token)
					storetest.WantError(t, err, domain.Unauthenticated, "auth.access_ended")
					if n := hers.within(t, 60); n != 0 {
						t.Errorf("her connection was ended again, %d times", n)
					}
					if n := his.within(t, 0); n != 0 {
						t.Errorf("his connection was ended %d times", n)
					}
				})
			})
		}
	}
}

func TestAConnectionMadeWithAccessThatHasEndedIsEndedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core := storetest.NewCore(t)
		alice := core.User(t, "alice")
		if err := core.Auth.SetDisabled(t.Context(), "alice", true); err != nil {
			t.Fatal(err)
		}
		late, _ := attach(t, core.Auth, alice)
		if n := late.within(t, 5); n != 1 {
			t.Errorf("ended %d times", n)
		}
	})
}

func TestADetachedConnectionIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core := storetest.NewCore(t)
		over, detach := attach(t, core.Auth, core.User(t, "alice"))
		detach()
		detach()
		if err := core.Auth.SetDisabled(t.Context(), "alice", true); err != nil {
			t.Fatal(err)
		}
		if n := over.within(t, 60); n != 0 {
			t.Errorf("ended %d times", n)
		}
	})
}

func TestOtherChangesEndNoAccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core := storetest.NewCore(t)
		alice := core.User(t, "alice")
		token := issue(t, core.Auth, alice)
		open, _ := attach(t, core.Auth, alice)
		for _, change := range []error{
			core.Auth.SetAdmin(t.Context(), "alice", true),
			core.Auth.SetDisabled(t.Context(), "alice", false),
			core.Auth.Unlock(t.Context(), "alice"),
		} {
			if change != nil {
				t.Error(change)
			}
		}
		if n := open.within(t, 60); n != 0 {
			t.Errorf("ended %d times", n)
		}
		again, err := core.Auth.Authenticate(t.Context(), somewhere(), token)
		if err != nil || !again.User().Admin {
			t.Errorf("the token brings %+v, %v", again.User(), err)
		}
	})
}

func TestAnEnabledUserLogsInAnewAndOldTokensStayVoid(t *testing.T) {
	core, _ := newCore(t, nil)
	token := issue(t, core.Auth, core.User(t, "alice"))
	for _, disabled := range []bool{true, false} {
		if err := core.Auth.SetDisabled(t.Context(), "ALICE", disabled); err != nil {
			t.Fatal(err)
		}
	}
	_, err := core.Auth.Authenticate(t.Context(), somewhere(), token)
	storetest.WantError(t, err, domain.Unauthenticated, "auth.access_ended")
	if _, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", storetest.Password); err != nil {
		t.Error(err)
	}
}

func TestANewPasswordReplacesTheOldOne(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	storetest.WantError(t, core.Auth.SetPassword(t.Context(), "alice", "weak"), domain.Invalid, "user.password_length")
	if err := core.Auth.SetPassword(t.Context(), "alice", "Another-horse-2"); err != nil {
		t.Fatal(err)
	}
	_, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", storetest.Password)
	storetest.WantError(t, err, domain.Unauthenticated, "auth.invalid_credentials")
	if _, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", "Another-horse-2"); err != nil {
		t.Error(err)
	}
}

func TestUnlockingForgivesAtOnceAlsoFromAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core := storetest.NewCore(t)
		addUser(t, core, "alice")
		addUser(t, core, "bob")
		tool := core.Beside(t)
		for _, service := range []*auth.Service{core.Auth, tool.Auth} {
			hers, his := somewhere(), somewhere()
			for range 10 {
				_ = guess(t, core.Auth, hers, "Alice")
				_ = guess(t, core.Auth, his, "bob")
			}
			if err := service.Unlock(t.Context(), "aLICE"); err != nil {
				t.Fatal(err)
			}
			jump(5)
			if _, err := core.Auth.LogIn(t.Context(), hers, "alice", storetest.Password); err != nil {
				t.Errorf("alice: %v", err)
			}
			_, err := core.Auth.LogIn(t.Context(), his, "bob", storetest.Password)
			storetest.WantError(t, err, domain.RateLimited, "limit.log-in")
		}
	})
}

func TestTheOperatorIsToldOfNamesThatDoNotExist(t *testing.T) {
	core, _ := newCore(t, nil)
	for what, err := range map[string]error{
		"password": core.Auth.SetPassword(t.Context(), "nobody", storetest.Password),
		"disabled": core.Auth.SetDisabled(t.Context(), "nobody", true),
		"admin":    core.Auth.SetAdmin(t.Context(), "nobody", true),
		"unlock":   core.Auth.Unlock(t.Context(), "nobody"),
	} {
		if err == nil {
			t.Errorf("%s of nobody was set", what)
		}
		storetest.WantError(t, err, domain.NotFound, "user.not_found")
	}
}
