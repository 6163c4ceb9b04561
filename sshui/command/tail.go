package command

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/sshui/line"
)

const (
	maxRooms      = 100      // that one tail follows
	keptBuffer    = 64 << 10 // bytes; what one large batch took is not kept
	keyInterrupt  = 0x03     // Ctrl+C
	keyEnd        = 0x04     // Ctrl+D
	defaultNewest = 10
)

// errInterrupted ends a tail whose caller has had enough.
var errInterrupted = errors.New("command: interrupted")

// following is a call of tail.
type following struct {
	*call
	live   *chat.Live
	rooms  []domain.Address
	newest int
	after  *domain.Seq
	json   bool
	buffer bytes.Buffer
}

func tail(ctx context.Context, c *call) error {
	f := following{call: c, newest: -1}
	if err := f.parse(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c.terminal.Go("keys", func() { c.watchKeys(cancel) })
	f.live = c.Chat.Connect(c.Actor, broadcast.Options{})
	defer f.live.Close(broadcast.ErrLeft)
	err := f.join(ctx)
	followed := err == nil
	for err == nil {
		err = f.pass(ctx)
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if errors.Is(err, errInterrupted) {
		return nil
	}
	if why := asError(err); f.json && followed {
		bye := wire.NewBye(why.Code, why.Message, why.Kind == domain.Unavailable)
		_, _ = c.out.Write(append(bye.JSON, '\n')) // nobody may be there to read it
	}
	return err
}

func (f *following) parse() error {
	l := arguments{most: maxRooms, flags: []flag{
		number(&f.newest, "-n", 0, chat.MaxPage), seq(&f.after, "--after"), {name: "--json", on: &f.json},
	}}
	if err := l.parse(f.raw); err != nil {
		return err
	}
	switch {
	case len(l.words) == 0:
		return wrongUsage("ROOM is missing")
	case f.after != nil && len(l.words) > 1:
		return wrongUsage("--after goes with one room")
	case f.after != nil && f.newest >= 0:
		return wrongUsage("give one of -n and --after")
	case f.newest < 0:
		f.newest = defaultNewest
	}
	for _, word := range l.words {
		room, err := address(word)
		if err != nil {
			return err
		}
		f.rooms = append(f.rooms, room)
	}
	return nil
}

// join follows the rooms, each once, however it is called.
func (f *following) join(ctx context.Context) error {
	var joined []domain.RoomID
	for _, room := range f.rooms {
		view, err := f.Chat.Room(ctx, f.Actor, room)
		if err != nil {
			return err
		}
		if slices.Contains(joined, view.ID) {
			continue
		}
		joined = append(joined, view.ID)
		after := broadcast.Live
		if f.after != nil {
			after = *f.after
		} else if f.newest > 0 {
			if after, err = line.Recent(ctx, f.Chat, f.Actor, room, f.newest); err != nil {
				return err
			}
		}
		if _, err = f.live.Follow(ctx, room, after, f.announce); err != nil {
			return err
		}
	}
	return nil
}

func (f *following) announce(view chat.View) *wire.Line {
	return wire.NewSubscribed(view.Room, view.Read)
}

// pass waits for news and writes all of it. A caller that reads slowly holds
// up nobody else: the subscription then lags and reads from the store.
func (f *following) pass(ctx context.Context) error {
	batch, err := f.live.Next(ctx)
	if err != nil {
		return err
	}
	f.buffer.Reset()
	for _, l := range batch {
		if f.json {
			f.buffer.Write(l.JSON)
			f.buffer.WriteByte('\n')
		} else if l.Event.Type == domain.EventMessage {
			f.writeMessage(l.Event.Message)
		}
	}
	_, err = f.out.Write(f.buffer.Bytes())
	if f.buffer.Cap() > keptBuffer {
		f.buffer = bytes.Buffer{}
	}
	return err
}

// writeMessage names the room if there is more than one.
func (f *following) writeMessage(m domain.Message) {
	if len(f.rooms) > 1 {
		f.buffer.WriteString(addressOf(domain.Room{Name: m.Room, ID: m.RoomID}).String() + " ")
	}
	f.call.writeMessage(&f.buffer, m)
}

// watchKeys takes what the caller sends, so that it does not pile up, and
// interrupts the command when a terminal sends Ctrl+C or Ctrl+D. The end of
// standard input is no interruption: a script's is at its end from the start.
func (c *call) watchKeys(interrupt context.CancelCauseFunc) {
	var keys [64]byte
	for {
		n, err := c.terminal.In.Read(keys[:])
		if err != nil {
			return
		}
		if c.terminal.PTY && bytes.ContainsAny(keys[:n], string([]rune{keyInterrupt, keyEnd})) {
			interrupt(errInterrupted)
			return
		}
	}
}
