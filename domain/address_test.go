package domain_test

import (
	"testing"

	"pgregory.net/rapid"

	"parley/domain"
)

func TestAddresses(t *testing.T) {
	for text, want := range map[string]domain.Address{
		"lobby":               {Name: "lobby"},
		"#lobby":              {Name: "lobby"},
		"a":                   {Name: "a"},
		"dev-ops_2":           {Name: "dev-ops_2"},
		"@bob":                {Direct: "bob"},
		"17":                  {ID: 17},
		"9223372036854775807": {ID: 1<<63 - 1},
	} {
		got, err := domain.ParseAddress(text)
		if err != nil || got != want {
			t.Errorf("%q: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	for text, code := range map[string]string{
		"": "room.name", "#": "room.name", "Lobby": "room.name", "0": "room.name", "-1": "room.name",
		"9223372036854775808": "room.name", "17a": "room.name", "#17": "room.name", "a b": "room.name",
		"abcdefghijklmnopqrstuvwxyz0123456": "room.name", "@": "user.name_length", "@a b c": "user.name_characters",
	} {
		_, err := domain.ParseAddress(text)
		wantCode(t, text, err, code)
	}
}

func TestAnAddressReadsBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		address, err := domain.ParseAddress(rapid.String().Draw(t, "text"))
		if err != nil {
			return
		}
		again, err := domain.ParseAddress(address.String())
		if err != nil || again != address {
			t.Fatalf("%+v became %+v, %v", address, again, err)
		}
	})
}
