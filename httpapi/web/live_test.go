package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestNothingIsLostOrDoubledOverALostConnection(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	p := h.open(t)
	p.logIn("alice")
	p.write("before")
	p.until("it is stored", `document.querySelectorAll(".message:not(.pending)").length === 1`)
	h.shut()
	h.say(t, "bob", lobby, "said meanwhile")
	p.write("written offline")
	p.sees("… sending")
	p.sees("You are offline")
	p.shot("offline")
	if got := h.history(t, lobby); len(got) != 2 {
		t.Fatalf("stored is %q", got)
	}
	h.reopen(t)
	p.sees("said meanwhile")
	p.until("all is stored", `document.querySelectorAll(".message:not(.pending)").length === 3 && !document.querySelector(".pending")`)
	p.seesNo("You are offline")
	p.wantTexts("before", "said meanwhile", "written offline")

	// What is unsent outlives a reload, and so does a draft.
	h.shut()
	p.sees("You are offline")
	p.write("before the reload")
	p.sees("… sending")
	p.insert("half a tho")
	h.reopen(t)
	p.do(chromedp.Reload())
	p.until("it is stored", `document.querySelectorAll(".message:not(.pending)").length === 4 && !document.querySelector(".pending")`)
	p.wantTexts("before", "said meanwhile", "written offline", "before the reload")
	p.until("the draft is there", `document.querySelector("#composer").value === "half a tho"`)
	if got := h.history(t, lobby); strings.Join(got, "|") != "before|said meanwhile|written offline|before the reload" {
		t.Errorf("stored is %q", got)
	}
}

// wantTexts fails unless these are the messages on the page, in this order.
func (p *tab) wantTexts(want ...string) {
	p.tb.Helper()
	got := evaluate[string](p, `[...document.querySelectorAll(".message .body")].map((e) => e.innerText.trim()).join("|")`)
	if got != strings.Join(want, "|") {
		p.tb.Errorf("the page shows %s, want %s", got, strings.Join(want, "|"))
	}
}

func TestTabsAreInStep(t *testing.T) {
	h := openHouse(t)
	kitchen := h.room(t, "alice", "kitchen")
	one := h.open(t)
	one.logIn("alice")
	one.visit("/room/lobby")
	one.until("the lobby", `document.querySelector("h1")?.innerText === "#lobby"`)
	two := one.another()
	two.visit("/room/lobby")
	two.until("the lobby", `document.querySelector("#composer")`)
	one.write("seen by both")
	two.until("it is stored", `document.querySelector(".message:not(.pending)")`) // the tabs share what is on its way, too
	two.wantTexts("seen by both")

	// A draft written in one stands in the other; a room read in one is read in
	// the other.
	one.insert("what I wanted to s")
	two.until("the draft", `document.querySelector("#composer").value === "what I wanted to s"`)
	h.join(t, "bob", kitchen)
	h.say(t, "bob", kitchen, "unread")
	for _, p := range []*tab{one, two} {
		p.seesUnread("#kitchen")
	}
	two.goTo("#kitchen")
	two.sees("unread")
	one.until("nothing unread", `!document.querySelector(".room.fresh")`)

	// What I say of myself in one is said in the other.
	two.write("/away at lunch")
	one.until("it is my status", `document.querySelector(".me").innerText.includes("at lunch")`)

	// Signing out in one is signing out in both.
	two.visit("/account")
	two.clickOn("Sign out")
	two.until("the door", `document.querySelector("input[name=username]")`)
	one.until("the door", `document.querySelector("input[name=username]")`)
}

func TestAnEndedSessionSignsInAgainInPlace(t *testing.T) {
	h := openHouse(t)
	alice := h.known(t, "alice")
	p := h.open(t)
	p.logIn("alice")
	p.write("first")
	p.until("it is stored", `document.querySelector(".message:not(.pending)")`)
	p.eval(`document.querySelector("#composer").focus()`)
	p.insert("not finished")
	if err := h.Auth.EndOtherSessions(t.Context(), alice); err != nil {
		t.Fatal(err)
	}
	p.sees("Your session has ended")
	p.check("again")
	p.shot("again")
	p.eval(`(() => { const f = document.querySelector(".again form"); f.password.value = "Wrong-passw0rd"; f.requestSubmit(); })()`)
	p.until("it was refused", `document.querySelector(".again .failure").innerText`)
	p.eval(`(() => { const f = document.querySelector(".again form"); f.password.value = ` + quoted(password) + `; f.requestSubmit(); })()`)
	p.seesNo("Your session has ended")
	p.until("the draft is there", `document.querySelector("#composer").value === "not finished"`)
	h.say(t, "bob", lobby, "welcome back")
	p.sees("welcome back")
	p.eval(`document.querySelector("#composer").focus()`)
	p.press(kb.Enter)
	p.until("it is stored", `document.querySelectorAll(".message:not(.pending)").length === 3`)
	p.wantTexts("first", "welcome back", "not finished")
}

