package encryption_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"parley/domain/encryption"
	"parley/store"
	"parley/store/storetest"
)

func openRoot(t *testing.T, config store.Config, ring *encryption.Keyring) (*encryption.Root, error) {
	t.Helper()
	return encryption.OpenRoot(t.Context(), storetest.Open(t, config), ring)
}

func TestTheRootStaysTheSameThroughRestartAndRotation(t *testing.T) {
	config := storetest.SQLite(t)
	old, fresh := newKey(t), newKey(t)
	first, err := openRoot(t, config, newRing(t, old))
	if err != nil {
		t.Fatal(err)
	}
	for _, keys := range [][]string{{old}, {fresh, old}, {old, fresh}} {
		again, err := openRoot(t, config, newRing(t, keys...))
		if err != nil || !bytes.Equal(again.Derive("purpose"), first.Derive("purpose")) {
			t.Errorf("with %d keys it is another, %v", len(keys), err)
		}
	}
	if len(first.Derive("purpose")) != 32 || bytes.Equal(first.Derive("one purpose"), first.Derive("another")) {
		t.Error("two purposes have one key")
	}
	other, err := openRoot(t, storetest.SQLite(t), newRing(t, old))
	if err != nil || bytes.Equal(other.Derive("purpose"), first.Derive("purpose")) {
		t.Errorf("two installations have one root, %v", err)
	}
}

func TestAWrongKeyIsRefusedAtTheStartAndNamed(t *testing.T) {
	config := storetest.SQLite(t)
	if _, err := openRoot(t, config, newRing(t, newKey(t))); err != nil {
		t.Fatal(err)
	}
	if _, err := openRoot(t, config, newRing(t, newKey(t))); !errors.Is(err, encryption.ErrWrongKey) {
		t.Errorf("got %v", err)
	}
	storetest.Exec(t, storetest.DB(t, config), `UPDATE instance SET root_token = 'nonsense'`)
	if _, err := openRoot(t, config, newRing(t, newKey(t))); !errors.Is(err, encryption.ErrWrongKey) {
		t.Errorf("of a broken root: %v", err)
	}
}

func TestProcessesThatStartAtOnceHaveOneRoot(t *testing.T) {
	config := storetest.SQLite(t)
	ring := newRing(t, newKey(t))
	engine := storetest.Open(t, config)
	keys := make([][]byte, 8)
	var starting sync.WaitGroup
	for i := range keys {
		starting.Go(func() {
			root, err := encryption.OpenRoot(t.Context(), engine, ring)
			if err != nil {
				t.Error(err)
				return
			}
			keys[i] = root.Derive("purpose")
		})
	}
	starting.Wait()
	for _, key := range keys {
		if !bytes.Equal(key, keys[0]) {
			t.Error("two processes have two roots")
		}
	}
}
