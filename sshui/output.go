package sshui

import (
	"errors"
	"io"
	"sync"
	"time"
)

var (
	errOverflow = errors.New("the client reads too slowly")
	errStalled  = errors.New("the client stopped reading")
	errEnded    = errors.New("the session has ended")
)

// chunk is how much is handed to the channel at once, so that progress shows.
const chunk = 16 << 10

// commandRoom is how many bytes of a command's result may wait.
const commandRoom = 32 << 10

// outputRoom is how many bytes may wait for a terminal of a size: some frames
// of a small one, and a full redraw of a large one with every cell coloured.
// As much again may be on its way.
func outputRoom(cells int) int { return 64<<10 + 16*cells }

// output is the bounded asynchronous writer between a session's screen and its
// channel. Write copies and comes back at once while there is room; without
// room it waits, but never longer than patience, if there is one: else for as
// long as the client reads at all. One goroutine writes to the channel. If room
// does not come in time, or a write makes no progress for the time of stall,
// fail is called, once, and nothing more is written.
type output struct {
	to       io.Writer
	patience time.Duration
	stall    time.Duration
	fail     func(error) // must not block

	done  chan struct{} // closed when the goroutine has ended
	wake  chan struct{} // holds one token when there is something to write
	freed chan struct{} // holds one token when room was made

	mu     sync.Mutex // guards what follows
	limit  int
	queue  []byte
	closed bool
	err    error // the first failure
}

func newOutput(to io.Writer, limit int, l limits, fail func(error)) *output {
	return &output{
		to: to, limit: limit, patience: l.patience, stall: l.stall, fail: fail,
		done: make(chan struct{}), wake: make(chan struct{}, 1), freed: make(chan struct{}, 1),
	}
}

// Write queues p. It belongs to one goroutine at a time.
func (o *output) Write(p []byte) (int, error) {
	written, err := o.add(p)
	if written == len(p) || err != nil {
		return written, err
	}
	timeout, stop := after(o.patience)
	defer stop()
	for written < len(p) {
		select {
		case <-o.freed:
		case <-o.done:
		case <-timeout:
			o.stop(errOverflow)
		}
		n, err := o.add(p[written:])
		if written += n; err != nil {
			return written, err
		}
	}
	return written, nil
}

// add queues as much of p as there is room for.
func (o *output) add(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	if o.closed {
		return 0, errEnded
	}
	n := max(0, min(len(p), o.limit-len(o.queue)))
	o.queue = append(o.queue, p[:n]...)
	signal(o.wake)
	return n, nil
}

// resize changes how much may wait; what waits already stays.
func (o *output) resize(limit int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.limit = limit
	signal(o.freed)
}

// run writes until the output is closed and empty, or fails.
func (o *output) run() {
	defer close(o.done)
	watch := time.AfterFunc(o.stall, func() { o.stop(errStalled) })
	watch.Stop()
	defer watch.Stop()
	var batch []byte
	for {
		var more bool
		if batch, more = o.take(batch); !more {
			return
		}
		for rest := batch; len(rest) > 0; {
			watch.Reset(o.stall)
			n, err := o.to.Write(rest[:min(chunk, len(rest))])
			watch.Stop()
			if err != nil {
				o.settle(err)
				return
			}
			rest = rest[n:]
		}
	}
}

// take waits for something to write and swaps it against an empty buffer. It
// reports false when there will be nothing more.
func (o *output) take(empty []byte) ([]byte, bool) {
	for {
		o.mu.Lock()
		if o.err != nil || o.closed && len(o.queue) == 0 {
			o.mu.Unlock()
			return nil, false
		}
		if len(o.queue) > 0 {
			batch := o.queue
			if o.queue = empty[:0]; cap(empty) > 4*chunk {
				o.queue = nil // what one large frame took is not kept
			}
			o.mu.Unlock()
			signal(o.freed)
			return batch, true
		}
		o.mu.Unlock()
		<-o.wake
	}
}

// flush takes nothing more and waits, for a time if there is one, until all is
// written. What is not written by then counts as stalled.
func (o *output) flush(timeout time.Duration) {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	signal(o.wake)
	late, stop := after(timeout)
	defer stop()
	select {
	case <-o.done:
	case <-late:
		o.stop(errStalled)
		<-o.done // what fails closes the connection, which ends the write
	}
}

// stop fails because of the client's reading.
func (o *output) stop(err error) {
	if o.settle(err) {
		o.fail(err)
	}
}

// settle keeps the first failure and reports whether err is it.
func (o *output) settle(err error) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return false
	}
	o.err, o.queue = err, nil
	signal(o.wake)
	return true
}

// after is a timer's channel; it never fires if d is 0.
func after(d time.Duration) (<-chan time.Time, func() bool) {
	if d == 0 {
		return nil, func() bool { return false }
	}
	timer := time.NewTimer(d)
	return timer.C, timer.Stop
}

// signal leaves a token for whoever waits. It never blocks.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
