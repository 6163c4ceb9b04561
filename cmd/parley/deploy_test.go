package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// repository is the top of the repository, seen from this package.
const repository = "../.."

func fileText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// deployed lists the files that help to run Parley, by their names in the
// repository.
func deployed(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(filepath.Join(repository, "deploy"), func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(file, ".go") {
			return err
		}
		name, err := filepath.Rel(repository, file)
		// compose.env is an operator's own and no part of the repository.
		if filepath.Base(file) != "compose.env" {
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 5 {
		t.Fatalf("only %v in deploy: the walk is broken", names)
	}
	return names
}

// variables are the names that config.go asks its settings for.
func variables(t *testing.T) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	asked := func(of, what ast.Expr) {
		literal, ok := what.(*ast.BasicLit)
		selected, isSelector := of.(*ast.SelectorExpr)
		if !ok || !isSelector || literal.Kind != token.STRING {
			return
		}
		if from, ok := selected.X.(*ast.Ident); ok && from.Name == "s" && selected.Sel.Name != "fault" {
			name, _ := strconv.Unquote(literal.Value)
			names[name] = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr: // s.get("NAME", …) and its like
			if len(n.Args) > 0 {
				asked(n.Fun, n.Args[0])
			}
		case *ast.IndexExpr: // s.values["NAME"]
			asked(n.X, n.Index)
		}
		return true
	})
	for _, name := range []string{"SECRET_KEY", "DATABASE_PASSWORD", "CORS_ORIGINS", "REGISTRATION"} {
		if !names[name] {
			t.Fatalf("%s was not found among %v: the walk is broken", name, names)
		}
	}
	return names
}

// found gives the first groups of every match.
func found(pattern, text string) map[string]bool {
	all := map[string]bool{}
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all[match[1]] = true
	}
	return all
}

func wantSame(t *testing.T, what string, got, want map[string]bool) {
	t.Helper()
	for name := range got {
		if !want[name] {
			t.Errorf("%s: %s is too much", what, name)
		}
	}
	for name := range want {
		if !got[name] {
			t.Errorf("%s: %s is missing", what, name)
		}
	}
}

func TestTheExampleOfSettingsHasEveryVariableAndNoOther(t *testing.T) {
	wantSame(t, ".env.example", found(`(?m)^#?([A-Z_]+)=`, fileText(t, ".env.example")), variables(t))
}

func TestDeployedFilesNameOnlyVariablesThatExist(t *testing.T) {
	known := variables(t)
	for _, name := range []string{
		"POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", // the postgres image's
		"PARLEY_VERSION", "PARLEY_COMMIT", "SSH_PORT", // compose.yaml's own
		"PGSSLROOTCERT", "CGO_ENABLED", // pgx's, Go's
	} {
		known[name] = true
	}
	for _, file := range deployed(t) {
		for name := range found(`\b([A-Z]{2,}(?:_[A-Z]+)+)(?:=|: )`, fileText(t, file)) {
			if !known[name] {
				t.Errorf("%s sets %s, which nothing reads", file, name)
			}
		}
	}
}

func TestNoSecretIsWrittenInDeployedFiles(t *testing.T) {
	for _, file := range deployed(t) {
		text := fileText(t, file)
		for _, pattern := range []string{
			`\b[0-9a-fA-F]{32,}\b`,         // hexadecimal keys
			`\b[A-Za-z0-9_-]{43}=`,         // Fernet keys
			`-----BEGIN [A-Z ]*PRIVATE`,    // key files
			`(?m)(?:_KEY|PASSWORD)=[^\s$]`, // NAME=value
		} {
			if match := regexp.MustCompile(pattern).FindString(text); match != "" {
				t.Errorf("%s holds what looks like a secret: %s", file, match)
			}
		}
		for _, match := range regexp.MustCompile(`(?m)^\s+([A-Z_]+(?:_KEY|PASSWORD)): (.*)$`).FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(match[2], "${"+match[1]+":?") {
				t.Errorf("%s: %s does not come from the environment alone: %s", file, match[1], match[2])
			}
		}
	}
}

func TestTheComposeFileKeepsItsServicesIn(t *testing.T) {
	compose := fileText(t, "deploy/compose.yaml")
	wantSame(t, "compose.env.example",
		found(`(?m)^#?([A-Z_]+)=`, fileText(t, "deploy/compose.env.example")), found(`\$\{([A-Z_]+)`, compose))
	services := strings.Count(compose, "    image: ")
	for _, line := range []string{
		"    read_only: true\n", "    cap_drop: [ALL]\n", `    security_opt: ["no-new-privileges:true"]` + "\n",
		"    restart: unless-stopped\n", "    user: ", "    logging: ",
	} {
		if got := strings.Count(compose, line); got != services || services != 2 {
			t.Errorf("%d of %d services have %q", got, services, line)
		}
	}
	app, database, ok := strings.Cut(compose, "\n  postgres:\n    image:")
	if !ok {
		t.Fatal("there is no service postgres")
	}
	if strings.Contains(app, "POSTGRES_PASSWORD") {
		t.Error("the service parley is told the superuser's password")
	}
	if strings.Contains(database, "ports:") {
		t.Error("the database's port is published")
	}
	if !strings.Contains(database, "internal: true") {
		t.Error("the database's network is not internal")
	}
	wantLongerThanADrain(t, "compose.yaml", app, `stop_grace_period: (\S+)`)
}

