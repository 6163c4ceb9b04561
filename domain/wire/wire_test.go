package wire_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/wire"
)

var alice = domain.Author{ID: 7, Name: "alice"}

func message(change func(*domain.Message)) domain.Message {
	m := domain.Message{
		RoomID: 1, Room: "lobby", Seq: 42, Author: alice, Content: "hi",
		CreatedAt: time.Date(2026, 11, 23, 13, 0, 0, 123456000, time.FixedZone("east", 3*3600)),
	}
	if change != nil {
		change(&m)
	}
	return m
}

func TestALineIsOneLineOfJSONWhateverTheTextHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("\n\r\t\"\\<&*`@#>\u2028\u2029\x00\u202e👍")))).Draw(t, "content")
		nonce := rapid.String().Draw(t, "nonce")
		m := message(func(m *domain.Message) { m.Content = content })
		line := wire.Encode(domain.Event{Type: domain.EventMessage, RoomID: 1, Room: "lobby", Seq: 42, Message: m, Nonce: nonce})
		if bytes.ContainsAny(line, "\n\r") || !utf8.Valid(line) {
			t.Fatalf("%q is not one line", line)
		}
		var back struct {
			wire.Message
			Type, Nonce string
		}
		if err := json.Unmarshal(line, &back); err != nil || !reflect.DeepEqual(back.Message, wire.FromMessage(m, 0)) || back.Nonce != nonce {
			t.Fatalf("read back %+v, %v", back, err)
		}
	})
}

func TestTimesAreUTCWithSixDecimals(t *testing.T) {
	for want, at := range map[string]time.Time{
		"2026-11-23T10:00:00.000000Z": time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
		"2026-11-22T23:30:00.999999Z": time.Date(2026, 11, 23, 1, 0, 0, 999999999, time.FixedZone("", 5400)),
		"0001-01-01T00:00:00.000000Z": {},
	} {
		if got := wire.Time(at); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAnotherEncodingIsMadeOnceForAll(t *testing.T) {
	line := wire.NewLine(domain.Event{Type: domain.EventTyping, RoomID: 1, User: alice})
	var made atomic.Int64
	var reading sync.WaitGroup
	for range 20 {
		reading.Go(func() {
			got := line.Other(func(e domain.Event) []byte {
				made.Add(1)
				return []byte(e.User.Name)
			})
			if string(got) != "alice" {
				t.Errorf("got %q", got)
			}
		})
	}
	reading.Wait()
	if made.Load() != 1 {
		t.Errorf("it was made %d times", made.Load())
	}
}
