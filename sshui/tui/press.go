package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

func (s *screen) paste(text string) {
	s.leaving = false
	switch {
	case s.picker.open:
		s.picker.line.insert(firstLine(text))
		s.picker.edited()
	case !s.panel.open && !s.choosing.on:
		s.write(text)
	}
}

func (s *screen) wheel(msg tea.MouseWheelMsg) {
	const lines = 3
	switch msg.Button {
	case tea.MouseWheelUp:
		s.scroll(-lines)
	case tea.MouseWheelDown:
		s.scroll(lines)
	}
}

// scroll moves whatever is on top.
func (s *screen) scroll(by int) {
	switch {
	case s.panel.open:
		s.panel.scroll(by, s.room.timeline.height)
	case s.picker.open:
		s.picker.move(by)
	default:
		s.room.timeline.scroll(by)
	}
}

// press handles a key: by what lies on top, then by what acts on the screen,
// then in the line that is written.
func (s *screen) press(msg tea.KeyPressMsg) tea.Cmd {
	wasLeaving := s.leaving
	s.leaving = false
	switch {
	case key.Matches(msg, s.keys.Cancel):
		return s.cancel(wasLeaving)
	case key.Matches(msg, s.keys.Redraw):
		return tea.ClearScreen
	case key.Matches(msg, s.keys.Help):
		return s.toggleHelp()
	case s.panel.open:
		return s.pressInPanel(msg)
	case s.picker.open:
		return s.pressInPicker(msg)
	case s.choosing.on:
		return s.pressChoosing(msg)
	}
	if cmd, ok := s.pressRooms(msg); ok {
		return cmd
	}
	return s.pressInRoom(msg)
}

// pressRooms handles the keys that go to another room.
func (s *screen) pressRooms(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	var to *listed
	switch {
	case key.Matches(msg, s.keys.Switch):
		return s.openSwitcher(), true
	case key.Matches(msg, s.keys.NextUnread):
		if to = s.roomList.nextUnread(); to == nil {
			s.notify("nothing is unread")
			return nil, true
		}
	case key.Matches(msg, s.keys.NextRoom):
		to = s.roomList.walk(1)
	case key.Matches(msg, s.keys.PreviousRoom):
		to = s.roomList.walk(-1)
	case key.Matches(msg, s.keys.NthRoom):
		to = s.roomList.at(int(msg.Code - '0'))
	default:
		return nil, false
	}
	return s.enter(to), true
}

// pressInRoom handles the keys that read the room or write into it.
func (s *screen) pressInRoom(msg tea.KeyPressMsg) tea.Cmd {
	line := &s.room.timeline
	switch {
	case key.Matches(msg, s.keys.Close):
		s.close()
	case key.Matches(msg, s.keys.Choose):
		s.startChoosing()
	case key.Matches(msg, s.keys.PageUp):
		s.scroll(-line.page())
	case key.Matches(msg, s.keys.PageDown):
		s.scroll(line.page())
	case key.Matches(msg, s.keys.Oldest):
		line.stand(spot{})
	case key.Matches(msg, s.keys.Newest) && !line.follow:
		return s.toNewest()
	case key.Matches(msg, s.keys.Resend):
		return s.resend()
	case key.Matches(msg, s.keys.Leave) && s.composer.empty():
		return s.leave()
	case key.Matches(msg, s.keys.Send):
		return s.submit()
	case key.Matches(msg, s.keys.Complete):
		return s.complete(1)
	case key.Matches(msg, s.keys.CompleteBack):
		return s.complete(-1)
	default:
		s.edit(msg)
		return s.tellTyping()
	}
	return nil
}

// close takes away one thing that is shown beside the conversation.
func (s *screen) close() {
	switch {
	case s.room.answer.to != nil:
		s.dropAnswer()
	case s.status.text != "":
		s.clearNotice()
	default:
		s.room.timeline.hideUnread()
	}
}

// cancel closes, then clears, then asks, then leaves.
func (s *screen) cancel(again bool) tea.Cmd {
	switch {
	case s.panel.open:
		s.panel.close()
	case s.picker.open:
		s.picker.close()
	case s.choosing.on:
		s.stopChoosing()
		s.clearNotice()
	case s.room.answer.to != nil:
		s.dropAnswer()
	case !s.composer.empty():
		s.composer.clear()
		s.notify("cleared; Ctrl+Y brings it back")
	case again:
		return s.quit()
	default:
		s.leaving = true
		s.notify("press Ctrl+C again to leave")
	}
	return nil
}

// leave ends the session, unless something would be lost.
func (s *screen) leave() tea.Cmd {
	if s.rooms.pending() > 0 {
		s.leaving = true
		s.complain("a message is not sent yet; press Ctrl+C to leave without it")
		return nil
	}
	return s.quit()
}

// quit ends the session as the reader wants it.
func (s *screen) quit() tea.Cmd {
	s.left = true
	return s.finish()
}

func (s *screen) pressInPicker(msg tea.KeyPressMsg) tea.Cmd {
	p := &s.picker
	switch {
	case key.Matches(msg, s.keys.Close):
		p.close()
	case key.Matches(msg, s.keys.Send):
		if c := p.current(); c != nil {
			take := c.take
			p.close()
			return take()
		}
	case key.Matches(msg, s.keys.Recall, s.keys.PreviousRoom, s.keys.CompleteBack):
		p.move(-1)
	case key.Matches(msg, s.keys.RecallNext, s.keys.NextRoom, s.keys.Complete, s.keys.Switch):
		p.move(1)
	case key.Matches(msg, s.keys.PageUp):
		p.move(-min(s.room.timeline.page(), p.at))
	case key.Matches(msg, s.keys.PageDown):
		p.move(min(s.room.timeline.page(), len(p.matches)-1-p.at))
	default:
		s.editIn(&p.line, msg)
		p.edited()
	}
	return nil
}
