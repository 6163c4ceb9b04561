package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
)

// join joins a room, follows it and goes there.
func (s *screen) join(args string) tea.Cmd {
	if s.usage(args, "/join general") {
		return nil
	}
	at, err := domain.ParseAddress(args)
	if err != nil {
		s.complain(domain.AsError(err).Message)
		return nil
	}
	if lr := s.roomList.named(at.Name); lr != nil && !lr.invited() {
		return s.enter(lr)
	}
	c, live := s.config, s.live
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		view, err := c.Chat.Join(ctx, c.Actor, at)
		if err != nil {
			return nil, err
		}
		return follow(ctx, live, view.ID)
	})
}

// follow follows a room that is the reader's, and goes there.
func follow(ctx context.Context, live *chat.Live, id domain.RoomID) (func(*screen) tea.Cmd, error) {
	view, err := live.Follow(ctx, domain.Address{ID: id}, broadcast.Live, nil)
	return func(s *screen) tea.Cmd { return s.goTo(view) }, err
}

// goTo takes a room into the list and brings it into view.
func (s *screen) goTo(view chat.View) tea.Cmd {
	if known := s.roomList.find(view.ID); known != nil {
		view.Unread, view.Mentions, view.Draft = known.Unread, known.Mentions, known.Draft
	}
	lr := s.roomList.put(view)
	if lr.ID == s.room.id && !s.room.opened { // it was looked at as an invitation
		return tea.Batch(s.open(lr), s.askPeople())
	}
	return s.enter(lr)
}

// part leaves the room in view, or another of the list.
func (s *screen) part(args string) tea.Cmd {
	lr := s.roomList.find(s.room.id)
	if args != "" {
		lr = s.roomList.named(strings.TrimPrefix(args, "#"))
	}
	if lr == nil {
		s.complain("you are in no such room")
		return nil
	}
	c, at, invited := s.config, domain.Address{ID: lr.ID}, lr.invited()
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		err := c.Chat.Leave(ctx, c.Actor, at)
		return func(s *screen) tea.Cmd {
			if gone := s.roomList.find(at.ID); gone != nil && invited { // of a room one is in, its last event tells
				return s.end(gone, &domain.Event{Type: domain.EventMember, Change: domain.Left})
			}
			return nil
		}, err
	})
}

// msg opens a direct conversation and writes there what was given with it.
func (s *screen) msg(args string) tea.Cmd {
	if s.usage(args, "/msg bob hello") {
		return nil
	}
	names, text, _ := strings.Cut(args, " ")
	c, live := s.config, s.live
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		view, _, err := c.Chat.Open(ctx, c.Actor, strings.Split(names, ","))
		if err != nil {
			return nil, err
		}
		then, err := follow(ctx, live, view.ID)
		return func(s *screen) tea.Cmd {
			cmd := then(s)
			if text = strings.TrimSpace(text); text == "" || s.room.id != view.ID {
				return cmd
			}
			return tea.Batch(cmd, s.post(text))
		}, err
	})
}

// message opens the direct conversation with somebody.
func (s *screen) message(name string) tea.Cmd { return s.msg(name) }

// listRooms lets a public room be found.
func (s *screen) listRooms(string) tea.Cmd {
	return s.askDirectory(func(s *screen, views []chat.View) {
		var choices []choice
		for _, view := range views {
			c := s.joinable(view)
			if s.roomList.find(view.ID) != nil {
				c.detail = "you are in it"
			}
			choices = append(choices, c)
		}
		s.picker.ask("join: ", choices)
	})
}

func (s *screen) create(args string) tea.Cmd {
	if s.usage(args, "/create garden, or /create garden private") {
		return nil
	}
	name, kind, _ := strings.Cut(args, " ")
	wanted := chat.Creation{Name: strings.TrimPrefix(name, "#"), Kind: domain.RoomPublic}
	if kind = strings.TrimSpace(kind); kind != "" {
		wanted.Kind = domain.RoomKind(kind)
	}
	c, live := s.config, s.live
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		view, err := c.Chat.Create(ctx, c.Actor, wanted)
		if err != nil {
			return nil, err
		}
		return follow(ctx, live, view.ID)
	})
}

// topic shows the room's topic or changes it.
func (s *screen) topic(args string) tea.Cmd {
	switch args {
	case "":
		lr := s.roomList.find(s.room.id)
		if lr == nil || lr.Topic == "" {
			s.notify("there is no topic; /topic TEXT sets it")
		} else {
			s.notify("topic: " + lr.Topic)
		}
		return nil
	case "-":
		args = ""
	}
	return s.changeRoom(chat.RoomChange{Topic: &args})
}

func (s *screen) rename(args string) tea.Cmd {
	if s.usage(args, "/rename garden") {
		return nil
	}
	name := strings.TrimPrefix(args, "#")
	return s.changeRoom(chat.RoomChange{Name: &name})
}

