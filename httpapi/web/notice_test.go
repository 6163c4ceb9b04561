package web_test

import (
	"strings"
	"testing"

	permission "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// letNotify grants the page what a person is asked for, and keeps a list of the
// notices that it shows.
func (p *tab) letNotify() {
	p.tb.Helper()
	id := chromedp.FromContext(p.ctx).BrowserContextID
	_, err := chromedp.CallBrowser(p.ctx, permission.SetPermission, permission.SetPermissionParams{
		Permission: &permission.PermissionDescriptor{Name: "notifications"}, Setting: permission.PermissionSettingGranted, BrowserContextID: id,
	})
	if err != nil {
		p.tb.Fatal(err)
	}
	_, err = chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		window.noticed = [];
		window.Notification = class extends Notification {
			constructor(title, options) {
				super(title, options);
				noticed.push(title + ": " + options.body);
				window.lastNotice = this;
			}
		};`})
	if err != nil {
		p.tb.Fatal(err)
	}
}

func TestNoticesAreShownOfWhatCallsMeWhileILookElsewhere(t *testing.T) {
	h := openHouse(t)
	garden, kitchen := h.room(t, "bob", "garden"), h.room(t, "bob", "kitchen")
	h.join(t, "alice", garden)
	h.join(t, "alice", kitchen)
	p := h.open(t)
	p.letNotify()
	p.logIn("alice")
	p.goTo("#garden")
	p.until("the garden is followed", `document.querySelector(".presence.online")`)
	noticed := func() string { return evaluate[string](p, `noticed.join("|")`) }

	// Nobody is asked, or shown anything, who has not wished for it.
	h.say(t, "bob", kitchen, "@alice first")
	p.until("it is counted", `document.title.startsWith("(1) ")`)
	p.until("the icon tells it", `document.querySelector("#icon").href.includes("icon-unread")`)
	if got := noticed(); got != "" {
		t.Fatalf("noticed without being asked for: %s", got)
	}
	p.visit("/account")
	p.clickOn("Show notices")
	p.until("they are on", `[...document.querySelectorAll("button")].some((e) => e.innerText === "Show no notices")`)
	p.goTo("#garden")
	p.until("the garden", `document.querySelector("h1")?.innerText === "#garden"`)

	h.say(t, "bob", garden, "@alice seen here")
	h.say(t, "bob", kitchen, "not for her")
	h.say(t, "bob", kitchen, "@alice second, with\n**two** lines")
	p.until("one is shown", `noticed.length === 1`)
	if got := noticed(); !strings.HasPrefix(got, "bob in #kitchen: @alice second, with") || strings.Contains(got, "\n") {
		t.Errorf("noticed: %q", got)
	}
	p.eval(`lastNotice.onclick()`)
	p.until("it leads there", `document.querySelector("h1")?.innerText === "#kitchen"`)
	p.sees("second, with")
	p.until("nothing calls any more", `!document.title.startsWith("(")`)
	p.until("the icon is calm", `!document.querySelector("#icon").href.includes("icon-unread")`)

	p.goTo("#garden")
	p.write("/dnd")
	p.sees("You are shown as")
	h.say(t, "bob", kitchen, "@alice third")
	p.until("it is counted", `document.title.startsWith("(1) ")`)
	if got := noticed(); strings.Contains(got, "third") {
		t.Errorf("disturbed: %s", got)
	}
}

func TestNoNoticeIsShownOfTheRoomThatAnotherTabHasInView(t *testing.T) {
	h := openHouse(t)
	garden, kitchen := h.room(t, "bob", "garden"), h.room(t, "bob", "kitchen")
	h.join(t, "alice", garden)
	h.join(t, "alice", kitchen)
	one := h.open(t)
	one.letNotify()
	one.logIn("alice")
	two := one.another()
	two.letNotify()
	two.visit("/account")
	two.clickOn("Show notices")
	two.until("they are on", `[...document.querySelectorAll("button")].some((e) => e.innerText === "Show no notices")`)
	one.goTo("#garden")
	one.until("the garden is followed", `document.querySelector(".presence.online")`)
	two.goTo("#kitchen")
	two.until("the kitchen is followed", `document.querySelector(".presence.online")`)

	h.say(t, "bob", garden, "@alice looks at this")
	one.sees("looks at this")
	h.say(t, "bob", lobby, "@alice does not look at this")
	for _, p := range []*tab{one, two} {
		p.until("one is shown", `noticed.length > 0`)
		if got := evaluate[string](p, `noticed.join("|")`); got != "bob in #lobby: @alice does not look at this" {
			t.Errorf("noticed: %s", got)
		}
	}

	// Switched off in one tab they are off in the other.
	two.visit("/account")
	two.clickOn("Show no notices")
	one.click(".me")
	one.until("they are off here, too", `[...document.querySelectorAll("button")].some((e) => e.innerText === "Show notices")`)
}
