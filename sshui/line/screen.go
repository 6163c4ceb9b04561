package line

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/wire"
)

// maxElsewhere is how much of a message in another room is shown, in
// characters.
const maxElsewhere = 200

// maxWaiting is how many rooms where something waits are named at the
// beginning.
const maxWaiting = 20

// screen is what the printing goroutine knows of what it printed.
type screen struct {
	view   chat.View // the room in view
	start  Start
	begun  bool // a room came into view
	gone   bool // the room in view is not the person's any more
	day    string
	marked domain.Seq                  // the read marker of the room in view, as it was noted
	rooms  map[domain.RoomID]chat.View // those that are followed
}

// greeting is what a person on a terminal reads first.
func greeting(actor auth.Actor, views []chat.View) string {
	lines := []string{
		"You are " + actor.Name() + " in #" + domain.Lobby +
			". Enter sends; /help lists the commands, Ctrl+D leaves.",
	}
	var waiting []string
	for _, v := range views {
		if v.Name != domain.Lobby && (v.Unread > 0 || v.Role == domain.RoleInvited) {
			waiting = append(waiting, label(v, actor.ID())+" ("+strings.Join(notes(v, true), ", ")+")")
		}
	}
	if more := len(waiting) - maxWaiting; more > 0 {
		waiting = append(waiting[:maxWaiting], plural(more, "other"))
	}
	if len(waiting) > 0 {
		lines = append(lines, "-- elsewhere: "+strings.Join(waiting, ", ")+" --")
	}
	return strings.Join(lines, "\n")
}

// label is what a person calls a room, safe to show.
func label(v chat.View, me domain.UserID) string { return domain.VisibleLine(v.Title(me)) }

// show prints what is said until the subscription ends, or the pipe did and
// all that was sent into it is printed.
func (c *conversation) show() error {
	leaving := false
	for {
		if leaving && c.complete() {
			return &broadcast.ErrLeft
		}
		batch, err := c.next(leaving)
		if err != nil {
			return err
		}
		var text strings.Builder
		for _, l := range batch {
			leaving = leaving || l == c.goodbye
			c.take(&text, l)
		}
		if text.Len() > 0 {
			c.print(strings.TrimSuffix(text.String(), "\n"))
		}
		select {
		case c.printed <- struct{}{}:
		default:
		}
		c.noteMark()
	}
}

// next waits for what is said; not for long when all that is left is to
// complete the picture.
func (c *conversation) next(leaving bool) ([]*wire.Line, error) {
	if !leaving {
		return c.live.Next(c.ctx)
	}
	ctx, cancel := context.WithTimeout(c.ctx, lastWords)
	defer cancel()
	batch, err := c.live.Next(ctx)
	if err != nil && ctx.Err() != nil && c.ctx.Err() == nil {
		return nil, &broadcast.ErrLeft
	}
	return batch, err
}

// take writes what one line of the subscription says.
func (c *conversation) take(text *strings.Builder, l *wire.Line) {
	e := &l.Event
	switch {
	case l == c.goodbye:
	case e.Type == "":
		c.takeAnswer(text, l)
	case e.Type == domain.EventRoom && e.Seq == 0:
		c.takeOwn(text, e)
	case e.Seq > 0 && e.Type != domain.EventRead:
		c.reached(e.RoomID, e.Seq)
		if e.RoomID == c.seen.view.ID {
			c.takeHere(text, e)
		} else {
			c.takeElsewhere(text, e)
		}
		c.learn(e)
	}
}

// takeAnswer turns to a room, or tells that the reader was too slow.
func (c *conversation) takeAnswer(text *strings.Builder, l *wire.Line) {
	c.mu.Lock()
	to, ok := c.turns[l]
	delete(c.turns, l)
	if to.inView {
		c.last[to.view.ID] = to.start.After
	}
	c.mu.Unlock()
	if ok {
		c.turnTo(text, to)
		return
	}
	var lagged wire.Lagged
	if json.Unmarshal(l.JSON, &lagged) == nil && lagged.Type == "lagged" && lagged.RoomID == c.seen.view.ID {
		text.WriteString("-- you were reading too slowly; here is what you missed --\n")
	}
}

func (c *conversation) turnTo(text *strings.Builder, to turn) {
	s := &c.seen
	s.rooms[to.view.ID] = to.view
	if !to.inView {
		return
	}
	first := !s.begun
	s.view, s.start, s.begun, s.gone, s.marked = to.view, to.start, true, false, 0
	c.prompt()
	topic := domain.VisibleLine(to.view.Topic)
	switch {
	case !first:
		s.day = ""
		text.WriteString(strings.TrimSuffix("-- now in "+label(to.view, c.Actor.ID())+": "+topic, ": ") + "\n")
	case topic != "" && c.editor != nil:
		text.WriteString("-- topic: " + topic + "\n")
	}
}

// prompt asks with the name of the room in view.
func (c *conversation) prompt() {
	if c.editor != nil {
		c.editor.SetPrompt(label(c.seen.view, c.Actor.ID()) + "> ")
	}
}

