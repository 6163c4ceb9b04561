package main

import (
	"errors"
	"fmt"
)

// sessionsCommands end log-ins. They may run while the service does, which
// notices within seconds.
type sessionsCommands struct {
	End sessionsEnd `cmd:"" help:"End log-ins: their tokens are void, their connections closed."`
}

type sessionsEnd struct {
	All  bool   `help:"Everybody's."`
	User string `help:"Those of one user." placeholder:"NAME"`
}

// Help is shown by parley sessions end --help.
func (sessionsEnd) Help() string {
	return `Whoever was logged in has to log in again; passwords and keys stay as they are.
Open connections are closed within 5 seconds.

Example:
  parley sessions end --user mallory
  parley sessions end --all`
}

// Run ends the sessions.
func (s sessionsEnd) Run(c *console) error {
	if s.All == (s.User != "") {
		return usageError{errors.New("say whose sessions: either --all or --user NAME")}
	}
	return c.withCore(func(parts *core) (err error) {
		var n int64
		if s.All {
			n, err = parts.auth.EndAllSessions(c.ctx)
		} else {
			n, err = parts.auth.EndUserSessions(c.ctx, s.User)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.stdout, "sessions ended: %d\n", n)
		return err
	})
}
