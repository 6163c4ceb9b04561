package sshui

import (
	"sync"

	gossh "golang.org/x/crypto/ssh"
)

// input lets a Read of what a client sends be given up: a channel's own ends
// only with the channel. It starts reading when somebody asks.
//
// A channel reads alike when the client has said all and when it is gone in
// the middle of a word. Here the two differ: io.EOF is a client's who is still
// there to see what becomes of it.
type input struct {
	from gossh.Channel
	run  func(name string, task func())

	begin  sync.Once
	pieces chan []byte   // each is given back by taken before the next is read
	taken  chan struct{} // holds one token
	ended  error         // why pieces was closed
	rest   []byte        // of the last piece; owned by Read

	finish sync.Once
	over   chan struct{}
}

func newInput(from gossh.Channel, run func(name string, task func())) *input {
	return &input{
		from: from, run: run,
		pieces: make(chan []byte), taken: make(chan struct{}, 1), over: make(chan struct{}),
	}
}

// Read implements io.Reader. Its error is errEnded after Close, which it waits
// for when the client is gone.
func (in *input) Read(p []byte) (int, error) {
	in.begin.Do(func() { in.run("input", in.pump) })
	if len(in.rest) == 0 {
		select {
		case <-in.over:
			return 0, errEnded
		case piece, ok := <-in.pieces:
			if !ok {
				return 0, in.ended
			}
			in.rest = piece
		}
	}
	n := copy(p, in.rest)
	if in.rest = in.rest[n:]; len(in.rest) == 0 {
		in.taken <- struct{}{}
	}
	return n, nil
}

// Close ends a Read under way and all later ones. It may be called again.
func (in *input) Close() error {
	in.finish.Do(func() { close(in.over) })
	return nil
}

func (in *input) pump() {
	buffer := make([]byte, 4<<10)
	for {
		n, err := in.from.Read(buffer)
		if n > 0 {
			select {
			case in.pieces <- buffer[:n]:
				select {
				case <-in.taken:
				case <-in.over:
					return
				}
			case <-in.over:
				return
			}
		}
		if err != nil {
			if in.present() {
				in.ended = err
				close(in.pieces)
			}
			return
		}
	}
}

// present asks the client whether it is there, as OpenSSH does. Any answer will
// do, and RFC 4254, 5.4 demands one.
func (in *input) present() bool {
	_, err := in.from.SendRequest(keepaliveRequest, true, nil)
	return err == nil
}