func wantLongerThanADrain(t *testing.T, file, text, pattern string) {
	t.Helper()
	match := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("%s has no %s", file, pattern)
	}
	if patience, err := time.ParseDuration(match[1]); err != nil || patience <= drainTime {
		t.Errorf("%s: a stop is given %s; draining may take %s", file, match[1], drainTime)
	}
}

func TestTheUnitKeepsItsSandbox(t *testing.T) {
	unit := fileText(t, "deploy/parley.service")
	for _, line := range []string{
		"DynamicUser=yes", "CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes",
		"PrivateTmp=yes", "PrivateDevices=yes", "StateDirectory=parley", "StateDirectoryMode=0700",
		"MemoryDenyWriteExecute=yes", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "SystemCallFilter=@system-service",
		"Restart=on-failure", "RestartPreventExitStatus=" + strconv.Itoa(exitUsage),
	} {
		if !strings.Contains(unit, "\n"+line+"\n") {
			t.Errorf("the unit lacks %s", line)
		}
	}
	if strings.Contains(unit, "\nEnvironment=") {
		t.Error("the unit has settings of its own; commands such as user add would not know them")
	}
	wantLongerThanADrain(t, "parley.service", unit, `\nTimeoutStopSec=(\S+)`)
}

func TestTheImageHasWhatItIsBuiltFromAndIsNotRoot(t *testing.T) {
	dockerfile, ignored := fileText(t, "deploy/Dockerfile"), fileText(t, "deploy/Dockerfile.dockerignore")
	imports := importsOfModule(t)
	needed := map[string]bool{}
	var visit func(folder string)
	visit = func(folder string) {
		if needed[folder] {
			return
		}
		needed[folder] = true
		for _, i := range imports[folder] {
			if inside, ok := strings.CutPrefix(i.path, module+"/"); ok && !i.test {
				visit(inside)
			}
		}
	}
	visit("cmd/parley")
	visit("deploy/healthcheck")
	copied := slices.Collect(maps.Keys(found(`(?m)^COPY ([a-z]\S*) `, dockerfile)))
	sent := slices.Collect(maps.Keys(found(`(?m)^!(\S+)`, ignored)))
	within := func(folder string, roots []string) bool {
		return slices.ContainsFunc(roots, func(root string) bool {
			return folder == root || strings.HasPrefix(folder, root+"/")
		})
	}
	for folder := range needed {
		if !within(folder, copied) || !within(folder, sent) {
			t.Errorf("the Dockerfile does not copy %s, or its .dockerignore keeps it out", folder)
		}
	}
	users := regexp.MustCompile(`(?m)^USER (\d+):(\d+)$`).FindStringSubmatch(dockerfile)
	if users == nil || users[1] == "0" || users[2] == "0" {
		t.Errorf("the image's user is %v", users)
	}
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(fileText(t, "go.mod"))[1]
	for _, line := range []string{"FROM golang:" + goVersion, "EXPOSE 2222 8080", "VOLUME /data", "HEALTHCHECK ", "CGO_ENABLED=0"} {
		if !strings.Contains(dockerfile, line) {
			t.Errorf("the Dockerfile lacks %s", line)
		}
	}
}

// What the security notes and the checklist point to is there.
func TestTheDocumentsNameWhatExists(t *testing.T) {
	tests := map[string]bool{}
	err := filepath.WalkDir(repository, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(file)
		maps.Copy(tests, found(`(?m)^func ((?:Test|Fuzz)\w+)\(`, string(text)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range []string{"SECURITY.md", "deploy/PRODUCTION.md"} {
		text := fileText(t, document)
		for name := range found("`((?:Test|Fuzz)\\w+)`", text) {
			if !tests[name] {
				t.Errorf("%s names %s, which is no test", document, name)
			}
		}
		paths := found("`((?:cmd|deploy|domain|httpapi|migrations|sshui|store|\\.ci)/[^` ]*)`", text)
		maps.Copy(paths, found(`\]\(([^):#]+)\)`, text))
		if len(paths) == 0 {
			t.Errorf("%s names no file", document)
		}
		for name := range paths {
			beside := filepath.Join(repository, filepath.Dir(document), name)
			if _, err := os.Stat(filepath.Join(repository, name)); err != nil {
				if _, err := os.Stat(beside); err != nil {
					t.Errorf("%s names %s, which is not there", document, name)
				}
			}
		}
	}
}

func TestTheCommandsInTheDocumentsExist(t *testing.T) {
	tried := 0
	for _, document := range []string{"README.md", "SECURITY.md", "deploy/PRODUCTION.md", "deploy/parley.service", "deploy/compose.yaml"} {
		for command := range found(`(?m)(?:^|[`+"`"+` ])parley ([a-z]+(?: [a-z]+)?)`, fileText(t, document)) {
			words := strings.Fields(command)
			if !slices.Contains([]string{"serve", "init", "migrate", "user", "sessions", "version"}, words[0]) {
				continue // prose
			}
			tried++
			if status, _, stderr := parley(t, nil, "", append(words, "--help")...); status != exitDone {
				t.Errorf("%s says parley %s: %s", document, command, stderr)
			}
		}
	}
	if tried < 10 {
		t.Errorf("only %d commands were found: the search is broken", tried)
	}
}
