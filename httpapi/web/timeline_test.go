package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"parley/domain"
)

// The limit of messages to a connection does not apply to many people.
func (h *house) fill(t *testing.T, room domain.Address, n int) (last domain.Seq) {
	t.Helper()
	const people = 12
	for i := range n {
		name := fmt.Sprintf("writer%d", i%people)
		if i < people && room != lobby {
			h.join(t, name, room)
		}
		last = h.say(t, name, room, fmt.Sprintf("message number %d", i+1)).Seq
	}
	return last
}

const (
	shown  = `[...document.querySelectorAll(".message .body")].map((e) => e.innerText.trim())`
	box    = `document.querySelector(".timeline")`
	atEnd  = box + `.scrollHeight - ` + box + `.scrollTop - ` + box + `.clientHeight < 4`
	topRow = `(() => { const top = ` + box + `.getBoundingClientRect().top; const row = [...document.querySelectorAll("[data-seq]")].find((e) => e.getBoundingClientRect().bottom > top + 1);
		return row.dataset.seq + "@" + Math.round(row.getBoundingClientRect().top - top); })()`
)

// scrollBy scrolls as a wheel does, in steps.
func (p *tab) scrollBy(pixels int) {
	p.tb.Helper()
	p.eval(fmt.Sprintf(`new Promise((done) => { const box = document.querySelector(".timeline"); let left = %d;
		const step = () => { const by = Math.sign(left) * Math.min(Math.abs(left), 600); left -= by; box.scrollTop += by; left ? requestAnimationFrame(step) : setTimeout(done, 50); }; step(); })`, pixels))
}

func TestARoomOpensAtTheFirstUnreadMessage(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	h.fill(t, lobby, 150)
	if err := h.Chat.MarkRead(t.Context(), h.known(t, "alice"), lobby, 90, nil); err != nil {
		t.Fatal(err)
	}
	p := h.open(t)
	p.logIn("alice")
	p.until("the unread line is in view", `document.querySelector(".unread")?.getBoundingClientRect().top > `+box+`.getBoundingClientRect().top`)
	first := evaluate[string](p, `document.querySelector(".unread").nextElementSibling.dataset.seq`)
	if first != "91" {
		t.Errorf("the unread line stands above %s", first)
	}
	p.until("the composer has the cursor", `document.activeElement.id === "composer"`)
	p.shot("unread")
	p.until("what is on the screen was read", `document.querySelector(".latest")?.innerText.match(/↓ \d+ new/)`)

	// New messages leave the view where it is.
	before := p.eval(topRow)
	h.say(t, "bob", lobby, "a new one")
	p.until("it is counted", `document.title.includes("•")`)
	if after := p.eval(topRow); after != before {
		t.Errorf("the view moved from %v to %v", before, after)
	}
	p.click(".latest")
	p.sees("a new one")
	p.until("the end", atEnd)
	p.until("all is read", `!document.title.includes("•")`)
	p.until("the button is gone", `!document.querySelector(".latest")`)
	h.wantRead(t, "alice", lobby)
}

// wantRead waits until somebody has read all of a room.
func (h *house) wantRead(t *testing.T, name string, room domain.Address) {
	t.Helper()
	eventually(t, name+" has read all", func() bool {
		view, err := h.Chat.Room(t.Context(), h.known(t, name), room)
		return err == nil && view.Unread == 0
	})
}

