package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/sshui/sshtest"
	"parley/store"
	"parley/store/storetest"
)

const (
	kills   = 20 // how often the process is killed on each store
	posters = 4  // people who write over HTTP
	enough  = 12 // acknowledgements over HTTP, before a kill
	glance  = time.Second
)

// record is what was acknowledged, kept outside the process that is killed.
type record struct {
	mu     sync.Mutex
	byHTTP map[string]int  // content -> seq
	bySSH  map[string]bool // content that a terminal showed as stored
}

func (r *record) http(content string, seq int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if before, ok := r.byHTTP[content]; ok && before != seq {
		return fmt.Errorf("%q was acknowledged as %d and as %d", content, before, seq)
	}
	r.byHTTP[content] = seq
	return nil
}

func (r *record) counts() (http, ssh int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.byHTTP), len(r.bySSH)
}

// poster writes over HTTP, one message after the other. One that was not
// acknowledged is sent again, by its nonce, to the next process.
type poster struct {
	name, token string
	next        int
}

func (p *poster) write(s *service, r *record, stop <-chan struct{}) error {
	client := clientFrom("127.0.0.1")
	defer client.CloseIdleConnections()
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		content := fmt.Sprintf("%s writes number %d", p.name, p.next)
		body := fmt.Sprintf(`{"content":%q,"nonce":"%s-%d"}`, content, p.name, p.next)
		got, err := s.call(client, "POST", "/api/v1/rooms/lobby/messages", p.token, body)
		switch {
		case err != nil:
			return nil // killed: it is not known whether it was stored
		case got.status == 429:
			time.Sleep(100 * time.Millisecond) // what the server asked for
			continue
		case got.status != 201:
			return fmt.Errorf("%s: %d %s", content, got.status, got.body)
		}
		var message stored
		if err := json.Unmarshal(got.body, &message); err != nil {
			return err
		}
		if err := r.http(content, message.Seq); err != nil {
			return err
		}
		p.next++
	}
}

var shownAsStored = regexp.MustCompile(`\d\d:\d\d typist +(types \d+\.\d+)`)

// typist writes in a terminal and takes for acknowledged what the screen shows
// as stored.
func typist(s *service, screen *sshtest.Person, round int, r *record, stop <-chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		content := fmt.Sprintf("types %d.%d", round, i)
		if screen.Type(content+"\r") != nil {
			return // killed
		}
		err := screen.Await(glance, func(text string) bool {
			for _, m := range shownAsStored.FindAllStringSubmatch(text, -1) {
				if m[1] == content {
					return true
				}
			}
			return false
		})
		if errors.Is(err, sshtest.ErrOver) {
			return
		}
		if err == nil { // else it went by among what the others write
			r.mu.Lock()
			r.bySSH[content] = true
			r.mu.Unlock()
		}
	}
}

func TestNothingAcknowledgedIsLostWhenTheProcessIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and kills it many times")
	}
	storetest.Engines(t, func(t *testing.T, database store.Config) {
		env := settingsOf(t, database)
		addUser(t, env, "typist")
		people := make([]*poster, posters)
		for i := range people {
			people[i] = &poster{name: fmt.Sprint("poster", i)}
			addUser(t, env, people[i].name)
		}
		r := &record{byHTTP: map[string]int{}, bySSH: map[string]bool{}}
		for round := range kills {
			killUnderLoad(t, env, people, r, round)
		}
		s := spawnFrom(t, releasedProgram, env)
		checkHistory(t, s.history(t, people[0].token), r)
	})
}

// killUnderLoad starts the program, lets everybody write, and kills it.
func killUnderLoad(t *testing.T, env map[string]string, people []*poster, r *record, round int) {
	t.Helper()
	s := spawnFrom(t, releasedProgram, env)
	for _, p := range people {
		if p.token == "" {
			p.token = s.logIn(t, "127.0.0.1", p.name)
		}
	}
	// Log-ins are counted over restarts: each round comes from elsewhere.
	screen, err := sshtest.EnterFrom(t, fmt.Sprintf("127.0.1.%d", round+1), s.ssh, "typist", password, 80, 24)
	if err != nil {
		t.Fatal(err)
	}
	screen.Sees("#lobby")
	stop := make(chan struct{})
	failures := make(chan error, len(people))
	beforeHTTP, beforeSSH := r.counts()
	var writing sync.WaitGroup
	for _, p := range people {
		writing.Go(func() { failures <- p.write(s, r, stop) })
	}
	writing.Go(func() { typist(s, screen, round, r, stop) })
	storetest.Eventually(t, "both doors acknowledge", func() bool {
		http, ssh := r.counts()
		return http >= beforeHTTP+enough && ssh > beforeSSH
	})
	s.kill()
	close(stop)
	writing.Wait()
	for range people {
		if err := <-failures; err != nil {
			t.Fatal(err)
		}
	}
}

// checkHistory compares what is stored with what was acknowledged.
func checkHistory(t *testing.T, all []stored, r *record) {
	t.Helper()
	at := map[string]int{}
	last := map[string]int{} // by author: the number of their last message
	for i, m := range all {
		if m.Seq != i+1 {
			t.Fatalf("message %d of the history has the seq %d", i+1, m.Seq)
		}
		if before, twice := at[m.Content]; twice {
			t.Errorf("%q is there as %d and as %d", m.Content, before, m.Seq)
		}
		at[m.Content] = m.Seq
		var number int
		if _, err := fmt.Sscanf(m.Content, m.Author.Username+" writes number %d", &number); err == nil {
			if number != last[m.Author.Username] {
				t.Errorf("%s wrote number %d where %d was due", m.Author.Username, number, last[m.Author.Username])
			}
			last[m.Author.Username] = number + 1
		} else if !strings.HasPrefix(m.Content, "types ") {
			t.Errorf("nobody wrote %q", m.Content)
		}
	}
	for content, seq := range r.byHTTP {
		if at[content] != seq {
			t.Errorf("%q was acknowledged as %d and is at %d", content, seq, at[content])
		}
	}
	for content := range r.bySSH {
		if at[content] == 0 {
			t.Errorf("%q was shown as stored and is gone", content)
		}
	}
	t.Logf("%d messages stored; %d were acknowledged over HTTP, %d over SSH", len(all), len(r.byHTTP), len(r.bySSH))
}
