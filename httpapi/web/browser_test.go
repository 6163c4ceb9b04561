package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/httpapi"
	"parley/store/storetest"
)

const password = storetest.Password

// patience is how long a page may take to show what it should.
const patience = 40 * time.Second

// browser is the Chromium that all tests share, each in a profile of its own.
var browser struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.stop != nil {
		browser.stop()
	}
	os.Exit(code)
}

func openBrowser() {
	options := slices.Clone(chromedp.DefaultExecAllocatorOptions[:])
	if program, err := os.Stat("/usr/lib/chromium/chromium"); err == nil && !program.IsDir() {
		options = append(options, chromedp.ExecPath("/usr/lib/chromium/chromium")) // past Debian's script
	}
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	browser.ctx, browser.err = ctx, chromedp.Do(ctx)
	browser.stop = func() { cancel(); stopAllocator() }
}

// house is a running server with its HTTP door open.
type house struct {
	*storetest.Core
	URL    string
	shut   func() // closes the door, once
	actors map[string]auth.Actor
}

var lobby = domain.Address{Name: domain.Lobby}

// openHouse serves a new core.
func openHouse(tb testing.TB) *house {
	tb.Helper()
	return openHouseWith(tb, func(*storetest.Settings) {})
}

// openHouseWith serves a new core with other settings. What stands in a house is
// seen in Chromium, so there is none in a run that is to need nothing.
func openHouseWith(tb testing.TB, adjust func(*storetest.Settings)) *house {
	tb.Helper()
	if testing.Short() {
		tb.Skip("needs Chromium")
	}
	return openCore(tb, storetest.NewCoreWith(tb, storetest.SQLite(tb), adjust))
}

func openCore(tb testing.TB, core *storetest.Core) *house {
	tb.Helper()
	h := &house{Core: core, actors: map[string]auth.Actor{}}
	h.openDoor(tb, "127.0.0.1:0")
	return h
}

// reopen opens the door again where it was.
func (h *house) reopen(tb testing.TB) {
	tb.Helper()
	h.openDoor(tb, strings.TrimPrefix(h.URL, "http://"))
}

// openDoor serves on an address until the test ends or the door is shut.
func (h *house) openDoor(tb testing.TB, addr string) {
	tb.Helper()
	server, err := httpapi.New(httpapi.Config{
		Auth: h.Auth, Chat: h.Chat, Version: "test", Ready: h.Engine.Ready, Log: slog.New(slog.DiscardHandler),
		SSH: &httpapi.SSHDoor{Port: 2222, Fingerprint: "SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDnSHSd9pTcVQs0xWk"},
	})
	if err != nil {
		tb.Fatal(err)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	h.URL = "http://" + ln.Addr().String()
	h.shut = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = server.Shutdown(ctx)
		<-served
	})
	tb.Cleanup(h.shut)
}

// known gives the actor of a name, whose account it makes when first asked.
func (h *house) known(tb testing.TB, name string) auth.Actor {
	tb.Helper()
	if _, ok := h.actors[name]; !ok {
		h.actors[name] = h.User(tb, name)
	}
	return h.actors[name]
}

// say sends a message past the doors.
func (h *house) say(tb testing.TB, name string, room domain.Address, text string) domain.Message {
	tb.Helper()
	for {
		sent, err := h.Chat.Send(tb.Context(), h.known(tb, name), room, chat.Draft{Content: text})
		if domain.KindOf(err) == domain.RateLimited {
			<-time.After(domain.AsError(err).RetryAfter)
			continue
		}
		if err != nil {
			tb.Fatal(err)
		}
		return sent.Message
	}
}

// room makes a public room.
func (h *house) room(tb testing.TB, owner, name string) domain.Address {
	tb.Helper()
	view, err := h.Chat.Create(tb.Context(), h.known(tb, owner), chat.Creation{Name: name, Kind: domain.RoomPublic})
	if err != nil {
		tb.Fatal(err)
	}
	return domain.Address{ID: view.ID}
}

func (h *house) join(tb testing.TB, name string, room domain.Address) {
	tb.Helper()
	if _, err := h.Chat.Join(tb.Context(), h.known(tb, name), room); err != nil {
		tb.Fatal(err)
	}
}

