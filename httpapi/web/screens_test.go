package web_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"parley/domain"
	"parley/domain/chat"
)

//go:embed testdata/axe.min.js
var axe string

// screen is one thing that a page shows, and how to get there.
type screen struct {
	name  string
	path  string // "" to stay
	open  func(p *tab)
	ready string // what is true once it is there
	close func(p *tab)
}

// clear empties the composer.
func (p *tab) clear() {
	p.tb.Helper()
	p.eval(`document.querySelector("#composer").select(); document.execCommand("delete")`)
}

func command(text string) func(*tab) { return func(p *tab) { p.write(text) } }

func clicking(name string) func(*tab) { return func(p *tab) { p.clickOn(name) } }

const (
	dialogThere = `document.querySelector("dialog[open]")`
	noDialog    = `!document.querySelector("dialog")`
)

func (v *village) screens() []screen {
	garden, kitchen := fmt.Sprintf("/r/%d", v.garden), fmt.Sprintf("/r/%d", v.kitchen)
	loaded := `document.querySelector(".message")`
	dialog := func(name string, open func(*tab), ready string) screen {
		return screen{name: name, open: open, ready: ready, close: func(p *tab) {
			p.clickOn("Close")
			p.until("no dialog", noDialog)
		}}
	}
	return []screen{
		{name: "room", path: garden, ready: loaded},
		{name: "message", path: garden, ready: `document.querySelector(".toolbar")`, open: func(p *tab) {
			p.until("messages", loaded)
			p.eval(`[...document.querySelectorAll("[data-seq]")].at(-2).focus()`)
		}},
		{name: "completion", path: garden, ready: `document.querySelectorAll("#choices li").length > 2`, open: func(p *tab) {
			p.until("the composer", `document.querySelector("#composer")`)
			p.eval(`document.querySelector("#composer").focus()`)
			p.insert("/")
		}, close: (*tab).clear},
		dialog("switch", clicking("Find a room (Ctrl+K)"), dialogThere+`?.querySelector("[role=option]")`),
		dialog("new", clicking("New room or conversation"), dialogThere),
		dialog("help", command("/help"), dialogThere+`?.querySelector("dt")`),
		dialog("person", command("/whois bob"), dialogThere+`?.innerText.includes("here since")`),
		dialog("pins", command("/pins"), dialogThere+`?.querySelector(".pins li")`),
		dialog("versions", clicking("edited: what it said before (v)"), dialogThere+`?.innerText.includes("sedes")`),
		dialog("settings", clicking("Room settings"), dialogThere+`?.querySelectorAll(".people li").length > 1`),
		dialog("react", func(p *tab) {
			p.eval(`document.querySelector("[data-seq]").focus()`)
			p.clickOn("React (+)")
		}, dialogThere+`?.querySelectorAll(".emoji button").length > 50`),
		dialog("delete", func(p *tab) {
			p.eval(`[...document.querySelectorAll("[data-seq]")].find((e) => e.innerText.includes("alice") && !e.innerText.includes("deleted")).focus()`)
			p.clickOn("Delete (d)")
		}, dialogThere),
		{name: "outside", path: kitchen, ready: `document.querySelector(".closed")`},
		{name: "invitation", path: fmt.Sprintf("/r/%d", v.cellar), ready: `document.body.innerText.includes("You are invited")`},
		{name: "archived", path: fmt.Sprintf("/r/%d", v.attic), ready: `document.body.innerText.includes("is archived")`},
		{name: "browse", path: "/browse", ready: `document.querySelector(".directory li")`},
		{name: "account", path: "/account", ready: `document.querySelectorAll(".things li").length > 0 && document.body.innerText.includes("ssh -p 2222 alice@127.0.0.1")`},
		{name: "nowhere", path: "/r/999", ready: `document.body.innerText.includes("To the lobby")`},
	}
}

// village is a house with something of everything in it, as alice sees it.
type village struct {
	*house
	garden, kitchen, cellar, attic domain.RoomID
}

