package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// with presses a key together with others.
func (p *tab) with(key string, modifiers ...chromedp.Modifier) {
	p.tb.Helper()
	p.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(modifiers...)))
}

// tabTo presses Tab until the focus is on what a condition on it says.
func (p *tab) tabTo(what, condition string) {
	p.tb.Helper()
	for range 60 {
		if evaluate[bool](p, `Boolean(((e) => `+condition+`)(document.activeElement))`) {
			return
		}
		p.press(kb.Tab)
	}
	p.tb.Fatalf("Tab does not lead to %s", what)
}

func TestEverythingIsDoneByKeyboard(t *testing.T) {
	h := openHouse(t)
	kitchen := h.room(t, "bob", "kitchen")
	h.say(t, "bob", lobby, "good morning")
	p := h.open(t)
	p.visit("/")
	p.until("the door", `document.querySelector("input[name=username]")`)
	p.tabTo("the way to an account", `e.innerText === "Make an account"`)
	p.press(kb.Enter)
	p.until("the cursor is where one writes", `document.activeElement.name === "username"`)
	p.insert("alice")
	p.press(kb.Tab)
	p.insert(password)
	p.press(kb.Enter)
	p.until("the cursor is in the composer", `document.activeElement.id === "composer"`)
	p.insert("one line")
	p.with(kb.Enter, chromedp.ModifierShift)
	p.insert("and another")
	p.press(kb.Enter)
	p.until("it is stored", `!document.querySelector(".pending") && `+shown+`.at(-1) === "one line\nand another"`)

	// Up edits my last message; Esc leaves it.
	p.press(kb.ArrowUp)
	p.sees("Editing")
	p.press(kb.Escape)
	p.seesNo("Editing")
	p.press(kb.ArrowUp)
	p.until("the text is there", `document.querySelector("#composer").value === "one line\nand another"`)
	p.eval(`document.querySelector("#composer").select()`)
	p.insert("one line")
	p.press(kb.Enter)
	p.until("it is edited", `/^one line\s+edited$/.test(`+shown+`.at(-1))`)

	// A message is chosen, and letters act on it.
	p.tabTo("the timeline", `e.getAttribute("role") === "log" || e.tabIndex >= 0 && false`)
	p.press(kb.ArrowUp)
	p.press(kb.ArrowUp)
	p.until("bob's message is chosen", `document.activeElement.innerText.includes("good morning")`)
	p.until("the exact time is shown", `document.querySelector(".exact")?.checkVisibility()`)
	p.press("r")
	p.sees("Answering bob")
	p.insert("to you, too")
	p.press(kb.Enter)
	p.until("it is an answer", `!document.querySelector(".pending") && `+shown+`.at(-1) === "to you, too" && [...document.querySelectorAll(".message:not(.pending) .quoted")].some((e) => e.innerText.includes("good morning"))`)
	p.tabTo("the timeline again", `e.getAttribute("role") === "log"`)
	p.press(kb.ArrowUp, "k", "k", "+")
	p.until("the emoji", dialogThere+`?.querySelectorAll(".emoji button").length > 20`)
	p.insert("tada")
	p.until("one is found", dialogThere+`.querySelectorAll(".emoji")[1].children.length < 20`)
	p.press(kb.Enter)
	p.until("bob's message has it", `document.querySelector(".reactions")?.innerText.includes("🎉")`)
	p.until("the focus is back", `document.activeElement.dataset.seq`)
	p.press("j")
	p.press("d")
	p.sees("Delete this message?")
	p.tabTo("the button", `e.innerText === "Delete"`)
	p.press(kb.Enter)
	p.sees("This message was deleted.")
	p.until("the dialog is closed", noDialog)
	p.press(kb.Escape)
	p.until("the cursor is in the composer", `document.activeElement.id === "composer"`)

	// Rooms.
	p.write("/join kitchen")
	p.until("the kitchen", `document.querySelector("h1")?.innerText === "#kitchen"`)
	p.with(kb.ArrowUp, chromedp.ModifierAlt)
	p.until("the room above", `document.querySelector("h1")?.innerText === "#lobby"`)
	p.with(kb.ArrowDown, chromedp.ModifierAlt)
	p.until("the room below", `document.querySelector("h1")?.innerText === "#kitchen"`)
	p.with("k", chromedp.ModifierCtrl)
	p.until("the switcher", dialogThere)
	p.insert("lob")
	p.until("it is found", `document.querySelector("[role=option]")?.innerText.includes("#lobby")`)
	p.press(kb.Enter)
	p.until("the lobby", `document.querySelector("h1")?.innerText === "#lobby" && `+noDialog)

	// Completion.
	h.say(t, "bob", kitchen, "soup is ready")
	p.until("the composer has the cursor", `document.activeElement.id === "composer"`)
	p.insert("@bo")
	p.until("bob is suggested", `document.querySelector("#choices [aria-selected=true]")?.innerText.includes("@bob")`)
	p.press(kb.Tab)
	p.until("it is completed", `document.querySelector("#composer").value === "@bob "`)
	p.insert(":tad")
	p.until("an emoji is suggested", `document.querySelector("#choices")?.innerText.includes(":tada:")`)
	p.press(kb.Enter)
	p.press(kb.Enter)
	p.until("it is sent", `!document.querySelector(".pending") && `+shown+`.at(-1).startsWith("@bob 🎉")`)

	// What is not a command is an error and stays; // sends a slash.
	p.write("/tpoic new")
	p.sees("did you mean /topic?")
	p.until("it stays", `document.querySelector("#composer").value === "/tpoic new"`)
	p.clear()
	p.write("//usr/bin is a path")
	p.until("it is sent", shown+`.at(-1) === "/usr/bin is a path"`)

	p.tabTo("a button", `e.tagName === "BUTTON"`)
	p.press("?")
	p.sees("Keys and commands")
	p.press(kb.Escape)
	p.until("it is closed", noDialog)
	p.eval(`document.querySelector("#composer").focus()`)
	p.with("k", chromedp.ModifierCtrl)
	p.until("the switcher", dialogThere)
	p.press(kb.Escape)
	p.until("it is closed", noDialog)
	p.press("a", "b")
	p.until("one can go on writing", `document.querySelector("#composer").value === "ab"`)
	p.eval(`document.querySelector(".skip").focus()`)
	p.press(kb.Enter)
	p.until("the skip link skips", `document.activeElement.id === "composer"`)
}

