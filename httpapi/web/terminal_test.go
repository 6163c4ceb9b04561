package web_test

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"parley/domain"
	"parley/sshui"
	"parley/sshui/sshtest"
)

// openSSH opens the other door onto the same rooms.
func (h *house) openSSH(t *testing.T) (addr string) {
	t.Helper()
	server, err := sshui.New(sshui.Config{
		Auth: h.Auth, Chat: h.Chat, Version: "test", Log: slog.New(slog.DiscardHandler),
		HostKeyPath: filepath.Join(t.TempDir(), "host_key"),
	})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = server.Shutdown(ctx)
		<-served
	})
	return ln.Addr().String()
}

func TestThePageAndTheTerminalShowTheSameRooms(t *testing.T) {
	h := openHouse(t)
	ssh := h.openSSH(t)
	page := h.open(t)
	page.register("alice") // in the page, and the terminal knows her
	terminal, err := sshtest.Enter(t, ssh, "alice", password, 100, 30)
	if err != nil {
		t.Fatal(err)
	}
	terminal.Sees("#lobby")
	page.write("from the page, *really*")
	terminal.Sees("from the page, really")
	terminal.Press("from the terminal, **indeed**\r")
	page.sees("from the terminal, indeed")
	page.until("it is drawn", `[...document.querySelectorAll(".message strong")].some((e) => e.innerText === "indeed")`)

	// What is changed on one screen is changed on the other.
	page.press(kb.ArrowUp)
	page.until("my last message is to be edited", `document.querySelector("#composer").value.includes("**indeed**")`)
	page.eval(`document.querySelector("#composer").select()`)
	page.insert("from both")
	page.press(kb.Enter)
	page.sees("edited")
	terminal.SeesNo("indeed")
	terminal.Sees("from both")

	// So is a draft, and what was read.
	page.insert("a thought begun here")
	terminal.Sees("a thought begun here")
	h.room(t, "bob", "garden")
	garden := domain.Address{Name: "garden"}
	page.clear()
	page.write("/join garden")
	page.until("the garden is open", `document.querySelector("h1")?.innerText === "#garden"`)
	terminal.Sees("#garden")
	page.goTo("#lobby")
	h.say(t, "bob", garden, "unread everywhere")
	page.until("it is unread", `document.querySelector(".room.fresh")`)
	page.goTo("#garden")
	page.sees("unread everywhere")
	terminal.Sees("#garden")
	other := h.open(t)
	other.logIn("alice")
	other.until("it was read in the page", `[...document.querySelectorAll(".room .title")].some((e) => e.innerText === "#garden") && !document.querySelector(".room.fresh")`)

	// A colour belongs to a name, on both screens.
	tints := evaluate[string](page, `getComputedStyle(document.querySelector(".me .avatar")).backgroundColor`)
	if want := "rgb(207, 58, 127)"; tints != want { // the terminal's #cf3a7f
		t.Errorf("alice is %s, want %s", tints, want)
	}
}
