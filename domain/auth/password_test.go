package auth_test

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"parley/domain"
	"parley/domain/auth"
	"parley/store"
	"parley/store/storetest"
)

func TestCommonPasswordsAndThoseWithTheNameAreRefused(t *testing.T) {
	for _, c := range []struct{ name, password, code string }{
		{"alice", "Password1", "user.password_common"},
		{"alice", "PASSWORd123", "user.password_common"},
		{"alice", "Passw0rd", "user.password_common"},
		{"alice", "P@ssw0rd1", "user.password_common"},
		{"alice", "Qwerty123", "user.password_common"},
		{"alice", "Welcome1", "user.password_common"},
		{"alice", "Summer2026", "user.password_common"},
		{"alice", "Summer2026!", "user.password_common"},
		{"alice", "Abcdefg1", "user.password_common"},
		{"alice", "1q2w3e4R", "user.password_common"},
		{"alice", "Liverpool1", "user.password_common"},
		{"alice", "xxAlIcE99", "user.password_has_name"},
		{"Al_9", "my-al_9-Secret", "user.password_has_name"},
		{"alice", "Correct-horse-1", ""},
		{"alice", "Quiet-otter-7", ""},
		{"alice", "Password1-but-longer", ""},
		{"alice", "short1A", "user.password_length"},
		{"alice", "password1", "user.password_weak"},
	} {
		err := auth.CheckPassword(c.name, c.password)
		if c.code == "" && err != nil {
			t.Errorf("%s is refused: %v", c.password, err)
		} else if c.code != "" {
			storetest.WantError(t, err, domain.Invalid, c.code)
		}
	}
}

// Only what satisfies the other rules, apart from case, can ever be looked up.
func TestTheListOfCommonPasswordsIsSortedFoldedAndOfUse(t *testing.T) {
	file, err := os.Open("common_passwords.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var list []string
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		word := scanner.Text()
		list = append(list, word)
		letter := strings.IndexAny(word, "abcdefghijklmnopqrstuvwxyz")
		if word != strings.ToLower(word) || letter < 0 ||
			domain.CheckPassword(word[:letter]+strings.ToUpper(word[letter:letter+1])+word[letter+1:]) != nil {
			t.Errorf("%q", word)
		}
	}
	if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) || len(list) < 3000 {
		t.Errorf("%d words", len(list))
	}
}

func TestEveryWayToSetAPasswordChecksIt(t *testing.T) {
	core, _ := newCore(t, nil)
	alice := core.User(t, "alice")
	for password, code := range map[string]string{
		"Welcome123": "user.password_common", "Not-Alice-7": "user.password_has_name", "weak": "user.password_length",
	} {
		_, err := core.Auth.Register(t.Context(), somewhere(), "alice", password)
		storetest.WantError(t, err, domain.Invalid, code)
		_, err = core.Auth.AddAccount(t.Context(), "Alice", password, "", false)
		storetest.WantError(t, err, domain.Invalid, code)
		storetest.WantError(t, core.Auth.SetPassword(t.Context(), "ALICE", password), domain.Invalid, code)
		storetest.WantError(t, core.Auth.ChangePassword(t.Context(), alice, storetest.Password, password), domain.Invalid, code)
	}
}

func TestAChangedPasswordEndsTheOtherSessions(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		addUser(t, core, "alice")
		this, other := signIn(t, core, "alice"), signIn(t, core, "alice")
		if err := core.Auth.ChangePassword(t.Context(), this.Actor, storetest.Password, "Another-horse-2"); err != nil {
			t.Fatal(err)
		}
		if _, err := core.Auth.Authenticate(t.Context(), somewhere(), this.Access.Text); err != nil {
			t.Errorf("this session: %v", err)
		}
		refresh(t, core.Auth, this.Refresh)
		_, err := core.Auth.Authenticate(t.Context(), somewhere(), other.Access.Text)
		storetest.WantError(t, err, domain.Unauthenticated, "auth.access_ended")
		_, err = core.Auth.LogIn(t.Context(), somewhere(), "alice", storetest.Password)
		storetest.WantError(t, err, domain.Unauthenticated, "auth.invalid_credentials")
		if _, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", "Another-horse-2"); err != nil {
			t.Error(err)
		}
	})
}

