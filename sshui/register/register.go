// Package register is the dialogue by which a stranger makes an account in a
// terminal: name, password, and what to type next. It decides nothing; what is
// refused, and how often one may ask, is the domain's.
package register

import (
	"context"
	"errors"
	"io"
	"strings"

	"parley/domain"
	"parley/domain/auth"
	"parley/sshui/line"
)

// ErrLeft says that the stranger left without an account.
var ErrLeft = errors.New("register: left")

// Terminal is the stranger's end. The client sends each key and echoes none.
type Terminal struct {
	In    io.Reader
	Out   io.Writer
	Width func() int // in cells
}

// Config is what the dialogue works with.
type Config struct {
	Auth       *auth.Service
	From       auth.Origin
	Host, Port string // where the door is, as a person types it
}

// dialogue is one stranger's registration.
type dialogue struct {
	Config
	ctx    context.Context
	editor *line.Editor
}

// Run holds the dialogue until there is an account, or the stranger leaves
// (ErrLeft), or the context ends. A refusal is told and asked about again; only
// one that no answer can change is returned.
func Run(ctx context.Context, t Terminal, config Config) error {
	d := &dialogue{Config: config, ctx: ctx, editor: line.NewEditor(t.In, t.Out, t.Width)}
	if err := d.Auth.MayRegister(); err != nil {
		return err
	}
	d.say("This makes an account. Ctrl+D leaves.\n\n" +
		"A name has 3 to 50 of A-Z a-z 0-9 _ - and does not begin with -.")
	for {
		name, err := d.askName()
		if err != nil {
			return err
		}
		again, err := d.register(name)
		if !again || err != nil {
			return err
		}
	}
}

// askName asks until the name is one that can be had.
func (d *dialogue) askName() (string, error) {
	for {
		entry, err := d.editor.ReadLine("Name: ")
		if err != nil {
			return "", d.left(err)
		}
		name := strings.TrimSpace(entry.Text)
		if err := domain.CheckSelfChosenName(name); err == nil {
			return name, nil
		} else if name != "" {
			d.explain(err)
		}
	}
}

// register asks for a password and makes the account. It reports whether
// another name has to be asked for.
func (d *dialogue) register(name string) (again bool, err error) {
	d.say("\nA password has 8 to 128 characters, with an upper-case letter, a\n" +
		"lower-case letter and a digit. It is not shown.")
	for {
		password, err := d.askPassword()
		if err != nil {
			return false, err
		}
		user, err := d.tryUntilAnswered(name, password)
		if err == nil {
			d.welcome(user.Name)
			return false, nil
		}
		var e *domain.Error
		if !errors.As(err, &e) || e.Kind == domain.Forbidden {
			return false, err
		}
		d.explain(err)
		if e.Field != "password" {
			return true, nil
		}
	}
}

// askPassword asks until the same good password was typed twice.
func (d *dialogue) askPassword() (string, error) {
	for {
		password, err := d.editor.ReadSecret("Password: ")
		if err != nil {
			return "", d.left(err)
		}
		if err := domain.CheckPassword(password); err != nil {
			d.explain(err)
			continue
		}
		again, err := d.editor.ReadSecret("The same again: ")
		if err != nil {
			return "", d.left(err)
		}
		if again == password {
			return password, nil
		}
		d.say("the two passwords differ; begin again")
	}
}

// tryUntilAnswered registers. After a refusal that passes by itself it tries
// again when asked to.
func (d *dialogue) tryUntilAnswered(name, password string) (domain.User, error) {
	for {
		user, err := d.Auth.Register(d.ctx, d.From, name, password)
		kind := domain.KindOf(err)
		if d.ctx.Err() != nil || kind != domain.RateLimited && kind != domain.Unavailable {
			return user, err
		}
		d.explain(err)
		if _, err := d.editor.ReadLine("Enter tries again: "); err != nil {
			return domain.User{}, d.left(err)
		}
	}
}

// left says whether the stranger left or was cut short.
func (d *dialogue) left(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrLeft
	}
	return err
}

func (d *dialogue) welcome(name string) {
	port := ""
	if d.Port != "22" {
		port = "-p " + d.Port + " "
	}
	d.say("\nWelcome, " + name + ". Come in with:\n\n  ssh " + port + name + "@" + d.Host + "\n")
}

func (d *dialogue) say(text string) { d.editor.Print(text) }

func (d *dialogue) explain(err error) { d.say(domain.VisibleLine(domain.AsError(err).Message)) }
