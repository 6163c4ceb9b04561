package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"parley/domain"
)

// through makes the page's calls of a path pass through a script, which has them
// as f(url, options).
func (p *tab) through(path, script string) {
	p.tb.Helper()
	p.eval(`(() => { const f = fetch; window.fetch = async (url, options) => { if (!String(url).endsWith(` + quoted(path) + `)) return f(url, options); ` + script + ` }; })()`)
}

func TestWhatCameWhileAMarkerWasOnItsWayIsUnread(t *testing.T) {
	h := openHouse(t)
	kitchen := h.room(t, "bob", "kitchen")
	h.join(t, "alice", kitchen)
	p := h.open(t)
	p.logIn("alice")
	p.goTo("#kitchen")
	h.say(t, "bob", kitchen, "soup is ready")
	p.sees("soup is ready")
	h.shut() // before the marker is said
	p.sees("You are offline")
	p.goTo("#lobby")
	h.say(t, "bob", kitchen, "bread, too")
	h.reopen(t)
	p.seesNo("You are offline")
	p.seesUnread("#kitchen")
}

func TestWhatWasWrittenOfflineGoesBeforeWhatIsWrittenThen(t *testing.T) {
	h := openHouse(t)
	p := h.open(t)
	h.known(t, "alice")
	p.logIn("alice")
	p.write("before")
	p.until("it is stored", `document.querySelectorAll(".message:not(.pending)").length === 1`)
	p.through("/rooms", `await new Promise((done) => setTimeout(done, 2000)); return f(url, options);`)
	h.shut()
	p.sees("You are offline")
	p.write("one")
	h.reopen(t)
	p.until("there is a connection", `!document.querySelector(".banner:not(.empty)")`)
	p.write("two")
	p.until("all is stored", `document.querySelectorAll(".message:not(.pending)").length === 3`)
	if got := h.history(t, lobby); strings.Join(got, "|") != "before|one|two" {
		t.Errorf("stored is %q", got)
	}
}

func TestAnAnswerThatBreaksOffIsAskedForAgain(t *testing.T) {
	h := openHouse(t)
	kitchen := h.room(t, "bob", "kitchen")
	h.join(t, "alice", kitchen)
	p := h.open(t)
	p.logIn("alice")
	p.through("/rooms", `if (!window.broken++) return new Response(new ReadableStream({ start: (body) => body.error(new Error("broken off")) })); return f(url, options);`)
	p.eval(`(() => { window.broken = window.opened = 0; window.WebSocket = class extends WebSocket { constructor(...args) { super(...args); this.onopen = () => window.opened++; } }; })()`)
	h.shut()
	p.sees("You are offline")
	h.say(t, "bob", kitchen, "said meanwhile")
	h.reopen(t)
	p.seesUnread("#kitchen")
	if n := evaluate[int](p, `window.opened`); n != 1 {
		t.Errorf("it took %d connections", n)
	}
}

func TestAPageThatComesBackFromBehindIsLoadedAgain(t *testing.T) {
	h := openHouse(t)
	p := h.open(t)
	h.known(t, "alice")
	p.logIn("alice")
	p.eval(`(() => { window.before = true; dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })); })()`)
	p.until("it is another page", `!window.before && document.querySelector("#composer")`)
}

func TestARoomThatIsOnlyLookedIntoGoesOnAfterALostConnection(t *testing.T) {
	h := openHouse(t)
	garden := h.room(t, "bob", "garden")
	h.say(t, "bob", garden, "roses")
	p := h.open(t)
	h.known(t, "alice")
	p.logIn("alice")
	p.visit("/r/" + garden.String())
	p.sees("roses")
	p.goTo("#lobby")
	h.shut()
	p.sees("You are offline")
	h.reopen(t)
	p.seesNo("You are offline")
	h.say(t, "bob", garden, "tulips")
	p.do(chromedp.NavigateBack())
	p.sees("tulips")
}

func TestAMessageThatIsDeletedUnreadIsNoLongerCounted(t *testing.T) {
	h := openHouse(t)
	p := h.open(t)
	h.known(t, "alice")
	p.logIn("alice")
	to := domain.Address{Direct: "alice"}
	sent := h.say(t, "bob", to, "never mind")
	p.until("it is counted", `document.querySelector(".room.fresh") && document.title.startsWith("(1)")`)
	if err := h.Chat.Delete(t.Context(), h.known(t, "bob"), domain.Address{ID: sent.RoomID}, sent.Seq); err != nil {
		t.Fatal(err)
	}
	p.until("it is not", `!document.querySelector(".room.fresh") && !document.title.startsWith("(")`)
}

func TestARoomThatCouldNotBeOpenedIsOpenedOnceThereIsAConnection(t *testing.T) {
	h := openHouse(t)
	garden := h.room(t, "bob", "garden")
	h.say(t, "bob", garden, "roses")
	p := h.open(t)
	h.known(t, "alice")
	p.logIn("alice")
	p.write("see #garden")
	p.until("it is stored", `document.querySelector(".message:not(.pending) a")`)
	h.shut()
	p.sees("You are offline")
	p.eval(`document.querySelector(".message a[href*=garden]").click()`)
	p.sees("the server cannot be reached")
	if title := evaluate[string](p, `document.title`); strings.Contains(title, "#lobby") {
		t.Errorf("the window's title is %q", title)
	}
	h.reopen(t)
	p.sees("roses")
}

func TestWhoIsInAHurryIsNotHeldUpByAnEarlierAttempt(t *testing.T) {
	h := openHouse(t)
	p := h.open(t)
	h.known(t, "alice")
	p.logIn("alice")
	p.through("/me", `window.asked = true; await new Promise((done) => setTimeout(done, 3000)); window.answered = true; return f(url, options);`)
	h.shut()
	p.until("it asks why", `window.asked`)
	h.reopen(t)
	p.clickOn("Try now")
	p.until("there is a connection", `!document.querySelector(".banner:not(.empty)")`)
	p.until("the earlier attempt is over", `window.answered`)
	<-time.After(time.Second) // and what follows from it
	p.write("said")
	p.until("it is stored", `document.querySelector(".message:not(.pending)") && !document.querySelector(".banner:not(.empty)")`)
}
