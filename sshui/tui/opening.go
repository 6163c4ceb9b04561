package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
	"parley/domain/chat"
)

// maxAsked is of how many direct conversations it is asked at the start who is
// there; others are known once somebody comes or goes.
const maxAsked = 20

// startedMsg is the list of rooms and the first page of one, or why there is
// none.
type startedMsg struct {
	views    []chat.View
	presence domain.Presence
	at       chat.Place // the room to begin with, and where in it
	page     chat.Page
	err      error
}

// pageMsg is more of a room's history, or why there is none.
type pageMsg struct {
	room domain.RoomID
	need need
	edge domain.Seq // where the page joins on to, or the message to jump to
	page chat.Page
	err  error
}

// retryMsg is the time to ask a store again that did not answer.
type retryMsg struct{}

// start follows every room and reads the first one.
func (s *screen) start() tea.Cmd {
	c, live, me := s.config, s.live, s.roomList.me
	return s.io(readTimeout, func(ctx context.Context) tea.Msg {
		views, err := live.FollowAll(ctx)
		if err != nil {
			return startedMsg{err: err}
		}
		at, err := c.Chat.Place(ctx, c.Actor)
		if err != nil {
			return startedMsg{err: err}
		}
		first, at := firstRoom(views, me, at)
		page, err := firstPage(ctx, c, first, at.Seq)
		if err != nil {
			return startedMsg{err: err}
		}
		presence, err := c.Chat.Presence(ctx, c.Actor)
		return startedMsg{views, presence, at, page, err}
	})
}

// firstRoom says which room to begin with, and where: where the reader was
// last, on whatever screen; else where something is unread.
func firstRoom(views []chat.View, me domain.UserID, at chat.Place) (chat.View, chat.Place) {
	rl := roomList{me: me}
	rl.set(views)
	if lr := rl.find(at.Room); lr != nil && !lr.invited() {
		return lr.View, at
	}
	first := rl.rooms[0]
	for _, lr := range rl.rooms {
		if lr.Unread > 0 && !lr.Muted && !lr.invited() {
			first = lr
			break
		}
	}
	return first.View, chat.Place{Room: first.ID}
}

// keepPlace remembers where the reader is.
func (s *screen) keepPlace() {
	if !s.room.opened {
		return
	}
	if at := (chat.Place{Room: s.room.id, Seq: s.room.timeline.lastInView()}); at != s.kept {
		s.kept = at
		s.config.Chat.KeepPlace(s.config.Actor, at)
	}
}

// firstPage reads a room's newest messages, or those around a place in it or,
// without one, around the first that was not read.
func firstPage(ctx context.Context, c Config, view chat.View, around domain.Seq) (chat.Page, error) {
	at := domain.Address{ID: view.ID}
	if around == 0 && view.Unread >= pageSize/2 {
		around = view.Read + 1
	}
	if around > 0 {
		page, err := c.Chat.Messages(ctx, c.Actor, at, chat.Span{Around: &around, Limit: pageSize})
		if err != nil || len(page.Messages) > 0 {
			return page, err
		}
	}
	return c.Chat.Messages(ctx, c.Actor, at, chat.Span{Limit: pageSize})
}

func (s *screen) begin(msg startedMsg) tea.Cmd {
	if msg.err != nil {
		return s.outage(msg.err)
	}
	s.status.outage = ""
	s.started = true
	s.presence = msg.presence
	s.roomList.set(msg.views)
	typed := s.composer
	s.show(s.roomList.find(msg.at.Room))
	if !typed.empty() { // it was written meanwhile
		s.composer = typed
	}
	s.fill(pageMsg{room: msg.at.Room, need: opening, page: msg.page})
	if msg.at.Seq > 0 {
		s.room.timeline.standBefore(msg.at.Seq)
	}
	return tea.Batch(s.next(), s.askPeople(), s.askDirects())
}

// enter brings a room into view, as it was left if it was open before.
func (s *screen) enter(lr *listed) tea.Cmd {
	if lr == nil || lr.ID == s.room.id || !s.started {
		return nil
	}
	left := s.room
	cmd := tea.Batch(s.writeDraft(), s.writeMark(left))
	s.goBy(left)
	s.show(lr)
	if lr.invited() {
		s.reader.announce(s.describe(lr))
		return cmd
	}
	if s.room.opened {
		s.roomList.read(lr, 0, 0) // what is below the view is counted there
		s.room.timeline.comeBack(s.room.marked)
		s.reader.announce(s.describe(lr))
		return tea.Batch(cmd, s.askPeople())
	}
	return tea.Batch(cmd, s.open(lr), s.askPeople())
}

