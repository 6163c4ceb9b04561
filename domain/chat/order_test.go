package chat_test

import (
	"fmt"
	"sync"
	"testing"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// Many people send through two processes while others follow, from the
// beginning, from the middle and from wherever they come in. Each of them sees
// every event from there on, in order, once.
func TestEveryFollowerSeesEveryMessageOnceAndInOrder(t *testing.T) {
	t.Parallel() // it waits for the clock
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		const senders, each = 10, 25
		first := storetest.NewCoreOn(t, config)
		cores := []*storetest.Core{first, first.Beside(t)}
		actors := make([]auth.Actor, senders)
		for i := range actors {
			actors[i] = first.User(t, fmt.Sprint("user", i))
		}
		var mu sync.Mutex
		acknowledged := map[domain.Seq]string{}
		var sending sync.WaitGroup
		for i, actor := range actors {
			sending.Go(func() {
				last := domain.Seq(0)
				for n := range each {
					content := fmt.Sprint("message ", i, " ", n)
					sent, err := cores[i%2].Chat.Send(t.Context(), actor, lobby, chat.Draft{Content: content})
					if err != nil || sent.Message.Seq <= last {
						t.Errorf("%s: %+v after %d, %v", content, sent, last, err)
						return
					}
					last = sent.Message.Seq
					mu.Lock()
					acknowledged[last] = content
					mu.Unlock()
				}
			})
		}
		var following sync.WaitGroup
		seen := make([]map[domain.Seq]string, 8)
		for i := range seen {
			live := connect(t, cores[i%2], actors[i])
			following.Go(func() { seen[i] = followToTheEnd(t, live, senders*each, i%4 < 2) })
		}
		sending.Wait()
		following.Wait()
		if len(acknowledged) != senders*each {
			t.Fatalf("%d messages have a place of their own", len(acknowledged))
		}
		for i, messages := range seen {
			for seq, content := range messages {
				if acknowledged[seq] != content {
					t.Errorf("follower %d saw %q at %d, acknowledged was %q", i, content, seq, acknowledged[seq])
				}
			}
		}
	})
}

// followToTheEnd reads the lobby until its last message, from the beginning or
// from now on.
func followToTheEnd(t *testing.T, live *chat.Live, last domain.Seq, beginning bool) map[domain.Seq]string {
	after := broadcast.Live
	if beginning {
		after = 0
	}
	view, err := live.Follow(t.Context(), lobby, after, nil)
	if err != nil {
		t.Error(err)
		return nil
	}
	at := view.Head
	if beginning {
		at = 0
	}
	seen := map[domain.Seq]string{}
	for at < last {
		batch, err := live.Next(t.Context())
		if err != nil {
			t.Errorf("after %d: %v", at, err)
			return seen
		}
		for _, line := range batch {
			if line.Event.Type != domain.EventMessage {
				continue
			}
			if line.Event.Seq != at+1 {
				t.Errorf("%d came after %d", line.Event.Seq, at)
				return seen
			}
			at = line.Event.Seq
			seen[at] = line.Event.Message.Content
		}
	}
	return seen
}
