package chat

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/encryption"
	"parley/domain/wire"
)

// View is a room as an actor sees it.
type View struct {
	domain.Room
	Role     domain.Role
	Read     domain.Seq // how far the actor has read
	Unread   int        // of others, above Read; exact up to MaxUnread. Live does not count
	Mentions int        // those of them that call the actor
	Members  int        // how many have joined
	Muted    bool
	Notify   domain.Notify
	Draft    string          // what the actor has not sent yet
	People   []domain.Author // of a direct conversation, the actor among them; else nil
}

// Title is what somebody calls the room: "#lobby", "@bob", "@bob, carol".
func (v View) Title(me domain.UserID) string {
	if v.Kind != domain.RoomDirect {
		return "#" + v.Name
	}
	var names []string
	for _, person := range v.People {
		if person.ID != me || len(v.People) == 1 {
			names = append(names, person.Name)
		}
	}
	return "@" + strings.Join(names, ", ")
}

// Wire gives the view's written shape, for the actor whose view it is.
func (v View) Wire(me domain.UserID) wire.Room {
	var names []string
	for _, person := range v.People {
		names = append(names, person.Name)
	}
	return wire.Room{
		RoomID: v.ID, Room: v.Name, Title: v.Title(me), Kind: v.Kind, Topic: v.Topic, Archived: v.Archived,
		CreatedAt: wire.Time(v.CreatedAt), Head: v.Head, First: v.First, Role: v.Role, Members: v.Members,
		Usernames: names, Read: v.Read, Unread: v.Unread, Mentions: v.Mentions,
		Muted: v.Muted, Notify: v.Notify, Draft: v.Draft,
	}
}

// view opens what is sealed of an access.
func (s *Service) view(actor auth.Actor, access Access) View {
	view := View{
		Room: access.Room, Role: access.Role, Read: access.Read, Members: access.Members,
		Muted: access.Muted, Notify: access.Notify,
	}
	if access.Kind == domain.RoomPrivate && !access.Role.In() {
		view.Extent = domain.Extent{} // who is invited is not told what happens there
	}
	view.Topic = s.history.topic(access)
	if at := s.markers.at(actor.ID(), access.ID); at > view.Read {
		view.Read = at
	}
	view.Draft = s.history.optional(encryption.ForDraft(access.ID, actor.ID()), access.Draft, "", "draft",
		"room_id", access.ID, "user_id", actor.ID())
	return view
}

// Room gives a room the actor may see. Of one that they are only invited to,
// what happened there stays hidden. NotFound room.not_found.
func (s *Service) Room(ctx context.Context, actor auth.Actor, address domain.Address) (View, error) {
	access, err := s.look(ctx, actor, address, see)
	if err != nil {
		return View{}, err
	}
	return s.counted(ctx, actor, access)
}

// counted is complete with what waits there.
func (s *Service) counted(ctx context.Context, actor auth.Actor, access Access) (View, error) {
	view, err := s.complete(ctx, actor, access)
	if err == nil {
		err = s.count(ctx, actor, &view)
	}
	return view, err
}

// count adds to views of rooms what waits there for the actor, if they are in
// any of them.
func (s *Service) count(ctx context.Context, actor auth.Actor, views ...*View) error {
	var rooms []domain.RoomID
	for _, view := range views {
		if view.Role.In() {
			rooms = append(rooms, view.ID)
		}
	}
	if len(rooms) == 0 {
		return nil
	}
	standings, err := s.rooms.StandingsAmong(ctx, actor.ID(), rooms)
	if err != nil {
		return fmt.Errorf("count what waits: %w", err)
	}
	for _, view := range views {
		for i := range standings {
			if standings[i].ID == view.ID {
				view.takeCounts(&standings[i])
			}
		}
	}
	return nil
}

// takeCounts takes what waits in a room, unless a marker that is about to be
// stored has passed it.
func (v *View) takeCounts(s *Standing) {
	if s.Role.In() && (v.Read == s.Read || v.Read < v.Head) {
		v.Unread, v.Mentions = s.Unread, s.Mentions
	}
}

