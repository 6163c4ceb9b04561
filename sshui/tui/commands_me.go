package tui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
	"parley/domain/chat"
)

func (s *screen) me(args string) tea.Cmd {
	if args == "" {
		s.complain("say what you do: /me waves")
		return nil
	}
	if !s.started {
		s.notify("a moment: the room is being opened")
		return nil
	}
	return s.post(actionPrefix + args)
}

// reactLast reacts to the newest message of the room.
func (s *screen) reactLast(args string) tea.Cmd {
	if s.usage(args, "/react :+1:") {
		return nil
	}
	emoji, ok := emojiNamed(args)
	if !ok {
		emoji = args
	}
	items := s.room.timeline.items
	for i := len(items) - 1; i >= 0; i-- {
		if items[i].isMessage() && !items[i].deleted {
			return s.react(items[i], emoji)
		}
	}
	s.complain("there is no message to react to")
	return nil
}

func (s *screen) away(args string) tea.Cmd { return s.setPresence(domain.Away, args) }
func (s *screen) busy(args string) tea.Cmd { return s.setPresence(domain.DoNotDisturb, args) }
func (s *screen) back(string) tea.Cmd      { return s.setPresence(domain.Online, "") }

func (s *screen) setPresence(state domain.State, status string) tea.Cmd {
	c := s.config
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		presence, err := c.Chat.SetPresence(ctx, c.Actor, &state, &status)
		return func(s *screen) tea.Cmd {
			s.presence = presence
			s.notify("you are shown as " + stateInWords(presence))
			return nil
		}, err
	})
}

func stateInWords(p domain.Presence) string {
	text := string(p.State)
	switch p.State {
	case domain.DoNotDisturb:
		text = "not to be disturbed"
	case domain.Online:
		text = "here"
	case domain.Offline:
		text = "not here"
	}
	if p.Status != "" {
		text += ": " + domain.VisibleLine(p.Status)
	}
	return text
}

// who lists the room's people: those who are here first.
func (s *screen) who(string) tea.Cmd {
	c, at, title := s.config, s.room.address(), s.title()
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		here, err := c.Chat.Here(ctx, c.Actor, at)
		if err != nil {
			return nil, err
		}
		members, err := c.Chat.Members(ctx, c.Actor, at, chat.MemberSpan{Limit: chat.MaxPage})
		return func(s *screen) tea.Cmd {
			s.panel.show(func(l look) []string { return drawWho(l, title, here, members) })
			return nil
		}, err
	})
}

func drawWho(l look, title string, here []domain.Presence, members []domain.Member) []string {
	present := map[domain.UserID]domain.Presence{}
	for _, person := range here {
		present[person.User.ID] = person
	}
	slices.SortStableFunc(members, func(a, b domain.Member) int {
		rank := func(m domain.Member) int {
			if _, here := present[m.User.ID]; here {
				return 0
			}
			return 1
		}
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(domain.FoldUserName(a.User.Name), domain.FoldUserName(b.User.Name))
	})
	t := table{look: l}
	t.title(title + ": " + decimal(len(here)) + " here of " + decimal(len(members)))
	for _, m := range members {
		person := present[m.User.ID]
		var says []string
		if person.State != "" {
			says = append(says, stateInWords(person))
		}
		if m.Role != domain.RoleMember {
			says = append(says, string(m.Role))
		}
		sign := stateSign(person.State)
		t.row(sign+" "+domain.VisibleLine(m.User.Name), strings.Join(says, ", "))
	}
	if len(members) == chat.MaxPage {
		t.title("and more")
	}
	return t.lines
}

func (s *screen) whois(args string) tea.Cmd {
	if s.usage(args, "/whois bob") {
		return nil
	}
	c := s.config
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		person, err := c.Chat.Person(ctx, c.Actor, strings.TrimPrefix(args, "@"))
		return func(s *screen) tea.Cmd {
			s.notify(domain.VisibleLine(person.User.Name) + " is " + stateInWords(person.Presence) +
				"; a member since " + person.JoinedAt.In(s.look.zone).Format("2 January 2006"))
			return nil
		}, err
	})
}

// choosePin starts choosing, and says which key pins.
func (s *screen) choosePin(string) tea.Cmd {
	s.startChoosing()
	if s.choosing.on {
		s.notify("choose a message with Up and Down; p pins or unpins it")
	}
	return nil
}

// pins lets one of the pinned messages be gone to.
func (s *screen) pins(string) tea.Cmd {
	c, at := s.config, s.room.address()
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		messages, err := c.Chat.Pinned(ctx, c.Actor, at)
		return func(s *screen) tea.Cmd {
			if s.room.id == at.ID {
				s.listPins(messages)
			}
			return nil
		}, err
	})
}

func (s *screen) listPins(messages []domain.Message) {
	if len(messages) == 0 {
		s.notify("nothing is pinned here")
		return
	}
	var choices []choice
	for _, m := range messages {
		line := domain.VisibleLine(m.Author.Name) + ": " + quoted(m.Content)
		choices = append(choices, choice{words: line, label: line, take: func() tea.Cmd { return s.jumpTo(m.Seq) }})
	}
	s.picker.ask("pinned: ", choices)
}

func (s *screen) setTheme(args string) tea.Cmd {
	if !slices.Contains(themeNames(), args) {
		s.complain("say /theme " + strings.Join(themeNames(), ", "))
		return nil
	}
	s.style.name = args
	s.restyle()
	s.notify("theme " + args + "; to start with it: SetEnv LC_PARLEY=theme=" + args)
	return nil
}

func (s *screen) setBell(args string) tea.Cmd {
	mode, ok := parseBell(args)
	if !ok {
		s.complain("say /bell off, mention or all")
		return nil
	}
	s.bell = mode
	s.notify("bell " + args)
	return nil
}

func (s *screen) setMouse(args string) tea.Cmd {
	switch args {
	case "on", "off":
		s.mouse = args == "on"
		s.notify("mouse " + args)
	default:
		s.complain("say /mouse on or /mouse off")
	}
	return nil
}
