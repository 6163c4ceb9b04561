package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The arrows that are allowed between the rooms of the house. A key that ends
// in /* stands for every package below it that has no line of its own; a
// value likewise. What is outside the module is named only where it matters.
var arrows = map[string][]string{
	"domain":            {},
	"domain/wire":       {"domain", "domain/markup"},
	"domain/encryption": {"domain"},
	"domain/limiter":    {"domain"},
	"domain/markup":     {"domain"},
	"domain/broadcast":  {"domain", "domain/wire"},
	"domain/auth":       {"domain", "domain/encryption", "domain/limiter", "domain/wire"},
	"domain/chat":       {"domain", "domain/auth", "domain/broadcast", "domain/encryption", "domain/limiter", "domain/markup", "domain/wire"},
	"migrations":        {},
	"store":             {"domain", "domain/*", "migrations", "store/*"},
	"store/*":           {"domain", "domain/*", "migrations", "store", "store/*"},
	"sshui":             {"domain", "domain/*", "sshui/*"},
	"sshui/*":           {"domain", "domain/*", "sshui/*"},
	"httpapi":           {"domain", "domain/*", "httpapi/*"},
	"httpapi/*":         {"domain", "domain/*", "httpapi/*"},
	"cmd/parley":        {"*"},
	"deploy/*":          {},
}

// only names the rooms that alone may import modules with a prefix. Tests, which
// bring the clients of either door, are free.
var only = map[string][]string{
	"charm.land/":                   {"sshui", "sshui/*"},
	"github.com/jackc/pgx":          {"store/postgres", "store/storetest"},
	"modernc.org/sqlite":            {"store/sqlite"},
	"github.com/pressly/goose":      {"store", "store/*"},
	"github.com/go-chi/":            {"httpapi", "httpapi/*"},
	"github.com/danielgtaylor/huma": {"httpapi", "httpapi/*"},
	"github.com/coder/websocket":    {"httpapi", "httpapi/*"},
	"github.com/golang-jwt/":        {"domain/auth"},
	"github.com/fernet/":            {"domain/encryption"},
	"golang.org/x/crypto/bcrypt":    {"domain/encryption"},
	"golang.org/x/crypto/ssh":       {"sshui", "sshui/*", "domain/auth"}, // auth reads people's keys
	"github.com/alecthomas/kong":    {"cmd/parley"},
	"github.com/joho/godotenv":      {"cmd/parley"},
}

// forTests is what every test may wire: a test that looks at a package's inside
// stands in the package itself, and needs a core as those outside do.
const forTests = "store/storetest"

const module = "parley"

func TestImportsFollowThePlanOfTheHouse(t *testing.T) {
	checked := 0
	for folder, imports := range importsOfModule(t) {
		allowed, ok := rule(folder)
		if !ok {
			t.Errorf("%s is not a room of the house", folder)
			continue
		}
		for _, i := range imports {
			checked++
			imported := i.path
			if inside, ok := strings.CutPrefix(imported, module+"/"); ok {
				if strings.HasPrefix(inside, "cmd/") {
					t.Errorf("%s imports the command %s", folder, inside)
				} else if !matches(allowed, inside) && (!i.test || inside != forTests) {
					t.Errorf("%s must not import %s", folder, inside)
				}
				continue
			}
			if folder == "domain" && strings.Contains(strings.Split(imported, "/")[0], ".") {
				t.Errorf("domain imports %s; it uses the standard library alone", imported)
			}
			for prefix, rooms := range only {
				if strings.HasPrefix(imported, prefix) && !matches(rooms, folder) && !i.test {
					t.Errorf("%s must not import %s", folder, imported)
				}
			}
		}
	}
	if checked < 50 {
		t.Errorf("only %d imports were found: the walk is broken", checked)
	}
}

// rule finds the allowed arrows of a folder: its own line or the nearest /*.
func rule(folder string) ([]string, bool) {
	if allowed, ok := arrows[folder]; ok {
		return allowed, true
	}
	for parent := path.Dir(folder); parent != "."; parent = path.Dir(parent) {
		if allowed, ok := arrows[parent+"/*"]; ok {
			return allowed, true
		}
	}
	return nil, false
}

func matches(patterns []string, folder string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		below, all := strings.CutSuffix(pattern, "*")
		return pattern == folder || all && strings.HasPrefix(folder, below)
	})
}

// importSpec is one import, and whether a test makes it.
type importSpec struct {
	path string
	test bool
}

// importsOfModule lists what each folder's files import. Files of an external
// test package may wire what they need and are left out.
func importsOfModule(t *testing.T) map[string][]importSpec {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]importSpec{}
	err = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && (strings.HasPrefix(name, ".") && file != root || name == "tools" || name == "data" || name == "node_modules") {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		if strings.HasSuffix(parsed.Name.Name, "_test") {
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			room := filepath.ToSlash(folder)
			found[room] = append(found[room], importSpec{imported, strings.HasSuffix(name, "_test.go")})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
