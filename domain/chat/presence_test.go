package chat_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// seen reads a view until somebody is shown as wanted.
func seen(t *testing.T, live *chat.Live, want domain.Presence) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		batch, err := live.Next(ctx)
		if err != nil {
			t.Fatalf("%+v was not told: %v", want, err)
		}
		for _, line := range batch {
			for _, person := range line.Event.People {
				person.Came = want.Came
				if person == want {
					return
				}
			}
		}
	}
}

func TestWhatSomebodyChoseIsShownToThoseWhoShareARoom(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob, carol := core.User(t, "alice"), core.User(t, "bob"), core.User(t, "carol")
		room := makeRoom(t, core, domain.RoomPrivate, alice, bob)
		his := core.Chat.Connect(bob, broadcast.Options{Presence: true})
		hers := core.Chat.Connect(carol, broadcast.Options{Presence: true})
		for _, live := range []*chat.Live{his, hers} {
			t.Cleanup(func() { live.Close(broadcast.ErrLeft) })
		}
		for _, err := range []error{
			second(his.Follow(t.Context(), room, broadcast.Live, nil)),
			second(hers.Follow(t.Context(), lobby, broadcast.Live, nil)),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		state, status := domain.DoNotDisturb, " in a meeting "
		presence, err := core.Chat.SetPresence(t.Context(), alice, &state, &status)
		want := domain.Presence{User: alice.Author(), State: domain.DoNotDisturb, Status: "in a meeting"}
		if err != nil || presence != want {
			t.Fatalf("%+v, %v", presence, err)
		}
		follow(t, core, alice, room, broadcast.Live) // only there is she shown
		seen(t, his, want)
		away := domain.Away
		if _, err := core.Chat.SetPresence(t.Context(), alice, &away, nil); err != nil {
			t.Fatal(err)
		}
		want.State = domain.Away
		seen(t, his, want)
		for _, event := range waiting(t, hers) {
			for _, person := range event.People {
				if person.User == alice.Author() {
					t.Errorf("carol, who shares no room that alice is in now, was told %+v", person)
				}
			}
		}
		if got, err := core.Chat.Presence(t.Context(), alice); err != nil || got != want {
			t.Errorf("her own is %+v, %v", got, err)
		}
		if token := storetest.Scalar[string](t, storetest.DB(t, config), `SELECT status_token FROM users WHERE name = 'alice'`); !strings.HasPrefix(token, "gAAAA") {
			t.Errorf("the store keeps %q", token)
		}
		// The next process shows it at her first room, without being told.
		other := core.Beside(t)
		follow(t, other, alice, room, broadcast.Live)
		if here, err := other.Chat.Here(t.Context(), bob, room); err != nil || !slices.Equal(here, []domain.Presence{want}) {
			t.Errorf("the other process shows %+v, %v", here, err)
		}
	})
}

func TestAPersonIsOfflineWithoutAConnection(t *testing.T) {
	t.Parallel()
	core, _ := newCore(t)
	alice, bob := core.User(t, "Alice"), core.User(t, "bob")
	status := "on holiday"
	if _, err := core.Chat.SetPresence(t.Context(), alice, nil, &status); err != nil {
		t.Fatal(err)
	}
	expect := func(state domain.State) {
		t.Helper()
		person, err := core.Chat.Person(t.Context(), bob, "ALICE")
		want := domain.Presence{User: alice.Author(), State: state, Status: status}
		if err != nil || person.Presence != want || person.JoinedAt.IsZero() {
			t.Errorf("got %+v, %v, want %+v", person, err, want)
		}
	}
	expect(domain.Offline)
	live := follow(t, core, alice, lobby, broadcast.Live)
	expect(domain.Online)
	live.Close(broadcast.ErrLeft)
	expect(domain.Offline)
	for _, name := range []string{"nobody", "", "a b", "\x00", strings.Repeat("a", 100)} {
		_, err := core.Chat.Person(t.Context(), bob, name)
		storetest.WantError(t, err, domain.NotFound, "user.not_found")
	}
	if err := core.Auth.SetDisabled(t.Context(), "alice", true); err != nil {
		t.Fatal(err)
	}
	_, err := core.Chat.Person(t.Context(), bob, "alice")
	storetest.WantError(t, err, domain.NotFound, "user.not_found")
	_, err = core.Chat.Person(t.Context(), auth.Actor{}, "bob")
	storetest.WantError(t, err, domain.NotFound, "user.not_found")
}

func TestAPresenceThatCannotBeChosen(t *testing.T) {
	t.Parallel()
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	for _, state := range []domain.State{"", "offline", "ONLINE", "busy"} {
		_, err := core.Chat.SetPresence(t.Context(), alice, &state, nil)
		storetest.WantError(t, err, domain.Invalid, "presence.state")
	}
	for _, status := range []string{strings.Repeat("日", domain.MaxStatus+1), "two\nlines", "\xff"} {
		_, err := core.Chat.SetPresence(t.Context(), alice, nil, &status)
		storetest.WantError(t, err, domain.Invalid, "presence.status")
	}
	if got, err := core.Chat.Presence(t.Context(), alice); err != nil || got != (domain.Presence{User: alice.Author(), State: domain.Online}) {
		t.Errorf("it is %+v, %v", got, err)
	}
	busy, none := strings.Repeat("日", domain.MaxStatus), ""
	for _, status := range []*string{&busy, &none} {
		if got, err := core.Chat.SetPresence(t.Context(), alice, nil, status); err != nil || got.Status != *status {
			t.Errorf("it is %+v, %v", got, err)
		}
	}
}