// id is a user's id in digits.
func (h *house) id(tb testing.TB, name string) string {
	tb.Helper()
	return fmt.Sprint(h.known(tb, name).ID())
}

// history is what was said in a room, as the store has it.
func (h *house) history(tb testing.TB, room domain.Address) []string {
	tb.Helper()
	page, err := h.Chat.Messages(tb.Context(), h.known(tb, "reader"), room, chat.Span{Limit: chat.MaxPage})
	if err != nil {
		tb.Fatal(err)
	}
	var texts []string
	for _, message := range page.Messages {
		texts = append(texts, message.Content)
	}
	return texts
}

// tab is one tab of a browser.
type tab struct {
	tb  testing.TB
	ctx context.Context
	url string

	faults []string // what the console complains of; belongs to the goroutine that listens
}

// open gives a tab in a profile of its own: nobody is signed in.
func (h *house) open(tb testing.TB, options ...chromedp.ContextOption) *tab {
	tb.Helper()
	browser.once.Do(openBrowser)
	if browser.err != nil {
		tb.Fatalf("Chromium does not start: %v", browser.err)
	}
	return newTab(tb, browser.ctx, h.URL, append(options, chromedp.WithNewBrowserContext())...)
}

// another gives another tab of the same profile.
func (p *tab) another() *tab { return newTab(p.tb, p.ctx, p.url) }

func newTab(tb testing.TB, parent context.Context, url string, options ...chromedp.ContextOption) *tab {
	tb.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	p := &tab{tb: tb, ctx: ctx, url: url}
	p.do(chromedp.EmulateViewport(1280, 800))
	_, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	if err != nil {
		tb.Fatal(err)
	}
	said := chromedp.Console(ctx)
	var listening sync.WaitGroup
	listening.Go(func() {
		for message, err := range said {
			if err != nil {
				return
			}
			p.hear(message)
		}
	})
	tb.Cleanup(func() {
		cancel()
		listening.Wait()
		for _, fault := range p.faults {
			tb.Errorf("the console says: %s", fault)
		}
	})
	return p
}

// harmless are complaints of the browser about answers and connections that
// are as a test wants them.
var harmless = []string{"the server responded with a status of", "net::ERR_", "WebSocket connection to"}

func (p *tab) hear(message chromedp.ConsoleMessage) {
	if message.Type != "error" && !message.IsException() {
		return
	}
	for _, part := range harmless {
		if strings.Contains(message.Text, part) {
			return
		}
	}
	p.faults = append(p.faults, message.Text)
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.tb.Helper()
	ctx := p.ctx
	// The first run of a context makes its target, which outlives the time-out.
	if chromedp.FromContext(ctx).Target != nil {
		limited, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		ctx = limited
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.tb.Fatalf("%v\n%s", err, p.text())
	}
}

func (p *tab) visit(path string) {
	p.tb.Helper()
	p.do(chromedp.Navigate(p.url + path))
}

// eval gives the value of an expression, awaited if it is a promise.
func (p *tab) eval(expression string) any {
	p.tb.Helper()
	return evaluate[any](p, expression)
}

func evaluate[T any](p *tab, expression string) T {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.tb.Fatalf("%s: %v", expression, err)
	}
	return value
}

