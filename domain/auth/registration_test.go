package auth_test

import (
	"testing"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/storetest"
)

func TestADoorKnowsBeforehandWhetherStrangersMayRegister(t *testing.T) {
	for registration, code := range map[auth.Registration]string{
		auth.RegistrationOpen: "", auth.RegistrationClosed: "auth.registration_closed",
		auth.RegistrationInvite: "auth.invitation_required",
	} {
		core, _ := newCore(t, func(s *storetest.Settings) { s.Registration = registration })
		if err := core.Auth.MayRegister(); code == "" && err != nil || code != "" && !domain.HasCode(err, code) {
			t.Errorf("%s: got %v", registration, err)
		}
	}
}
