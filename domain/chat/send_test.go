package chat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

func TestAMessageIsStoredAndShownAsItWasSent(t *testing.T) {
	core, clock := newCore(t)
	alice := core.User(t, "Alice")
	live := follow(t, core, alice, lobby, broadcast.Live)
	sent, err := core.Chat.Send(t.Context(), alice, domain.Address{Name: "lobby"}, chat.Draft{Content: "  hi\r\nthere \n", Nonce: "n1"})
	if err != nil {
		t.Fatal(err)
	}
	want := domain.Message{
		RoomID: sent.Message.RoomID, Room: "lobby", Seq: 1, Author: alice.Author(), Content: "hi\nthere",
		CreatedAt: clock.now().Truncate(time.Microsecond),
	}
	if diff := gocmp.Diff(want, sent.Message); diff != "" || sent.Nonce != "n1" {
		t.Errorf("nonce %q, (-want +got):\n%s", sent.Nonce, diff)
	}
	page, err := core.Chat.Messages(t.Context(), alice, lobby, chat.Span{})
	if diff := gocmp.Diff([]domain.Message{want}, page.Messages); err != nil || diff != "" {
		t.Errorf("%v, stored (-want +got):\n%s", err, diff)
	}
	event := events(t, live, 1)[0]
	if diff := gocmp.Diff(want, event.Message); diff != "" || event.Nonce != "n1" || event.Type != domain.EventMessage {
		t.Errorf("shown %+v, (-want +got):\n%s", event, diff)
	}
}

func TestWhatCannotBeSent(t *testing.T) {
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	for _, c := range []struct {
		draft chat.Draft
		kind  domain.Kind
		code  string
	}{
		{chat.Draft{Content: ""}, domain.Invalid, "message.empty"},
		{chat.Draft{Content: " \r\n\t "}, domain.Invalid, "message.empty"},
		{chat.Draft{Content: strings.Repeat("日", 4001)}, domain.Invalid, "message.too_long"},
		{chat.Draft{Content: "\xff\xfe"}, domain.Invalid, "message.encoding"},
		{chat.Draft{Content: "a\x00b"}, domain.Invalid, "message.control"},
		{chat.Draft{Content: "\x1b[31mred"}, domain.Invalid, "message.control"},
		{chat.Draft{Content: "c1\u009b31m"}, domain.Invalid, "message.control"},
		{chat.Draft{Content: "x", Nonce: strings.Repeat("n", 65)}, domain.Invalid, "message.nonce"},
		{chat.Draft{Content: "x", Nonce: "a\nb"}, domain.Invalid, "message.nonce"},
		{chat.Draft{Content: "x", ReplyTo: 1}, domain.NotFound, "message.not_found"},
		{chat.Draft{Content: "x", ReplyTo: -1}, domain.NotFound, "message.not_found"},
		{chat.Draft{Content: "x", ReplyTo: 1<<63 - 1}, domain.NotFound, "message.not_found"},
	} {
		_, err := core.Chat.Send(t.Context(), alice, lobby, c.draft)
		storetest.WantError(t, err, c.kind, c.code)
	}
	for _, address := range []domain.Address{{Name: "nowhere"}, {ID: 4711}, {}} {
		_, err := core.Chat.Send(t.Context(), alice, address, chat.Draft{Content: "x"})
		storetest.WantError(t, err, domain.NotFound, "room.not_found")
	}
	_, err := core.Chat.Send(t.Context(), auth.Actor{}, lobby, chat.Draft{Content: "x"})
	storetest.WantError(t, err, domain.NotFound, "room.not_found")
	if got := contents(t, core, alice); len(got) != 0 {
		t.Errorf("the lobby holds %q", got)
	}
}

func TestALongMessageOfAnyScriptIsKept(t *testing.T) {
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	for _, content := range []string{strings.Repeat("日", 4000), strings.Repeat("👍🏽", 2000), strings.Repeat("א", 4000), "\u202eevil <b>&amp;"} {
		if got := send(t, core, alice, content); got.Content != content {
			t.Errorf("%.20q became %.20q", content, got.Content)
		}
		if got := contents(t, core, alice); got[len(got)-1] != content {
			t.Errorf("%.20q is stored as %.20q", content, got[len(got)-1])
		}
	}
}

