package web_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/store/storetest"
)

func TestWhatWasSentDoesNotComeBackAsADraft(t *testing.T) {
	h := openHouse(t)
	alice := h.known(t, "alice")
	p := h.open(t)
	p.logIn("alice")
	p.until("the composer", `document.activeElement.id === "composer"`)
	p.eval(`{
		const real = fetch;
		window.saves = 0;
		window.fetch = (address, options) => {
			if (options?.method !== "PUT" || !String(address).endsWith("/draft")) return real(address, options);
			saves++;
			return new Promise((go) => setTimeout(go, 500)).then(() => real(address, options));
		};
	}`)
	p.insert("hello")
	p.until("the draft is on its way", `saves === 1`)
	p.press(kb.Enter)
	p.until("it is stored", `document.querySelector(".message:not(.pending)")`)
	eventually(t, "the server has no draft", func() bool {
		view, err := h.Chat.Room(t.Context(), alice, lobby)
		return err == nil && view.Draft == "" && evaluate[int](p, "saves") == 2
	})
	p.until("the composer stays empty", `document.querySelector("#composer").value === ""`)
	p.wantTexts("hello")
}

func TestATabHearsThatSomebodyElseSignedIn(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	h.known(t, "bob")
	one := h.open(t)
	one.visit("/")
	two := one.another()
	two.visit("/")
	one.signIn("alice")
	one.until("alice is in", `document.querySelector(".me b")?.innerText === "alice"`)
	two.signIn("bob")
	one.until("it is bob's, too", `document.querySelector(".me b")?.innerText === "bob"`)
}

// Two people at one browser have one cookie: the last who signed in has it.
func TestATabDoesNotSpeakForSomebodyElse(t *testing.T) {
	h := openHouseWith(t, func(s *storetest.Settings) { s.TokenLife = 2 * time.Second })
	h.known(t, "alice")
	h.known(t, "bob")
	one := h.open(t)
	_, err := chromedp.Call(one.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `addEventListener("storage", (event) => event.stopImmediatePropagation());`, // it is not told
	})
	if err != nil {
		t.Fatal(err)
	}
	one.visit("/")
	two := one.another()
	two.visit("/")
	one.signIn("alice")
	one.until("alice is in", `document.querySelector(".me b")?.innerText === "alice"`)
	two.signIn("bob")
	two.until("bob is in", `document.querySelector(".me b")?.innerText === "bob"`)
	h.shut()
	one.sees("You are offline")
	<-time.After(2 * time.Second) // her token has run out
	h.reopen(t)
	one.until("it is bob's, too", `document.querySelector(".me b")?.innerText === "bob"`)
}

func TestARoomIsFollowedInTheEndWhenThereWereTooMany(t *testing.T) {
	h := openHouse(t)
	kitchen := h.room(t, "bob", "kitchen")
	h.join(t, "alice", kitchen)
	alice := h.known(t, "alice")
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan struct{})
	live := h.Chat.Connect(alice, broadcast.Options{})
	defer live.Close(broadcast.ErrLeft)
	go func() {
		defer close(over)
		for ctx.Err() == nil { // another screen of hers takes all there is
			_, err := live.Follow(ctx, lobby, broadcast.Live, nil)
			if !domain.HasCode(err, "limit.subscriptions") && ctx.Err() == nil && err != nil {
				t.Error(err)
			}
		}
	}()
	p := h.open(t)
	p.logIn("alice")
	p.until("connected", `document.querySelector("#composer")`)
	<-time.After(time.Second)
	stop()
	<-over
	<-time.After(2 * time.Second)
	h.say(t, "bob", kitchen, "soup is ready")
	p.seesUnread("#kitchen")
}

func TestWhatWasReadBeforeThePageWentIsRead(t *testing.T) {
	h := openHouse(t)
	kitchen := h.room(t, "bob", "kitchen")
	h.join(t, "alice", kitchen)
	alice := h.known(t, "alice")
	last := h.say(t, "bob", kitchen, "soup is ready")
	p := h.open(t)
	p.logIn("alice")
	p.until("it is unread", `document.querySelector(".room.fresh")`)
	p.goTo("#kitchen")
	p.until("it is read", `!document.querySelector(".room.fresh")`)
	p.do(chromedp.Navigate("about:blank"))
	eventually(t, "the server knows", func() bool {
		view, err := h.Chat.Room(t.Context(), alice, kitchen)
		return err == nil && view.Read == last.Seq
	})
}
