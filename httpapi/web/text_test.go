package web_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"parley/domain"
	"parley/domain/chat"
)

// Text as a weapon against a page. Each would run, or be drawn as something
// else than text, if it got anywhere else.
var scripts = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`, `javascript:alert(1)`,
	`[a](javascript:alert(1))`, `[a](data:text/html,<script>alert(1)</script>)`, `[a]( JaVaScRiPt:alert(1))`, `<javascript:alert(1)>`,
	`[<img src=x onerror=alert(1)>](https://example.org/"onmouseover="alert(1))`, "```\"><script>alert(1)</script>\n<img src=x onerror=alert(1)>\n```",
	"`<img src=x onerror=alert(1)>`", `&lt;script&gt;`, `{{constructor.constructor('alert(1)')()}}`, `${alert(1)}`, `' onfocus='alert(1)' autofocus='`,
	`<iframe srcdoc="<script>alert(1)</script>">`, `<style>*{display:none}</style>`, `<base href="https://evil.example/">`, `@<b>bob</b>`, `#<b>lobby</b>`,
	`<a href="https://evil.example">https://example.org</a>`, `[https://example.org](https://evil.example/)`, `[here](https://evil.example/)`, `__proto__`, `constructor`,
}

// disguises must not reorder or hide what stands beside them.
var disguises = []string{
	"\u202egnp.exe", "\u2066a\u2069b", "a\u200bb\u2060c\ufeffd", "tag\U000e0041\U000e007f", "zalgo" + strings.Repeat("\u0301", 50),
	"\u2028line\u2029paragraph", "\ufff9anchor\ufffb", "a\u200d\u200d\u200db", "1\ufe0f\u20e3", "👩\u200d👩\u200d👧", "\u0627\u061c\u0628", "ᅠ\u3164x",
}

func TestTextOfPeopleStaysText(t *testing.T) {
	h := openHouse(t)
	alice := h.known(t, "alice")
	kitchen := h.room(t, "alice", "kitchen")
	p := h.open(t)
	p.logIn("alice")
	p.goTo("#kitchen")
	p.eval(`globalThis.alert = (x) => { globalThis.ran = x; }`)
	for i, text := range scripts {
		h.say(t, fmt.Sprint("writer", i), h.joined(t, fmt.Sprint("writer", i), kitchen), text)
		p.until(text, fmt.Sprintf(`document.querySelectorAll(".message").length === %d`, i+1))
		topic := text[:min(len(text), 100)]
		if _, err := h.Chat.ChangeRoom(t.Context(), alice, kitchen, chat.RoomChange{Topic: ptr(strings.ReplaceAll(topic, "\n", " "))}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Chat.SetPresence(t.Context(), alice, nil, ptr(strings.ReplaceAll(topic, "\n", " "))); err != nil {
			t.Fatal(err)
		}
	}
	last := strings.ReplaceAll(scripts[len(scripts)-1], "\n", " ")
	p.until("the last topic", `document.querySelector(".topic").innerText === `+quoted(last))
	p.insert(scripts[1]) // a draft
	p.press("\r")
	p.until("my own", fmt.Sprintf(`document.querySelectorAll(".message:not(.pending)").length === %d`, len(scripts)+1))
	p.visit("/account")
	p.until("the account", `document.querySelector("input[name=status]")`)
	p.visit("/browse")
	p.until("the directory", `document.querySelector(".directory li")`)
	p.visit(fmt.Sprintf("/r/%s", kitchen))
	p.until("the room", `document.querySelector(".message")`)

	if ran := p.eval(`globalThis.ran ?? ""`); ran != "" {
		t.Errorf("a script ran: %v", ran)
	}
	odd := evaluate[string](p, `JSON.stringify([...document.querySelectorAll("#app script, #app img, #app iframe, #app style, #app base, #app b b, #app [onerror], #app [onload], #app [onfocus], #app [style], #app a")]
		.filter((e) => e.tagName !== "A" || !/^(https?:|mailto:)/.test(e.protocol) || (e.origin !== location.origin && e.rel !== "noopener noreferrer nofollow")).map((e) => e.outerHTML))`)
	if odd != "[]" {
		t.Errorf("in the document are %s", odd)
	}
	if hosts := p.count(`.host`); hosts == 0 {
		t.Error("a link whose label says otherwise does not show where it leads")
	}
}

// The page makes text safe by the rules of the terminal.
func TestThePageShowsTextAsTheTerminalDoes(t *testing.T) {
	h := openHouse(t)
	p := h.open(t)
	p.visit("/")
	p.until("the door", `document.forms[0]`)
	texts := append(append([]string{"plain", "\tindented\nlines", "\x1b[31mred\x1b[0m", "\u009b31m", "\x7f\x00"}, scripts...), disguises...)
	given, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	shown := evaluate[[]string](p, `import([...document.querySelectorAll("link[rel=modulepreload]")].find((l) => l.href.endsWith("page.js")).href)
		.then(({ visible }) => `+string(given)+`.map(visible))`)
	for i, text := range texts {
		if want := domain.Visible(text); shown[i] != want {
			t.Errorf("%q is shown as %q, want %q", text, shown[i], want)
		}
	}
}

func ptr[T any](v T) *T { return &v }

// joined lets somebody join a room and gives the room.
func (h *house) joined(t *testing.T, name string, room domain.Address) domain.Address {
	t.Helper()
	h.join(t, name, room)
	return room
}
