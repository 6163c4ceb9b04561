package chat_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
	"parley/store/storetest"
)

// crashVariable makes this test's program a process that sends messages to the
// database it names, until it is killed; crashKey is its ENCRYPTION_KEY.
const (
	crashVariable = "PARLEY_TEST_CRASH"
	crashKey      = "PARLEY_TEST_CRASH_KEY"
)

// sendUntilKilled runs a core and prints each message once it is acknowledged.
// Its clock passes a second with each look, so that no limit slows it down. As a
// benchmark it has the testing.TB that a core takes.
func sendUntilKilled(path string) {
	result := testing.Benchmark(func(b *testing.B) {
		ring, err := encryption.ParseKeyring(os.Getenv(crashKey))
		if err != nil {
			b.Fatal(err)
		}
		clock := &clock{at: time.Now()}
		core := storetest.NewCoreWith(b, store.Config{SQLitePath: path}, func(s *storetest.Settings) {
			s.Keyring = ring
			s.Now = func() time.Time { clock.pass(time.Second); return clock.now() }
		})
		run := fmt.Sprint("user", os.Getpid())
		for i := range 20 {
			actor := core.User(b, fmt.Sprint(run, "-", i))
			go func() {
				for n := 0; ; n++ {
					content := fmt.Sprint("message ", actor.Name(), " ", n)
					sent, err := core.Chat.Send(b.Context(), actor, lobby, chat.Draft{Content: content})
					if err != nil {
						panic(err)
					}
					fmt.Printf("%d %s\n", sent.Message.Seq, content) // one write, so lines stay whole
				}
			}()
		}
		select {}
	})
	panic(result) // it is killed before
}

func TestNothingAcknowledgedIsLostWhenTheProcessIsKilled(t *testing.T) {
	config := storetest.SQLite(t)
	key, err := encryption.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	acknowledged := map[domain.Seq]string{}
	for round := range 4 {
		command := exec.CommandContext(t.Context(), os.Args[0])
		command.Env = append(os.Environ(), crashVariable+"="+config.SQLitePath, crashKey+"="+key)
		command.Stderr = os.Stderr
		output, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(output)
		for n := 0; lines.Scan(); n++ {
			var seq domain.Seq
			var author string
			var number int
			if _, err := fmt.Sscanf(lines.Text(), "%d message %s %d", &seq, &author, &number); err != nil {
				t.Fatalf("%q: %v", lines.Text(), err)
			}
			if other, twice := acknowledged[seq]; twice {
				t.Fatalf("%d was acknowledged for %q and %q", seq, other, lines.Text())
			}
			acknowledged[seq] = fmt.Sprintf("message %s %d", author, number)
			if n == 100+round*137 { // then reads on what was said before the end
				if err := command.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := command.Wait(); err == nil {
			t.Fatal("it was not killed")
		}
		checkAfterCrash(t, config, key, acknowledged)
	}
}

// checkAfterCrash opens the database again and compares all of the lobby with
// what was acknowledged: it is all there, in its place, once, without a gap.
func checkAfterCrash(t *testing.T, config store.Config, key string, acknowledged map[domain.Seq]string) {
	t.Helper()
	ring, err := encryption.ParseKeyring(key)
	if err != nil {
		t.Fatal(err)
	}
	core := storetest.NewCoreWith(t, config, func(s *storetest.Settings) { s.Keyring = ring })
	defer core.Stop()
	reader := core.User(t, fmt.Sprint("reader", len(acknowledged)))
	seen := map[string]bool{}
	stored := all(t, core, reader)
	for i, m := range stored {
		if m.Seq != domain.Seq(i+1) || seen[m.Content] {
			t.Fatalf("message %d is %d %q, seen before: %v", i+1, m.Seq, m.Content, seen[m.Content])
		}
		seen[m.Content] = true
		if want, ok := acknowledged[m.Seq]; ok && want != m.Content {
			t.Fatalf("%d holds %q, acknowledged was %q", m.Seq, m.Content, want)
		}
		delete(acknowledged, m.Seq)
	}
	if len(acknowledged) > 0 {
		t.Fatalf("%d of more than %d are lost", len(acknowledged), len(stored))
	}
	for _, m := range stored {
		acknowledged[m.Seq] = m.Content // from now on they must stay
	}
}

// all reads every message of the lobby.
func all(t *testing.T, core *storetest.Core, reader auth.Actor) (messages []domain.Message) {
	t.Helper()
	for after := domain.Seq(0); ; after += chat.MaxPage {
		page, err := core.Chat.Messages(t.Context(), reader, lobby, chat.Span{After: &after, Limit: chat.MaxPage})
		if err != nil {
			t.Fatal(err)
		}
		if messages = append(messages, page.Messages...); !page.HasAfter {
			return messages
		}
	}
}
