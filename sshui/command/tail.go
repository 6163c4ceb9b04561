package command

import (
	"bytes"
	"context"
	"errors"

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

	followed map[domain.RoomID]place
	failed   error // why a room was the last to end
	buffer   bytes.Buffer
}

// place is a room that is followed.
type place struct {
	name  string // as it is called in front of its lines
	start line.Start
}

func tail(ctx context.Context, c *call) error {
	f := following{call: c, newest: -1, followed: map[domain.RoomID]place{}}
	if err := f.parse(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c.terminal.Go("keys", func() { c.watchKeys(cancel) })
	f.live = c.Chat.Connect(c.Actor, broadcast.Options{})
	defer f.live.Close(broadcast.ErrLeft)
	err := f.join(ctx)
	began := err == nil
	for err == nil && len(f.followed) > 0 {
		err = f.pass(ctx)
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return f.outcome(err, began)
}

// outcome says goodbye, to readers of JSON in a line of its own. A room that
// ended was told of, and is a failure even if the others went on.
func (f *following) outcome(err error, began bool) error {
	if errors.Is(err, errInterrupted) {
		err = nil
	} else if why := err; f.json && began {
		if why == nil {
			why = f.failed
		}
		e := asError(why)
		bye := wire.NewBye(e.Code, e.Message, e.Kind == domain.Unavailable)
		_, _ = f.out.Write(append(bye.JSON, '\n')) // nobody may be there to read it
	}
	if err == nil && f.failed != nil {
		return errTold
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
	for _, room := range f.rooms {
		view, err := line.Find(ctx, f.Chat, f.Actor, room)
		if err != nil {
			return err
		}
		if _, twice := f.followed[view.ID]; twice {
			continue
		}
		at := domain.Address{ID: view.ID}
		after := broadcast.Live
		if f.after != nil {
			after = *f.after
		} else if f.newest > 0 {
			if after, err = line.Recent(ctx, f.Chat, f.Actor, at, f.newest); err != nil {
				return err
			}
		}
		if _, err = f.live.Follow(ctx, at, after, f.announce); err != nil {
			return err
		}
		f.followed[view.ID] = place{line.Place(view, f.Actor.ID()), line.Start{After: after, Head: view.Head}}
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
		f.write(l)
		f.rename(&l.Event)
	}
	if _, err = f.out.Write(f.buffer.Bytes()); err != nil {
		return err
	}
	if f.buffer.Cap() > keptBuffer {
		f.buffer = bytes.Buffer{}
	}
	for _, l := range batch {
		f.end(&l.Event)
	}
	return nil
}

// write writes a line of a room's history, or, as JSON, an answer.
func (f *following) write(l *wire.Line) {
	e := &l.Event
	room, followed := f.followed[e.RoomID]
	history := followed && e.Seq > 0 && e.Type != domain.EventRead
	switch {
	case f.json && (history || e.Type == ""):
		f.buffer.Write(l.JSON)
		f.buffer.WriteByte('\n')
	case f.json || !history:
	case e.Type == domain.EventMessage:
		f.writeMessage(&f.buffer, f.where(room), e.Message)
	case room.start.IsNews(e):
		if told := line.Told(e); told != "" {
			f.buffer.WriteString(f.where(room) + f.head(e.Seq, e.At) + told + "\n")
		}
	}
}

// where names the room if there is more than one.
func (f *following) where(room place) string {
	if len(f.rooms) > 1 {
		return room.name + " "
	}
	return ""
}

// rename notes that a room has another name from here on.
func (f *following) rename(e *domain.Event) {
	if room, followed := f.followed[e.RoomID]; followed && e.Type == domain.EventRoom && e.Change == domain.Renamed {
		room.name = domain.VisibleLine(e.Room)
		f.followed[e.RoomID] = room
	}
}

// end tells that a room is the caller's no more. What ended an earlier stay
// there is history like the rest.
func (f *following) end(e *domain.Event) {
	room, followed := f.followed[e.RoomID]
	if !followed || !e.Ends(f.Actor.ID()) || f.live.Follows(e.RoomID) {
		return
	}
	delete(f.followed, e.RoomID)
	why := &domain.Error{Kind: domain.Forbidden, Code: "room.not_member", Message: "you are no longer in " + room.name}
	if e.Type == domain.EventRoom {
		why = domain.ErrRoomNotFound()
		why.Message = room.name + " was deleted"
	}
	f.failed = why
	f.tell(why)
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
