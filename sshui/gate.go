package sshui

import (
	"errors"
	"slices"
	"sync"
)

var (
	errAddressFull = errors.New("too many connections from this address are not logged in yet")
	errDoorFull    = errors.New("too many connections are not logged in yet")
	errGaveWay     = errors.New("gave way to another address, as too many connections are not logged in yet")
)

// readingHeader stands for the address of those whom a proxy has not named
// yet. The limit for one address does not apply to it.
const readingHeader = ""

// gate counts the connections that are not logged in yet, by address. When all
// places are taken, the address that has the most gives one up.
type gate struct {
	inAll, perAddress int

	mu      sync.Mutex // guards what follows
	taken   int
	waiting map[string][]*place // by limiter.Key, oldest first
}

// place is one connection's place at the gate.
type place struct {
	address string
	giveUp  func() // called when the place goes to somebody else
	left    bool
	gaveWay bool
}

func newGate(inAll, perAddress int) *gate {
	return &gate{inAll: inAll, perAddress: perAddress, waiting: map[string][]*place{}}
}

// enter takes a place for an address, or says why there is none. GiveUp is
// called, once at most, if the place goes to somebody else.
func (g *gate) enter(address string, giveUp func()) (*place, error) {
	p := &place{address: address, giveUp: giveUp}
	evicted, err := g.admit(p)
	if evicted != nil {
		evicted.giveUp()
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (g *gate) admit(p *place) (evicted *place, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.addressFull(p.address) {
		return nil, errAddressFull
	}
	if g.taken >= g.inAll {
		if evicted = g.makeRoom(p.address); evicted == nil {
			return nil, errDoorFull
		}
	}
	g.add(p)
	return evicted, nil
}

// add counts a place. The caller holds mu.
func (g *gate) add(p *place) {
	p.left = false
	g.waiting[p.address] = append(g.waiting[p.address], p)
	g.taken++
}

// move counts a place for another address from now on.
func (g *gate) move(p *place, address string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.left {
		return errGaveWay
	}
	if g.addressFull(address) {
		return errAddressFull
	}
	g.remove(p)
	p.address = address
	g.add(p)
	return nil
}

// leave gives a place back. It may be called again, and reports whether the
// place had gone to somebody else.
func (g *gate) leave(p *place) (gaveWay bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.remove(p)
	return p.gaveWay
}

func (g *gate) addressFull(address string) bool {
	return address != readingHeader && len(g.waiting[address]) >= g.perAddress
}

// makeRoom takes the newest of the busiest address out, unless the newcomer's
// own is as busy. The caller holds mu.
func (g *gate) makeRoom(newcomer string) *place {
	busiest := newcomer
	for address, places := range g.waiting {
		if len(places) > len(g.waiting[busiest]) {
			busiest = address
		}
	}
	if busiest == newcomer {
		return nil
	}
	places := g.waiting[busiest]
	last := places[len(places)-1]
	g.remove(last)
	last.gaveWay = true
	return last
}

// remove takes a place out. The caller holds mu.
func (g *gate) remove(p *place) {
	if p.left {
		return
	}
	p.left = true
	g.taken--
	places := g.waiting[p.address]
	if i := slices.Index(places, p); i >= 0 {
		places = slices.Delete(places, i, i+1)
	}
	if g.waiting[p.address] = places; len(places) == 0 {
		delete(g.waiting, p.address)
	}
}
