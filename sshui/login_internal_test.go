package sshui

import (
	"errors"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
)

func TestEveryKindOfRefusalIsAnswered(t *testing.T) {
	for _, kind := range domain.Kinds() {
		err := refusal(&domain.Error{Kind: kind, Code: "some.code", Message: "in \x1bwords", Err: errors.New("inside")})
		var told *gossh.BannerError
		if !errors.Is(err, errRefused) {
			t.Errorf("kind %d: %v is not a refusal", kind, err)
		}
		if bare := !errors.As(err, &told); bare != (kind == domain.Unauthenticated) {
			t.Errorf("kind %d: told %v", kind, told)
		} else if !bare && told.Message != "in \ufffdwords\r\n" {
			t.Errorf("kind %d: told %q", kind, told.Message)
		}
	}
	var told *gossh.BannerError
	if err := refusal(errors.New("inside")); !errors.As(err, &told) || strings.Contains(told.Message, "inside") {
		t.Errorf("an unexpected fault is answered with %v", err)
	}
}