// complete is view with the people of a direct conversation.
func (s *Service) complete(ctx context.Context, actor auth.Actor, access Access) (View, error) {
	view := s.view(actor, access)
	if access.Kind == domain.RoomDirect {
		members, err := s.members.Members(ctx, access.ID, MemberSpan{Limit: domain.MaxDirect})
		if err != nil {
			return View{}, fmt.Errorf("read who is in the conversation: %w", err)
		}
		for _, m := range members {
			view.People = append(view.People, m.User)
		}
	}
	return view, nil
}

// Rooms lists the rooms that the actor is in or invited to, with what waits
// there: the lobby, then named rooms by name, then direct conversations, those
// with the newest first. One that nobody wrote in is shown to who opened it.
func (s *Service) Rooms(ctx context.Context, actor auth.Actor) ([]View, error) {
	standings, err := s.rooms.Standings(ctx, actor.ID())
	if err != nil {
		return nil, fmt.Errorf("list rooms: %w", err)
	}
	views := make([]View, 0, len(standings))
	for _, standing := range standings {
		if standing.Kind == domain.RoomDirect && standing.Head == 0 && standing.Creator != actor.ID() {
			continue
		}
		view := s.view(actor, standing.Access)
		view.People = standing.People
		view.takeCounts(&standing)
		views = append(views, view)
	}
	slices.SortFunc(views, func(a, b View) int {
		return cmp.Or(
			cmp.Compare(s.order(a), s.order(b)),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(b.ID, a.ID),
		)
	})
	return views, nil
}

func (s *Service) order(v View) int {
	switch {
	case v.ID == s.lobby:
		return 0
	case v.Kind != domain.RoomDirect:
		return 1
	default:
		return 2
	}
}

// Directory lists at most limit public rooms with a name after another, by
// name. Limit is 1 to 200; 0 for 50.
func (s *Service) Directory(ctx context.Context, actor auth.Actor, after string, limit int) ([]View, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return nil, err
	}
	if after != "" {
		if err := domain.CheckRoomName(after); err != nil {
			return nil, err
		}
	}
	if actor.ID() == 0 {
		return nil, nil
	}
	list, err := s.rooms.Directory(ctx, actor.ID(), after, limit)
	if err != nil {
		return nil, fmt.Errorf("list public rooms: %w", err)
	}
	views, counted := make([]View, len(list)), make([]*View, len(list))
	for i, access := range list {
		views[i] = s.view(actor, access)
		counted[i] = &views[i]
	}
	return views, s.count(ctx, actor, counted...)
}

// RoomChange says what of a room shall change; nil leaves a thing as it is.
type RoomChange struct {
	Name     *string
	Topic    *string
	Archived *bool
}

// ChangeRoom changes a room, one thing after the other, and gives it as it is
// then. Errors: as of enter, room.name, room.topic (Invalid), room.name_taken,
// room.archived, room.lobby (Conflict), limit.changes (RateLimited).
func (s *Service) ChangeRoom(ctx context.Context, actor auth.Actor, address domain.Address, wanted RoomChange) (View, error) {
	access, err := s.look(ctx, actor, address, see)
	if err != nil {
		return View{}, err
	}
	changes, err := s.roomChanges(actor, access, wanted)
	if err != nil {
		return View{}, err
	}
	for _, change := range changes {
		if _, err := s.change(ctx, actor, access, change.takes, change.Change, change.event); err != nil {
			return View{}, err
		}
	}
	return s.Room(ctx, actor, domain.Address{ID: access.ID})
}

// prepared is a change, what call it is, and how it will be told.
type prepared struct {
	Change
	takes call
	event domain.Event
}

