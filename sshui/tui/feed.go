package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
)

// feed takes what happened, in all rooms.
func (s *screen) feed(msg feedMsg) tea.Cmd {
	s.fed = time.Now()
	cmds := []tea.Cmd{s.next()}
	for i := range msg.events {
		cmds = append(cmds, s.take(&msg.events[i]))
	}
	return tea.Batch(append(cmds, s.alert.ring(s.bellNow()))...)
}

// bellNow is when the bell rings: never for who wants not to be disturbed.
func (s *screen) bellNow() bellMode {
	if s.presence.State == domain.DoNotDisturb {
		return bellOff
	}
	return s.bell
}

func (s *screen) take(event *domain.Event) tea.Cmd {
	switch {
	case event.Type == "": // lagged: the history is read again, but not what is of the moment
		return tea.Batch(s.refresh(), s.askPeople())
	case event.Type == domain.EventRoom && event.Seq == 0:
		return s.takeOwn(event)
	}
	switch event.Type {
	case domain.EventRead:
		return s.takeRead(event)
	case domain.EventDraft:
		s.takeDraft(event)
	case domain.EventTyping:
		return s.takeTyping(event)
	case domain.EventPresence:
		s.takePresence(event)
	default:
		return s.takeHistory(event)
	}
	return nil
}

// takeHistory takes an event of a room's history.
func (s *screen) takeHistory(event *domain.Event) tea.Cmd {
	lr := s.roomList.find(event.RoomID)
	if lr == nil {
		return nil
	}
	r := s.rooms.find(event.RoomID)
	news := event.Seq > lr.Head // to the list; the room's history may have come with a page
	fresh := news
	lr.Head = max(lr.Head, event.Seq)
	if r != nil {
		fresh = r.timeline.take(event)
	}
	switch {
	case event.Ends(s.roomList.me):
		return s.end(lr, event)
	case fresh && event.Type == domain.EventMessage:
		s.arrive(lr, r, &event.Message)
	case news && event.Type == domain.EventMember:
		s.takeMember(lr, event)
	case news && event.Type == domain.EventRoom:
		s.takeRoom(lr, event)
	}
	if fresh && r == s.room {
		s.hear(event)
	}
	return nil
}

// arrive takes a new message.
func (s *screen) arrive(lr *listed, r *room, m *domain.Message) {
	if r != nil {
		delete(r.typing, m.Author.Name)
	}
	if m.Author.ID == s.roomList.me {
		return
	}
	inView := r != nil && r == s.room
	mentioned := mentions(m.Mentions, s.config.Actor.Name())
	switch {
	case !inView:
		s.roomList.count(lr, mentioned)
	case !s.focused && !r.timeline.showUnread:
		r.timeline.markUnreadFrom(r.timeline.seen)
	}
	if inView && s.focused {
		return
	}
	if lr.called(mentioned) || s.bell == bellAll && !lr.Muted && lr.Notify != domain.NotifyNone {
		s.alert.note(m, lr.title)
	}
}

func (s *screen) takeMember(lr *listed, event *domain.Event) {
	switch event.Change {
	case domain.Joined:
		lr.Members++
	case domain.Left, domain.Removed:
		lr.Members--
	}
	if event.User.ID == s.roomList.me && event.Role.In() {
		lr.Role = event.Role
	}
	s.roomList.version++
}

func (s *screen) takeRoom(lr *listed, event *domain.Event) {
	view := lr.View
	switch event.Change {
	case domain.TopicSet:
		view.Topic = event.Topic
	case domain.Renamed:
		view.Name = event.Room
	case domain.Archived, domain.Unarchived:
		view.Archived = event.Change == domain.Archived
	default:
		return
	}
	s.roomList.put(view)
}

// end takes a room away that is the reader's no longer.
func (s *screen) end(lr *listed, event *domain.Event) tea.Cmd {
	note := noticed(event)
	switch event.Change {
	case domain.Left:
		note = "you left"
	case domain.Removed:
		note = domain.VisibleLine(event.By.Name) + " removed you"
	}
	title := lr.title
	s.roomList.remove(lr.ID)
	s.rooms.remove(lr.ID)
	delete(s.drafts.whole, lr.ID)
	if s.room.id != lr.ID {
		s.notify(title + ": " + note)
		return nil
	}
	s.composer.clear()
	s.room.opened = false // nothing more is written of it
	cmd := s.enter(s.roomList.at(1))
	s.notify(title + ": " + note)
	return cmd
}

