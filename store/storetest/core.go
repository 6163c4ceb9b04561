package storetest

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/domain/limiter"
	"parley/store"
)

// Core is everything behind the doors, running on a store of its own.
type Core struct {
	Auth    *auth.Service
	Chat    *chat.Service
	Hub     *broadcast.Hub
	Windows *limiter.Windows
	Keyring *encryption.Keyring
	Engine  store.Engine

	once sync.Once
	stop func()
}

// Stop ends what runs in the core, as a shutdown does. The test's end does it
// too.
func (c *Core) Stop() { c.once.Do(c.stop) }

// SigningKey signs the access tokens of a Core; 64 hexadecimal characters.
var SigningKey = strings.Repeat("000102030405060708090a0b0c0d0e0f", 2)

// NewCore runs a core on an embedded database in the test's own folder.
func NewCore(tb testing.TB) *Core {
	tb.Helper()
	return NewCoreOn(tb, store.Config{SQLitePath: filepath.Join(tb.TempDir(), "parley.db")})
}

// NewCoreOn runs a core on a given database. Passwords are hashed cheaply;
// everything else is as in the program.
func NewCoreOn(tb testing.TB, config store.Config) *Core {
	tb.Helper()
	engine, err := store.Open(tb.Context(), config)
	must(tb, err)
	_, err = engine.Migrate(tb.Context())
	must(tb, err)
	key, err := encryption.NewKey()
	must(tb, err)
	ring, err := encryption.ParseKeyring(key)
	must(tb, err)
	root, err := encryption.OpenRoot(tb.Context(), engine, ring)
	must(tb, err)
	keys, err := auth.ParseSigningKeys(SigningKey)
	must(tb, err)

	log := slog.New(slog.DiscardHandler)
	core := &Core{Keyring: ring, Engine: engine, Windows: limiter.NewWindows(engine, time.Now)}
	core.Auth, err = auth.NewService(auth.Config{
		Store: engine, Windows: core.Windows, Root: root, Keyring: ring, Keys: keys,
		TokenLife: 30 * time.Minute, PasswordCost: bcrypt.MinCost,
		Registration: auth.RegistrationOpen, Now: time.Now, Log: log,
	})
	must(tb, err)
	history := chat.NewHistory(engine, ring, log)
	core.Hub = broadcast.New(history, log)
	core.Chat, err = chat.NewService(tb.Context(), chat.Config{
		Log: engine, Rooms: engine, History: history, Keyring: ring, Root: root,
		Hub: core.Hub, Now: time.Now, Logger: log,
	})
	must(tb, err)
	core.run()
	tb.Cleanup(core.Stop)
	return core
}

// run starts what runs behind the doors.
func (c *Core) run() {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, part := range []func(context.Context) error{c.Auth.Run, c.Hub.Run, c.Chat.Run} {
		running.Go(func() { _ = part(ctx) })
	}
	c.stop = func() {
		c.Hub.Close(broadcast.Bye{Code: "server.shutdown", Message: "the server is shutting down", Reconnect: true})
		cancel()
		running.Wait()
		_ = c.Engine.Close()
	}
}

// User makes an account and logs it in, past the limits of the doors.
func (c *Core) User(tb testing.TB, name string) auth.Actor {
	tb.Helper()
	_, err := c.Auth.AddAccount(tb.Context(), name, Password, "", false)
	must(tb, err)
	actor, err := c.Auth.LogIn(tb.Context(), auth.Origin{Door: auth.Console, Addr: nextAddr()}, name, Password)
	must(tb, err)
	return actor
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