// roomChanges checks all that is wanted before anything is done. A room is
// taken out of the archive first and put into it last.
func (s *Service) roomChanges(actor auth.Actor, access Access, wanted RoomChange) ([]prepared, error) {
	var changes []prepared
	add := func(takes call, c domain.Change, change Change, topic string) {
		change.Change = c
		changes = append(changes, prepared{change, takes, domain.Event{
			Type: domain.EventRoom, Change: c, Kind: access.Kind, Topic: topic, Room: change.Name,
		}})
	}
	topic := s.history.topic(access)
	if wanted.Name != nil || wanted.Archived != nil {
		if err := s.mayAdminister(actor, access); err != nil {
			return nil, err
		}
	}
	if wanted.Archived != nil && !*wanted.Archived {
		add(administer, domain.Unarchived, Change{Name: access.Name}, topic)
	}
	if wanted.Name != nil {
		if err := domain.CheckRoomName(*wanted.Name); err != nil {
			return nil, err
		}
		access.Name = *wanted.Name
		add(administer, domain.Renamed, Change{Name: access.Name}, topic)
	}
	if wanted.Topic != nil {
		if err := allow(actor, access, setTopic); err != nil {
			return nil, err
		}
		var err error
		before := topic
		if topic, err = domain.CleanTopic(*wanted.Topic); err != nil {
			return nil, err
		}
		sealed, err := s.sealTopic(access.ID, topic)
		if err != nil {
			return nil, err
		}
		if topic != before {
			add(setTopic, domain.TopicSet, Change{Name: access.Name, Topic: sealed}, topic)
		}
	}
	if wanted.Archived != nil && *wanted.Archived {
		add(administer, domain.Archived, Change{Name: access.Name}, topic)
	}
	return changes, nil
}

func (s *Service) sealTopic(room domain.RoomID, topic string) (*encryption.Sealed, error) {
	if topic == "" {
		return nil, nil //nolint:nilnil // no topic is none to seal
	}
	sealed, err := s.keyring.Seal(encryption.ForTopic(room), topic)
	if err != nil {
		return nil, fmt.Errorf("seal the topic: %w", err)
	}
	return &sealed, nil
}

func (s *Service) mayAdminister(actor auth.Actor, access Access) error {
	if err := allow(actor, access, administer); err != nil {
		return err
	}
	if access.ID == s.lobby {
		return errLobby()
	}
	return nil
}

// DeleteRoom ends a room: nobody finds it again, and what is in it is removed.
// Errors: as of enter, room.lobby (Conflict).
func (s *Service) DeleteRoom(ctx context.Context, actor auth.Actor, address domain.Address) error {
	access, err := s.look(ctx, actor, address, see)
	if err != nil {
		return err
	}
	if err := s.mayAdminister(actor, access); err != nil {
		return err
	}
	_, err = s.change(ctx, actor, access, administer, Change{Change: domain.Ended},
		domain.Event{Type: domain.EventRoom, Change: domain.Ended, Kind: access.Kind, Room: access.Name})
	return err
}

// change puts a change of the actor into a room's log and gives its seq; 0 if
// all was so already. It is refused if the actor may not make the call takes any
// more. The event's type is the change's, and it is filled in with who, where
// and when.
func (s *Service) change(
	ctx context.Context, actor auth.Actor, room Access, takes call, c Change, event domain.Event,
) (domain.Seq, error) {
	if err := s.limits.take(changeLimit, actor); err != nil {
		return 0, err
	}
	c.RoomID, c.Type, c.By, c.May = room.ID, event.Type, actor.ID(), s.still(actor, room, takes)
	if c.At.IsZero() {
		c.At = s.moment()
	}
	event.RoomID, event.At, event.By = room.ID, c.At, actor.Author()
	if event.Room == "" {
		event.Room = room.Name
	}
	turn, err := s.appender.enqueue(&pending{change: &c, event: event})
	if err != nil {
		return 0, err
	}
	result, err := s.appender.await(ctx, turn)
	if err == nil && result.Seq > 0 && (event.Type == domain.EventMember || event.Type == domain.EventRoom) {
		s.note(actor, room, c, event)
	}
	return result.Seq, err
}

// note logs who changed who may do what in a room, or the room itself; never
// what is said there.
func (s *Service) note(actor auth.Actor, room Access, c Change, event domain.Event) {
	origin := actor.Origin()
	attrs := []any{
		"door", origin.Door, "ip", origin.Addr.String(), "request_id", origin.RequestID, "username", actor.Name(),
		"room_id", room.ID, "change", c.Change,
	}
	if event.Type == domain.EventMember {
		attrs = append(attrs, "member", event.User.Name, "role", c.Role)
	}
	s.logger.Info(string(event.Type)+" changed", attrs...)
}
