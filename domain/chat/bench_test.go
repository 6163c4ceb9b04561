package chat_test

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// benchUsers is how many people send. Each may send 30 messages at once and 10
// a second, so that together their limits allow 40,000 a second.
const benchUsers = 4000

const benchContent = "The quick brown fox jumps over the lazy dog, and the dog does not mind."

// BenchmarkSend measures messages that are sealed, committed to disk with their
// nonces, published and acknowledged.
func BenchmarkSend(b *testing.B) {
	for _, engine := range []struct {
		name  string
		fresh func(testing.TB) store.Config
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			core := storetest.NewCoreOn(b, engine.fresh(b))
			actors := seed(b, core, benchUsers)
			for _, senders := range []int{1, 64, 512} {
				b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) { benchSend(b, core, actors, senders) })
			}
		})
	}
}

// benchSend lets goroutines send b.N messages, each in the name of whoever's
// turn it is.
func benchSend(b *testing.B, core *storetest.Core, actors []auth.Actor, senders int) {
	before := headOf(b, core, actors[0])
	var turn, slowed atomic.Int64
	var sending sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range senders {
		sending.Go(func() {
			for n := turn.Add(1); n <= int64(b.N); n = turn.Add(1) {
				actor := actors[int(n)%len(actors)]
				draft := chat.Draft{Content: benchContent, Nonce: strconv.FormatInt(time.Now().UnixNano(), 36) + "-" + strconv.FormatInt(n, 36)}
				_, err := core.Chat.Send(context.Background(), actor, lobby, draft)
				if domain.HasCode(err, "limit.messages") {
					slowed.Add(1)
				} else if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	sending.Wait()
	b.StopTimer()
	if stored := headOf(b, core, actors[0]) - before; stored != domain.Seq(b.N) {
		b.Fatalf("%d of %d messages are stored", stored, b.N)
	}
	if n := slowed.Load(); n > 0 {
		b.Fatalf("%d messages met their senders' limit: they must be more people", n)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
}

// headOf reads how many messages the store holds.
func headOf(b *testing.B, core *storetest.Core, reader auth.Actor) domain.Seq {
	b.Helper()
	view, err := core.Chat.Room(b.Context(), reader, lobby)
	if err != nil {
		b.Fatal(err)
	}
	return view.Head
}

// seed makes people through the store and gives their Actors, by tokens, since
// thousands of log-ins would take longer than what is measured.
func seed(b *testing.B, core *storetest.Core, people int) []auth.Actor {
	b.Helper()
	key, err := hex.DecodeString(storetest.SigningKey)
	if err != nil {
		b.Fatal(err)
	}
	token, err := core.Auth.IssueToken(core.User(b, "first"))
	if err != nil {
		b.Fatal(err)
	}
	template, _, err := jwt.NewParser().ParseUnverified(token.Text, jwt.MapClaims{})
	if err != nil {
		b.Fatal(err)
	}
	actors := make([]auth.Actor, people)
	for i := range actors {
		account, err := core.Engine.CreateAccount(b.Context(), auth.NewAccount{
			Name: fmt.Sprint("user", i), PasswordHash: "none", CreatedAt: time.Now(),
		})
		if err != nil {
			b.Fatal(err)
		}
		session, err := core.Engine.CreateSession(b.Context(), auth.NewSession{
			UserID: account.ID, Generation: account.Generation, Door: auth.HTTP,
			Addr: netip.IPv6Loopback(), At: time.Now(), Keep: 1,
		})
		if err != nil {
			b.Fatal(err)
		}
		claims, ok := template.Claims.(jwt.MapClaims)
		if !ok {
			b.Fatalf("the claims are %T", template.Claims)
		}
		claims["sub"], claims["sid"] = strconv.FormatInt(int64(account.ID), 10), session.ID
		text, err := template.SignedString(key)
		if err != nil {
			b.Fatal(err)
		}
		if actors[i], err = core.Auth.Authenticate(b.Context(), auth.Origin{Door: auth.HTTP, Addr: netip.IPv6Loopback()}, text); err != nil {
			b.Fatal(err)
		}
	}
	return actors
}

// BenchmarkSingleCommit is what one durable transaction of one row costs on the
// same disk: what BenchmarkSend would be without group commit.
func BenchmarkSingleCommit(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		db := storetest.DB(b, storetest.SQLite(b))
		db.SetMaxOpenConns(1)
		storetest.Exec(b, db, `PRAGMA synchronous = FULL`)
		benchCommit(b, db, `INSERT INTO notes (text) VALUES (?)`)
	})
	b.Run("postgres", func(b *testing.B) {
		db := storetest.DB(b, storetest.Postgres(b))
		db.SetMaxOpenConns(1)
		storetest.Exec(b, db, `SET synchronous_commit = on`)
		benchCommit(b, db, `INSERT INTO notes (text) VALUES ($1)`)
	})
}

func benchCommit(b *testing.B, db *sql.DB, insert string) {
	storetest.Exec(b, db, `CREATE TABLE notes (text text)`)
	statement, err := db.PrepareContext(b.Context(), insert)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = statement.Close() }()
	for b.Loop() {
		if _, err := statement.ExecContext(b.Context(), benchContent); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}
