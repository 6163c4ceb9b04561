package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"parley/domain/encryption"
)

type initCommand struct{}

// Help is shown by parley init --help.
func (initCommand) Help() string {
	return `Writes .env (or --env-file) with mode 0600 and two fresh random keys. A file
that is there already is left alone.

Example:
  parley init && parley serve`
}

// Run writes the file and says what to do next.
func (initCommand) Run(c *console) error {
	name, err := c.writeEnv()
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already and was left as it is; move it away first if you want new keys", name)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "Wrote %s with two fresh keys. Keep a copy where you keep secrets:\n"+
		"without ENCRYPTION_KEY nobody can read the messages again.\n\nNext: parley serve\n", name)
	return nil
}

// writeEnv makes the file of settings and gives its name. It never overwrites:
// the error is then fs.ErrExist.
func (c *console) writeEnv() (string, error) {
	name := c.envFile
	if name == "" {
		name = defaultEnvFile
	}
	encryptionKey, err := encryption.NewKey()
	if err != nil {
		return name, err
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails: see crypto/rand
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return name, fmt.Errorf("write settings: %w", err)
	}
	_, err = fmt.Fprintf(file, envTemplate, hex.EncodeToString(secret), encryptionKey)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		// Half a file would be taken for one with keys.
		return name, fmt.Errorf("write settings: %w", errors.Join(err, os.Remove(name)))
	}
	return name, nil
}

const envTemplate = `# Settings of this Parley. Keep this file secret and keep a copy of it:
# without ENCRYPTION_KEY nobody can read the messages again.
# Every other setting, with its default, is listed in .env.example.

# Signs access tokens.
SECRET_KEY=%s

# Encrypts what people write.
ENCRYPTION_KEY=%s
`
