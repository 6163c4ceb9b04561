package chat

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"parley/domain"
	"parley/domain/auth"
)

// call is something that somebody wants to do in a room.
type call int

// The calls, from seeing a room to ending it.
const (
	see        call = iota // that it is there, its name and its topic
	readRoom               // its history and members, live or not
	write                  // messages, reactions, changes of one's own messages
	keep                   // drafts and settings of one's own
	pin                    // messages, for everybody
	moderate               // others' messages and members
	callAll                // with @here and @room
	setTopic               // for everybody
	invite                 // somebody else
	join                   // become a member
	leave                  // be one no more
	administer             // rename, archive, delete, give roles
)

// never marks what a kind of room does not have.
const never domain.Role = "never"

// least is the one place that says who may do what: the least role that a call
// takes in each kind of room. Whoever may not even see a room is told that there
// is none.
var least = map[call]map[domain.RoomKind]domain.Role{
	see:        {domain.RoomPublic: domain.RoleNone, domain.RoomPrivate: domain.RoleInvited, domain.RoomDirect: domain.RoleMember},
	readRoom:   {domain.RoomPublic: domain.RoleNone, domain.RoomPrivate: domain.RoleMember, domain.RoomDirect: domain.RoleMember},
	write:      {domain.RoomPublic: domain.RoleMember, domain.RoomPrivate: domain.RoleMember, domain.RoomDirect: domain.RoleMember},
	keep:       {domain.RoomPublic: domain.RoleMember, domain.RoomPrivate: domain.RoleMember, domain.RoomDirect: domain.RoleMember},
	pin:        {domain.RoomPublic: domain.RoleModerator, domain.RoomPrivate: domain.RoleModerator, domain.RoomDirect: domain.RoleMember},
	moderate:   {domain.RoomPublic: domain.RoleModerator, domain.RoomPrivate: domain.RoleModerator, domain.RoomDirect: never},
	callAll:    {domain.RoomPublic: domain.RoleModerator, domain.RoomPrivate: domain.RoleModerator, domain.RoomDirect: domain.RoleMember},
	setTopic:   {domain.RoomPublic: domain.RoleModerator, domain.RoomPrivate: domain.RoleModerator, domain.RoomDirect: never},
	invite:     {domain.RoomPublic: domain.RoleMember, domain.RoomPrivate: domain.RoleModerator, domain.RoomDirect: never},
	join:       {domain.RoomPublic: domain.RoleNone, domain.RoomPrivate: domain.RoleInvited, domain.RoomDirect: never},
	leave:      {domain.RoomPublic: domain.RoleNone, domain.RoomPrivate: domain.RoleInvited, domain.RoomDirect: never},
	administer: {domain.RoomPublic: domain.RoleOwner, domain.RoomPrivate: domain.RoleOwner, domain.RoomDirect: never},
}

// ranks puts the roles in order.
var ranks = map[domain.Role]int{
	domain.RoleNone: 0, domain.RoleInvited: 1, domain.RoleMember: 2, domain.RoleModerator: 3, domain.RoleOwner: 4,
}

// allow says whether an actor may make a call in a room. Admins count as owners
// of public rooms, but to write there they join like everybody else. Its errors
// are room.not_found (NotFound), room.not_member and room.forbidden (Forbidden)
// and room.direct (Conflict).
func allow(actor auth.Actor, access Access, c call) error {
	role, needs := access.Role, least[c][access.Kind]
	if actor.User().Admin && access.Kind == domain.RoomPublic && ranks[needs] > ranks[domain.RoleMember] {
		role = domain.RoleOwner
	}
	switch {
	case actor.ID() == 0 || ranks[access.Role] < ranks[least[see][access.Kind]]:
		return domain.ErrRoomNotFound()
	case needs == never:
		return errDirect()
	case ranks[role] >= ranks[needs]:
		return nil
	case !role.In():
		return ErrNotMember(true)
	default:
		return errForbidden(needs)
	}
}

// still gives what asks once more, with the actor's role as it is by then. Nobody
// loses the lobby.
func (s *Service) still(actor auth.Actor, access Access, c call) func(domain.Role) error {
	if access.ID == s.lobby && ranks[least[c][access.Kind]] <= ranks[domain.RoleMember] {
		return nil
	}
	return func(now domain.Role) error {
		access.Role = now
		return allow(actor, access, c)
	}
}

// enter finds the room at an address and asks whether the actor may make a
// call there.
func (s *Service) enter(ctx context.Context, actor auth.Actor, address domain.Address, c call) (Access, error) {
	if actor.ID() == 0 {
		return Access{}, domain.ErrRoomNotFound()
	}
	if s.isLobby(address) && ranks[least[c][domain.RoomPublic]] <= ranks[domain.RoleMember] && c != see {
		// Everyone is a member of the lobby: that takes no question.
		return Access{
			Room: domain.Room{ID: s.lobby, Name: domain.Lobby, Kind: domain.RoomPublic}, Role: domain.RoleMember,
		}, nil
	}
	return s.look(ctx, actor, address, c)
}

// look is enter with all that is known of the room.
func (s *Service) look(ctx context.Context, actor auth.Actor, address domain.Address, c call) (Access, error) {
	where := Where{Name: address.Name, ID: address.ID}
	if address.Direct != "" {
		people, err := s.named(ctx, address.People())
		if err != nil {
			return Access{}, err
		}
		where = Where{Direct: directKey(actor, people)}
	}
	access, err := s.rooms.Look(ctx, actor.ID(), where)
	if err != nil {
		return Access{}, fmt.Errorf("find room %s: %w", address, err)
	}
	return access, allow(actor, access, c)
}

func (s *Service) isLobby(address domain.Address) bool {
	return address.Name == domain.Lobby || address.ID == s.lobby
}

// named finds people by their names. NotFound user.not_found if one is missing.
func (s *Service) named(ctx context.Context, names []string) ([]domain.Author, error) {
	folded := make([]string, 0, len(names))
	for _, name := range names {
		if name = domain.FoldUserName(name); !slices.Contains(folded, name) {
			folded = append(folded, name)
		}
	}
	profiles, err := s.people.Profiles(ctx, folded)
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	if len(profiles) < len(folded) {
		return nil, auth.ErrUserNotFound()
	}
	people := make([]domain.Author, len(profiles))
	for i, p := range profiles {
		people[i] = p.User
	}
	return people, nil
}

// user finds one person by name.
func (s *Service) user(ctx context.Context, name string) (domain.Author, error) {
	if domain.CheckUserName(name) != nil {
		return domain.Author{}, auth.ErrUserNotFound()
	}
	people, err := s.named(ctx, []string{name})
	if err != nil {
		return domain.Author{}, err
	}
	return people[0], nil
}

// together are the people of a direct conversation, the actor among them, each
// once, by id.
func together(actor auth.Actor, others []domain.Author) []domain.UserID {
	ids := []domain.UserID{actor.ID()}
	for _, other := range others {
		ids = append(ids, other.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func directKey(actor auth.Actor, others []domain.Author) string {
	var key []string
	for _, id := range together(actor, others) {
		key = append(key, strconv.FormatInt(int64(id), 10))
	}
	return strings.Join(key, ",")
}