func TestWhateverIsTakenComesBackTheSame(t *testing.T) {
	core, clock := newCore(t)
	alice := core.User(t, "alice")
	rapid.Check(t, func(rt *rapid.T) {
		content := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{1,80}`)).Draw(rt, "content")
		want, refusal := domain.CleanContent(content)
		clock.pass(time.Second)
		sent, err := core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: content})
		if refusal != nil {
			if domain.AsError(err).Code != domain.AsError(refusal).Code {
				rt.Fatalf("%q: got %v, want %v", content, err, refusal)
			}
			return
		}
		page, pageErr := core.Chat.Messages(t.Context(), alice, lobby, chat.Span{Limit: 1})
		if err != nil || pageErr != nil || sent.Message.Content != want || page.Messages[0].Content != want {
			rt.Fatalf("%q: sent %q, %v, stored %v, %v", content, sent.Message.Content, err, page.Messages, pageErr)
		}
	})
}

func TestTheSameNonceIsTheSameMessage(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		live := follow(t, core, alice, lobby, broadcast.Live)
		send(t, core, bob, "before")
		draft := chat.Draft{Content: "hello", Nonce: "0193d9c4", ReplyTo: 1}
		first, err := core.Chat.Send(t.Context(), alice, lobby, draft)
		if err != nil {
			t.Fatal(err)
		}
		send(t, core, bob, "between")
		restarted := core.Beside(t) // a nonce counts in every process
		for _, core := range []*storetest.Core{core, restarted} {
			again, err := core.Chat.Send(t.Context(), alice, lobby, draft)
			if diff := gocmp.Diff(first, again); err != nil || diff != "" {
				t.Errorf("%v (-first +again):\n%s", err, diff)
			}
		}
		for _, other := range []chat.Draft{
			{Content: "hello!", Nonce: "0193d9c4", ReplyTo: 1}, {Content: "hello", Nonce: "0193d9c4"},
		} {
			_, err := core.Chat.Send(t.Context(), alice, lobby, other)
			storetest.WantError(t, err, domain.Conflict, "message.nonce_reused")
		}
		if his, err := core.Chat.Send(t.Context(), bob, lobby, chat.Draft{Content: "mine", Nonce: "0193d9c4"}); err != nil || his.Message.Seq != 4 {
			t.Errorf("another user's message of that nonce: %+v, %v", his, err)
		}
		var shown []string
		for _, event := range events(t, live, 4) {
			shown = append(shown, event.Message.Content)
		}
		if want := []string{"before", "hello", "between", "mine"}; !slices.Equal(shown, want) || !slices.Equal(contents(t, core, alice), want) {
			t.Errorf("shown %q, stored %q, want %q", shown, contents(t, core, alice), want)
		}
	})
}

func TestANonceCountsForADay(t *testing.T) {
	core, clock := newCore(t)
	alice := core.User(t, "alice")
	draft := chat.Draft{Content: "good morning", Nonce: "daily"}
	for _, step := range []struct {
		pass time.Duration
		want domain.Seq
	}{{0, 1}, {time.Hour, 1}, {23 * time.Hour, 1}, {time.Second, 2}, {24 * time.Hour, 2}} {
		clock.pass(step.pass)
		sent, err := core.Chat.Send(t.Context(), alice, lobby, draft)
		if err != nil || sent.Message.Seq != step.want {
			t.Errorf("%s later: %+v, %v, want seq %d", step.pass, sent.Message, err, step.want)
		}
	}
}

func TestAMessageWithoutANonceIsGivenItsOwn(t *testing.T) {
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	given := map[string]bool{}
	for i := range 10 {
		sent, err := core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: "the same"})
		if err != nil || sent.Message.Seq != domain.Seq(i+1) || domain.CheckNonce(sent.Nonce) != nil || given[sent.Nonce] {
			t.Errorf("got %+v, %v", sent, err)
		}
		given[sent.Nonce] = true
	}
}

func TestThirtyMessagesAtOnceThenTenASecondOverAllConnections(t *testing.T) {
	core, clock := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	for i := range 30 {
		send(t, core, alice, fmt.Sprint("message ", i))
	}
	for range 2 {
		_, err := core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: "one more"})
		storetest.WantError(t, err, domain.RateLimited, "limit.messages")
		if wait := domain.AsError(err).RetryAfter; wait != 100*time.Millisecond {
			t.Errorf("told to wait %s", wait)
		}
	}
	send(t, core, bob, "somebody else")
	clock.pass(100 * time.Millisecond)
	send(t, core, alice, "after the time she was told to wait")
	_, err := core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: "too soon"})
	storetest.WantError(t, err, domain.RateLimited, "limit.messages")
	clock.pass(time.Second)
	for i := range 10 {
		send(t, core, alice, fmt.Sprint("later ", i))
	}
	_, err = core.Chat.Send(t.Context(), alice, lobby, chat.Draft{Content: "eleven"})
	storetest.WantError(t, err, domain.RateLimited, "limit.messages")
}

func TestMessagesSubmittedOneAfterTheOtherKeepTheirOrder(t *testing.T) {
	core, _ := newCore(t)
	alice := core.User(t, "alice")
	var waits []func() (chat.Sent, error)
	for i := range 30 {
		wait, err := core.Chat.Submit(t.Context(), alice, lobby, chat.Draft{Content: fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
		waits = append(waits, func() (chat.Sent, error) { return wait(t.Context()) })
	}
	for i, wait := range waits {
		if sent, err := wait(); err != nil || sent.Message.Seq != domain.Seq(i+1) {
			t.Errorf("message %d: %+v, %v", i, sent.Message, err)
		}
	}
}
