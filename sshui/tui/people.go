package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
	"parley/domain/chat"
)

// people is who is here in a room, and their names as they are drawn at the
// side: drawn again only when somebody comes or goes, or the look changes.
type people struct {
	here    map[domain.UserID]domain.Presence
	members []domain.Member // some of them; nil while not known

	sorted        []domain.Presence // nil when somebody came or went
	drawn         []string          // the same, styled and cut to size
	version       int               // of the look that drawn belongs to
	width, height int
}

func (p *people) set(here []domain.Presence) {
	p.here = make(map[domain.UserID]domain.Presence, len(here))
	for _, person := range here {
		p.change(person)
	}
	p.sorted = nil
}

func (p *people) change(person domain.Presence) {
	if p.here == nil {
		p.here = map[domain.UserID]domain.Presence{}
	}
	person.User.Name = domain.VisibleLine(person.User.Name)
	if person.State == domain.Offline {
		delete(p.here, person.User.ID)
	} else {
		p.here[person.User.ID] = person
	}
	p.sorted = nil
}

func (p *people) inOrder() []domain.Presence {
	if p.sorted == nil {
		p.sorted = make([]domain.Presence, 0, len(p.here))
		for _, person := range p.here {
			p.sorted = append(p.sorted, person)
		}
		slices.SortFunc(p.sorted, func(a, b domain.Presence) int {
			return strings.Compare(domain.FoldUserName(a.User.Name), domain.FoldUserName(b.User.Name))
		})
		p.version = 0
	}
	return p.sorted
}

// lines draws at most height names in a width; what does not fit is counted.
func (p *people) lines(l look, width, height int) []string {
	list := p.inOrder()
	if p.version == l.version && p.width == width && p.height == height {
		return p.drawn
	}
	shown := min(len(list), height)
	p.drawn, p.version, p.width, p.height = make([]string, shown), l.version, width, height
	for i, person := range list[:shown] {
		sign := stateSign(person.State)
		if person.State == domain.Online {
			sign = " "
		}
		name := l.cut(person.User.Name, width-2)
		p.drawn[i] = sign + " " + l.theme.name(person.User.Name).Render(name)
	}
	if more := len(list) - shown; more > 0 && shown > 0 {
		p.drawn[shown-1] = l.theme.faint.Render(fmt.Sprintf("and %d more", more+1))
	}
	return p.drawn
}

// whoIsHere asks who is here in the room in view, and who its members are.
func (s *screen) whoIsHere() request {
	c, id := s.config, s.room.id
	return func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		here, err := c.Chat.Here(ctx, c.Actor, domain.Address{ID: id})
		if err != nil {
			return nil, hideNotFound(err)
		}
		members, err := c.Chat.Members(ctx, c.Actor, domain.Address{ID: id}, chat.MemberSpan{Limit: chat.MaxPage})
		return func(s *screen) tea.Cmd {
			s.gathered(id, here, members)
			return nil
		}, hideNotFound(err)
	}
}

func (s *screen) askPeople() tea.Cmd { return s.ask(s.whoIsHere()) }

func (s *screen) gathered(id domain.RoomID, here []domain.Presence, members []domain.Member) {
	if r := s.rooms.find(id); r != nil {
		r.people.set(here)
		r.people.members = members
	}
	for _, person := range here {
		s.roomList.setState(person.User.ID, person.State)
	}
}

// askDirects asks how present those are whom direct conversations are with.
func (s *screen) askDirects() tea.Cmd {
	var rooms []domain.RoomID
	for _, lr := range s.roomList.rooms {
		if lr.person != 0 && lr.person != s.roomList.me && len(rooms) < maxAsked {
			rooms = append(rooms, lr.ID)
		}
	}
	if len(rooms) == 0 {
		return nil
	}
	return s.askStates(rooms...)
}

// askStates asks how present those in direct conversations are.
func (s *screen) askStates(rooms ...domain.RoomID) tea.Cmd {
	c := s.config
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		var found []domain.Presence
		for _, id := range rooms {
			here, err := c.Chat.Here(ctx, c.Actor, domain.Address{ID: id})
			if err != nil {
				return nil, hideNotFound(err)
			}
			found = append(found, here...)
		}
		return func(s *screen) tea.Cmd {
			for _, person := range found {
				s.roomList.setState(person.User.ID, person.State)
			}
			return nil
		}, nil
	})
}

func (s *screen) takePresence(event *domain.Event) {
	r := s.rooms.find(event.RoomID)
	for _, person := range event.People {
		if r != nil {
			r.people.change(person)
		}
		s.roomList.setState(person.User.ID, person.State)
	}
}
