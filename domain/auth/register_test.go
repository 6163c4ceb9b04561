package auth_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/storetest"
)

func TestWhoeverRegistersCanLogIn(t *testing.T) {
	core, clock := newCore(t, nil)
	user, err := core.Auth.Register(t.Context(), somewhere(), "Al_ice-9", "Quiet-otter-7")
	if err != nil {
		t.Fatal(err)
	}
	want := domain.User{ID: user.ID, Name: "Al_ice-9", CreatedAt: clock.now()}
	if user != want || user.ID == 0 {
		t.Errorf("registered %+v, want %+v", user, want)
	}
	actor, err := core.Auth.LogIn(t.Context(), somewhere(), "aL_ICE-9", "Quiet-otter-7")
	if err != nil || actor.User() != want || actor.Author() != (domain.Author{ID: user.ID, Name: "Al_ice-9"}) {
		t.Errorf("logged in as %+v, %v", actor.User(), err)
	}
}

func TestWhatRegistrationRefuses(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "Taken")
	for _, c := range []struct {
		name, password string
		kind           domain.Kind
		code           string
	}{
		{"ab", "Quiet-otter-7", domain.Invalid, "user.name_length"},
		{strings.Repeat("a", 51), "Quiet-otter-7", domain.Invalid, "user.name_length"},
		{"-rf", "Quiet-otter-7", domain.Invalid, "user.name_characters"},
		{"a\x1b[2Jb", "Quiet-otter-7", domain.Invalid, "user.name_characters"},
		{"ädmin", "Quiet-otter-7", domain.Invalid, "user.name_characters"},
		{"new", "Quiet-otter-7", domain.Invalid, "user.name_reserved"},
		{"Admin", "Quiet-otter-7", domain.Invalid, "user.name_reserved"},
		{"SYSTEM", "Quiet-otter-7", domain.Invalid, "user.name_reserved"},
		{"here", "Quiet-otter-7", domain.Invalid, "user.name_reserved"},
		{"alice", "Abcdef1", domain.Invalid, "user.password_length"},
		{"alice", "Aa1" + strings.Repeat("x", 126), domain.Invalid, "user.password_length"},
		{"alice", "abcdefg1", domain.Invalid, "user.password_weak"},
		{"alice", "ABCDEFG1", domain.Invalid, "user.password_weak"},
		{"alice", "Abcdefgh", domain.Invalid, "user.password_weak"},
		{"Taken", "Quiet-otter-7", domain.Conflict, "user.name_taken"},
		{"tAKEN", "Quiet-otter-7", domain.Conflict, "user.name_taken"},
	} {
		_, err := core.Auth.Register(t.Context(), somewhere(), c.name, c.password)
		storetest.WantError(t, err, c.kind, c.code)
	}
	if _, err := core.Engine.AccountByName(t.Context(), "alice"); domain.KindOf(err) != domain.NotFound {
		t.Errorf("a refused registration made an account: %v", err)
	}
}

func TestOfManyWhoRegisterOneNameOneGetsIt(t *testing.T) {
	core, _ := newCore(t, nil)
	errs := make(chan error)
	const people = 8
	for i := range people {
		go func() {
			_, err := core.Auth.Register(t.Context(), somewhere(), []string{"bob", "Bob"}[i%2], "Quiet-otter-7")
			errs <- err
		}()
	}
	got := 0
	for range people {
		if err := <-errs; err == nil {
			got++
		} else {
			storetest.WantError(t, err, domain.Conflict, "user.name_taken")
		}
	}
	if got != 1 {
		t.Errorf("%d people are bob", got)
	}
}

func TestTheOperatorDecidesWhoMayRegister(t *testing.T) {
	for mode, code := range map[auth.Registration]string{
		auth.RegistrationClosed: "auth.registration_closed", auth.RegistrationInvite: "auth.invitation_required",
	} {
		core, _ := newCore(t, func(s *storetest.Settings) { s.Registration = mode })
		_, err := core.Auth.Register(t.Context(), somewhere(), "alice", "Quiet-otter-7")
		storetest.WantError(t, err, domain.Forbidden, code)
		addUser(t, core, "Admin") // the operator's word stands above
	}
}

func TestFiveRegistrationsAMinuteFromOneAddress(t *testing.T) {
	core, clock := newCore(t, nil)
	origin := somewhere()
	var registering sync.WaitGroup
	for i := range 5 {
		registering.Go(func() {
			if _, err := core.Auth.Register(t.Context(), origin, fmt.Sprint("user", i), "Quiet-otter-7"); err != nil {
				t.Error(err)
			}
		})
	}
	registering.Wait()
	_, err := core.Auth.Register(t.Context(), origin, "user5", "Quiet-otter-7")
	storetest.WantError(t, err, domain.RateLimited, "limit.registration")
	if wait := domain.AsError(err).RetryAfter; wait != time.Minute {
		t.Errorf("told to wait %s", wait)
	}
	if _, err := core.Auth.LogIn(t.Context(), origin, "user0", "Quiet-otter-7"); err != nil {
		t.Errorf("log-ins are counted with registrations: %v", err)
	}
	if _, err := core.Auth.Register(t.Context(), somewhere(), "user6", "Quiet-otter-7"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	clock.pass(time.Minute)
	if _, err := core.Auth.Register(t.Context(), origin, "user5", "Quiet-otter-7"); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestAnEMailAddressIsKeptSealed(t *testing.T) {
	config := storetest.SQLite(t)
	core := storetest.NewCoreOn(t, config)
	if _, err := core.Auth.AddAccount(t.Context(), "alice", storetest.Password, "alice@example.org", true); err != nil {
		t.Fatal(err)
	}
	addUser(t, core, "bob")
	token := storetest.Scalar[string](t, storetest.DB(t, config), `SELECT email_token FROM users WHERE name = 'alice'`)
	if strings.Contains(token, "alice") || !strings.HasPrefix(token, "gAAAAA") {
		t.Errorf("stored as %q", token)
	}
	var listed []auth.Listed
	if err := core.Auth.Accounts(t.Context(), func(l auth.Listed) error { listed = append(listed, l); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(listed) != 2 || listed[0].Email != "alice@example.org" || !listed[0].Admin || listed[1].Email != "" {
		t.Errorf("listed %+v", listed)
	}
	for _, email := range []string{"alice", "a@b\n", "Alice <a@example.org>", "@", "a b@example.org", strings.Repeat("a", 250) + "@b.org"} {
		_, err := core.Auth.AddAccount(t.Context(), "carol", storetest.Password, email, false)
		storetest.WantError(t, err, domain.Invalid, "user.email")
	}
}

func TestAnEMailAddressMovedToSomebodyElseDoesNotOpen(t *testing.T) {
	config := storetest.SQLite(t)
	core := storetest.NewCoreOn(t, config)
	for _, name := range []string{"alice", "bob"} {
		if _, err := core.Auth.AddAccount(t.Context(), name, storetest.Password, name+"@example.org", false); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Exec(t, storetest.DB(t, config),
		`UPDATE users SET email_token = (SELECT email_token FROM users WHERE name = 'alice') WHERE name = 'bob'`)
	err := core.Auth.Accounts(t.Context(), func(l auth.Listed) error {
		if l.Name == "bob" {
			t.Errorf("bob was listed with %q", l.Email)
		}
		return nil
	})
	if err == nil {
		t.Error("the moved address was opened")
	}
}
