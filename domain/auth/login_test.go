package auth_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/storetest"
)

// Unknown, disabled and wrong are told apart neither by kind nor by words.
func TestAllRefusedLogInsGetTheSameAnswer(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	addUser(t, core, "barred")
	if err := core.Auth.SetDisabled(t.Context(), "barred", true); err != nil {
		t.Fatal(err)
	}
	type answer struct {
		kind                 domain.Kind
		code, message, field string
		retry                time.Duration
	}
	want := answer{kind: domain.Unauthenticated, code: "auth.invalid_credentials", message: "the name or the password is wrong"}
	for _, c := range [][2]string{
		{"alice", "Wrong-horse-1"},
		{"alice", ""},
		{"alice", strings.Repeat("x", 1<<20)},
		{"nobody", storetest.Password},
		{"barred", storetest.Password},
		{"barred", "Wrong-horse-1"},
		{"", ""},
		{"new", storetest.Password},
		{"a\x00b\xff", storetest.Password},
		{strings.Repeat("a", 1<<16), storetest.Password},
	} {
		_, err := core.Auth.LogIn(t.Context(), somewhere(), c[0], c[1])
		e := domain.AsError(err)
		if got := (answer{e.Kind, e.Code, e.Message, e.Field, e.RetryAfter}); got != want {
			t.Errorf("%.20q with %.20q: got %+v, want %+v", c[0], c[1], got, want)
		}
	}
}

func TestTenLogInsAMinuteFromOneAddressOverBothDoors(t *testing.T) {
	core, clock := newCore(t, nil)
	addUser(t, core, "alice")
	const addr = "192.0.2.1"
	for i := range 10 {
		door := []auth.Door{auth.SSH, auth.HTTP}[i%2]
		if i == 3 { // one that succeeds counts as well
			if _, err := core.Auth.LogIn(t.Context(), from(door, addr), "alice", storetest.Password); err != nil {
				t.Fatal(err)
			}
		} else if err := guess(t, core.Auth, from(door, addr), "alice"); !domain.HasCode(err, "auth.invalid_credentials") {
			t.Fatalf("attempt %d: %v", i+1, err)
		}
		clock.pass(time.Second)
	}
	for _, door := range []auth.Door{auth.SSH, auth.HTTP} {
		_, err := core.Auth.LogIn(t.Context(), from(door, addr), "alice", storetest.Password)
		storetest.WantError(t, err, domain.RateLimited, "limit.log-in")
		if wait := domain.AsError(err).RetryAfter; wait != 50*time.Second {
			t.Errorf("%s: told to wait %s", door, wait)
		}
	}
	if _, err := core.Auth.LogIn(t.Context(), from(auth.SSH, "192.0.2.2"), "alice", storetest.Password); err != nil {
		t.Errorf("from another address: %v", err)
	}
	clock.pass(50*time.Second - time.Millisecond)
	_, err := core.Auth.LogIn(t.Context(), from(auth.SSH, addr), "alice", storetest.Password)
	storetest.WantError(t, err, domain.RateLimited, "limit.log-in")
	clock.pass(time.Millisecond)
	if _, err := core.Auth.LogIn(t.Context(), from(auth.SSH, addr), "alice", storetest.Password); err != nil {
		t.Errorf("after the time it was told to wait: %v", err)
	}
}

func TestTheLogInLimitOutlivesARestart(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	origin := somewhere()
	for range 10 {
		_ = guess(t, core.Auth, origin, "alice")
	}
	core.Stop()
	restarted := core.Beside(t)
	_, err := restarted.Auth.LogIn(t.Context(), origin, "alice", storetest.Password)
	storetest.WantError(t, err, domain.RateLimited, "limit.log-in")
}

func TestConcurrentGuessesShareOneLimit(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	second := core.Beside(t)
	origin := somewhere()
	var mu sync.Mutex
	codes := map[string]int{}
	var guessing sync.WaitGroup
	for i := range 40 {
		guessing.Go(func() {
			err := guess(t, []*auth.Service{core.Auth, second.Auth}[i%2], origin, "alice")
			mu.Lock()
			defer mu.Unlock()
			codes[domain.AsError(err).Code]++
		})
	}
	guessing.Wait()
	if codes["limit.log-in"] != 30 || codes["auth.invalid_credentials"]+codes["auth.busy"] != 10 {
		t.Errorf("got %v", codes)
	}
}

