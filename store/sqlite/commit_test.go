package sqlite_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
	"parley/store/sqlite"
	"parley/store/storetest"
)

var errLost = errors.New("the answer was lost")

// fate is what happens to the next COMMIT.
type fate int32

const (
	answered fate = iota
	lostAfter
	lostBefore
)

// losing opens a store on which the fate of the next commit can be set.
func losing(t *testing.T) (store.Engine, *atomic.Int32) {
	t.Helper()
	next := &atomic.Int32{}
	engine, err := sqlite.OpenWrapped(t.Context(), storetest.SQLite(t).SQLitePath, func(c driver.Connector) driver.Connector {
		return &losingConnector{c, next}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine, next
}

type losingConnector struct {
	driver.Connector
	next *atomic.Int32
}

func (c *losingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return losingConn{conn.(fullConn), c.next}, nil
}

// fullConn is what database/sql uses of the driver's connection.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type losingConn struct {
	fullConn
	next *atomic.Int32
}

func (c losingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.fullConn.BeginTx(ctx, opts)
	return losingTx{tx, c.next}, err
}

type losingTx struct {
	driver.Tx
	next *atomic.Int32
}

func (t losingTx) Commit() error {
	switch fate(t.next.Swap(int32(answered))) {
	case lostAfter:
		return errors.Join(errLost, t.Tx.Commit())
	case lostBefore:
		return errors.Join(errLost, t.Rollback())
	}
	return t.Tx.Commit()
}

func TestACommitWhoseAnswerIsLostCanBeLookedUp(t *testing.T) {
	engine, next := losing(t)
	account, err := engine.CreateAccount(t.Context(), auth.NewAccount{Name: "alice", PasswordHash: "hash", CreatedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	lobby, err := engine.Look(t.Context(), 0, chat.Where{Name: domain.Lobby})
	if err != nil {
		t.Fatal(err)
	}
	want := domain.Seq(0)
	for i, f := range []fate{lostAfter, lostBefore, lostAfter} {
		entry := chat.Entry{
			RoomID: lobby.ID, Author: account.ID, CreatedAt: time.Now(), Nonce: chat.NonceDigest{byte(i)},
			Seal: func(domain.Seq) (encryption.Sealed, error) {
				return encryption.Sealed{Token: "token", KeyID: "key"}, nil
			},
		}
		next.Store(int32(f))
		_, err := engine.Append(t.Context(), []chat.Entry{entry})
		storetest.WantError(t, err, domain.Unavailable, "message.unknown")
		if !errors.Is(err, errLost) {
			t.Errorf("the cause is not told: %v", err)
		}
		sent, err := engine.Sent(t.Context(), entry)
		if f == lostAfter {
			want++
		}
		if err != nil || (sent.Seq != 0) != (f == lostAfter) || sent.Seq != 0 && sent.Seq != want {
			t.Errorf("fate %d: looked up %+v, %v, want seq %d", f, sent, err, want)
		}
		results, err := engine.Append(t.Context(), []chat.Entry{entry})
		if f == lostBefore {
			want++
		}
		if err != nil || results[0].Seq != want || results[0].Repeated != (f == lostAfter) {
			t.Errorf("fate %d: sent again %+v, %v, want seq %d", f, results, err, want)
		}
	}
}

func TestALostCommitOfAnythingElseIsUnavailable(t *testing.T) {
	engine, next := losing(t)
	next.Store(int32(lostBefore))
	_, err := engine.CreateAccount(t.Context(), auth.NewAccount{Name: "alice", PasswordHash: "hash", CreatedAt: time.Now()})
	storetest.WantError(t, err, domain.Unavailable, "store.unavailable")
	if _, err = engine.CreateAccount(t.Context(), auth.NewAccount{Name: "alice", PasswordHash: "hash", CreatedAt: time.Now()}); err != nil {
		t.Error(err)
	}
}
