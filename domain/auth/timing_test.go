package auth_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/encryption"
	"parley/store/storetest"
)

// Who is registered must not show in how long a refusal takes: at the program's
// bcrypt cost each class's median lies within every other class's spread.
func TestHowLongARefusalTakesTellsNothing(t *testing.T) {
	rounds, cost := 15, encryption.PasswordCost
	if measured := !raced && !testing.Short(); !measured {
		rounds, cost = 1, cheapest
	}
	core := storetest.NewCoreWith(t, storetest.SQLite(t), func(s *storetest.Settings) { s.PasswordCost = cost })
	addUser(t, core, "alice")
	addUser(t, core, "barred")
	if err := core.Auth.SetDisabled(t.Context(), "barred", true); err != nil {
		t.Fatal(err)
	}
	classes := map[string][2]string{
		"unknown":             {"nobody", storetest.Password},
		"wrong password":      {"alice", "Wrong-horse-1"},
		"disabled":            {"barred", storetest.Password},
		"unknown, no name":    {"a b", storetest.Password},
		"wrong and very long": {"alice", strings.Repeat("x", 1<<10)},
	}
	took := map[string][]time.Duration{}
	for range rounds { // in turn, so that what else the machine does meets all
		for class, c := range classes {
			origin := somewhere()
			start := time.Now()
			_, err := core.Auth.LogIn(t.Context(), origin, c[0], c[1])
			took[class] = append(took[class], time.Since(start))
			storetest.WantError(t, err, domain.Unauthenticated, "auth.invalid_credentials")
		}
	}
	for class, times := range took {
		slices.Sort(times)
		t.Logf("%s: %v to %v, median %v", class, times[0], times[len(times)-1], times[len(times)/2])
	}
	if rounds == 1 {
		return // the answers were compared; one time each says nothing
	}
	for class, times := range took {
		for other, spread := range took {
			if median := times[len(times)/2]; median < spread[0] || median > spread[len(spread)-1] {
				t.Errorf("%s takes %v, outside of %s with %v to %v", class, median, other, spread[0], spread[len(spread)-1])
			}
		}
	}
}

// cheapest is the least that bcrypt can cost.
const cheapest = 4

// Guessing from a few addresses fills the queue of password checks; somebody
// else is served in their turn and is never sent away for it.
func TestAFloodOfGuessesKeepsNobodyElseOut(t *testing.T) {
	core := storetest.NewCoreWith(t, storetest.SQLite(t), func(s *storetest.Settings) { s.PasswordCost = 8 })
	addUser(t, core, "alice")
	var mu sync.Mutex
	codes := map[string]int{}
	var guessing sync.WaitGroup
	begin := make(chan struct{})
	for i := range 40 {
		origin := from("ssh", fmt.Sprintf("198.51.100.%d", i%4))
		guessing.Go(func() {
			<-begin
			err := guess(t, core.Auth, origin, "alice")
			mu.Lock()
			defer mu.Unlock()
			codes[domain.AsError(err).Code]++
		})
	}
	close(begin)
	for range 5 {
		if _, err := core.Auth.LogIn(t.Context(), somewhere(), "alice", storetest.Password); err != nil {
			t.Errorf("alice: %v", err)
		}
	}
	guessing.Wait()
	if codes["auth.invalid_credentials"]+codes["auth.busy"] != 40 {
		t.Errorf("the guessers got %v", codes)
	}
}
