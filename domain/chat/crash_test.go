package chat_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
	"parley/store/storetest"
)

// crashVariable makes this test's program a process that writes to the database
// it names, until it is killed; crashKey is its ENCRYPTION_KEY.
const (
	crashVariable = "PARLEY_TEST_CRASH"
	crashKey      = "PARLEY_TEST_CRASH_KEY"
)

// sendUntilKilled runs a core whose people send messages and edit every other
// one of them, and prints each once it is acknowledged. Its clock passes a
// second with each look, so that no limit slows it down. As a benchmark it has
// the testing.TB that a core takes.
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
					content := fmt.Sprint(actor.Name(), " ", n)
					sent, err := core.Chat.Send(b.Context(), actor, lobby, chat.Draft{Content: "message " + content})
					if err != nil {
						panic(err)
					}
					fmt.Printf("%d message %s\n", sent.Message.Seq, content) // one write, so lines stay whole
					if n%2 == 0 {
						continue
					}
					if _, err := core.Chat.Edit(b.Context(), actor, lobby, sent.Message.Seq, "edited "+content); err != nil {
						panic(err)
					}
					fmt.Printf("%d edited %s\n", sent.Message.Seq, content)
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
			number, content, _ := strings.Cut(lines.Text(), " ")
			seq, err := strconv.ParseInt(number, 10, 64)
			if err != nil {
				t.Fatalf("%q: %v", lines.Text(), err)
			}
			before, known := acknowledged[domain.Seq(seq)]
			if known && (before != originally(content) || before == content) {
				t.Fatalf("%d was acknowledged for %q and %q", seq, before, content)
			}
			acknowledged[domain.Seq(seq)] = content
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

// originally is what a message said before it was edited.
func originally(content string) string { return strings.Replace(content, "edited", "message", 1) }

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
	view, err := core.Chat.Room(t.Context(), reader, lobby)
	if err != nil {
		t.Fatal(err)
	}
	edits, contents, seqs := map[domain.Seq]int{}, map[string]bool{}, map[domain.Seq]bool{}
	for i, event := range events(t, follow(t, core, reader, lobby, 0), int(view.Head)) {
		if event.Seq != domain.Seq(i+1) {
			t.Fatalf("event %d has seq %d", i+1, event.Seq)
		}
		if event.Type == domain.EventEdited {
			edits[event.Target]++
			continue
		}
		content := event.Message.Content
		if contents[originally(content)] {
			t.Fatalf("%d is %q, as one before", event.Seq, content)
		}
		contents[originally(content)], seqs[event.Seq] = true, true
		if want, ok := acknowledged[event.Seq]; ok && want != content && want != originally(content) {
			t.Fatalf("%d holds %q, acknowledged was %q", event.Seq, content, want)
		}
		acknowledged[event.Seq] = content // from now on it must stay
	}
	for seq, content := range acknowledged {
		edited := content != originally(content)
		if !seqs[seq] || edited != (edits[seq] == 1) || edits[seq] > 1 {
			t.Fatalf("%d %q: stored %v, edited %d times", seq, content, seqs[seq], edits[seq])
		}
	}
}