func TestARefusedMessageCanBeSentAgainOrDiscarded(t *testing.T) {
	h := openHouse(t)
	kitchen := h.room(t, "bob", "kitchen")
	h.join(t, "alice", kitchen)
	p := h.open(t)
	p.logIn("alice")
	p.visit("/room/kitchen")
	p.until("the kitchen", `document.querySelector("h1")?.innerText === "#kitchen"`)
	p.until("connected", `document.querySelector(".presence.online")`)
	// A message that answers one that is not there is refused.
	p.eval(`(() => { const box = JSON.stringify([{ nonce: "0123", room: ` + kitchen.String() + `, content: "refused", reply_to: 999, at: Date.now(), state: "waiting" }]);
		localStorage.setItem("parley.outbox." + ` + h.id(t, "alice") + `, box); })()`)
	p.do(chromedp.Reload())
	p.sees("! not sent")
	p.shot("failed")
	p.check("failed")
	p.clickOn("Send again")
	p.sees("! not sent")
	p.clickOn("Discard")
	p.seesNo("refused")
	p.do(chromedp.Reload())
	p.until("the kitchen", `document.querySelector("#composer")`)
	<-time.After(300 * time.Millisecond)
	p.seesNo("refused")
}

func TestASessionThatWasRemovedFromARoomSeesNoMoreOfIt(t *testing.T) {
	h := openHouse(t)
	garden := h.room(t, "bob", "garden")
	h.join(t, "alice", garden)
	p := h.open(t)
	p.logIn("alice")
	p.goTo("#garden")
	if err := h.Chat.Remove(t.Context(), h.known(t, "bob"), garden, "alice"); err != nil {
		t.Fatal(err)
	}
	p.sees("bob removed alice")
	p.sees("from outside")
	p.until("no composer", `!document.querySelector("#composer")`)
	if err := h.Chat.DeleteRoom(t.Context(), h.known(t, "bob"), garden); err != nil {
		t.Fatal(err)
	}
	p.sees("there is no such room")
	p.until("it is gone from the list", `![...document.querySelectorAll(".room")].some((e) => e.innerText.includes("garden"))`)
}

func TestAnInvitationThatIsTakenBackIsGone(t *testing.T) {
	h := openHouse(t)
	garden := h.room(t, "bob", "garden")
	bob := h.known(t, "bob")
	h.known(t, "alice")
	if err := h.Chat.Invite(t.Context(), bob, garden, "alice"); err != nil {
		t.Fatal(err)
	}
	p := h.open(t)
	p.logIn("alice")
	p.goTo("#garden")
	p.sees("You are invited to #garden")
	if err := h.Chat.Remove(t.Context(), bob, garden, "alice"); err != nil {
		t.Fatal(err)
	}
	// The room is public, so it can still be looked into.
	p.sees("from outside")
	p.until("its only member is counted", `document.querySelector("[aria-label^=Members]").innerText.trim() === "1"`)
	p.until("it is not in the list", `![...document.querySelectorAll(".sidebar .room")].some((e) => e.innerText.includes("garden"))`)
	h.say(t, "bob", garden, "still here")
	p.sees("still here")
}

func TestWhoCannotSignOutIsToldSoAndStaysIn(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	p := h.open(t)
	p.logIn("alice")
	p.click(".me")
	p.sees("Sign out")
	for _, list := range []string{"sessions", "keys"} { // a later failure to load them would be told instead
		p.until(list+" are loaded", `performance.getEntriesByType("resource").some((e) => e.name.endsWith("/me/`+list+`") && e.responseEnd)`)
	}
	h.shut()
	p.clickOn("Sign out")
	p.sees("You are still signed in: ")
	if in := evaluate[int](p, `document.querySelectorAll(".me").length`); in != 1 {
		t.Error("the page looks as if nobody were signed in")
	}
	h.reopen(t)
	p.seesNo("You are offline")
	p.clickOn("Sign out")
	p.until("the door", `document.querySelector("input[name=username]")`)
	p.do(chromedp.Reload())
	p.until("it is still the door", `document.querySelector("input[name=username]")`)
}

func TestAnEndedSessionLetsNothingElseBeDoneInAnyTab(t *testing.T) {
	h := openHouse(t)
	alice := h.known(t, "alice")
	p := h.open(t)
	p.logIn("alice")
	p.eval(`document.querySelector("#composer").focus()`)
	p.insert("not finished")
	p.with("k", chromedp.ModifierCtrl)
	p.until("the switcher", dialogThere)
	if err := h.Auth.EndOtherSessions(t.Context(), alice); err != nil {
		t.Fatal(err)
	}
	p.sees("Your session has ended")
	over := `document.activeElement.closest(".again") && document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest(".again")`
	p.until("the form lies over the dialog and has the cursor", over)
	p.press(kb.Escape, kb.Escape, kb.Escape)
	p.until("it does not go away", over)

	// A tab that is opened now takes the others nothing away, and what it signs
	// in to they have, too.
	two := p.another()
	two.visit("/")
	two.until("the door", `document.querySelector("input[name=username]")`)
	<-time.After(300 * time.Millisecond)
	p.until("the form is there", over)
	two.signIn("alice")
	p.seesNo("Your session has ended")
	p.press(kb.Escape)
	p.until("no dialog", noDialog)
	p.until("the draft is there", `document.querySelector("#composer").value === "not finished"`)
	h.say(t, "bob", lobby, "welcome back")
	p.sees("welcome back")
}