func TestAWrongCurrentPasswordChangesNothingAndIsCounted(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	actor := logIn(t, core, from(auth.HTTP, "10.9.9.9"), "alice")
	for range 9 { // the log-in was the first
		err := core.Auth.ChangePassword(t.Context(), actor, "Wrong-horse-1", "Another-horse-2")
		storetest.WantError(t, err, domain.Invalid, "user.current_password")
	}
	err := core.Auth.ChangePassword(t.Context(), actor, storetest.Password, "Another-horse-2")
	storetest.WantError(t, err, domain.RateLimited, "limit.log-in")
	logIn(t, core, somewhere(), "alice")
}

// attack fails log-ins to a name from as many addresses as it takes, until
// one is told to wait, and gives that error.
func attack(t *testing.T, core *storetest.Core, name string) error {
	t.Helper()
	for i := range 100 {
		origin := somewhere()
		err := guess(t, core.Auth, origin, name)
		if !domain.HasCode(err, "auth.invalid_credentials") {
			if i != 50 {
				t.Errorf("%s: told after %d guesses", name, i)
			}
			return err
		}
	}
	t.Fatalf("%s may be guessed for ever", name)
	return nil
}

func TestANameUnderAttackGetsSlowerButNotForItsOwnersAddresses(t *testing.T) {
	core, clock := newCore(t, nil)
	addUser(t, core, "alice")
	addUser(t, core, "bob")
	home := from(auth.HTTP, "2001:db8:1:2::1")
	logIn(t, core, home, "alice")
	for _, name := range []string{"alice", "Nobody-There", "a name that cannot be"} { // there or not, it is the same
		err := attack(t, core, name)
		storetest.WantError(t, err, domain.RateLimited, "limit.name")
		if e := domain.AsError(err); e.RetryAfter.Seconds() != 1 || e.Message != "too many failed log-ins with this name; try again in 1 s" {
			t.Errorf("%s: told %q, %s", name, e.Message, e.RetryAfter)
		}
		var delays []float64
		for range 13 {
			wait := domain.AsError(guess(t, core.Auth, somewhere(), name)).RetryAfter
			delays = append(delays, wait.Seconds())
			clock.pass(wait)
			storetest.WantError(t, guess(t, core.Auth, somewhere(), name), domain.Unauthenticated, "auth.invalid_credentials")
		}
		if want := []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900}; !slices.Equal(delays, want) && name == "alice" {
			t.Errorf("the delays are %v, want %v", delays, want)
		}
	}
	if err := attackMore(t, core, "alice"); !domain.HasCode(err, "limit.name") {
		t.Fatalf("got %v", err)
	}
	_, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", storetest.Password)
	storetest.WantError(t, err, domain.RateLimited, "limit.name")
	logIn(t, core, from(auth.SSH, "2001:db8:1:2::ffff"), "alice") // her network, by the other door
	logIn(t, core, somewhere(), "bob")
	restarted := core.Beside(t)
	_, err = restarted.Auth.LogIn(t.Context(), somewhere(), "alice", storetest.Password)
	storetest.WantError(t, err, domain.RateLimited, "limit.name")
	if err := core.Auth.Unlock(t.Context(), "Alice"); err != nil {
		t.Fatal(err)
	}
	logIn(t, core, somewhere(), "alice")
}

// attackMore goes on until somebody new is told to wait.
func attackMore(t *testing.T, core *storetest.Core, name string) error {
	t.Helper()
	for range 60 {
		if err := guess(t, core.Auth, somewhere(), name); domain.HasCode(err, "limit.name") {
			return err
		}
	}
	return fmt.Errorf("%s may be guessed for ever", name)
}

func TestLogInsThatSucceedAreNotCountedAgainstTheName(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	for range 60 {
		logIn(t, core, somewhere(), "alice")
	}
}