func TestAnIPv6ClientIsItsNetwork(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	for i := range 10 {
		_ = guess(t, core.Auth, from(auth.SSH, fmt.Sprintf("2001:db8:1:2::%x", i)), "alice")
	}
	_, err := core.Auth.LogIn(t.Context(), from(auth.HTTP, "2001:db8:1:2:ffff::1"), "alice", storetest.Password)
	storetest.WantError(t, err, domain.RateLimited, "limit.log-in")
	if _, err := core.Auth.LogIn(t.Context(), from(auth.HTTP, "2001:db8:1:3::1"), "alice", storetest.Password); err != nil {
		t.Errorf("from the next network: %v", err)
	}
}

func TestAnIPv4AddressIsTheSameInItsIPv6Form(t *testing.T) {
	core, _ := newCore(t, nil)
	addUser(t, core, "alice")
	for range 10 {
		_ = guess(t, core.Auth, from(auth.SSH, "::ffff:192.0.2.7"), "alice")
	}
	_, err := core.Auth.LogIn(t.Context(), from(auth.HTTP, "192.0.2.7"), "alice", storetest.Password)
	storetest.WantError(t, err, domain.RateLimited, "limit.log-in")
}

// With open doors and a full limit table no answer may come from memory alone.
func TestWithoutItsStoreNobodyIsLetIn(t *testing.T) {
	proxy := storetest.NewProxy(t, storetest.Postgres(t))
	core := storetest.NewCoreOn(t, proxy.Config())
	addUser(t, core, "alice")
	proxy.TakeAway()
	_, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", storetest.Password)
	storetest.WantError(t, err, domain.Unavailable, "store.unavailable")
	_, err = core.Auth.Register(t.Context(), somewhere(), "bob", storetest.Password)
	storetest.WantError(t, err, domain.Unavailable, "store.unavailable")
	proxy.BringBack()
	if _, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", storetest.Password); err != nil {
		t.Errorf("once it is back: %v", err)
	}
}

func TestHashesMadeElsewhereVerifyAndAreReplaced(t *testing.T) {
	for _, version := range []string{"$2a$", "$2b$"} {
		core, clock := newCore(t, nil)
		foreign, err := bcrypt.GenerateFromPassword([]byte(storetest.Password), 5)
		if err != nil {
			t.Fatal(err)
		}
		hash := version + string(foreign[len(version):])
		account, err := core.Engine.CreateAccount(t.Context(), auth.NewAccount{Name: "alice", PasswordHash: hash, CreatedAt: clock.now()})
		if err != nil {
			t.Fatal(err)
		}
		_ = guess(t, core.Auth, somewhere(), "alice")
		for range 2 {
			if _, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", storetest.Password); err != nil {
				t.Fatalf("%s: %v", version, err)
			}
			after, err := core.Engine.AccountByID(t.Context(), account.ID)
			if err != nil || !strings.HasPrefix(after.PasswordHash, "$parley1$2a$04$") || after.Generation != account.Generation {
				t.Errorf("%s became %q, %v", version, after.PasswordHash, err)
			}
		}
		_ = guess(t, core.Auth, somewhere(), "alice")
	}
}

// A plain bcrypt hash stops at byte 72: whoever knows the first 72 of a longer
// password must not get in with any ending.
func TestAHashMadeElsewhereTakesNoMoreThan72Bytes(t *testing.T) {
	core, clock := newCore(t, nil)
	long := "Aa1" + strings.Repeat("x", 77)
	foreign, err := bcrypt.GenerateFromPassword([]byte(long[:72]), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	_, err = core.Engine.CreateAccount(t.Context(), auth.NewAccount{Name: "alice", PasswordHash: string(foreign), CreatedAt: clock.now()})
	if err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{long, long[:73]} {
		_, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", password)
		storetest.WantError(t, err, domain.Unauthenticated, "auth.invalid_credentials")
	}
	if _, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", long[:72]); err != nil {
		t.Errorf("the 72 bytes themselves: %v", err)
	}
}

func TestAll128CharactersOfAPasswordCount(t *testing.T) {
	core, _ := newCore(t, nil)
	password := "Aa1" + strings.Repeat("é", 125)
	if _, err := core.Auth.Register(t.Context(), somewhere(), "alice", password); err != nil {
		t.Fatal(err)
	}
	_, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", strings.TrimSuffix(password, "é")+"e")
	storetest.WantError(t, err, domain.Unauthenticated, "auth.invalid_credentials")
	if _, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", password); err != nil {
		t.Error(err)
	}
}
