// Package migrations holds the schema of both engines as numbered SQL files.
// Each number exists for both and means the same. A file is never changed once
// it was released, and there is no way down: whoever must go back restores a
// backup, since an older program cannot know what a newer one wrote.
package migrations

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed postgres/*.sql sqlite/*.sql
var files embed.FS

// Postgres gives the migrations of the PostgreSQL store.
func Postgres() fs.FS { return sub("postgres") }

// SQLite gives the migrations of the embedded store.
func SQLite() fs.FS { return sub("sqlite") }

func sub(dir string) fs.FS {
	tree, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // only for a name that is no path
	}
	return tree
}

// Versions lists the numbers of the migrations in a tree, in order.
func Versions(tree fs.FS) []int64 {
	names, err := fs.Glob(tree, "*.sql")
	if err != nil {
		panic(err) // only for a malformed pattern
	}
	versions := make([]int64, 0, len(names))
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			panic("migration without a number: " + name)
		}
		versions = append(versions, version)
	}
	slices.Sort(versions)
	return versions
}
