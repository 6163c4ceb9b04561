package httpapi_test

import (
	"testing"

	"parley/httpapi"
)

func TestAnybodyIsToldOfTheOtherDoor(t *testing.T) {
	for want, ssh := range map[string]*httpapi.SSHDoor{
		`{"version":"test"}` + "\n": nil,
		`{"version":"test","ssh":{"port":2222,"fingerprint":"SHA256:abc"}}` + "\n":                         {Port: 2222, Fingerprint: "SHA256:abc"},
		`{"version":"test","ssh":{"host":"chat.example.org","port":22,"fingerprint":"SHA256:abc"}}` + "\n": {Host: "chat.example.org", Port: 22, Fingerprint: "SHA256:abc"},
	} {
		d := openDoor(t, func(c *httpapi.Config) { c.SSH = ssh })
		if got := d.do(t, request{method: "GET", path: "/api/v1/about"}); got.status != 200 || got.text != want {
			t.Errorf("got %d %s, want %s", got.status, got.text, want)
		}
	}
}