// deleteRoom deletes the room in view. Nothing brings it back, so its name has
// to be given.
func (s *screen) deleteRoom(args string) tea.Cmd {
	lr := s.roomList.find(s.room.id)
	switch {
	case lr == nil || lr.Name == "":
		s.complain("a direct conversation is not deleted")
	case strings.TrimPrefix(args, "#") != lr.Name:
		s.complain("to delete this room and all that is in it: /delete " + lr.Name)
	default:
		return s.askOfRoom(func(ctx context.Context, c Config, at domain.Address) error {
			return c.Chat.DeleteRoom(ctx, c.Actor, at)
		})
	}
	return nil
}

func (s *screen) archive(args string) tea.Cmd {
	archived := args == ""
	if !archived && args != "undo" { // such as a name, of which it would not be the room
		s.complain("write it like this: /archive, or /archive undo")
		return nil
	}
	return s.changeRoom(chat.RoomChange{Archived: &archived})
}

// changeRoom changes the room in view.
func (s *screen) changeRoom(change chat.RoomChange) tea.Cmd {
	return s.askOfRoom(func(ctx context.Context, c Config, at domain.Address) error {
		_, err := c.Chat.ChangeRoom(ctx, c.Actor, at, change)
		return err
	})
}

// askOfRoom asks something about the room in view. What was done is told to all
// in it.
func (s *screen) askOfRoom(do func(context.Context, Config, domain.Address) error) tea.Cmd {
	c, at := s.config, s.room.address()
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) { return nil, do(ctx, c, at) })
}

func (s *screen) invite(args string) tea.Cmd {
	if s.usage(args, "/invite bob") {
		return nil
	}
	c, at, name := s.config, s.room.address(), strings.TrimPrefix(args, "@")
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		if err := c.Chat.Invite(ctx, c.Actor, at, name); err != nil {
			return nil, err
		}
		done, err := standing(ctx, c, at, name)
		return func(s *screen) tea.Cmd { s.notify(done); return nil }, err
	})
}

// standing says whether somebody is in a room or only invited to it: to invite
// a member changes nothing, and is no error.
func standing(ctx context.Context, c Config, at domain.Address, name string) (string, error) {
	person, err := c.Chat.Person(ctx, c.Actor, name)
	if err != nil {
		return "", err
	}
	name, id := domain.VisibleLine(person.User.Name), person.User.ID
	members, err := c.Chat.Members(ctx, c.Actor, at, chat.MemberSpan{After: id - 1, Limit: 1})
	if len(members) > 0 && members[0].User.ID == id && members[0].Role.In() {
		return name + " is in this room already", err
	}
	return name + " is invited", err
}

func (s *screen) kick(args string) tea.Cmd {
	if s.usage(args, "/kick bob") {
		return nil
	}
	return s.askOfRoom(func(ctx context.Context, c Config, at domain.Address) error {
		return c.Chat.Remove(ctx, c.Actor, at, strings.TrimPrefix(args, "@"))
	})
}

func (s *screen) role(args string) tea.Cmd {
	name, role, _ := strings.Cut(strings.TrimPrefix(args, "@"), " ")
	if s.usage(strings.TrimSpace(role), "/role bob moderator") {
		return nil
	}
	return s.askOfRoom(func(ctx context.Context, c Config, at domain.Address) error {
		return c.Chat.SetRole(ctx, c.Actor, at, name, domain.Role(strings.TrimSpace(role)))
	})
}

func (s *screen) mute(string) tea.Cmd {
	lr := s.roomList.find(s.room.id)
	if lr == nil {
		return nil
	}
	muted := !lr.Muted
	return s.configure(chat.Settings{Muted: &muted})
}

func (s *screen) setNotify(args string) tea.Cmd {
	if s.usage(args, "/notify all, /notify mentions or /notify none") {
		return nil
	}
	notify := domain.Notify(args)
	return s.configure(chat.Settings{Notify: &notify})
}

func (s *screen) configure(wanted chat.Settings) tea.Cmd {
	c, at, from := s.config, s.room.address(), s.live.Subscription
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		view, err := c.Chat.Configure(ctx, c.Actor, at, wanted, from)
		return func(s *screen) tea.Cmd { s.configured(view); return nil }, err
	})
}

func (s *screen) configured(view chat.View) {
	lr := s.roomList.find(view.ID)
	if lr == nil {
		return
	}
	lr.Muted, lr.Notify = view.Muted, view.Notify
	s.roomList.version++
	said := lr.title + ": you are called by " + map[domain.Notify]string{
		domain.NotifyAll: "every message", domain.NotifyMentions: "mentions", domain.NotifyNone: "nothing",
	}[view.Notify]
	if view.Muted {
		said = lr.title + " is muted; /mute again to hear it"
	}
	s.notify(said)
}