func TestHistoryLoadsWithoutMovingWhatIsRead(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	last := h.fill(t, lobby, 900)
	if err := h.Chat.MarkRead(t.Context(), h.known(t, "alice"), lobby, last, nil); err != nil {
		t.Fatal(err)
	}
	p := h.open(t)
	p.logIn("alice")
	p.sees("message number 900")
	p.until("the end", atEnd)
	// Whatever is loaded above, the row in view stays, to the pixel.
	moved := evaluate[string](p, `new Promise((done) => {
		const box = document.querySelector(".timeline"), moves = [];
		let most = 0, steps = 0;
		const look = () => {
			most = Math.max(most, document.querySelectorAll(".message").length);
			const top = box.getBoundingClientRect().top;
			const row = [...document.querySelectorAll("[data-seq]")].find((e) => e.getBoundingClientRect().bottom > top + 1);
			const was = row.getBoundingClientRect().top, seq = row.dataset.seq;
			setTimeout(() => {
				const again = document.querySelector('[data-seq="' + seq + '"]');
				const by = again ? again.getBoundingClientRect().top - was : 9999;
				if (Math.abs(by) > 1) moves.push(seq + " by " + by);
				if (steps++ > 400 || document.body.innerText.includes("message number 1\n")) return done(JSON.stringify({ moves, most, steps }));
				box.scrollTop -= 400;
				requestAnimationFrame(look);
			}, 30);
		};
		look();
	})`)
	t.Log(moved)
	if !strings.Contains(moved, `"moves":[]`) {
		t.Errorf("rows moved while history was loaded: %s", moved)
	}
	p.sees("This is where it begins.")
	if n := p.count(".message"); n > 400 {
		t.Errorf("%d messages are in the document", n)
	}
	p.clickOn("↓ Latest")
	p.sees("message number 900")
	p.until("the end", atEnd)
	if n := p.count(".message"); n > 400 {
		t.Errorf("%d messages are in the document", n)
	}
}

func TestPermalinksAndBackLeadToTheirPlace(t *testing.T) {
	h := openHouse(t)
	kitchen := h.room(t, "alice", "kitchen")
	h.say(t, "alice", kitchen, "in the kitchen")
	last := h.fill(t, lobby, 300)
	if err := h.Chat.MarkRead(t.Context(), h.known(t, "alice"), lobby, last, nil); err != nil {
		t.Fatal(err)
	}
	p := h.open(t)
	p.logIn("alice")
	p.visit("/r/1/50")
	p.until("the message has the focus", `document.activeElement.dataset.seq === "50"`)
	seen := `(() => { const r = document.activeElement.getBoundingClientRect(), b = ` + box + `.getBoundingClientRect(); return r.top >= b.top && r.bottom <= b.bottom; })()`
	p.until("it is in view", seen)
	p.check("permalink")
	p.scrollBy(-700)
	before := evaluate[string](p, topRow)
	p.goTo("#kitchen")
	p.sees("in the kitchen")
	p.do(chromedp.NavigateBack())
	p.until("the lobby", `document.querySelector("h1")?.innerText === "#lobby"`)
	p.until("the place", topRow+" === "+quoted(before))

	// A link to a message is followed within the page.
	p.write("see " + h.URL + "/r/1/7")
	p.until("it is stored", `!document.querySelector(".pending") && `+shown+`.at(-1).startsWith("see")`)
}

// 320 pixels are a small phone, or a window at 400 % zoom.
func TestTheRoomIsUsableInASmallWindow(t *testing.T) {
	v := openVillage(t)
	p := v.open(t)
	p.logIn("alice")
	for _, size := range []size{{320, 568}, {320, 256}} {
		p.resize(size)
		p.visit(fmt.Sprintf("/r/%d", v.garden))
		p.until("messages", `document.querySelector(".message")`)
		p.until("the end", atEnd)
		p.shot("small-" + size.String())
		fits := `(() => { const c = document.querySelector("#composer").getBoundingClientRect(), t = ` + box + `.getBoundingClientRect();
			return c.top >= 0 && c.bottom <= innerHeight && c.left >= 0 && c.right <= innerWidth && t.height > 60 && document.documentElement.scrollWidth <= innerWidth; })()`
		p.until("the composer and a part of the timeline are in view", fits)
		p.write("from a small window " + size.String())
		p.until("it is there", `!document.querySelector(".pending") && `+shown+`.at(-1).includes(`+quoted(size.String())+`)`)
		v.wantRead(t, "alice", domain.Address{ID: v.garden})
		p.clickOn("Rooms")
		p.goTo("#lobby")
		p.until("the list is closed", `!document.querySelector(".sidebar.open")`)
		p.check("small " + size.String())
	}
}