// takeHere writes an event of the room in view, and the day before the first
// one of it.
func (c *conversation) takeHere(text *strings.Builder, e *domain.Event) {
	at := e.At
	if e.Type == domain.EventMessage {
		at = e.Message.CreatedAt
	}
	at = at.In(c.terminal.Zone)
	var lines []string
	if e.Type == domain.EventMessage {
		if _, shown := c.expected(e.Nonce); !shown {
			lines = Lines(fmt.Sprintf("%d %s ", e.Seq, at.Format("15:04")), e.Message)
		}
	} else if told := Told(e); told != "" && c.seen.start.IsNews(e) {
		lines = []string{at.Format("15:04 ") + told}
	}
	if c.ends(e) {
		c.seen.gone = true
		lines = append(lines, "-- you are not in this room any more; /join "+domain.Lobby+" goes on there")
	}
	if day := at.Format("Monday, 2 January 2006"); len(lines) > 0 && day != c.seen.day {
		c.seen.day = day
		fmt.Fprintf(text, "-- %s --\n", day)
	}
	for _, line := range lines {
		text.WriteString(line + "\n")
	}
}

// ends reports whether a room is the person's no more. What ended an earlier
// stay there is history like the rest.
func (c *conversation) ends(e *domain.Event) bool {
	return e.Ends(c.Actor.ID()) && !c.live.Follows(e.RoomID)
}

// takeElsewhere announces in a line what is said to the person in another room,
// what they said there from here, and that the room is not theirs any more.
func (c *conversation) takeElsewhere(text *strings.Builder, e *domain.Event) {
	view, me := c.seen.rooms[e.RoomID], c.Actor.ID()
	where := "-- " + label(view, me) + ": "
	if e.Type != domain.EventMessage {
		if told := Told(e); told != "" && c.ends(e) {
			text.WriteString(where + strings.TrimPrefix(told, "-- ") + "\n")
		}
		return
	}
	mine, shown := c.expected(e.Nonce)
	if mine && !shown || e.Message.Author.ID != me && c.calls(view, e.Message) {
		m := e.Message
		m.Content = abridged(m.Content)
		fmt.Fprintf(text, "%s%d %s %s\n", where, e.Seq, m.CreatedAt.In(c.terminal.Zone).Format("15:04"), Said(m))
	}
}

// calls reports whether a message in a room that is not in view is one to
// announce.
func (c *conversation) calls(view chat.View, m domain.Message) bool {
	if view.Muted || view.Notify == domain.NotifyNone {
		return false
	}
	return view.Kind == domain.RoomDirect || view.Notify == domain.NotifyAll ||
		slices.ContainsFunc(m.Mentions, func(name string) bool {
			return name == domain.MentionHere || name == domain.MentionRoom || strings.EqualFold(name, c.Actor.Name())
		})
}

// abridged is a text on one line, and no more than its beginning.
func abridged(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > maxElsewhere {
		text = string(r[:maxElsewhere]) + "..."
	}
	return text
}

// learn keeps what is known of a room up to date.
func (c *conversation) learn(e *domain.Event) {
	view, known := c.seen.rooms[e.RoomID]
	switch {
	case !known:
		return
	case c.ends(e):
		delete(c.seen.rooms, e.RoomID)
		return
	case e.Type == domain.EventRoom && e.Change == domain.Renamed:
		view.Name = e.Room
	default:
		return
	}
	c.seen.rooms[e.RoomID] = view
	if c.seen.view.ID == view.ID {
		c.seen.view = view
		c.prompt()
	}
}

// takeOwn follows a room that became the person's, and tells of it.
func (c *conversation) takeOwn(text *strings.Builder, e *domain.Event) {
	if e.Change == domain.Configured {
		if view, known := c.seen.rooms[e.RoomID]; known {
			view.Muted, view.Notify = e.Muted, e.Notify
			c.seen.rooms[e.RoomID] = view
		}
		return
	}
	if e.Change != domain.Added {
		return
	}
	room := domain.VisibleLine(e.Room)
	if e.Role == domain.RoleInvited {
		fmt.Fprintf(text, "-- %s invited you to #%s; /join %s goes there\n", name(e.By), room, room)
		return
	}
	view, fresh, err := c.followNew(e)
	switch {
	case c.ctx.Err() != nil:
	case err != nil:
		c.Log.Warn("a room that was added is not followed", "room_id", e.RoomID, "err", err)
	case fresh:
		c.seen.rooms[view.ID] = view
		c.seen.gone = c.seen.gone && view.ID != c.seen.view.ID
		if view.Kind != domain.RoomDirect {
			fmt.Fprintf(text, "-- you are in #%s now; /join %s goes there\n", room, room)
		}
	}
}

// followNew follows a room unless it is followed already: a direct conversation
// from its beginning, as it is told of once somebody wrote there.
func (c *conversation) followNew(e *domain.Event) (view chat.View, fresh bool, err error) {
	c.following.Lock()
	defer c.following.Unlock()
	if c.live.Follows(e.RoomID) {
		return chat.View{}, false, nil
	}
	after := broadcast.Live
	if e.Kind == domain.RoomDirect {
		after = 0
	}
	view, err = c.live.Follow(c.ctx, domain.Address{ID: e.RoomID}, after, nil)
	return view, err == nil, err
}

// noteMark remembers, and tells a person's other screens, how far they have read
// here.
func (c *conversation) noteMark() {
	s := &c.seen
	if last := c.reached(s.view.ID, 0); c.editor != nil && !s.gone && last > s.marked {
		s.marked = last
		if err := c.Chat.NoteRead(c.ctx, c.Actor, domain.Address{ID: s.view.ID}, last, c.live.Subscription); err != nil && c.ctx.Err() == nil {
			c.Log.Warn("a read marker was not noted", "room_id", s.view.ID, "err", err)
		}
	}
}