// text is what is to be read on the page.
func (p *tab) text() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body ? document.body.innerText.replace(/\s*\n\s*/g, " | ") : ""`))
	if most := 1500; len(text) > most {
		text = text[:most/2] + " … " + text[len(text)-most/2:]
	}
	return text
}

// until waits for an expression to be true.
func (p *tab) until(what, expression string) {
	p.tb.Helper()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		cancel()
		if err == nil && ok {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
	p.tb.Fatalf("in vain waited for: %s\n%s", what, p.text())
}

// sees waits for a text on the page; seesNo waits for it to be gone.
func (p *tab) sees(text string) {
	p.tb.Helper()
	p.until("the page shows "+text, "document.body.innerText.includes("+quoted(text)+")")
}

func (p *tab) seesNo(text string) {
	p.tb.Helper()
	p.until("the page shows no "+text, "!document.body.innerText.includes("+quoted(text)+")")
}

// seesUnread waits until the list says that something in a room is unread.
func (p *tab) seesUnread(room string) {
	p.tb.Helper()
	p.until("something unread in "+room, `[...document.querySelectorAll(".room.fresh")].some((e) => e.innerText.includes(`+quoted(room)+`))`)
}

// count gives how many elements a selector finds.
func (p *tab) count(selector string) int {
	p.tb.Helper()
	return evaluate[int](p, "document.querySelectorAll("+quoted(selector)+").length")
}

// click presses what a selector finds first.
func (p *tab) click(selector string) {
	p.tb.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// clickOn presses the button or link of a name, in the dialog if one is open.
func (p *tab) clickOn(name string) {
	p.tb.Helper()
	find := `[...(document.querySelector("dialog[open]") ?? document).querySelectorAll("button, a, [role=option], label")].find((e) => e.checkVisibility() && ((e.getAttribute("aria-label") || "").startsWith(` +
		quoted(name) + `) || e.innerText.trim() === ` + quoted(name) + `))`
	p.until("there is "+name, find)
	p.eval(find + ".click()")
}

// goTo goes to a room of the list.
func (p *tab) goTo(title string) {
	p.tb.Helper()
	line := `[...document.querySelectorAll(".room")].find((e) => e.querySelector(".title").innerText === ` + quoted(title) + `)`
	p.until(title+" is in the list", line)
	p.eval(line + ".click()")
	p.until(title+" is open", `document.querySelector("h1")?.innerText === `+quoted(title))
}

// press presses keys one after the other.
func (p *tab) press(keys ...string) {
	p.tb.Helper()
	for _, key := range keys {
		if key != kb.Enter && (len(key) > 1 || key < " " || key > "~") {
			p.do(chromedp.KeyEvent(key))
			continue
		}
		// In one event, as a keyboard does it: where a page takes the key, no
		// text comes of it.
		event := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: key}
		if key == kb.Enter {
			event.Key, event.Code, event.WindowsVirtualKeyCode = "Enter", "Enter", 13
		}
		for _, event.Type = range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
			if _, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, event); err != nil {
				p.tb.Fatal(err)
			}
			event.Text = ""
		}
	}
}

// write types a text into the composer and sends it.
func (p *tab) write(text string) {
	p.tb.Helper()
	p.until("the composer is there", `document.querySelector("#composer")`)
	p.eval(`document.querySelector("#composer").focus()`)
	p.insert(text)
	p.press(kb.Enter)
}

// insert types a text at once where the focus is, as a paste does.
func (p *tab) insert(text string) {
	p.tb.Helper()
	p.eval(`document.execCommand("insertText", false, ` + quoted(text) + `)`)
}

// register makes an account at the door and comes in.
func (p *tab) register(name string) {
	p.tb.Helper()
	p.visit("/")
	p.clickOn("Make an account")
	p.sees("At least 8 characters")
	p.signIn(name)
}

// logIn comes in to an account that there is.
func (p *tab) logIn(name string) {
	p.tb.Helper()
	p.visit("/")
	p.signIn(name)
}

func (p *tab) signIn(name string) {
	p.tb.Helper()
	p.until("the door", `document.querySelector("input[name=username]")`)
	p.eval(`(() => { const f = document.forms[0]; f.username.value = ` + quoted(name) + `; f.password.value = ` + quoted(password) + `; f.requestSubmit(); })()`)
	p.until("the room", `document.querySelector("#composer")`)
}

// shot writes a picture of the page if SHOTS names a folder for it.
func (p *tab) shot(name string) {
	p.tb.Helper()
	folder := os.Getenv("SHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
		p.tb.Fatal(err)
	}
}

func quoted(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// size is that of a window.
type size struct{ width, height int64 }

func (s size) String() string { return fmt.Sprintf("%dx%d", s.width, s.height) }

func (p *tab) resize(s size) {
	p.tb.Helper()
	p.do(chromedp.EmulateViewport(s.width, s.height))
}

// eventually fails unless a condition comes true in time.
func eventually(tb testing.TB, what string, condition func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(patience); !condition(); {
		if time.Now().After(deadline) {
			tb.Fatalf("in vain waited for: %s", what)
		}
		<-time.After(10 * time.Millisecond)
	}
}
