package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/wire"
)

// memberInput names somebody in a room.
type memberInput struct {
	RoomPath
	Username string `path:"username" maxLength:"64" doc:"In any case" example:"alice"`
}

// memberChange is what a member is given.
type memberChange struct {
	Role domain.Role `json:"role,omitempty" enum:"member,moderator,owner" doc:"Left out: I join, or they are invited"`
}

type memberChangeInput struct {
	RoomPath
	Username string        `path:"username" maxLength:"64" doc:"In any case" example:"alice"`
	Body     *memberChange `doc:"May be left out"`
}

type membersInput struct {
	RoomPath
	After  domain.UserID `query:"after" minimum:"0" maximum:"9007199254740991" doc:"Members whose id comes after this one"`
	Prefix string        `query:"prefix" maxLength:"64" doc:"Members whose name begins so, in any case"`
	Limit  int           `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most"`
}

// members is a page of a room's members.
type members struct {
	Members []wire.Member `json:"members" nullable:"false" doc:"By user_id, the invited among them"`
	Next    domain.UserID `json:"next,omitempty" doc:"The after of the next page, which may be empty; left out if there is none"`
}

type membersOutput struct{ Body members }

// memberCalls say who is in a room.
func (s *Server) memberCalls(api huma.API) {
	const path = "/api/v1/rooms/{room}/members/{username}"
	inRoom(s, api, huma.Operation{
		OperationID: "members", Method: http.MethodGet, Path: "/api/v1/rooms/{room}/members", Tags: []string{tagMembers},
		Summary: "Who is in a room", Errors: []int{http.StatusForbidden},
	}, s.members)
	inRoom(s, api, huma.Operation{
		OperationID: "put-member", Method: http.MethodPut, Path: path, Tags: []string{tagMembers},
		Summary: "Join, invite or give a role",
		Description: "With my own name I join a public room, or one that I am invited to. With another's they are invited: " +
			"by any member to a public room, by moderators to a private one; they are in it once they join. " +
			"With a role an owner gives it to a member. What is so already changes nothing.",
		DefaultStatus: http.StatusNoContent,
		Errors:        []int{http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests},
	}, s.putMember)
	inRoom(s, api, huma.Operation{
		OperationID: "remove-member", Method: http.MethodDelete, Path: path, Tags: []string{tagMembers},
		Summary: "Leave, decline or remove",
		Description: "With my own name I leave, or decline an invitation. Moderators remove members, owners also moderators " +
			"and each other; removing somebody who is invited takes that back.",
		DefaultStatus: http.StatusNoContent,
		Errors:        []int{http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests},
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, in *memberInput) (*noOutput, error) {
		if isMe(actor, in.Username) {
			return nil, s.chat.Leave(ctx, actor, room)
		}
		return nil, s.chat.Remove(ctx, actor, room, in.Username)
	})
}

// isMe reports whether a name is the actor's, in any case.
func isMe(actor auth.Actor, name string) bool {
	return domain.FoldUserName(name) == domain.FoldUserName(actor.Name())
}

func (s *Server) members(ctx context.Context, actor auth.Actor, room domain.Address, in *membersInput) (*membersOutput, error) {
	list, err := s.chat.Members(ctx, actor, room, chat.MemberSpan{After: in.After, Prefix: in.Prefix, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	body := members{Members: make([]wire.Member, len(list))}
	for i, member := range list {
		body.Members[i] = wire.FromMember(member)
	}
	if len(list) == in.Limit {
		body.Next = list[len(list)-1].User.ID
	}
	return &membersOutput{body}, nil
}

func (s *Server) putMember(ctx context.Context, actor auth.Actor, room domain.Address, in *memberChangeInput) (*noOutput, error) {
	switch {
	case in.Body != nil && in.Body.Role != domain.RoleNone:
		return nil, s.chat.SetRole(ctx, actor, room, in.Username, in.Body.Role)
	case isMe(actor, in.Username):
		_, err := s.chat.Join(ctx, actor, room)
		return nil, err
	default:
		return nil, s.chat.Invite(ctx, actor, room, in.Username)
	}
}
