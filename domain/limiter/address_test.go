package limiter_test

import (
	"net/netip"
	"testing"

	"parley/domain/limiter"
)

func TestAnIPv6ClientIsItsNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.9":          "203.0.113.9",
		"::ffff:203.0.113.9":   "203.0.113.9",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::1":      "2001:db8:1:2::/64",
		"2001:db8:1:3::1":      "2001:db8:1:3::/64",
		"fe80::1%eth0":         "fe80::/64",
	} {
		if got := limiter.Key(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is counted as %s, want %s", address, got, want)
		}
	}
}

func TestOnlyTrustedProxiesAreBelieved(t *testing.T) {
	proxies, err := limiter.ParseProxies("10.0.0.0/8, 2001:db8::/32,192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"203.0.113.9", []string{"198.51.100.1"}, "203.0.113.9"},                     // a stranger's word
		{"10.1.1.1", nil, "10.1.1.1"},                                                // a proxy that says nothing
		{"10.1.1.1", []string{"198.51.100.1"}, "198.51.100.1"},                       //
		{"10.1.1.1", []string{"1.2.3.4, 198.51.100.1"}, "198.51.100.1"},              // the client made up the left
		{"10.1.1.1", []string{"1.2.3.4", "198.51.100.1, 192.0.2.1"}, "198.51.100.1"}, // two proxies, two headers
		{"10.1.1.1", []string{"10.9.9.9, 10.2.2.2"}, "10.9.9.9"},                     // everyone is trusted
		{"10.1.1.1", []string{"garbage"}, "10.1.1.1"},
		{"10.1.1.1", []string{"1.2.3.4, garbage"}, "10.1.1.1"},
		{"10.1.1.1", []string{"198.51.100.1:4711"}, "198.51.100.1"},
		{"2001:db8::1", []string{"[2a00::1]:4711"}, "2a00::1"},
		{"::ffff:10.1.1.1", []string{"198.51.100.1"}, "198.51.100.1"},
	} {
		got := proxies.Client(netip.MustParseAddr(test.peer), test.forwarded)
		if got != netip.MustParseAddr(test.want) {
			t.Errorf("%s with %q: got %s, want %s", test.peer, test.forwarded, got, test.want)
		}
	}
}

func TestProxiesThatCannotBeReadAreRefused(t *testing.T) {
	for _, list := range []string{"everyone", "10.0.0.0/99", "10.0.0.0/8,*"} {
		if _, err := limiter.ParseProxies(list); err == nil {
			t.Errorf("%q was taken", list)
		}
	}
}
