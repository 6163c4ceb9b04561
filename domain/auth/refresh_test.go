package auth_test

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/store"
	"parley/store/storetest"
)

// signIn logs in as a client that keeps tokens.
func signIn(t *testing.T, core *storetest.Core, name string) auth.Grant {
	t.Helper()
	grant, err := core.Auth.LogInForTokens(t.Context(), somewhere(), name, storetest.Password)
	if err != nil {
		t.Fatal(err)
	}
	return grant
}

// refresh spends a token that is good.
func refresh(t *testing.T, service *auth.Service, token string) auth.Grant {
	t.Helper()
	grant, err := service.Refresh(t.Context(), somewhere(), token)
	if err != nil {
		t.Fatal(err)
	}
	return grant
}

func wantRefused(t *testing.T, service *auth.Service, token, code string) {
	t.Helper()
	grant, err := service.Refresh(t.Context(), somewhere(), token)
	if err == nil || grant.Refresh != "" || grant.Access.Text != "" {
		t.Errorf("got %+v, want %s", grant, code)
	}
	storetest.WantError(t, err, domain.Unauthenticated, code)
}

// TestTheRuleOfRefreshTokens walks the contract's sentence, on both stores.
func TestTheRuleOfRefreshTokens(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		clock := newClock()
		core := storetest.NewCoreWith(t, config, func(s *storetest.Settings) { s.Now = clock.now })
		addUser(t, core, "alice")
		first := signIn(t, core, "alice")
		second := refresh(t, core.Auth, first.Refresh)
		if second.Actor.Session().ID != first.Actor.Session().ID || second.Actor.User() != first.Actor.User() {
			t.Errorf("%+v became %+v", first.Actor, second.Actor)
		}
		clock.pass(30*time.Second - time.Microsecond)
		other := core.Beside(t) // also another node, which was told nothing
		if again := refresh(t, other.Auth, first.Refresh); again.Refresh != second.Refresh {
			t.Error("used again within 30 s it gave another successor")
		}
		third := refresh(t, core.Auth, second.Refresh)
		if third.Refresh == second.Refresh || third.Refresh == first.Refresh {
			t.Error("a token was not replaced")
		}
		if _, err := core.Auth.Authenticate(t.Context(), somewhere(), third.Access.Text); err != nil {
			t.Fatal(err)
		}
		clock.pass(30 * time.Second)
		wantRefused(t, core.Auth, second.Refresh, "auth.refresh_reused")
		wantRefused(t, core.Auth, third.Refresh, "auth.access_ended")
		wantRefused(t, core.Auth, second.Refresh, "auth.access_ended")
		for _, grant := range []auth.Grant{first, second, third} {
			_, err := core.Auth.Authenticate(t.Context(), somewhere(), grant.Access.Text)
			storetest.WantError(t, err, domain.Unauthenticated, "auth.access_ended")
		}
	})
}

func TestATokenComingAgainAfterItsSuccessorWasUsedEndsTheSessionAtOnce(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	first := signIn(t, core, "alice")
	untouched := signIn(t, core, "alice")
	third := refresh(t, core.Auth, refresh(t, core.Auth, first.Refresh).Refresh)
	wantRefused(t, core.Auth, first.Refresh, "auth.refresh_reused") // no time has passed
	wantRefused(t, core.Auth, third.Refresh, "auth.access_ended")
	refresh(t, core.Auth, untouched.Refresh)
}

func TestManyTabsAtOnceGetTheSameSuccessor(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		addUser(t, core, "alice")
		first := signIn(t, core, "alice")
		services := []*auth.Service{core.Auth, core.Beside(t).Auth}
		successors := make([]string, 16)
		var tabs sync.WaitGroup
		for i := range successors {
			tabs.Go(func() {
				grant, err := services[i%2].Refresh(t.Context(), somewhere(), first.Refresh)
				if err != nil {
					t.Errorf("tab %d: %v", i, err)
				}
				successors[i] = grant.Refresh
			})
		}
		tabs.Wait()
		for _, successor := range successors {
			if successor != successors[0] {
				t.Fatal("two tabs got different successors")
			}
		}
		refresh(t, core.Auth, successors[0])
	})
}