// Enter that ends the choice of an input method sends nothing.
func TestEnterBelongsToTheInputMethodWhileItComposes(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	p := h.open(t)
	p.logIn("alice")
	p.eval(`document.querySelector("#composer").focus()`)
	compose := input.ImeSetCompositionParams{Text: "にほんご", SelectionStart: 4, SelectionEnd: 4}
	if _, err := chromedp.Call(p.ctx, input.ImeSetComposition, compose); err != nil {
		t.Fatal(err)
	}
	p.eval(`document.querySelector("#composer").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))`)
	p.eval(`document.querySelector("#composer").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }))`)
	if n := p.count(".message"); n != 0 {
		t.Fatal("it was sent while it was composed")
	}
	if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: "日本語"}); err != nil {
		t.Fatal(err)
	}
	p.press(kb.Enter)
	p.until("it is sent", `!document.querySelector(".pending") && document.querySelectorAll(".message").length === 1`)
	if got := strings.Join(h.history(t, lobby), "|"); !strings.Contains(got, "日本語") {
		t.Errorf("stored is %q", got)
	}
}

func TestACompletionThatTypingOutranReplacesNothing(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	h.known(t, "bobby")
	p := h.open(t)
	p.logIn("alice")
	p.through("prefix=bobb", `await new Promise((done) => setTimeout(done, 3000)); return f(url, options);`)
	p.eval(`document.querySelector("#composer").focus()`)
	p.insert("@b")
	p.until("the list", `document.querySelector("[role=option]")`)
	p.insert("obb")
	p.press(kb.Tab)
	if got := evaluate[string](p, `document.querySelector("#composer").value`); got != "@bobb" {
		t.Errorf("the line is %q", got)
	}
	p.until("the list of what is typed", `document.querySelector("[role=option]")`)
	<-time.After(3 * time.Second)
	p.press(kb.Tab)
	p.until("it is complete", `document.querySelector("#composer").value === "@bobby "`)
}

func TestRightToLeftTextBeginsAtTheRight(t *testing.T) {
	h := openHouse(t)
	h.say(t, "bob", lobby, "שלום, alice!")
	p := h.open(t)
	h.known(t, "alice")
	p.logIn("alice")
	p.sees("שלום")
	right := `(() => { const p = document.querySelector(".message .body p"), r = document.createRange(); r.selectNodeContents(p); const text = r.getBoundingClientRect(), box = p.getBoundingClientRect(); return box.right - text.right < 2 && text.left - box.left > 50; })()`
	p.until("it stands at the right", right)
}

func TestTheFocusStaysWithTheWritingWhenAButtonSends(t *testing.T) {
	h := openHouse(t)
	h.known(t, "alice")
	p := h.open(t)
	p.logIn("alice")
	p.eval(`document.querySelector("#composer").focus()`)
	p.insert("said with a button")
	p.click("[aria-label=Send]")
	p.until("it is stored", `document.querySelector(".message:not(.pending)")`)
	p.until("the focus is there", `document.activeElement.id === "composer"`)
}

func TestADialogDoesNotOutliveTheRoomThatItIsAbout(t *testing.T) {
	h := openHouse(t)
	h.room(t, "alice", "kitchen")
	p := h.open(t)
	p.logIn("alice")
	p.goTo("#kitchen")
	p.clickOn("Room settings")
	p.sees("Settings of #kitchen")
	p.with(kb.ArrowUp, chromedp.ModifierAlt)
	p.until("the lobby", `document.querySelector("h1")?.innerText === "#lobby" && !document.querySelector("dialog[open]")`)
}
