package main

import (
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"parley/store/storetest"
)

// runRoleScript runs deploy/postgres.sql with a name of its own in place of parley, so
// that nothing that is on the server already is touched.
func runRoleScript(t *testing.T, name, password string, server []string) (output string, err error) {
	t.Helper()
	script := filepath.Join(t.TempDir(), "postgres.sql")
	text := strings.ReplaceAll(fileText(t, "deploy/postgres.sql"), "parley", name)
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// As the postgres image runs it.
	cmd := exec.CommandContext(t.Context(), "psql", "-v", "ON_ERROR_STOP=1", "--no-password", "--no-psqlrc", "-f", script)
	cmd.Env = append(append(os.Environ(), server...), "DATABASE_PASSWORD="+password)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestTheDatabaseRoleServesItsDatabaseAndNothingElse(t *testing.T) {
	theirs := storetest.EmptyPostgres(t)
	pg := *theirs.Postgres
	admin := storetest.DB(t, theirs)
	if _, err := admin.Exec("CREATE TABLE secrets (x text)"); err != nil {
		t.Fatal(err)
	}
	name := "parley_" + strings.ToLower(rand.Text())
	server := []string{
		"PGHOST=" + pg.Host, "PGPORT=" + strconv.Itoa(int(pg.Port)), "PGUSER=" + pg.User, "PGPASSWORD=" + pg.Password, "PGDATABASE=postgres",
	}
	for _, weak := range []string{"", "short"} {
		if output, err := runRoleScript(t, name, weak, server); err == nil {
			t.Errorf("the password %q is taken:\n%s", weak, output)
		}
	}
	t.Cleanup(func() {
		for _, statement := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "DROP ROLE IF EXISTS " + name} {
			if _, err := admin.Exec(statement); err != nil {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
	password := strings.ToLower(rand.Text())
	if output, err := runRoleScript(t, name, password, server); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	ours := theirs
	pg.Name, pg.User, pg.Password = name, name, password
	ours.Postgres = &pg

	s := serve(t, settingsOf(t, ours))
	s.must(t, 201, "127.0.0.1", "POST", "/api/v1/auth/register", "", credentials("alice", password+"-A1"))

	own := storetest.DB(t, ours)
	for _, statement := range []string{
		"CREATE DATABASE more", "CREATE ROLE more", "ALTER ROLE " + name + " CREATEDB", "CREATE SCHEMA more", "CREATE TEMP TABLE more (x int)",
		"SELECT rolpassword FROM pg_authid", "SELECT pg_read_file('/etc/passwd')", "COPY (SELECT 1) TO PROGRAM 'true'", "DROP DATABASE " + name,
	} {
		if _, err := own.Exec(statement); err == nil {
			t.Errorf("the role may %s", statement)
		}
	}
	pg.Name = theirs.Postgres.Name
	ours.Postgres = &pg
	if _, err := storetest.DB(t, ours).Exec("SELECT * FROM secrets"); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("reading another database's table: %v", err)
	}
}
