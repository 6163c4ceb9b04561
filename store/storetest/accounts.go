package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/encryption"
	"parley/store"
)

var accountTests = map[string]func(*testing.T, *fixture){
	"an account comes back as it was made, by name in any case and by id": func(t *testing.T, f *fixture) {
		made, err := f.CreateAccount(t.Context(), auth.NewAccount{
			Name: "Al_ice-9", PasswordHash: "hash", Admin: true, CreatedAt: moment,
			SealEmail: func(id domain.UserID) (encryption.Sealed, error) {
				return encryption.Sealed{Token: fmt.Sprint("address of ", id), KeyID: "key"}, nil
			},
		})
		must(t, err)
		want := auth.Account{
			User:         domain.User{ID: made.ID, Name: "Al_ice-9", Admin: true, CreatedAt: stored},
			PasswordHash: "hash", Generation: 1,
			Email: encryption.Sealed{Token: fmt.Sprint("address of ", made.ID), KeyID: "key"},
		}
		byName, err := f.AccountByName(t.Context(), "aL_ICE-9")
		must(t, err)
		byID, err := f.AccountByID(t.Context(), made.ID)
		must(t, err)
		for how, got := range map[string]auth.Account{"made": made, "by name": byName, "by id": byID} {
			if diff := gocmp.Diff(want, got); diff != "" || got.CreatedAt != want.CreatedAt {
				t.Errorf("%s (-want +got):\n%s", how, diff)
			}
		}
	},
	"whoever does not exist is not found": func(t *testing.T, f *fixture) {
		for _, name := range []string{"nobody", "", "a\x00b", "\xff\xfe", "' OR 1=1 --", "bøb"} {
			_, err := f.AccountByName(t.Context(), name)
			WantError(t, err, domain.NotFound, "user.not_found")
		}
		for _, id := range []domain.UserID{0, -1, 1 << 62} {
			_, err := f.AccountByID(t.Context(), id)
			WantError(t, err, domain.NotFound, "user.not_found")
		}
		WantError(t, f.ChangeAccount(t.Context(), 99, auth.AccountChange{Void: true}), domain.NotFound, "user.not_found")
	},
	"a name is taken whatever its case, and its refusal leaves nothing": func(t *testing.T, f *fixture) {
		f.user(t, "Alice")
		before, err := f.Revision(t.Context())
		must(t, err)
		for _, name := range []string{"Alice", "alice", "ALICE"} {
			_, err := f.CreateAccount(t.Context(), auth.NewAccount{Name: name, PasswordHash: "other", CreatedAt: moment})
			WantError(t, err, domain.Conflict, "user.name_taken")
		}
		if after, err := f.Revision(t.Context()); err != nil || after != before {
			t.Errorf("the revision went from %d to %d, %v", before, after, err)
		}
		if n := Scalar[int](t, f.db, `SELECT count(*) FROM members`); n != 1 {
			t.Errorf("the lobby has %d members", n)
		}
	},
	"of many who register one name at once one gets it": concurrentNames,
	"an address that cannot be sealed makes no account": func(t *testing.T, f *fixture) {
		cause := errors.New("no key")
		_, err := f.CreateAccount(t.Context(), auth.NewAccount{
			Name: "alice", PasswordHash: "hash", CreatedAt: moment,
			SealEmail: func(domain.UserID) (encryption.Sealed, error) { return encryption.Sealed{}, cause },
		})
		if !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		_, err = f.AccountByName(t.Context(), "alice")
		WantError(t, err, domain.NotFound, "user.not_found")
	},
	"a newcomer is a member of the lobby who has read all of it": func(t *testing.T, f *fixture) {
		lobby, alice := f.lobby(t), f.user(t, "alice")
		f.fill(t, lobby, alice, 7)
		bob := f.user(t, "bob")
		if at := f.marker(t, bob, lobby); at != 7 {
			t.Errorf("bob's marker is at %d", at)
		}
		joined := Scalar[bool](t, f.db, fmt.Sprintf(
			`SELECT joined_at IS NOT NULL FROM members WHERE user_id = %d AND room_id = %d`, bob, lobby))
		if !joined {
			t.Error("bob did not join the lobby")
		}
	},
	"a change touches what it names and nothing else": changes,
	"accounts are listed by id, page by page": func(t *testing.T, f *fixture) {
		var ids []domain.UserID
		for i := range 7 {
			ids = append(ids, f.user(t, fmt.Sprint("user", i)))
		}
		var seen []domain.UserID
		for after := domain.UserID(0); ; {
			page, err := f.Accounts(t.Context(), after, 3)
			must(t, err)
			if len(page) == 0 {
				break
			}
			if len(page) > 3 {
				t.Fatalf("a page of %d", len(page))
			}
			for _, account := range page {
				seen = append(seen, account.ID)
			}
			after = seen[len(seen)-1]
		}
		if diff := gocmp.Diff(ids, seen); diff != "" {
			t.Errorf("listed (-want +got):\n%s", diff)
		}
		if none, err := f.Accounts(t.Context(), 0, 0); err != nil || len(none) != 0 {
			t.Errorf("a page of none: %v, %v", none, err)
		}
	},
}

func concurrentNames(t *testing.T, f *fixture) {
	const people = 12
	engines := []store.Engine{f.Engine, f.beside(t)}
	errs := make([]error, people)
	var registering sync.WaitGroup
	for i := range people {
		registering.Go(func() {
			name := []string{"bob", "Bob", "BOB"}[i%3]
			_, errs[i] = engines[i%2].CreateAccount(t.Context(), auth.NewAccount{
				Name: name, PasswordHash: "hash", CreatedAt: moment,
			})
		})
	}
	registering.Wait()
	got := 0
	for _, err := range errs {
		if err == nil {
			got++
			continue
		}
		WantError(t, err, domain.Conflict, "user.name_taken")
	}
	if got != 1 {
		t.Errorf("%d people got the name", got)
	}
}

func changes(t *testing.T, f *fixture) {
	f.user(t, "bystander")
	id := f.user(t, "alice")
	want, err := f.AccountByID(t.Context(), id)
	must(t, err)
	revision, err := f.Revision(t.Context())
	must(t, err)
	yes, no, hash := true, false, "new hash"
	for _, step := range []struct {
		change auth.AccountChange
		expect func(*auth.Account)
	}{
		{auth.AccountChange{PasswordHash: &hash}, func(a *auth.Account) { a.PasswordHash = hash }},
		{auth.AccountChange{Disabled: &yes, Void: true}, func(a *auth.Account) { a.Disabled, a.Generation = true, 2 }},
		{auth.AccountChange{Admin: &yes}, func(a *auth.Account) { a.Admin = true }},
		{auth.AccountChange{Disabled: &no}, func(a *auth.Account) { a.Disabled = false }},
		{auth.AccountChange{Admin: &no, Void: true}, func(a *auth.Account) { a.Admin, a.Generation = false, 3 }},
		{auth.AccountChange{}, func(*auth.Account) {}},
	} {
		must(t, f.ChangeAccount(t.Context(), id, step.change))
		step.expect(&want)
		got, err := f.AccountByID(t.Context(), id)
		must(t, err)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		raised, err := f.Revision(t.Context())
		must(t, err)
		if raised <= revision {
			t.Errorf("%+v left the revision at %d", step.change, raised)
		}
		revision = raised
	}
	bystander, err := f.AccountByName(t.Context(), "bystander")
	if err != nil || bystander.Generation != 1 || bystander.PasswordHash != "hash" {
		t.Errorf("the bystander is %+v, %v", bystander, err)
	}
}
