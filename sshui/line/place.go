package line

import (
	"context"
	"strings"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/wire"
)

// enter puts a room in view: what was said last, and then all that is. The
// caller holds following.
func (c *conversation) enter(view chat.View) error {
	after, err := Recent(c.ctx, c.Chat, c.Actor, domain.Address{ID: view.ID}, shownOnEntry)
	if err != nil {
		return err
	}
	if view, err = c.follow(view, after, true); err != nil {
		return err
	}
	c.here = view
	c.await(view.ID, view.Head)
	return nil
}

// follow follows a room after a seq, and has the printer know of it before its
// first event. The caller holds following.
func (c *conversation) follow(view chat.View, after domain.Seq, inView bool) (chat.View, error) {
	if !inView && c.live.Follows(view.ID) {
		return view, nil
	}
	signal := &wire.Line{}
	c.mu.Lock()
	c.turns[signal] = turn{view: view, inView: inView, start: Start{After: after, Head: view.Head}}
	c.mu.Unlock()
	// The hub waits for what it calls, so that takes no lock and asks nothing.
	followed, err := c.live.Follow(c.ctx, domain.Address{ID: view.ID}, after, func(chat.View) *wire.Line { return signal })
	if err != nil {
		c.mu.Lock()
		delete(c.turns, signal)
		c.mu.Unlock()
	}
	return followed, err
}

// Find gives the room at an address. A direct conversation is made if it is not
// there, so that somebody can wait for what is said in it.
func Find(ctx context.Context, service *chat.Service, actor auth.Actor, at domain.Address) (chat.View, error) {
	if people := at.People(); people != nil {
		view, _, err := service.Open(ctx, actor, people)
		return view, err
	}
	return service.Room(ctx, actor, at)
}

// find gives the room that somebody wants to be in or to speak in.
func (c *conversation) find(place string) (chat.View, error) {
	at, err := domain.ParseAddress(place)
	if err != nil {
		return chat.View{}, err
	}
	return Find(c.ctx, c.Chat, c.Actor, at)
}

// oneOf gives the room that a command names, or the one that lines go to. It
// makes none.
func (c *conversation) oneOf(args string) (chat.View, error) {
	at := domain.Address{ID: c.here.ID}
	if args != "" {
		var err error
		if at, err = domain.ParseAddress(args); err != nil {
			return chat.View{}, err
		}
	}
	return c.Chat.Room(c.ctx, c.Actor, at)
}

func (c *conversation) join(_ Entry, args string) error {
	if args == "" {
		return misused("say where to: /join ROOM, /join @NAME")
	}
	c.settle()
	c.following.Lock() // before the printer hears that a room became the person's
	defer c.following.Unlock()
	view, err := c.find(args)
	if err == nil && !view.Role.In() {
		view, err = c.Chat.Join(c.ctx, c.Actor, domain.Address{ID: view.ID})
	}
	if err != nil {
		return err
	}
	return c.enter(view)
}

func (c *conversation) part(entry Entry, args string) error {
	view, err := c.oneOf(args)
	if err != nil {
		return err
	}
	if err := c.Chat.Leave(c.ctx, c.Actor, domain.Address{ID: view.ID}); err != nil || view.ID != c.here.ID {
		return err
	}
	return c.join(entry, domain.Lobby)
}

func (c *conversation) message(entry Entry, args string) error {
	to, text, _ := strings.Cut(args, " ")
	if text = strings.TrimSpace(text); text == "" {
		return misused("say whom and what: /msg @bob hi")
	}
	if !strings.HasPrefix(to, "#") {
		to = "@" + strings.TrimPrefix(to, "@")
	}
	view, err := c.reach(to)
	if err != nil {
		return err
	}
	c.say(letter{to: view.ID, text: text, entry: entry})
	return nil
}

// reach gives a room that is followed, if the person is in it, so that what is
// answered there is heard.
func (c *conversation) reach(place string) (chat.View, error) {
	c.following.Lock()
	defer c.following.Unlock()
	view, err := c.find(place)
	if err != nil || !view.Role.In() {
		return view, err
	}
	return c.follow(view, broadcast.Live, false)
}

func (c *conversation) rooms(_ Entry, args string) error {
	var views []chat.View
	var err error
	switch args {
	case "":
		views, err = c.Chat.Rooms(c.ctx, c.Actor)
	case "all":
		views, err = c.Chat.Directory(c.ctx, c.Actor, "", chat.MaxPage)
	default:
		return misused("/rooms lists your rooms, /rooms all the public ones")
	}
	if err != nil {
		return err
	}
	for i := range views {
		if views[i].ID == c.here.ID { // it is on the screen, even if the marker is not there yet
			views[i].Unread, views[i].Mentions = 0, 0
		}
	}
	c.list(Rooms(views, c.Actor.ID(), args == ""))
	if args != "" && len(views) == chat.MaxPage {
		c.print("-- and more: the command rooms --all lists all of them")
	}
	return nil
}

// maxWho is how many people /who names.
const maxWho = 50

func (c *conversation) who(_ Entry, args string) error {
	view, err := c.oneOf(args)
	if err != nil {
		return err
	}
	people, err := c.Chat.Here(c.ctx, c.Actor, domain.Address{ID: view.ID})
	if err != nil {
		return err
	}
	names := present(people)
	if more := len(names) - maxWho; more > 0 {
		names = append(names[:maxWho], plural(more, "other"))
	}
	c.print("-- here in " + label(view, c.Actor.ID()) + ": " + strings.Join(names, ", "))
	return nil
}

func (c *conversation) topic(_ Entry, args string) error {
	at := domain.Address{ID: c.here.ID}
	if args == "" {
		view, err := c.Chat.Room(c.ctx, c.Actor, at)
		if err != nil {
			return err
		}
		topic := "-- there is no topic"
		if view.Topic != "" {
			topic = "-- topic: " + domain.VisibleLine(view.Topic)
		}
		c.print(topic)
		return nil
	}
	if args == "--clear" {
		args = ""
	}
	_, err := c.Chat.ChangeRoom(c.ctx, c.Actor, at, chat.RoomChange{Topic: &args})
	return err
}

// list prints lines a little off the left, where no name begins.
func (c *conversation) list(lines string) {
	c.print("  " + strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", "\n  "))
}
