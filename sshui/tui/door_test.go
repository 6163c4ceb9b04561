package tui_test

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/sshui"
	"parley/sshui/sshtest"
	"parley/sshui/tui"
	"parley/store/storetest"
)

// door is an SSH door that lets people in to a core.
type door struct {
	core *storetest.Core
	addr string
}

func openDoor(t testing.TB, core *storetest.Core) *door {
	t.Helper()
	server, err := sshui.New(sshui.Config{
		Auth: core.Auth, Chat: core.Chat, Version: "test",
		HostKeyPath: filepath.Join(t.TempDir(), "ssh_host_ed25519_key"), Log: slog.New(slog.DiscardHandler),
	})
	check(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return &door{core: core, addr: listener.Addr().String()}
}

// enter logs somebody in over SSH and waits for their screen.
func (d *door) enter(t testing.TB, name string, size tui.Size) *sshtest.Person {
	t.Helper()
	person, err := sshtest.Enter(t, d.addr, name, storetest.Password, size.Width, size.Height)
	check(t, err)
	person.Sees(" here")
	return person
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// makeRoom makes a public room with some people in it, the first of whom owns it.
func makeRoom(t testing.TB, core *storetest.Core, name string, people ...auth.Actor) domain.Address {
	t.Helper()
	_, err := core.Chat.Create(t.Context(), people[0], chat.Creation{Name: name, Kind: domain.RoomPublic})
	check(t, err)
	at := domain.Address{Name: name}
	for _, person := range people[1:] {
		_, err := core.Chat.Join(t.Context(), person, at)
		check(t, err)
	}
	return at
}

// tell sends a message to a room.
func tell(t testing.TB, core *storetest.Core, who auth.Actor, at domain.Address, text string) domain.Seq {
	t.Helper()
	sent, err := core.Chat.Send(t.Context(), who, at, chat.Draft{Content: text})
	check(t, err)
	return sent.Message.Seq
}
