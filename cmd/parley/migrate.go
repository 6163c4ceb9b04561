package main

import (
	"errors"
	"fmt"
)

type migrateCommand struct{}

// Help is shown by parley migrate --help.
func (migrateCommand) Help() string {
	return `Applies pending database migrations and says which. serve does it too.

Example:
  parley migrate`
}

// Run applies pending migrations.
func (migrateCommand) Run(c *console) (err error) {
	conf, err := loadConfig(c.environ, c.envFile)
	if err != nil {
		return err
	}
	engine, applied, err := openStore(c.ctx, conf)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	for _, name := range applied {
		fmt.Fprintln(c.stdout, "applied", name)
	}
	if len(applied) == 0 {
		fmt.Fprintln(c.stdout, "nothing to apply: the database is up to date")
	}
	return nil
}
