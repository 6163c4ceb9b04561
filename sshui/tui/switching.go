package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
	"parley/domain/chat"
)

// maxDirectory is how many public rooms the switcher offers to join.
const maxDirectory = 200

// openSwitcher lists everything that one can go to: rooms, the people here, and
// once they were read the public rooms that one is not in.
func (s *screen) openSwitcher() tea.Cmd {
	s.picker.ask("go to: ", s.destinations(nil))
	return s.askDirectory(func(s *screen, views []chat.View) {
		if s.picker.open && s.picker.prompt == "go to: " {
			s.picker.offer(s.destinations(views))
		}
	})
}

func (s *screen) askDirectory(then func(*screen, []chat.View)) tea.Cmd {
	c := s.config
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		views, err := c.Chat.Directory(ctx, c.Actor, "", maxDirectory)
		return func(s *screen) tea.Cmd {
			s.directory = s.directory[:0]
			for _, view := range views {
				s.directory = append(s.directory, domain.VisibleLine(view.Name))
			}
			then(s, views)
			return nil
		}, err
	})
}

// destinations lists rooms with something unread before the others.
func (s *screen) destinations(directory []chat.View) []choice {
	var list, rest []choice
	talking := map[domain.UserID]bool{s.roomList.me: true}
	for _, lr := range s.roomList.rooms {
		talking[lr.person] = true
		c := choice{
			words: lr.title, label: lr.title, detail: s.hint(lr),
			take: func() tea.Cmd { return s.enter(s.roomList.find(lr.ID)) },
		}
		switch {
		case lr.ID == s.room.id: // one is there already
		case lr.urgency() > 0:
			list = append(list, c)
		default:
			rest = append(rest, c)
		}
	}
	list = append(list, rest...)
	for _, person := range s.room.people.known() {
		if !talking[person.ID] {
			list = append(list, choice{
				words: "@" + person.Name, label: "@" + person.Name, detail: "write to them",
				take: func() tea.Cmd { return s.message(person.Name) },
			})
		}
	}
	for _, view := range directory {
		if s.roomList.find(view.ID) == nil {
			list = append(list, s.joinable(view))
		}
	}
	return list
}

func (s *screen) joinable(view chat.View) choice {
	title := domain.VisibleLine("#" + view.Name)
	return choice{
		words: title, label: title, detail: "join: " + plural(view.Members, "member", "members") + " " + domain.VisibleLine(view.Topic),
		take: func() tea.Cmd { return s.join(view.Name) },
	}
}

// hint says beside a room what there is.
func (s *screen) hint(lr *listed) string {
	switch {
	case lr.invited():
		return "you are invited"
	case lr.Mentions > 0:
		return lr.count() + " unread, you are mentioned"
	case lr.Muted:
		return "muted"
	case lr.Unread > 0:
		return lr.count() + " unread"
	}
	return domain.VisibleLine(lr.Topic)
}

// known are the people of a room that this screen has heard of.
func (p *people) known() []domain.Author {
	var list []domain.Author
	seen := map[domain.UserID]bool{}
	add := func(person domain.Author) {
		if !seen[person.ID] {
			seen[person.ID] = true
			list = append(list, domain.Author{ID: person.ID, Name: domain.VisibleLine(person.Name)})
		}
	}
	for _, person := range p.inOrder() {
		add(person.User)
	}
	for _, member := range p.members {
		if member.Role.In() {
			add(member.User)
		}
	}
	return list
}
