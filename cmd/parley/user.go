package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/charmbracelet/x/term"

	"parley/domain/auth"
	"parley/domain/wire"
)

// userCommands manage accounts. They may run while the service does, which
// notices within seconds.
type userCommands struct {
	Add     userAdd     `cmd:"" help:"Add an account."`
	List    userList    `cmd:"" help:"List all accounts."`
	Passwd  userPasswd  `cmd:"" help:"Set a user's password; ends all their sessions. SSH keys stay."`
	Disable userDisable `cmd:"" help:"Bar a user; ends all their access."`
	Enable  userEnable  `cmd:"" help:"Let a disabled user in again."`
	Unlock  userUnlock  `cmd:"" help:"Forgive the log-in attempts aimed at a user."`
	Admin   userAdmin   `cmd:"" help:"Make a user an admin, or not one any more."`
}

// Help is shown by parley user --help.
func (userCommands) Help() string {
	return `Example:
  parley user add alice --admin`
}

type userAdd struct {
	Name          string `arg:"" help:"Name of the account."`
	Admin         bool   `help:"Make it an admin."`
	Email         string `help:"E-mail address; stored encrypted."`
	PasswordStdin bool   `help:"Read the password from standard input, one line."`
}

// Help is shown by parley user add --help.
func (userAdd) Help() string {
	return `The password is asked for on the terminal, or read from standard input with
--password-stdin.

Example:
  parley user add alice --admin --email alice@example.org`
}

// Run adds the account.
func (u userAdd) Run(c *console) error {
	return c.withCore(func(parts *core) error {
		password, err := c.newPassword(u.PasswordStdin)
		if err != nil {
			return err
		}
		user, err := parts.auth.AddAccount(c.ctx, u.Name, password, u.Email, u.Admin)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.stdout, "added %s (id %d)\n", user.Name, user.ID)
		return nil
	})
}

type userList struct{}

// Help is shown by parley user list --help.
func (userList) Help() string {
	return `Example:
  parley user list`
}

// Run prints one line for each account.
func (userList) Run(c *console) error {
	return c.withCore(func(parts *core) error {
		table := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tNAME\tSTATE\tROLE\tCREATED\tEMAIL")
		err := parts.auth.Accounts(c.ctx, func(l auth.Listed) error {
			state, role := "enabled", "user"
			if l.Disabled {
				state = "disabled"
			}
			if l.Admin {
				role = "admin"
			}
			_, err := fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", l.ID, l.Name, state, role, wire.Time(l.CreatedAt), l.Email)
			return err
		})
		return errors.Join(err, table.Flush())
	})
}

type userPasswd struct {
	Name          string `arg:"" help:"Name of the account."`
	PasswordStdin bool   `help:"Read the password from standard input, one line."`
}

// Help is shown by parley user passwd --help.
func (userPasswd) Help() string {
	return `The password is asked for on the terminal, or read from standard input with
--password-stdin.

Example:
  parley user passwd alice`
}

// Run sets the password.
func (u userPasswd) Run(c *console) error {
	return c.withCore(func(parts *core) error {
		password, err := c.newPassword(u.PasswordStdin)
		if err != nil {
			return err
		}
		return c.report(parts.auth.SetPassword(c.ctx, u.Name, password), "password set: %s", u.Name)
	})
}

type userDisable struct {
	Name string `arg:"" help:"Name of the account."`
}

// Help is shown by parley user disable --help.
func (userDisable) Help() string {
	return `Open connections of the user are closed within 5 seconds.

Example:
  parley user disable mallory`
}

// Run disables the account.
func (u userDisable) Run(c *console) error {
	return c.withCore(func(parts *core) error {
		return c.report(parts.auth.SetDisabled(c.ctx, u.Name, true), "disabled: %s", u.Name)
	})
}

type userEnable struct {
	Name string `arg:"" help:"Name of the account."`
}

// Help is shown by parley user enable --help.
func (userEnable) Help() string {
	return `Example:
  parley user enable alice`
}

// Run enables the account.
func (u userEnable) Run(c *console) error {
	return c.withCore(func(parts *core) error {
		return c.report(parts.auth.SetDisabled(c.ctx, u.Name, false), "enabled: %s", u.Name)
	})
}

type userUnlock struct {
	Name string `arg:"" help:"Name of the account."`
}

// Help is shown by parley user unlock --help.
func (userUnlock) Help() string {
	return `Log-in attempts are limited for each address, and failed ones for each name: a name
that is guessed at is delayed for addresses that its owner never came from. Unlocking
forgives all attempts aimed at this user, so that both may try again at once.

Example:
  parley user unlock alice`
}

// Run unlocks the account.
func (u userUnlock) Run(c *console) error {
	return c.withCore(func(parts *core) error {
		return c.report(parts.auth.Unlock(c.ctx, u.Name), "unlocked: %s", u.Name)
	})
}

type userAdmin struct {
	Name   string `arg:"" help:"Name of the account."`
	Switch string `arg:"" enum:"on,off" help:"on or off."`
}

// Help is shown by parley user admin --help.
func (userAdmin) Help() string {
	return `Example:
  parley user admin alice on`
}

// Run changes the role.
func (u userAdmin) Run(c *console) error {
	return c.withCore(func(parts *core) error {
		return c.report(parts.auth.SetAdmin(c.ctx, u.Name, u.Switch == "on"), "admin %s: %s", u.Switch, u.Name)
	})
}

// report prints what was done, unless it failed.
func (c *console) report(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, format+"\n", args...)
	return err
}

// maxPasswordLine bounds what is read as a password, in bytes.
const maxPasswordLine = 4096

// newPassword reads a password: one line of standard input, or twice, unseen,
// from the terminal.
func (c *console) newPassword(fromStdin bool) (string, error) {
	if fromStdin {
		line, err := bufio.NewReader(io.LimitReader(c.stdin, maxPasswordLine)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	file, ok := c.stdin.(*os.File)
	if !ok || !term.IsTerminal(file.Fd()) {
		return "", usageError{errors.New("there is no terminal to ask for the password; use --password-stdin")}
	}
	first, err := c.ask(file, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := c.ask(file, "Again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the passwords differ; nothing was changed")
	}
	return first, nil
}

func (c *console) ask(terminal *os.File, prompt string) (string, error) {
	fmt.Fprint(c.stderr, prompt)
	answer, err := term.ReadPassword(terminal.Fd())
	fmt.Fprintln(c.stderr)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return string(answer), nil
}
