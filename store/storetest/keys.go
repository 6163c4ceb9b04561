package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/auth"
	"parley/store"
)

func newKey(user domain.UserID, name string) auth.Key {
	return auth.Key{
		UserID: user, Type: "ssh-ed25519", Blob: []byte("\x00\xff" + name), Fingerprint: "SHA256:" + name, Label: name,
		CreatedAt: moment,
	}
}

var keyTests = map[string]func(*testing.T, *fixture){
	"a key comes back as it was added, in the list and by its fingerprint": func(t *testing.T, f *fixture) {
		alice := f.user(t, "alice")
		var added auth.Key
		if !f.raised(t, func() {
			var err error
			added, err = f.AddKey(t.Context(), newKey(alice, "laptop"), 20)
			must(t, err)
		}) {
			t.Error("the revision stayed")
		}
		want := newKey(alice, "laptop")
		want.ID, want.CreatedAt = added.ID, stored
		session := newSession(alice, moment.Add(time.Hour))
		session.Key = added.ID
		_, err := f.CreateSession(t.Context(), session)
		must(t, err)
		used := want
		used.UsedAt = stored.Add(time.Hour)
		list, err := f.Keys(t.Context(), alice)
		must(t, err)
		found, err := f.KeyByFingerprint(t.Context(), "SHA256:laptop")
		must(t, err)
		if diff := gocmp.Diff([]auth.Key{want, used, used}, append([]auth.Key{added, found}, list...)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for _, unknown := range []string{"", "SHA256:other", "sha256:laptop"} {
			_, err := f.KeyByFingerprint(t.Context(), unknown)
			WantError(t, err, domain.NotFound, "key.not_found")
		}
	},
	"a key opens one account, and a user has so many": func(t *testing.T, f *fixture) {
		alice, bob := f.user(t, "alice"), f.user(t, "bob")
		for i := range 3 {
			_, err := f.AddKey(t.Context(), newKey(alice, fmt.Sprint(i)), 3)
			must(t, err)
		}
		_, err := f.AddKey(t.Context(), newKey(alice, "3"), 3)
		WantError(t, err, domain.Conflict, "key.too_many")
		for _, user := range []domain.UserID{alice, bob} {
			_, err = f.AddKey(t.Context(), newKey(user, "1"), 9)
			WantError(t, err, domain.Conflict, "key.taken")
		}
		_, err = f.AddKey(t.Context(), newKey(4711, "9"), 9)
		WantError(t, err, domain.NotFound, "user.not_found")
	},
	"of many keys added at once no more than the limit stay": func(t *testing.T, f *fixture) {
		alice := f.user(t, "alice")
		engines := []store.Engine{f.Engine, f.beside(t)}
		var adding sync.WaitGroup
		for i := range 20 {
			adding.Go(func() {
				if _, err := engines[i%2].AddKey(t.Context(), newKey(alice, fmt.Sprint(i)), 5); err != nil {
					WantError(t, err, domain.Conflict, "key.too_many")
				}
			})
		}
		adding.Wait()
		if list, err := f.Keys(t.Context(), alice); err != nil || len(list) != 5 {
			t.Errorf("%d keys, %v", len(list), err)
		}
	},
	"a key is removed by its user alone, and may then be somebody else's": func(t *testing.T, f *fixture) {
		alice, bob := f.user(t, "alice"), f.user(t, "bob")
		added, err := f.AddKey(t.Context(), newKey(alice, "laptop"), 20)
		must(t, err)
		WantError(t, f.RemoveKey(t.Context(), bob, added.ID), domain.NotFound, "key.not_found")
		if !f.raised(t, func() { must(t, f.RemoveKey(t.Context(), alice, added.ID)) }) {
			t.Error("the revision stayed")
		}
		WantError(t, f.RemoveKey(t.Context(), alice, added.ID), domain.NotFound, "key.not_found")
		if list, err := f.Keys(t.Context(), alice); err != nil || len(list) != 0 {
			t.Errorf("left are %v, %v", list, err)
		}
		_, err = f.AddKey(t.Context(), newKey(bob, "laptop"), 20)
		must(t, err)
	},
}
