package chat_test

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store/storetest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashVariable); path != "" {
		sendUntilKilled(path)
		return
	}
	goleak.VerifyTestMain(m)
}

var lobby = domain.Address{Name: domain.Lobby}

// clock is a time that only the test moves.
type clock struct {
	mu sync.Mutex // guards at
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// newCore runs a core on SQLite whose time is the clock's.
func newCore(t *testing.T) (*storetest.Core, *clock) {
	t.Helper()
	clock := &clock{at: time.Date(2026, 11, 23, 10, 0, 0, 123456789, time.UTC)}
	return storetest.NewCoreWith(t, storetest.SQLite(t), func(s *storetest.Settings) { s.Now = clock.now }), clock
}

// send sends a message that must be taken.
func send(t testing.TB, core *storetest.Core, actor auth.Actor, content string) domain.Message {
	t.Helper()
	sent, err := core.Chat.Send(t.Context(), actor, lobby, chat.Draft{Content: content})
	if err != nil {
		t.Fatalf("send %.20q: %v", content, err)
	}
	return sent.Message
}

// connect opens a view that ends with the test.
func connect(t testing.TB, core *storetest.Core, actor auth.Actor) *chat.Live {
	t.Helper()
	live := core.Chat.Connect(actor, broadcast.Options{})
	t.Cleanup(func() { live.Close(broadcast.ErrLeft) })
	return live
}

// follow opens a view of a room.
func follow(t testing.TB, core *storetest.Core, actor auth.Actor, room domain.Address, after domain.Seq) *chat.Live {
	t.Helper()
	live := connect(t, core, actor)
	if _, err := live.Follow(t.Context(), room, after, nil); err != nil {
		t.Fatal(err)
	}
	return live
}

// events reads until a number of events came. It fails if they do not.
func events(t testing.TB, live *chat.Live, n int) []domain.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var got []domain.Event
	for len(got) < n {
		batch, err := live.Next(ctx)
		if err != nil {
			t.Fatalf("after %d of %d events: %v", len(got), n, err)
		}
		for _, line := range batch {
			if line.Event.Type != "" {
				got = append(got, line.Event)
			}
		}
	}
	return got
}

// contents reads a room's newest messages.
func contents(t testing.TB, core *storetest.Core, actor auth.Actor) []string {
	t.Helper()
	page, err := core.Chat.Messages(t.Context(), actor, lobby, chat.Span{Limit: chat.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	list := make([]string, len(page.Messages))
	for i, m := range page.Messages {
		list[i] = m.Content
	}
	return list
}
