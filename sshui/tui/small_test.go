package tui_test

import (
	"testing"

	"parley/domain"
	"parley/domain/chat"
	"parley/sshui/tui"
)

func TestAnInvitationFitsIntoTheSmallestTerminal(t *testing.T) {
	core := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bobby")
	_, err := core.Chat.Create(t.Context(), bob, chat.Creation{Name: "attic", Kind: domain.RoomPrivate})
	check(t, err)
	check(t, core.Chat.Invite(t.Context(), bob, domain.Address{Name: "attic"}, "alice"))
	screen := watch(t, core, alice, tui.Size{Width: 20, Height: 5})
	screen.Sees("#lobby")
	screen.Press(alt2)
	screen.Sees("#attic", "You are invited to", cursor)
}

func TestATinyTerminalIsToldTheSizeThatIsNeeded(t *testing.T) {
	core := newCore(t)
	watch(t, core, core.User(t, "alice"), tui.Size{Width: 15, Height: 4}).Sees("20×5")
}
