package store_test

import (
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestOpeningTakesAServerOrAFile(t *testing.T) {
	if _, err := store.Open(t.Context(), store.Config{}); err == nil {
		t.Error("a store was opened nowhere")
	}
}

func TestBothEnginesOpen(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		if err := storetest.OpenEmpty(t, config).Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
