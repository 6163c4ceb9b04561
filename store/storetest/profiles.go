package storetest

import (
	"cmp"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/encryption"
)

var profileTests = map[string]func(*testing.T, *fixture){
	"people are found by their folded names": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		disabled := true
		must(t, f.ChangeAccount(t.Context(), s.carol, auth.AccountChange{Disabled: &disabled, Void: true}))
		got, err := f.Profiles(t.Context(), []string{"bob", "nobody", "alice", "Alice", "carol", "bob", "al%", `"`, "'"})
		must(t, err)
		slices.SortFunc(got, func(a, b chat.Profile) int { return cmp.Compare(a.User.ID, b.User.ID) })
		want := []chat.Profile{
			{User: domain.Author{ID: s.alice, Name: "Alice"}, Chosen: domain.Online, JoinedAt: stored},
			{User: domain.Author{ID: s.bob, Name: "Bob"}, Chosen: domain.Online, JoinedAt: stored},
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("found (-want +got):\n%s", diff)
		}
		for _, none := range [][]string{nil, {}} {
			if got, err := f.Profiles(t.Context(), none); err != nil || len(got) != 0 {
				t.Errorf("of none: %+v, %v", got, err)
			}
		}
	},
	"where people were is kept": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		for _, at := range []chat.Place{{}, {Room: s.room, Seq: 3}, {Room: s.room}, {}} {
			setPlace(t, f, s.bob, at)
			if got, err := f.beside(t).Place(t.Context(), s.bob); err != nil || got != at {
				t.Errorf("put %+v, got %+v, %v", at, got, err)
			}
		}
		setPlace(t, f, s.bob, chat.Place{Room: s.room})
		for _, user := range []domain.UserID{s.alice, s.carol + 1000} {
			if got, err := f.Place(t.Context(), user); err != nil || got != (chat.Place{}) {
				t.Errorf("user %d is at %+v, %v", user, got, err)
			}
		}
	},
	"what people say of themselves is kept": func(t *testing.T, f *fixture) {
		s := newStage(t, f)
		for _, step := range []struct {
			chosen domain.State
			status encryption.Sealed
		}{{domain.DoNotDisturb, sealed(0, "at work")}, {domain.Away, sealed(0, "out")}, {domain.Online, encryption.Sealed{}}} {
			must(t, f.SetProfile(t.Context(), s.bob, step.chosen, step.status))
			got, err := f.beside(t).Profiles(t.Context(), []string{"bob"})
			if err != nil || len(got) != 1 || got[0].Chosen != step.chosen || got[0].Status != step.status {
				t.Errorf("set %+v, got %+v, %v", step, got, err)
			}
		}
		if others, err := f.Profiles(t.Context(), []string{"alice"}); err != nil || others[0].Chosen != domain.Online {
			t.Errorf("alice is %+v, %v", others, err)
		}
	},
}
