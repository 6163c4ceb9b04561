package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"parley/sshui/sshtest"
)

// watched is how many of the screens are looked at; the others' output is
// thrown away, since reading screens costs more than drawing them.
const watched = 8

// keys gives each user a key of their own to log in with.
func (l *load) keys(b *testing.B) []ssh.Signer {
	b.Helper()
	signers := make([]ssh.Signer, len(l.actors))
	for i, actor := range l.actors {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		if signers[i], err = ssh.NewSignerFromKey(private); err != nil {
			b.Fatal(err)
		}
		key, err := ssh.NewPublicKey(public)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := l.core.Auth.AddKey(b.Context(), actor, string(ssh.MarshalAuthorizedKey(key)), "load"); err != nil {
			b.Fatal(err)
		}
	}
	return signers
}

// enter logs in over SSH n times, a few at once, and starts a session on each
// connection.
func (l *load) enter(b *testing.B, n int, start func(i int, session *ssh.Session) error) {
	b.Helper()
	signers := l.keys(b)
	places := make(chan struct{}, 8)
	failed := make(chan error, n)
	var opening sync.WaitGroup
	for i := range n {
		places <- struct{}{}
		opening.Go(func() {
			defer func() { <-places }()
			user := i / perUser
			client, err := sshtest.DialKey(l.ssh, l.actors[user].Name(), signers[user], loopback(i).String())
			if err != nil {
				failed <- err
				return
			}
			b.Cleanup(func() { _ = client.Close() })
			session, err := client.NewSession()
			if err == nil {
				err = start(i, session)
			}
			if err != nil {
				failed <- err
			}
		})
	}
	opening.Wait()
	close(failed)
	for err := range failed {
		b.Fatalf("%v\n%s", err, l.log)
	}
}

var stampOnScreen = regexp.MustCompile(`sent at (\d+) by`)

// look notes how old the stamps are when a screen first shows them.
func look(ctx context.Context, screen *sshtest.Screen, t *tally) {
	newest := int64(0)
	_ = screen.Await(time.Hour, func(text string) bool {
		now := time.Now().UnixNano()
		for _, m := range stampOnScreen.FindAllStringSubmatch(text, -1) {
			if sent, err := strconv.ParseInt(m[1], 10, 64); err == nil && sent > newest {
				newest = sent
				t.late.add(time.Duration(now - sent))
			}
		}
		return ctx.Err() != nil
	})
}

func BenchmarkDoorSSHScreens(b *testing.B) {
	for _, screens := range []int{100, 300} {
		b.Run(strconv.Itoa(screens), func(b *testing.B) {
			const width, height = 120, 40
			l := openLoad(b, screens/perUser+2)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			t := &tally{}
			before := l.memory(b)
			l.enter(b, screens, func(i int, session *ssh.Session) error {
				keys, err := session.StdinPipe()
				if err != nil {
					return err
				}
				session.Stdout = io.Discard
				if i < watched {
					screen := sshtest.NewScreen(b, width, height, keys)
					session.Stdout = screen
					go look(ctx, screen, t)
				}
				if err := session.RequestPty("xterm-256color", height, width, ssh.TerminalModes{}); err != nil {
					return err
				}
				return session.Shell()
			})
			time.Sleep(warmUp)
			b.ReportMetric((l.memory(b)-before)/float64(screens), "KB/screen")
			b.ReportMetric(l.share(b, screens), "‰core-idle")
			for _, perSecond := range []int{1, 10} {
				writing, stop := context.WithCancel(ctx)
				l.write(writing, b, screens, perSecond)
				time.Sleep(warmUp)
				t.late.reset()
				b.ReportMetric(l.share(b, screens), fmt.Sprintf("‰core-%d/s", perSecond))
				b.ReportMetric(t.late.quantile(0.99), fmt.Sprintf("p99-ms-%d/s", perSecond))
				stop()
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// share is what one of n sessions takes of a processor, in thousandths.
func (l *load) share(b *testing.B, n int) float64 {
	b.Helper()
	cpu, began := l.cpu(b), time.Now()
	time.Sleep(measured)
	return (l.cpu(b) - cpu).Seconds() / time.Since(began).Seconds() / float64(n) * 1000
}

// lines counts what a tail prints, line by line, however it is cut up.
type lines struct {
	tally *tally
	rest  []byte
}

func (w *lines) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	if end := bytes.LastIndexByte(w.rest, '\n'); end >= 0 {
		w.tally.frame(w.rest[:end+1])
		w.rest = append(w.rest[:0], w.rest[end+1:]...)
	}
	return len(p), nil
}

func BenchmarkDoorSSHTails(b *testing.B) {
	const tails = 100
	for _, perSecond := range []int{10, 50} {
		b.Run(fmt.Sprintf("%dx%d", tails, perSecond), func(b *testing.B) {
			l := openLoad(b, max(tails/perUser+1, perSecond/perSender+1))
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			t := &tally{}
			before := l.memory(b)
			l.enter(b, tails, func(_ int, session *ssh.Session) error {
				session.Stdout = &lines{tally: t}
				return session.Start("tail lobby")
			})
			time.Sleep(warmUp)
			b.ReportMetric((l.memory(b)-before)/tails, "KB/tail")
			l.write(ctx, b, tails, perSecond)
			l.measure(b, t)
		})
	}
}

// BenchmarkDoorLogInStorm measures deliveries while every address guesses
// passwords.
func BenchmarkDoorLogInStorm(b *testing.B) {
	for _, guessers := range []int{0, 40} {
		b.Run(fmt.Sprintf("%d-guessers", guessers), func(b *testing.B) {
			const readers, perSecond = 200, 50
			l := openLoad(b, readers/perUser+1)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			t := l.read(ctx, b, readers)
			l.write(ctx, b, readers, perSecond)
			for i := range guessers {
				go guessSteadily(ctx, l.service, fmt.Sprintf("127.0.7.%d", i+1))
			}
			l.measure(b, t)
		})
	}
}

// guessSteadily tries a wrong password five times a second.
func guessSteadily(ctx context.Context, s *service, from string) {
	client := clientFrom(from)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		_, _ = s.call(client, "POST", "/api/v1/auth/login", "", credentials("person0000", "Wrong-"+strings.Repeat("x", 8)))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
