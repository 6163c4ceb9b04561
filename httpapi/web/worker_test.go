package web_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

func TestThePageOpensWithoutANetworkAndKeepsNothingThatWasSaid(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	p := h.open(t)
	p.logIn("alice")
	p.write("said while there was a network")
	p.until("it is stored", `document.querySelector(".message:not(.pending)")`)
	p.until("the worker has the shell", `navigator.serviceWorker.ready.then((r) => r.active.state === "activated")`)
	h.shut()
	p.sees("You are offline")

	p.do(chromedp.Reload())
	p.until("the page is there", `document.querySelector("#app").innerText.trim()`)
	p.until("it says what is wrong", `/offline|cannot be reached/.test(document.body.innerText)`)
	p.shot("shell")
	p.seesNo("said while")
	kept := evaluate[[]string](p, `caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))
		.then((lists) => lists.flat().map((request) => new URL(request.url).pathname))`)
	if len(kept) < 10 {
		t.Errorf("kept is only %q", kept)
	}
	for _, path := range kept {
		if path != "/" && !strings.HasPrefix(path, "/assets/") && path != "/manifest.webmanifest" {
			t.Errorf("%s is kept", path)
		}
	}

	h.reopen(t)
	p.sees("said while there was a network")
}

func TestWhatCouldNotBeLoadedOfThePageIsLoadedAtTheNextAttempt(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	p := h.open(t)
	block := func(urls ...string) {
		t.Helper()
		var patterns []*network.BlockPattern
		for _, url := range urls {
			patterns = append(patterns, &network.BlockPattern{URLPattern: url, Block: true})
		}
		if _, err := chromedp.Call(p.ctx, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: patterns}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	p.logIn("alice")
	block("*://*:*/*later.js*")
	p.with("k", chromedp.ModifierCtrl)
	p.sees("This part of the page cannot be loaded")
	block()
	p.with("k", chromedp.ModifierCtrl)
	p.until("the switcher", dialogThere)
}

func TestATappedNoticeLeadsToItsMessage(t *testing.T) {
	h := openHouse(t)
	kitchen := h.room(t, "alice", "kitchen")
	p := h.open(t)
	p.logIn("alice")
	tap := func(path string) {
		p.eval(`navigator.serviceWorker.dispatchEvent(new MessageEvent("message", { data: { go: ` + quoted(path) + ` } })) && 0`)
	}
	tap("/r/" + kitchen.String())
	p.until("the kitchen", `document.querySelector("h1")?.innerText === "#kitchen"`)
	tap("https://elsewhere.example")
	p.until("still the kitchen", `document.querySelector("h1")?.innerText === "#kitchen"`)
}