func TestATokenThatIsMadeUpEndsNobodysSession(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	grant := signIn(t, core, "alice")
	raw, err := base64.RawURLEncoding.DecodeString(grant.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		wantRefused(t, core.Auth, base64.RawURLEncoding.EncodeToString(changed), "auth.invalid_refresh_token")
	}
	for _, text := range []string{
		"", "x", grant.Access.Text, grant.Refresh + "A", grant.Refresh[:len(grant.Refresh)-1], strings.Repeat("!", len(grant.Refresh)),
	} {
		wantRefused(t, core.Auth, text, "auth.invalid_refresh_token")
	}
	if _, err := core.Auth.Authenticate(t.Context(), somewhere(), grant.Refresh); err == nil {
		t.Error("a refresh token was taken for an access token")
	}
	refresh(t, core.Auth, grant.Refresh)
}

func TestTheStoreHoldsNoRefreshToken(t *testing.T) {
	config := storetest.SQLite(t)
	core := storetest.NewCoreOn(t, config)
	addUser(t, core, "alice")
	first := signIn(t, core, "alice")
	second := refresh(t, core.Auth, first.Refresh)
	row := storetest.Lines(t, storetest.DB(t, config), `SELECT hex(refresh_hash), hex(spent_hash), s.* FROM sessions s`)
	for _, token := range []string{first.Refresh, second.Refresh} {
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			t.Fatal(err)
		}
		secret := raw[8:40]
		if strings.Contains(row, token) || strings.Contains(row, string(secret)) ||
			strings.Contains(strings.ToLower(row), strings.ToLower(strings.TrimRight(base64.StdEncoding.EncodeToString(secret), "="))) {
			t.Error("the row holds the token")
		}
	}
}

func TestReuseIsLoggedAndItsOwnerSeesIt(t *testing.T) {
	log := &buffer{}
	core, clock := newCore(t, func(s *storetest.Settings) { s.Log = slog.New(slog.NewTextHandler(log, nil)) })
	addUser(t, core, "alice")
	stolen := signIn(t, core, "alice")
	fresh := refresh(t, core.Auth, stolen.Refresh)
	clock.pass(time.Minute)
	wantRefused(t, core.Auth, stolen.Refresh, "auth.refresh_reused")
	all := strings.Join(log.lines(), "\n")
	if !strings.Contains(all, "level=WARN") || !strings.Contains(all, "username=alice session=1") {
		t.Errorf("the log does not warn:\n%s", all)
	}
	for _, secret := range []string{stolen.Refresh, fresh.Refresh, stolen.Access.Text, storetest.Password} {
		if strings.Contains(all, secret) {
			t.Error("the log holds a secret")
		}
	}
	owner := signIn(t, core, "alice").Actor
	sessions, err := core.Auth.Sessions(t.Context(), owner)
	if err != nil || len(sessions) != 2 {
		t.Fatalf("the owner sees %+v, %v", sessions, err)
	}
	ended := sessions[1]
	if ended.ID != stolen.Actor.Session().ID || !ended.EndedAt.Equal(clock.now()) || !sessions[0].EndedAt.IsZero() {
		t.Errorf("the owner sees %+v", sessions)
	}
}

func TestASessionLasts30DaysUnusedAnd90InAll(t *testing.T) {
	const day = 24 * time.Hour
	core, clock := newCore(t, nil)
	addUser(t, core, "alice")
	idle, busy := signIn(t, core, "alice"), signIn(t, core, "alice")
	clock.pass(30*day - time.Second)
	busy = refresh(t, core.Auth, busy.Refresh)
	clock.pass(time.Second)
	wantRefused(t, core.Auth, idle.Refresh, "auth.access_ended")
	busy = refresh(t, core.Auth, busy.Refresh)
	clock.pass(29 * day)
	busy = refresh(t, core.Auth, busy.Refresh)
	clock.pass(29 * day)
	busy = refresh(t, core.Auth, busy.Refresh)
	clock.pass(2*day - time.Second)
	busy = refresh(t, core.Auth, busy.Refresh)
	if _, err := core.Auth.Authenticate(t.Context(), somewhere(), busy.Access.Text); err != nil {
		t.Fatal(err)
	}
	clock.pass(time.Second)
	wantRefused(t, core.Auth, busy.Refresh, "auth.access_ended")
	_, err := core.Auth.Authenticate(t.Context(), somewhere(), busy.Access.Text)
	storetest.WantError(t, err, domain.Unauthenticated, "auth.access_ended")
}

func TestADisabledUserIsGivenNoTokens(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	grant := signIn(t, core, "alice")
	if err := core.Auth.SetDisabled(t.Context(), "alice", true); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, core.Auth, grant.Refresh, "auth.access_ended")
}
