package storetest

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

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

	config   store.Config
	settings Settings
	once     sync.Once
	stop     func()
}

// Settings are what a test may want otherwise than in NewCore.
type Settings struct {
	Keyring      *encryption.Keyring // nil for a fresh random one
	SigningKeys  string
	Now          func() time.Time
	PasswordCost int
	TokenLife    time.Duration
	Registration auth.Registration
	EditWindow   time.Duration // 0 for ever
	Log          *slog.Logger
	Wrap         func(auth.Store) auth.Store // to watch what auth asks of its store
	WrapChat     func(chat.Store) chat.Store // likewise
}

// Stop ends what runs in the core, as a shutdown does. The test's end does it
// too.
func (c *Core) Stop() { c.once.Do(c.stop) }

// SigningKey signs the access tokens of a Core; 64 hexadecimal characters.
var SigningKey = strings.Repeat("000102030405060708090a0b0c0d0e0f", 2)

// cheapCost is the least that bcrypt can cost.
const cheapCost = 4

// NewCore runs a core on an embedded database in the test's own folder.
func NewCore(tb testing.TB) *Core {
	tb.Helper()
	return NewCoreOn(tb, SQLite(tb))
}

// NewCoreOn runs a core on a given database. Passwords are hashed cheaply;
// everything else is as in the program.
func NewCoreOn(tb testing.TB, config store.Config) *Core {
	tb.Helper()
	return NewCoreWith(tb, config, func(*Settings) {})
}

// NewCoreWith is NewCoreOn with settings changed by adjust.
func NewCoreWith(tb testing.TB, config store.Config, adjust func(*Settings)) *Core {
	tb.Helper()
	settings := Settings{
		SigningKeys: SigningKey, Now: time.Now, PasswordCost: cheapCost,
		TokenLife: 30 * time.Minute, Registration: auth.RegistrationOpen,
		Log:      slog.New(slog.DiscardHandler),
		Wrap:     func(store auth.Store) auth.Store { return store },
		WrapChat: func(store chat.Store) chat.Store { return store },
	}
	adjust(&settings)
	if settings.Keyring == nil {
		key, err := encryption.NewKey()
		must(tb, err)
		settings.Keyring, err = encryption.ParseKeyring(key)
		must(tb, err)
	}
	engine, err := store.Open(tb.Context(), config)
	must(tb, err)
	_, err = engine.Migrate(tb.Context())
	must(tb, err)
	core := &Core{
		Keyring: settings.Keyring, Engine: engine, Windows: limiter.NewWindows(engine, settings.Now),
		config: config, settings: settings,
	}
	core.wire(tb)
	core.run()
	tb.Cleanup(core.Stop)
	return core
}

// Beside runs another core on the same database with the same keys, as another
// process or the next start of this one would.
func (c *Core) Beside(tb testing.TB) *Core {
	tb.Helper()
	return NewCoreWith(tb, c.config, func(settings *Settings) { *settings = c.settings })
}

func (c *Core) wire(tb testing.TB) {
	tb.Helper()
	root, err := encryption.OpenRoot(tb.Context(), c.Engine, c.Keyring)
	must(tb, err)
	keys, err := auth.ParseSigningKeys(c.settings.SigningKeys)
	must(tb, err)
	c.Auth, err = auth.NewService(auth.Config{
		Store: c.settings.Wrap(c.Engine), Windows: c.Windows, Root: root, Keyring: c.Keyring, Keys: keys,
		TokenLife: c.settings.TokenLife, PasswordCost: c.settings.PasswordCost,
		Registration: c.settings.Registration, Now: c.settings.Now, Log: c.settings.Log,
	})
	must(tb, err)
	rooms := c.settings.WrapChat(c.Engine)
	history := chat.NewHistory(rooms, c.Keyring, c.settings.Log)
	c.Hub = broadcast.New(history, c.settings.Log)
	c.Chat, err = chat.NewService(tb.Context(), chat.Config{
		Store: rooms, History: history, Keyring: c.Keyring, Root: root, Hub: c.Hub,
		EditWindow: c.settings.EditWindow, Now: c.settings.Now, Logger: c.settings.Log,
	})
	must(tb, err)
}

// run starts what runs behind the doors.
func (c *Core) run() {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, part := range []func(context.Context) error{c.Auth.Run, c.Hub.Run, c.Chat.Run} {
		running.Go(func() { _ = part(ctx) })
	}
	c.stop = func() {
		c.Hub.Close(broadcast.ErrShutdown)
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
