package storetest

import (
	"net/netip"
	"sync/atomic"
)

// Password is the password of every account that a test makes.
const Password = "Correct-horse-1"

var lastAddr atomic.Uint32

// nextAddr gives an address of the loopback network that no test has used, so
// that tests do not use up each other's limits.
func nextAddr() netip.Addr {
	n := lastAddr.Add(1)
	return netip.AddrFrom4([4]byte{127, 1 + byte(n>>16), byte(n >> 8), byte(n)})
}