// goBy notes how a room is left.
func (s *screen) goBy(left *room) {
	s.stopChoosing()
	s.picker.close() // it may act on a message of the room
	s.completion.stop()
	left.cursor = s.composer.cursor
	if left.answer.edits {
		left.answer.text = s.composer.value()
	}
	lr := s.roomList.find(left.id)
	if lr != nil {
		s.putAside(lr)
	}
	if lr != nil && left.opened {
		unread, mentions := left.timeline.unreadBelow()
		s.roomList.read(lr, unread, mentions)
		lr.Read = max(lr.Read, left.timeline.seen) // the room may be dropped, and opened anew
	}
	if left.timeline.follow {
		left.timeline.trimTo(keptOfRoom)
	}
}

// show makes a room the one in view.
func (s *screen) show(lr *listed) {
	s.clearNotice()
	s.roomList.current = lr.ID
	s.roomList.version++
	s.room = s.rooms.find(lr.ID)
	if s.room == nil {
		s.room = s.newRoom(lr.ID)
		s.room.marked = lr.Read
	}
	s.rooms.touch(s.room)
	s.bringBack(lr)
	s.composer.recall = len(s.composer.recalled)
	s.composer.moveTo(min(s.room.cursor, len(s.composer.text)))
	s.arrange()
}

// open reads the first page of a room.
func (s *screen) open(lr *listed) tea.Cmd {
	r, view, c := s.room, lr.View, s.config
	if r.loading {
		return nil
	}
	r.loading = true
	return s.io(readTimeout, func(ctx context.Context) tea.Msg {
		page, err := firstPage(ctx, c, view, 0)
		return pageMsg{room: r.id, need: opening, page: page, err: err}
	})
}

// outage shows that the store does not answer, and asks again later.
func (s *screen) outage(err error) tea.Cmd {
	s.status.outage = domain.AsError(err).Message
	if errors.Is(err, context.DeadlineExceeded) {
		s.status.outage = domain.Unreachable(err).Message
	}
	return tea.Tick(retryInterval, func(time.Time) tea.Msg { return retryMsg{} })
}

func (s *screen) retry() tea.Cmd {
	s.status.outage = ""
	if !s.started {
		return s.start()
	}
	for _, r := range s.rooms.list {
		r.loading = false
	}
	if lr := s.roomList.find(s.room.id); lr != nil && !s.room.opened && !lr.invited() {
		return s.open(lr)
	}
	return nil
}

// loaded takes a page of a room's history, if the room is still open.
func (s *screen) loaded(msg pageMsg) tea.Cmd {
	r := s.rooms.find(msg.room)
	if r == nil {
		return nil
	}
	if domain.KindOf(msg.err) == domain.NotFound { // its end is told otherwise
		r.loading = false
		return nil
	}
	if msg.err != nil {
		return s.outage(msg.err) // asking is allowed again once the pause is over
	}
	s.status.outage = ""
	s.fill(msg)
	return s.sendNext()
}

// fill puts a page where it belongs.
func (s *screen) fill(msg pageMsg) {
	r := s.rooms.find(msg.room)
	r.loading = false
	line := &r.timeline
	switch msg.need {
	case opening:
		if r.opened { // it was asked for again meanwhile
			return
		}
		r.opened = true
		lr := s.roomList.find(r.id)
		line.open(msg.page, r.marked, lr.Unread)
		if r == s.room {
			s.roomList.read(lr, 0, 0)
			s.reader.announce(s.describe(lr))
		}
	case older:
		line.prepend(msg.edge, msg.page)
	case newer:
		line.extend(msg.edge, msg.page)
	case latest:
		line.refill(msg.page)
	case around:
		if r != s.room { // nobody waits for it any more
			return
		}
		if line.jump(msg.page, msg.edge) {
			s.choosing.on = true
		} else {
			s.complain("that message is not there any more")
		}
	}
}

// load reads what the view comes close to the end of.
func (s *screen) load() tea.Cmd {
	line := &s.room.timeline
	want := line.needs()
	if want == nothing || s.room.loading || !s.room.opened {
		return nil
	}
	edge := line.from
	span := chat.Span{Limit: pageSize, Before: &edge}
	if want == newer {
		edge = line.to
		span = chat.Span{Limit: pageSize, After: &edge}
	}
	return s.read(want, edge, span)
}

func (s *screen) read(want need, edge domain.Seq, span chat.Span) tea.Cmd {
	s.room.loading = true
	c, id := s.config, s.room.id
	return s.io(readTimeout, func(ctx context.Context) tea.Msg {
		page, err := c.Chat.Messages(ctx, c.Actor, domain.Address{ID: id}, span)
		return pageMsg{id, want, edge, page, err}
	})
}

// toNewest brings the view to the end, reading the newest page if the timeline
// does not reach there.
func (s *screen) toNewest() tea.Cmd {
	s.room.timeline.follow = true
	if s.room.timeline.attached || !s.room.opened {
		return nil
	}
	return s.read(latest, 0, chat.Span{Limit: pageSize})
}