func openVillage(t *testing.T) *village {
	t.Helper()
	v := &village{house: openHouse(t)}
	alice, bob := v.known(t, "alice"), v.known(t, "bob")
	room := func(owner string, wanted chat.Creation) domain.RoomID {
		view, err := v.Chat.Create(t.Context(), v.known(t, owner), wanted)
		if err != nil {
			t.Fatal(err)
		}
		return view.ID
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	v.garden = room("alice", chat.Creation{Name: "garden", Kind: domain.RoomPublic, Topic: "Seeds, soil and the weather"})
	v.kitchen = room("bob", chat.Creation{Name: "kitchen", Kind: domain.RoomPublic, Topic: "What we eat"})
	v.cellar = room("bob", chat.Creation{Name: "cellar", Kind: domain.RoomPrivate, Topic: "Wine"})
	v.attic = room("alice", chat.Creation{Name: "attic", Kind: domain.RoomPublic})
	do(v.Chat.Invite(t.Context(), bob, domain.Address{ID: v.cellar}, "alice"))
	garden := domain.Address{ID: v.garden}
	for _, name := range []string{"bob", "carol", "Dora_Lind", "erik-holm"} {
		_, err := v.Chat.Join(t.Context(), v.known(t, name), garden)
		do(err)
	}
	first := v.say(t, "bob", garden, "Good morning! Has anybody seen the **watering can**?")
	v.say(t, "bob", garden, "The blue one, I mean.")
	answer, err := v.Chat.Send(t.Context(), v.known(t, "carol"), garden, chat.Draft{Content: "It stands behind the shed, @bob.", ReplyTo: first.Seq})
	do(err)
	do(v.Chat.React(t.Context(), bob, garden, answer.Message.Seq, "🎉", true))
	do(v.Chat.React(t.Context(), alice, garden, answer.Message.Seq, "👍", true))
	v.say(t, "Dora_Lind", garden, "A plan for the beds:\n\n1. tomatoes\n2. beans, and *perhaps* `Phaseolus coccineus`\n\n> as last year\n\n```sh\nfor bed in north south; do water \"$bed\"; done\n```")
	v.say(t, "erik-holm", garden, "/me looks at the sky")
	plan := v.say(t, "alice", garden, "Rain from noon on: [the forecast](https://weather.example.org/today), see also https://example.net and #kitchen")
	do(v.Chat.Pin(t.Context(), alice, garden, plan.Seq, true))
	gone := v.say(t, "carol", garden, "nothing")
	do(v.Chat.Delete(t.Context(), v.known(t, "carol"), garden, gone.Seq))
	old := v.say(t, "alice", garden, "I will bring the sedes")
	_, err = v.Chat.Edit(t.Context(), alice, garden, old.Seq, "I will bring the seeds")
	do(err)
	v.say(t, "bob", garden, "@alice bring the big spade, too 🙏")
	v.say(t, "bob", domain.Address{ID: v.kitchen}, "soup")
	v.say(t, "alice", domain.Address{ID: v.attic}, "old things")
	archived := true
	_, err = v.Chat.ChangeRoom(t.Context(), alice, domain.Address{ID: v.attic}, chat.RoomChange{Archived: &archived})
	do(err)
	_, _, err = v.Chat.Open(t.Context(), bob, []string{"alice"})
	do(err)
	v.say(t, "bob", domain.Address{Direct: "alice"}, "psst")
	for range 3 {
		v.say(t, "carol", lobby, "hello, everyone")
	}
	return v
}

var (
	wide   = size{1280, 800}
	narrow = size{360, 740}
	themes = []string{"light", "dark"}
)

// prefers has the browser say that its user prefers a theme.
func (p *tab) prefers(theme string) {
	p.tb.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	if err != nil {
		p.tb.Fatal(err)
	}
}

// check has axe-core look at the page.
func (p *tab) check(what string) {
	p.tb.Helper()
	if p.eval("typeof axe") == "undefined" {
		p.eval(axe + "; 0")
	}
	found := evaluate[string](p, `axe.run(document, { resultTypes: ["violations"] }).then((r) => JSON.stringify(
		r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join("; "))))`)
	var violations []string
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		p.tb.Fatal(err)
	}
	for _, violation := range violations {
		p.tb.Errorf("%s: %s", what, violation)
	}
}

func TestEveryScreenIsAccessibleInBothThemesAndSizes(t *testing.T) {
	v := openVillage(t)
	for _, size := range []size{wide, narrow} {
		p := v.open(t)
		p.resize(size)
		for _, theme := range themes {
			p.prefers(theme)
			p.visit("/")
			p.until("the door", `document.forms[0]`)
			p.look(screen{name: "door"}, size, theme)
			p.clickOn("Make an account")
			p.look(screen{name: "register"}, size, theme)
		}
		p.logIn("alice")
		for _, theme := range themes {
			p.prefers(theme)
			for _, s := range v.screens() {
				p.look(s, size, theme)
			}
		}
		if size == narrow {
			p.visit("/")
			p.until("a room", `document.querySelector(".room-head")`)
			p.look(screen{name: "rooms", open: clicking("Rooms"), ready: `document.querySelector(".sidebar.open")`}, size, "dark")
		}
	}
}

// look goes to a screen and looks at it.
func (p *tab) look(s screen, size size, theme string) {
	p.tb.Helper()
	name := strings.Join([]string{s.name, size.String(), theme}, "-")
	if s.path != "" {
		p.visit(s.path)
		p.until("the page", `document.querySelector("#main") && !document.body.innerText.includes("Opening …")`)
	}
	if s.open != nil {
		s.open(p)
	}
	if s.ready != "" {
		p.until(name, s.ready)
	}
	p.shot(name)
	p.check(name)
	if over := evaluate[int](p, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
		p.tb.Errorf("%s is %d pixels too wide", name, over)
	}
	if s.close != nil {
		s.close(p)
	}
}