// takeOwn takes news of the reader's own list of rooms.
func (s *screen) takeOwn(event *domain.Event) tea.Cmd {
	lr := s.roomList.find(event.RoomID)
	switch {
	case event.Change == domain.Configured && lr != nil:
		lr.Muted, lr.Notify = event.Muted, event.Notify
		s.roomList.version++
	case event.Change == domain.Added && (lr == nil || lr.invited()):
		return s.add(event.RoomID, event.Role, domain.VisibleLine(event.By.Name))
	}
	return nil
}

// add takes a room into the list, and follows it if the reader is in it. It is
// counted once it is followed: what comes later is counted as it comes.
func (s *screen) add(id domain.RoomID, role domain.Role, by string) tea.Cmd {
	live, c := s.live, s.config
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		at := domain.Address{ID: id}
		if role.In() {
			if _, err := live.Follow(ctx, at, broadcast.Live, nil); err != nil {
				return nil, hideNotFound(err)
			}
		}
		view, err := c.Chat.Room(ctx, c.Actor, at)
		return func(s *screen) tea.Cmd { return s.added(view, by) }, hideNotFound(err)
	})
}

// hideNotFound takes a room that is gone again for nothing at all.
func hideNotFound(err error) error {
	if domain.KindOf(err) == domain.NotFound {
		return nil
	}
	return err
}

func (s *screen) added(view chat.View, by string) tea.Cmd {
	if view.ID == 0 {
		return nil
	}
	known := s.roomList.find(view.ID)
	lr := s.roomList.put(view)
	if lr.invited() && by != "" {
		s.notify(by + " invites you to " + lr.title)
	}
	if lr.ID == s.room.id && !s.room.opened && !lr.invited() { // it was looked at as an invitation
		return tea.Batch(s.open(lr), s.askPeople())
	}
	if known == nil && lr.person != 0 {
		return s.askStates(lr.ID) // whoever it is with may have come before it did
	}
	return nil
}

// takeRead takes that the reader read on another screen.
func (s *screen) takeRead(event *domain.Event) tea.Cmd {
	lr := s.roomList.find(event.RoomID)
	if lr == nil {
		return nil
	}
	lr.Read = max(lr.Read, event.Seq)
	if r := s.rooms.find(event.RoomID); r != nil && r.opened {
		r.marked = max(r.marked, event.Seq)
		line := &r.timeline
		line.seen = max(line.seen, event.Seq)
		if line.showUnread && event.Seq > line.readUpTo {
			line.markUnreadFrom(event.Seq)
		}
		if r != s.room {
			unread, mentions := line.unreadBelow()
			s.roomList.read(lr, unread, mentions)
		}
		return nil
	}
	if event.Seq >= lr.Head {
		s.roomList.read(lr, 0, 0)
		return nil
	}
	return s.refresh()
}

// refresh reads the list of rooms anew, for what cannot be worked out here.
func (s *screen) refresh() tea.Cmd {
	c := s.config
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		views, err := c.Chat.Rooms(ctx, c.Actor)
		return func(s *screen) tea.Cmd { return s.refreshed(views) }, err
	})
}

func (s *screen) refreshed(views []chat.View) tea.Cmd {
	var cmds []tea.Cmd
	for _, view := range views {
		known := s.roomList.find(view.ID)
		if known == nil {
			cmds = append(cmds, s.add(view.ID, view.Role, ""))
			continue
		}
		view.Head = max(view.Head, known.Head)
		if r := s.rooms.find(view.ID); r != nil && r.opened {
			view.Unread, view.Mentions = known.Unread, known.Mentions // counted by what is loaded
		}
		if view.ID == s.room.id {
			view.Draft = known.Draft
		}
		s.roomList.put(view)
	}
	return tea.Batch(cmds...)
}
