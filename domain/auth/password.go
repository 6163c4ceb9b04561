package auth

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"parley/domain"
)

// commonText lists passwords that satisfy domain.CheckPassword and are guessed
// first all the same, folded, one a line.
//
//go:embed common_passwords.txt
var commonText string

var commonPasswords = sync.OnceValue(func() map[string]bool {
	list := map[string]bool{}
	for line := range strings.Lines(commonText) {
		list[strings.TrimSpace(line)] = true
	}
	return list
})

// CheckPassword says whether a new password is good enough for a user. Beyond
// the errors of domain.CheckPassword it gives user.password_common and
// user.password_has_name (Invalid).
func CheckPassword(name, password string) error {
	if err := domain.CheckPassword(password); err != nil {
		return err
	}
	folded := strings.ToLower(password)
	if strings.Contains(folded, domain.FoldUserName(name)) {
		return &domain.Error{
			Kind: domain.Invalid, Code: "user.password_has_name", Field: "password",
			Message: "a password does not contain the user's name",
		}
	}
	if commonPasswords()[folded] {
		return &domain.Error{
			Kind: domain.Invalid, Code: "user.password_common", Field: "password",
			Message: "this password is among those that are guessed first; choose another",
		}
	}
	return nil
}

// ChangePassword gives the actor a new password and ends all their sessions but
// this one. The current password counts as an attempt to log in. Its errors are
// those of CheckPassword, user.current_password (Invalid) and, as of LogIn,
// limit.log-in, limit.name and auth.busy.
func (s *Service) ChangePassword(ctx context.Context, actor Actor, current, password string) error {
	err := s.changePassword(ctx, actor, current, password)
	s.record(actor.origin, "change password", actor.Name(), err)
	return err
}

func (s *Service) changePassword(ctx context.Context, actor Actor, current, password string) error {
	if err := CheckPassword(actor.Name(), password); err != nil {
		return err
	}
	account, err := s.verify(ctx, actor.origin, actor.Name(), current)
	if domain.HasCode(err, "auth.invalid_credentials") {
		return &domain.Error{
			Kind: domain.Invalid, Code: "user.current_password", Field: "current_password",
			Message: "the current password is wrong",
		}
	}
	if err != nil {
		return err
	}
	hash, err := s.hash(ctx, actor.origin.Addr, password)
	if err != nil {
		return err
	}
	change := AccountChange{
		PasswordHash: &hash, Void: true, Except: actor.session.ID, Generation: account.Generation,
	}
	if err := s.store.ChangeAccount(ctx, account.ID, change); err != nil {
		return fmt.Errorf("change account: %w", err)
	}
	s.known.forget()
	return nil
}
