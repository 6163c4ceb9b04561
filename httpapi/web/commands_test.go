package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"parley/domain"
	"parley/domain/chat"
)

func TestWhatButtonsDoCanBeTyped(t *testing.T) {
	h := openHouse(t)
	garden := h.room(t, "alice", "garden")
	h.join(t, "bob", garden)
	h.say(t, "bob", garden, "it rains")
	p := h.open(t)
	p.logIn("alice")
	p.goTo("#garden")
	p.sees("it rains")

	p.write("/react :tada:")
	p.until("it has a reaction", `document.querySelector(".reactions")?.innerText.includes("🎉")`)
	p.write("/role bob moderator")
	p.sees("alice made bob moderator")
	p.write("/role bob")
	p.sees("say /role bob moderator")
	p.clear()
	p.write("/rename orchard")
	p.until("it has another name", `document.querySelector("h1")?.innerText === "#orchard"`)
	p.write("/archive orchard")
	p.sees("say /archive, or /archive undo")
	p.clear()
	p.write("/delete garden")
	p.sees("say /delete orchard")
	p.clear()
	p.write("/archive")
	p.sees("This room is archived")
	h.unarchive(t, garden)
	p.until("the composer", `document.querySelector("#composer")`)
	p.write("/delete orchard")
	p.until("another room", `document.querySelector("h1")?.innerText !== "#orchard"`)
	if _, err := h.Chat.Room(t.Context(), h.known(t, "alice"), garden); !domain.HasCode(err, "room.not_found") {
		t.Errorf("the room is still there: %v", err)
	}
}

func (h *house) unarchive(t *testing.T, room domain.Address) {
	t.Helper()
	no := false
	if _, err := h.Chat.ChangeRoom(t.Context(), h.known(t, "alice"), room, chat.RoomChange{Archived: &no}); err != nil {
		t.Fatal(err)
	}
}

// Who may delete a message may see what it said before, and nobody else.
func TestWhatAMessageSaidBeforeIsShownToThoseWhoMaySeeIt(t *testing.T) {
	h := openHouse(t)
	garden := h.room(t, "alice", "garden")
	h.join(t, "bob", garden)
	h.join(t, "carol", garden)
	said := h.say(t, "bob", garden, "the first words")
	if _, err := h.Chat.Edit(t.Context(), h.known(t, "bob"), garden, said.Seq, "the second words"); err != nil {
		t.Fatal(err)
	}
	p := h.open(t)
	p.logIn("alice")
	p.goTo("#garden")
	p.sees("the second words")
	p.eval(`document.querySelector("[data-seq]").focus()`)
	p.press("v")
	p.until("all it said, the newest first", dialogThere+`?.innerText.includes("the first words")`)
	shown := evaluate[string](p, dialogThere+`.innerText`)
	if strings.Index(shown, "the second words") > strings.Index(shown, "the first words") {
		t.Errorf("shown is %q", shown)
	}
	p.press(kb.Escape)
	p.until("it is closed", noDialog)

	p.visit("/account")
	p.clickOn("Sign out")
	p.logIn("carol")
	p.goTo("#garden")
	p.sees("the second words")
	p.until("it is marked as edited", `document.querySelector(".edited .sign").innerText === "edited"`)
	if p.count(".edited button") != 0 {
		t.Error("a member is offered to see what another's message said before")
	}
}

func TestWhoLeavesARoomIsLedToTheLobby(t *testing.T) {
	h := openHouse(t)
	garden := h.room(t, "bob", "garden")
	h.join(t, "alice", garden)
	cellar, err := h.Chat.Create(t.Context(), h.known(t, "bob"), chat.Creation{Name: "cellar", Kind: domain.RoomPrivate})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Chat.Invite(t.Context(), h.known(t, "bob"), domain.Address{ID: cellar.ID}, "alice"); err != nil {
		t.Fatal(err)
	}
	h.join(t, "alice", domain.Address{ID: cellar.ID})
	p := h.open(t)
	p.logIn("alice")
	wantLobby := func() {
		t.Helper()
		p.until("the lobby", `document.querySelector("h1")?.innerText === "#lobby" && document.querySelector("#composer")`)
	}
	p.goTo("#garden")
	p.clickOn("Room settings")
	p.clickOn("Leave the room")
	p.clickOn("Leave")
	wantLobby()
	p.until("no dialog", noDialog)

	p.goTo("#cellar")
	p.write("/part")
	wantLobby()
	p.visit(fmt.Sprintf("/r/%d", cellar.ID))
	p.sees("there is no such room")
	p.clickOn("To the lobby")
	wantLobby()

	// The room that one was in last, and was removed from since.
	h.join(t, "alice", garden)
	p.goTo("#garden")
	p.do(chromedp.Navigate("about:blank"))
	if err := h.Chat.Remove(t.Context(), h.known(t, "bob"), garden, "alice"); err != nil {
		t.Fatal(err)
	}
	p.visit("/")
	wantLobby()
}

func TestANameThatIsTypedInFullIsTakenAsItIs(t *testing.T) {
	h := openHouse(t)
	h.known(t, "bob")
	h.say(t, "bobby", lobby, "good morning")
	p := h.open(t)
	p.register("alice")
	p.sees("good morning")
	p.insert("@bob")
	p.until("both are suggested", `document.querySelectorAll("#choices li").length === 2`)
	p.press(kb.Tab)
	p.until("it is bob", `document.querySelector("#composer").value === "@bob "`)
}
