package domain_test

import (
	"strings"
	"testing"

	"parley/domain"
)

func TestUserNames(t *testing.T) {
	for name, code := range map[string]string{
		"bob":                   "",
		"Al_ice-9":              "",
		strings.Repeat("a", 50): "",
		"admin":                 "", // only strangers may not take it
		"ab":                    "user.name_length",
		"":                      "user.name_length",
		strings.Repeat("a", 51): "user.name_length",
		"-rf":                   "user.name_characters",
		"bob smith":             "user.name_characters",
		"bøb":                   "user.name_characters",
		"bob\n":                 "user.name_characters",
		"bob\x1b[2J":            "user.name_characters",
		"new":                   "user.name_reserved",
		"NEW":                   "user.name_reserved",
	} {
		wantCode(t, name, domain.CheckUserName(name), code)
	}
}

func TestStrangersCannotTakeNamesThatSpeakForTheService(t *testing.T) {
	for _, name := range []string{"admin", "Root", "SYSTEM", "here", "room", "all", "new"} {
		wantCode(t, name, domain.CheckSelfChosenName(name), "user.name_reserved")
	}
	wantCode(t, "roommate", domain.CheckSelfChosenName("roommate"), "")
}

func TestPasswords(t *testing.T) {
	for password, code := range map[string]string{
		"Abcdefg1":                         "",
		"Grüße99x":                         "",
		"Aa1" + strings.Repeat("é", 125):   "",
		"Abcdef1":                          "user.password_length",
		"Aa1" + strings.Repeat("é", 126):   "user.password_length",
		"Abcdefg1\xff":                     "user.password_length",
		"abcdefg1":                         "user.password_weak",
		"ABCDEFG1":                         "user.password_weak",
		"Abcdefgh":                         "user.password_weak",
		"ÄÖÜäöü12":                         "user.password_weak",
		"Aa1" + strings.Repeat("x", 1<<16): "user.password_length",
	} {
		wantCode(t, password[:min(20, len(password))], domain.CheckPassword(password), code)
	}
}

// wantCode fails unless err has the code; "" asks for no error at all.
func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	if code == "" && err != nil {
		t.Errorf("%q: got error %v, want none", what, err)
	}
	if code != "" && !domain.HasCode(err, code) {
		t.Errorf("%q: got error %v, want code %s", what, err, code)
	}
}