func TestWhatCouldNotBeLoadedIsLoadedOnceThereIsAConnection(t *testing.T) {
	h := openHouse(t)
	kitchen := h.room(t, "alice", "kitchen")
	h.known(t, "alice")
	h.fill(t, lobby, 200)
	if err := h.Chat.MarkRead(t.Context(), h.known(t, "alice"), lobby, 120, nil); err != nil {
		t.Fatal(err)
	}
	p := h.open(t)
	p.visit("/r/" + kitchen.String()) // the lobby, once in view, would be read
	p.signIn("alice")
	p.until("the kitchen", `document.querySelector("h1")?.innerText === "#kitchen" && document.querySelector(".presence.online")`)
	h.shut()
	p.goTo("#lobby")
	p.sees("the server cannot be reached")
	p.clickOn("Try again")
	p.sees("the server cannot be reached")
	h.reopen(t)
	p.until("the unread line is in view", `document.querySelector(".unread")?.getBoundingClientRect().top > `+box+`.getBoundingClientRect().top`)
	if first := evaluate[string](p, `document.querySelector(".unread").nextElementSibling.dataset.seq`); first != "121" {
		t.Errorf("the unread line stands above %s", first)
	}
	p.until("what follows is unread", `document.querySelector(".latest")?.innerText.match(/↓ \d+ new/)`)

	// At the end of what is loaded, too.
	p.seesNo("You are offline")
	h.shut()
	p.sees("You are offline")
	p.scrollBy(9000)
	p.until("it says so where one looks", `(() => { const e = [...document.querySelectorAll(".edge button")].at(-1)?.getBoundingClientRect(), b = `+box+`.getBoundingClientRect(); return e && e.top >= b.top && e.bottom <= b.bottom; })()`)
	before := evaluate[int](p, `Number([...document.querySelectorAll("[data-seq]")].at(-1).dataset.seq)`)
	h.reopen(t)
	p.until("more follows", fmt.Sprintf(`[...document.querySelectorAll("[data-seq]")].at(-1).dataset.seq > %d`, before))
}

func TestChoosingBeginsWithWhatIsInView(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	h.fill(t, lobby, 150)
	if err := h.Chat.MarkRead(t.Context(), h.known(t, "alice"), lobby, 90, nil); err != nil {
		t.Fatal(err)
	}
	p := h.open(t)
	p.logIn("alice")
	p.until("the unread line is in view", `document.querySelector(".unread")?.getBoundingClientRect().top > `+box+`.getBoundingClientRect().top`)
	p.tabTo("the timeline", `e.getAttribute("role") === "log"`)
	p.press(kb.ArrowUp)
	p.until("a message is chosen", `document.activeElement.dataset.seq`)
	if chosen := evaluate[int](p, `Number(document.activeElement.dataset.seq)`); chosen < 91 || chosen > 125 {
		t.Errorf("chosen is message %d", chosen)
	}
}

func TestReactionsAreCountedWhereNotAllAreNamed(t *testing.T) {
	h := openHouse(t)
	said := h.say(t, "bob", lobby, "who comes?")
	react := func(name string, added bool) {
		t.Helper()
		if err := h.Chat.React(t.Context(), h.known(t, name), lobby, said.Seq, "👍", added); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 103 {
		react(fmt.Sprintf("guest%d", i), true)
	}
	p := h.open(t)
	p.register("alice")
	button := func(count int, mine bool) string {
		return fmt.Sprintf(`document.querySelector(".reactions button").innerText.includes(" %d") && document.querySelector(".reactions button").getAttribute("aria-pressed") === "%v"`, count, mine)
	}
	p.until("all are counted", button(103, false))
	react("guest102", false)
	p.until("one less", button(102, false))
	p.click(".reactions button")
	p.until("with mine", button(103, true))
	p.click(".reactions button")
	p.until("without mine", button(102, false))
}
