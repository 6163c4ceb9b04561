package postgres_test

import (
	"net/netip"
	"testing"
	"time"

	"parley/domain/auth"
	"parley/store/storetest"
)

// Two nodes cannot deadlock as long as all take the sessions' rows in the same
// order, of whatever they do with them.
func TestSessionsAreTouchedByTheirIDs(t *testing.T) {
	t.Parallel()
	config := storetest.Postgres(t)
	engine := storetest.Open(t, config)
	account, err := engine.CreateAccount(t.Context(), auth.NewAccount{Name: "alice", PasswordHash: "hash", CreatedAt: time.Now()})
	check(t, err)
	var ids []auth.SessionID
	for range 4 {
		session, err := engine.CreateSession(t.Context(), auth.NewSession{
			UserID: account.ID, Generation: account.Generation, Door: auth.SSH, Addr: netip.IPv6Loopback(), At: time.Now(), Keep: 100,
		})
		check(t, err)
		ids = append(ids, session.ID)
	}
	watch := storetest.DB(t, config)
	other, err := watch.BeginTx(t.Context(), nil)
	check(t, err)
	defer func() { _ = other.Rollback() }()
	_, err = other.ExecContext(t.Context(), `SELECT FROM sessions WHERE id = $1 FOR UPDATE`, ids[0])
	check(t, err)
	touched := make(chan error, 1)
	go func() {
		later := time.Now().Add(time.Hour)
		touched <- engine.TouchSessions(t.Context(), map[auth.SessionID]time.Time{ids[0]: later, ids[2]: later}, []auth.SessionID{ids[3], ids[1]})
	}()
	storetest.Eventually(t, "the first session to be waited for", func() bool {
		return storetest.Scalar[int](t, watch,
			`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) > 0
	})
	_, err = other.ExecContext(t.Context(), `SELECT FROM sessions FOR UPDATE NOWAIT`)
	if err != nil {
		t.Errorf("a later session is held while the first is waited for: %v", err)
	}
	check(t, other.Rollback())
	check(t, <-touched)
	left, err := engine.Sessions(t.Context(), account.ID)
	check(t, err)
	if len(left) != 2 || left[0].ID != ids[2] || left[1].ID != ids[0] {
		t.Errorf("left are %+v", left)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
