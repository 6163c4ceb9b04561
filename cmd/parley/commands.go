package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"parley/domain"
)

// commands is what can be typed after "parley".
type commands struct {
	EnvFile string `help:"File of settings that fill in what the environment leaves unset." placeholder:"FILE" default:""`

	Serve    serveCommand     `cmd:"" help:"Run the service: open both doors until interrupted."`
	Init     initCommand      `cmd:"" help:"Write .env with fresh random keys; never overwrites."`
	Migrate  migrateCommand   `cmd:"" help:"Apply pending database migrations and say which."`
	User     userCommands     `cmd:"" help:"Manage accounts, on the machine itself."`
	Sessions sessionsCommands `cmd:"" help:"End log-ins, on the machine itself."`
	Version  versionCommand   `cmd:"" help:"Print version, commit and Go version."`
}

// Help is shown by parley --help.
func (commands) Help() string {
	return `Example:
  parley serve --init`
}

// console is what a command works with.
type console struct {
	ctx     context.Context
	environ []string
	envFile string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
}

// usageError is a fault of how a command was called or configured.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// fail tells an error to the person at the console and gives the exit status.
func (c *console) fail(err error) int {
	var usage usageError
	var faults configFaults
	var known *domain.Error
	switch {
	case errors.As(err, &faults):
		fmt.Fprintln(c.stderr, "parley: the configuration has faults:")
		for _, fault := range faults {
			fmt.Fprintln(c.stderr, "  -", fault)
		}
		return exitUsage
	case errors.As(err, &usage):
		fmt.Fprintln(c.stderr, "parley:", err)
		return exitUsage
	case errors.As(err, &known) && known.Kind != domain.Internal:
		fmt.Fprintf(c.stderr, "parley: %s (%s)\n", known.Message, known.Code)
		if known.Err != nil {
			fmt.Fprintln(c.stderr, "  cause:", domain.VisibleLine(known.Err.Error()))
		}
		return exitFailed
	default:
		fmt.Fprintln(c.stderr, "parley:", domain.VisibleLine(err.Error()))
		return exitFailed
	}
}
