package web_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestThePageOpensWithoutANetworkAndKeepsNothingThatWasSaid(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	url, shut := h.openDoor(t, "127.0.0.1:0")
	h.URL = url
	p := h.open(t)
	p.logIn("alice")
	p.write("said while there was a network")
	p.until("it is stored", `document.querySelector(".message:not(.pending)")`)
	p.until("the worker has the shell", `navigator.serviceWorker.ready.then((r) => r.active.state === "activated")`)
	shut()
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

	_, _ = h.openDoor(t, strings.TrimPrefix(url, "http://"))
	p.sees("said while there was a network")
}
