package storetest

import (
	"fmt"
	"sync"
	"testing"

	"parley/domain"
	"parley/domain/encryption"
	"parley/store"
)

var rootTests = map[string]func(*testing.T, *fixture){
	"there is no root before one is made": func(t *testing.T, f *fixture) {
		_, err := f.Root(t.Context())
		WantError(t, err, domain.NotFound, "root.missing")
	},
	"the first root stays": func(t *testing.T, f *fixture) {
		first := encryption.Sealed{Token: "first", KeyID: "key 1"}
		for _, sealed := range []encryption.Sealed{first, {Token: "second", KeyID: "key 2"}} {
			if kept, err := f.CreateRoot(t.Context(), sealed); err != nil || kept != first {
				t.Errorf("made %v: kept %v, %v", sealed, kept, err)
			}
		}
		if root, err := f.Root(t.Context()); err != nil || root != first {
			t.Errorf("got %v, %v", root, err)
		}
	},
	"of roots made at once all are told the one that is kept": func(t *testing.T, f *fixture) {
		const makers = 10
		engines := []store.Engine{f.Engine, f.beside(t)}
		kept := make([]encryption.Sealed, makers)
		var making sync.WaitGroup
		for i := range makers {
			making.Go(func() {
				var err error
				kept[i], err = engines[i%2].CreateRoot(t.Context(), encryption.Sealed{Token: fmt.Sprint("root ", i), KeyID: "key"})
				if err != nil {
					t.Errorf("maker %d: %v", i, err)
				}
			})
		}
		making.Wait()
		root, err := f.Root(t.Context())
		must(t, err)
		for i, sealed := range kept {
			if sealed != root {
				t.Errorf("maker %d was told %v, kept is %v", i, sealed, root)
			}
		}
	},
}
